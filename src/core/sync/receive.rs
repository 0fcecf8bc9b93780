//! Reception of frames from neighbours. A frame is checked as a whole, then applied as a whole or not at all.

use super::node::{Effects, StateNode, changed};
use super::peers::Peer;
use super::spread::send;
use super::{ChangeOrigin, ERR_CLOCK, ERR_LIMIT, ERR_MALFORMED, KeyChange, StateEffect, StateFrame};
use crate::core::batch::{Batch, Delta, Entry};
use crate::core::clock::Time;
use crate::core::fingerprint::Content;
use crate::core::id::{Actor, Key, PeerRef};
use crate::core::limits::WRITERS;
use crate::core::lists::List;
use crate::core::order;
use crate::core::register::{Dot, Stamp};
use crate::core::replica::Stage;
use crate::core::version::VersionVector;

/// How often a window may rotate its actor, or assign its dots to writes of others, because dots were used twice: so often
/// at once, and a few times more at each tick. Each rotation adds a writer that every window has to remember, so a forging
/// peer must not cause it without a limit. The next comparison repairs what was left out.
const ROTATIONS: u32 = 16;

impl<V: Content> StateNode<V> {
    /// Handles a frame of a neighbour. `also` are neighbours that surely received the same broadcast; the frame is not
    /// relayed to them. A neighbour that has not connected yet connects.
    pub fn receive(
        &mut self,
        from: PeerRef,
        also: &[PeerRef],
        frame: StateFrame<V>,
        now: f64,
    ) -> Vec<StateEffect<V>> {
        let mut effects = if self.peers.get(from).is_none() {
            self.peer_up(from, now)
        } else {
            Vec::new()
        };
        let refused = match frame {
            StateFrame::Batch(batch) => self.receive_batch(from, also, batch, now, &mut effects),
            StateFrame::Sync { vector, born } => self.receive_sync(from, vector, born, &mut effects),
            StateFrame::Delta(delta) => self.receive_delta(from, delta, now, &mut effects),
            StateFrame::Digest {
                seen,
                fingerprint,
                content,
                is_answer,
            } => {
                self.receive_digest(from, seen, (fingerprint, content), is_answer, &mut effects);
                Ok(())
            }
        };
        self.replica.forget_surplus();
        if let Err(code) = refused {
            effects.push(StateEffect::Refused { from, code });
        }
        effects
    }

