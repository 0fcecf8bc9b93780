//! Restamping: this window's writes that would lose to an impossible time get new stamps, unless that time was written with
//! knowledge of them.
//!
//! A window that receives a wrong time continues from it, so its next write wins. But an earlier write would lose to a time
//! that a wrong clock left in storage, or to a forged time. So it is restamped, later than that time. This happens to a
//! write once, because its new stamp is beyond this window's clock itself.

use super::StateEffect;
use super::node::{Effects, StateNode};
use crate::core::clock::Time;
use crate::core::fingerprint::Content;
use crate::core::id::{Key, PeerRef};
use crate::core::lists::List;
use crate::core::register::{Dot, Stamp};
use crate::core::replica::Stage;
use crate::core::version::VersionVector;

impl<V: Content> StateNode<V> {
    /// Call it before `theirs` are merged. None of them may have a time that is refused. `from` is the neighbour that sent
    /// them and what it has seen; `None` for storage.
    pub(super) fn reissue<'a>(
        &mut self,
        theirs: impl Iterator<Item = (&'a Key, Stamp)>,
        from: Option<(PeerRef, &VersionVector)>,
        now: f64,
        effects: &mut Effects<V>,
    ) {
        let has_seen = |dot: Dot| {
            from.is_some_and(|(_, vector)| vector.contains(dot))
                || self.may_be_known(dot, from.map(|from| from.0))
        };
        let mut latest: Option<Time> = None;
        let mut keys: Vec<Key> = Vec::new();
        for (key, stamp) in theirs.filter(|(_, stamp)| stamp.time.is_beyond(now)) {
            latest = latest.max(Some(stamp.time));
            let is_mine = self.register(key).is_some_and(|register| {
                register.stamp.actor == self.actor()
                    && !register.stamp.time.is_initial()
                    && !register.stamp.time.is_beyond(now)
                    && register.stamp < stamp
                    && !has_seen(register.dot)
            });
            if is_mine {
                keys.push(Key::clone(key));
            }
        }
        // A key of several cells names the stamps of some of them in others.
        keys.keep(|key| self.replica.is_alone(key));
        let Some(latest) = latest.filter(|_| !keys.is_empty()) else {
            return;
        };
        self.witness(Some(latest), now);
        let mut writes = Vec::with_capacity(keys.len());
        for key in keys {
            let Some(before) = self.register(&key) else {
                continue;
            };
            let (value, was) = (before.value.clone(), before.stamp);
            let stamp = Stamp {
                time: self.clock.tick(now),
                actor: self.actor(),
            };
            drop(self.replica.write(Key::clone(&key), value, stamp, Stage::Open));
            writes.push((key, was, stamp));
        }
        effects.push(StateEffect::Restamped { writes });
    }

    /// Whether any neighbour but `except` may have that batch of this window.
    fn may_be_known(&self, dot: Dot, except: Option<PeerRef>) -> bool {
        let others = self.peers.iter().filter(|peer| Some(peer.id) != except);
        let mut known = others.filter_map(|peer| peer.known.as_ref());
        dot.seq > 0 && (dot.seq <= self.handed || known.any(|known| known.contains(dot)))
    }
}