    fn receive_batch(
        &mut self,
        from: PeerRef,
        also: &[PeerRef],
        batch: Batch<V>,
        now: f64,
        effects: &mut Effects<V>,
    ) -> Result<(), &'static str> {
        let dot = Dot {
            actor: batch.actor,
            seq: batch.seq,
        };
        let forged = self.unwritten(dot.actor, dot.seq);
        if dot.seq == 0 || forged || batch.deps.iter().any(|&(actor, seq)| self.unwritten(actor, seq)) {
            return Err(ERR_MALFORMED);
        }
        let latest = self.latest(batch.entries.iter().map(|entry| entry.2), now)?;
        self.check_batch_fits(&batch, now)?;
        self.replica.recall(dot.actor);
        let own = self.replica.vector().get(dot.actor);
        if let Some(peer) = self.peers.get_mut(from) {
            peer.has(dot);
        }
        if dot.seq <= own {
            let entries = batch.entries.into_iter().map(|(key, value, time)| {
                let stamp = Stamp {
                    time,
                    actor: dot.actor,
                };
                (key, value, stamp)
            });
            let changes = self.adopt(entries, latest, now);
            if !changes.is_empty() {
                self.send_deltas(&[], effects);
                effects.take_in(changed(changes, Some(from), ChangeOrigin::Remote));
            }
            return Ok(());
        }
        let seen = |&(actor, seq): &(Actor, u64)| self.replica.has_seen(actor, seq);
        if dot.seq != own + 1 || !batch.deps.iter().all(seen) {
            self.ask(|peer| peer.id == from, effects);
            return Ok(());
        }
        self.witness(latest, now);
        for &peer in also {
            // It has seen all that this window has, so it could apply the batch too.
            if let Some(peer) = self.peers.get_mut(peer).filter(|peer| peer.follows()) {
                peer.has(dot);
            }
        }
        let to = self.peers.take_lacking(dot);
        if !to.is_empty() {
            send(to, StateFrame::Batch(batch.clone()), effects);
        }
        let mut changes = Vec::with_capacity(batch.entries.len());
        self.replica.expect(batch.entries.len());
        for (key, value, time) in batch.entries {
            let stamp = Stamp {
                time,
                actor: dot.actor,
            };
            changes.take_in(self.replica.merge(Entry {
                key,
                value,
                stamp,
                dot,
            }));
        }
        self.replica.saw(dot.actor, dot.seq);
        effects.take_in(changed(changes, Some(from), ChangeOrigin::Remote));
        Ok(())
    }

    fn receive_sync(
        &mut self,
        from: PeerRef,
        mut vector: VersionVector,
        born: (f64, Actor),
        effects: &mut Effects<V>,
    ) -> Result<(), &'static str> {
        if vector.len() > WRITERS {
            return Err(ERR_LIMIT);
        }
        self.replica.strip(&mut vector);
        if !born.0.is_finite() || born.1 == self.actor() {
            return Err(ERR_MALFORMED);
        }
        if self.unwritten(self.actor(), vector.get(self.actor())) && !self.rotate_actor() {
            return Err(ERR_MALFORMED);
        }
        let elder = born < (self.born, self.actor());
        let lacking = !self.replica.vector().covers(&vector);
        let Some(peer) = self.peers.get_mut(from) else {
            return Ok(());
        };
        peer.acknowledged = vector.clone();
        peer.known = Some(vector);
        // Until the older window has sent its state, initial values sent from here could only lose.
        if !self.ready && peer.awaited && elder {
            peer.delta_pending = true;
        } else {
            self.send_deltas(&[from], effects);
        }
        if lacking {
            // It believes that this window has what was lost.
            self.ask(|peer| peer.id == from && !peer.held, effects);
        }
        Ok(())
    }

    fn receive_delta(
        &mut self,
        from: PeerRef,
        mut delta: Delta<V>,
        now: f64,
        effects: &mut Effects<V>,
    ) -> Result<(), &'static str> {
        if self.unwritten(self.actor(), delta.vector.get(self.actor())) {
            self.rotate_actor();
        }
        let checked = self.check_delta(&delta, now);
        let Some(peer) = self.peers.get_mut(from) else {
            return Ok(());
        };
        let latest = match checked {
            Ok(latest) => latest,
            Err(code) => {
                // It has answered, though with nothing of use. It still counts as asked: asking again would bring the same.
                peer.awaited = false;
                self.check_ready(effects);
                return Err(code);
            }
        };
        for entry in &delta.entries {
            self.replica.recall(entry.dot.actor);
        }
        self.replica.strip(&mut delta.since);
        self.replica.strip(&mut delta.vector);
        peer.acknowledged.join(&delta.vector);
        match &mut peer.known {
            Some(known) => {
                known.join(&delta.vector);
            }
            None => peer.known = Some(delta.vector.clone()),
        }
        if !self.replica.vector().covers(&delta.since) {
            self.ask(|peer| peer.id == from, effects);
            return Ok(());
        }
        peer.asked = false;
        peer.awaited = false;
        let delta_pending = std::mem::take(&mut peer.delta_pending);
        self.met = true;
        let before = effects.len();
        let theirs = delta.entries.iter().map(|entry| (&entry.key, entry.stamp));
        self.reissue(theirs, Some((from, &delta.vector)), now, effects);
        let reissued = effects.len() > before;
        self.witness(latest, now);
        let mut there: Vec<Key> = Vec::new();
        let mut changes = Vec::new();
        let mut won = false;
        if delta.whole {
            there.take_in(delta.entries.iter().map(|entry| entry.key.clone()));
            order::sort(&mut there);
            // Other contents of writes that are here. A winner has to be sent: that window has seen the dot, so it would
            // not ask.
            for entry in &delta.entries {
                won |= self
                    .replica
                    .contest(entry, &delta.vector, self.keeps_contents, &mut changes);
            }
        }
        let (seen, unseen): (Vec<_>, Vec<_>) = delta
            .entries
            .into_iter()
            .partition(|entry| self.replica.vector().contains(entry.dot) && !self.holds(entry));
        self.replica.expect(unseen.len());
        for entry in unseen {
            changes.take_in(self.replica.merge(entry));
        }
        let seen = seen
            .into_iter()
            .map(|entry| (entry.key, entry.value, entry.stamp));
        let adopted = self.adopt(seen, latest, now);
        let restated = reissued || !adopted.is_empty();
        changes.take_in(adopted);
        let news = !self.replica.vector().covers(&delta.vector);
        if delta.whole {
            changes.take_in(self.replica.drop_absent(&there, &delta.vector));
        }
        self.replica.saw_all(&delta.vector);
        let vector = self.replica.vector();
        if delta_pending {
            self.send_deltas(&[from], effects);
        } else if restated || self.peers.iter().any(|peer| peer.lacks(vector)) {
            self.send_deltas(&[], effects);
        }
        // Asks the others that wait; and this one, if it has shown since the request that it has more. After an answer that
        // brings nothing it is not asked again, because a peer may claim what it never sends.
        // that brings nothing is not asked for again: a peer may claim what it never gives.
        let vector = self.replica.vector().clone();
        let more = |peer: &Peer| news && peer.known.as_ref().is_some_and(|known| !vector.covers(known));
        self.ask(|peer| peer.held || (peer.id == from && more(peer)), effects);
        effects.take_in(changed(changes, Some(from), ChangeOrigin::Remote));
        let same = *self.replica.vector() == delta.vector;
        let own = self.replica.known_content();
        let differs = delta.fingerprint != self.replica.fingerprint()
            || (delta.content != own && delta.content != 0 && own != 0);
        if (won || (same && differs)) && self.replica.is_comparable() {
            self.send_full(from, effects);
        }
        self.check_ready(effects);
        Ok(())
    }

    /// Whether this very write is here, perhaps with another dot.
    fn holds(&self, entry: &Entry<V>) -> bool {
        let held = self.replica.register(&entry.key);
        held.is_some_and(|register| register.stamp == entry.stamp)
    }

    /// Merges writes with dots that have been seen. They are here, or lost to later ones. If one is not, its dot was used
    /// twice, by a forging peer or by a window that lost its memory. It is merged by its stamp like any other, and sent to
    /// all with a dot of this window, so it does not matter which peer had seen which of the two.
    fn adopt(
        &mut self,
        entries: impl Iterator<Item = (Key, Option<V>, Stamp)>,
        latest: Option<Time>,
        now: f64,
    ) -> Vec<KeyChange<V>> {
        let mut changes = Vec::new();
        for (key, value, stamp) in entries {
            if self.replica.may_be_deleted(&key, stamp.time) {
                continue;
            }
            // Only this sends a deletion again that others still remember.
            let is_forgotten = value.is_none() && self.replica.has_forgotten();
            let change = self.replica.write(key, value, stamp, Stage::Silent);
            if change.is_some() && !is_forgotten && self.rotations < ROTATIONS {
                self.rotations += 1;
                self.replica.reassign_dots(stamp.actor);
            }
            changes.take_in(change);
        }
        if !changes.is_empty() {
            self.witness(latest, now);
        }
        changes
    }

    /// Rotates the actor, unless that happened too often: see
    /// [`Replica::rotate_actor`](crate::core::replica::Replica::rotate_actor).
    fn rotate_actor(&mut self) -> bool {
        if self.rotations >= ROTATIONS {
            return false;
        }
        self.rotations += 1;
        self.replica.rotate_actor(self.actor().successor());
        self.handed = self.replica.own_seq();
        true
    }

    fn check_delta(&mut self, delta: &Delta<V>, now: f64) -> Result<Option<Time>, &'static str> {
        let own = delta.vector.get(self.actor());
        let stray = delta
            .entries
            .iter()
            .any(|entry| !delta.vector.contains(entry.dot));
        if self.unwritten(self.actor(), own) || stray || !delta.vector.covers(&delta.since) {
            return Err(ERR_MALFORMED);
        }
        self.check_writers(&delta.vector, now)?;
        self.check_takes(
            delta
                .entries
                .iter()
                .map(|entry| (&*entry.key, entry.value.is_some(), entry.stamp.time)),
        )?;
        self.latest(delta.entries.iter().map(|entry| entry.stamp.time), now)
    }

    /// Whether this names a batch of this window that it did not write.
    fn unwritten(&self, actor: Actor, seq: u64) -> bool {
        actor == self.actor() && seq > self.replica.own_seq()
    }

    /// The latest of the times. Refused if one of them is ahead, see [`Time::is_ahead`].
    fn latest(&self, times: impl Iterator<Item = Time>, now: f64) -> Result<Option<Time>, &'static str> {
        let latest = times.max();
        if latest.is_some_and(|time| time.is_ahead(now)) {
            Err(ERR_CLOCK)
        } else {
            Ok(latest)
        }
    }

    pub(super) fn witness(&mut self, latest: Option<Time>, now: f64) {
        if let Some(time) = latest {
            // This cannot fail: it was checked that the time is not ahead.
            let _ = self.clock.observe(time, now);
        }
    }
}
