//! What the host calls: writes, flushes, neighbours that come and go.

use super::peers::{Peer, Peers};
use super::{ChangeOrigin, KeyChange, StateEffect};
use crate::core::clock::{Clock, Time};
use crate::core::difference::Difference;
use crate::core::fingerprint::Content;
use crate::core::id::{Actor, Key, PeerRef};
use crate::core::limits::Bounds;
use crate::core::lists::{Gather, List};
use crate::core::register::{Register, Stamp};
use crate::core::replica::{Replica, Stage};
use crate::core::version::VersionVector;

/// How long a neighbour that does not say what it has may keep this window from being ready: frozen ones never do.
const PATIENCE_MS: f64 = 5_000.0;
/// How many more of its rotations a window has again at each tick.
const RENEWALS_A_TICK: u32 = 4;

/// One state in one window.
///
/// Invariant, after every call: each neighbour that takes batches has been sent everything this window has seen.
pub struct StateNode<V> {
    pub(super) replica: Replica<V>,
    pub(super) clock: Clock,
    pub(super) peers: Peers,
    pub(super) born: f64,
    /// Discovery is over: no other neighbour is awaited.
    pub(super) settled: bool,
    pub(super) ready: bool,
    /// A delta has been applied: what the other neighbours have is mostly here already.
    pub(super) met: bool,
    /// How often this window rotated its actor, or reassigned dots to foreign writes, of late.
    pub(super) rotations: u32,
    /// See [`keep_contents`](Self::keep_contents).
    pub(super) keeps_contents: bool,
    /// Storage brought registers that others may lack, and they are not sent yet.
    pub(super) restored: bool,
    /// Up to which number a peer that has left may have this window's batches.
    pub(super) handed: u64,
}

pub(super) type Effects<V> = Vec<StateEffect<V>>;

impl<V: Content> StateNode<V> {
    /// A replica born now. Initial values lose to every write, and to the initial values of a window born earlier.
    #[must_use]
    pub fn new(actor: Actor, born_ms: f64, initial: Vec<(Key, V)>) -> Self {
        let (clock, peers) = (Clock::new(), Peers::default());
        Self {
            replica: Self::begun(actor, born_ms, initial),
            clock,
            peers,
            born: born_ms,
            settled: false,
            ready: false,
            met: false,
            rotations: 0,
            keeps_contents: false,
            restored: false,
            handed: 0,
        }
    }

    /// A replica of initial values.
    pub(super) fn begun(actor: Actor, born_ms: f64, initial: Vec<(Key, V)>) -> Replica<V> {
        let mut replica = Replica::new(actor);
        let stamp = Stamp {
            time: Time::initial(born_ms),
            actor,
        };
        for (key, value) in initial {
            replica.write(key, Some(value), stamp, Stage::Silent);
        }
        replica
    }

    /// Writes at once, here; `None` deletes. The next [`flush`](Self::flush) sends it.
    pub fn write(&mut self, entries: Vec<(Key, Option<V>)>, now: f64) -> Vec<StateEffect<V>> {
        let mut changes = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let stamp = Stamp {
                time: self.clock.tick(now),
                actor: self.actor(),
            };
            changes.take_in(self.replica.write(key, value, stamp, Stage::Open));
        }
        changed(changes, None, ChangeOrigin::Local).into_iter().gather()
    }

    /// Takes note of a time that a value names: what is written here from now on is later. Whether it can be believed.
    pub fn witnessed(&mut self, time: Time, now: f64) -> bool {
        self.clock.observe(time, now).is_ok()
    }

    /// A reading of this window's clock, later than all that it has made or seen.
    pub fn now(&mut self, now: f64) -> Time {
        self.clock.tick(now)
    }

    /// Writes with times that are given, as one change. Plainly applied writes wait until a delta has to be sent.
    pub fn write_at(
        &mut self,
        entries: Vec<(Key, Option<V>, Time)>,
        stage: Stage,
        origin: ChangeOrigin,
    ) -> Vec<StateEffect<V>> {
        let actor = self.actor();
        let mut changes = Vec::with_capacity(entries.len());
        for (key, value, time) in entries {
            changes.take_in(self.replica.write(key, value, Stamp { time, actor }, stage));
        }
        changed(changes, None, origin).into_iter().gather()
    }

    /// The register of a key, a deleted one's too.
    #[must_use]
    pub fn register(&self, key: &str) -> Option<&Register<V>> {
        self.replica.register(key)
    }

    /// Every register by first write, deleted ones too.
    pub fn registers(&self) -> impl Iterator<Item = (&Key, &Register<V>)> {
        self.replica.registers()
    }

    /// Sends what was written since the last flush, as one batch.
    pub fn flush(&mut self, _now: f64) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        self.replica.forget_surplus();
        if self.peers.iter().any(Peer::follows) && self.replica.has_silent() {
            // The writes may depend on registers that were not sent yet: both go together.
            self.send_deltas(&[], &mut effects);
        } else {
            self.flush_open(&mut effects);
        }
        effects
    }

    /// Applies updates that came without a frame, as if another window had written them now, or at `stamp`. They are
    /// not broadcast; deltas carry them. A stamp from the future counts as now.
    pub fn apply_plain(
        &mut self,
        entries: Vec<(Key, Option<V>)>,
        stamp: Option<Stamp>,
        now: f64,
    ) -> Vec<StateEffect<V>> {
        let stamp = stamp.filter(|stamp| self.clock.observe(stamp.time, now).is_ok());
        let mut changes = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let stamp = stamp.unwrap_or_else(|| Stamp {
                time: self.clock.tick(now),
                actor: self.actor(),
            });
            changes.take_in(self.replica.write(key, value, stamp, Stage::Silent));
        }
        changed(changes, None, ChangeOrigin::Remote).into_iter().gather()
    }

    /// A neighbour came, or came back: it is asked for what this window lacks.
    pub fn peer_up(&mut self, peer: PeerRef, now: f64) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        // If its frames were here before the host announced it, what it asked stays to be answered, and it is waited
        // for as before; what it was sent may not have reached it.
        let before = self.peers.remove(peer);
        if let Some(gone) = &before {
            self.note_gone(gone);
        }
        let delta_pending = before.as_ref().is_some_and(|before| before.delta_pending);
        let awaited = !self.settled || before.is_some_and(|before| before.awaited);
        // A window that has nothing yet asks one neighbour first: the others would send it the same once more.
        let held = !self.ready && !self.met && self.peers.iter().any(|other| other.asked);
        self.peers.add(Peer {
            id: peer,
            known: None,
            acknowledged: VersionVector::new(),
            asked: false,
            held,
            awaited,
            delta_pending,
            compared: false,
            difference: Difference::default(),
            up_at: now,
        });
        if !held {
            self.ask(|other| other.id == peer, &mut effects);
        }
        effects
    }

    /// What it was sent it may have handed on.
    fn note_gone(&mut self, gone: &Peer) {
        let known = gone.known.as_ref().map_or(0, |known| known.get(self.actor()));
        self.handed = self.handed.max(known);
    }

    /// A neighbour went.
    pub fn peer_down(&mut self, peer: PeerRef, _now: f64) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        if let Some(gone) = self.peers.remove(peer) {
            self.note_gone(&gone);
            if gone.asked && !self.ready && !self.met {
                let next = self.peers.iter().find(|other| other.held).map(|other| other.id);
                self.ask(|other| Some(other.id) == next, &mut effects);
            } else if gone.asked {
                // It took along what it was asked for, or the others have got it too.
                self.ask(|_| true, &mut effects);
            }
            self.check_ready(&mut effects);
        }
        effects
    }

    /// Discovery is over: the neighbours that are there have come up.
    pub fn settle_ready(&mut self) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        self.settled = true;
        self.check_ready(&mut effects);
        effects
    }

    /// Compares with every neighbour what was seen, and repairs what got lost. For a slow timer, and for every return
    /// from sleep. Also gives up waiting for neighbours that do not answer.
    pub fn tick(&mut self, now: f64) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        // Before it is ready, a window keeps initial values to itself: sent, they would only lose.
        if self.ready && self.replica.has_silent() {
            self.send_deltas(&[], &mut effects);
        }
        for peer in self.peers.iter_mut() {
            peer.asked = false;
            peer.compared = false;
            peer.difference.tick();
            peer.awaited &= now - peer.up_at < PATIENCE_MS;
        }
        self.rotations = self.rotations.saturating_sub(RENEWALS_A_TICK);
        self.tidy(now);
        self.compare(&mut effects);
        self.check_ready(&mut effects);
        effects
    }

    /// Holds to these bounds from now on.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        self.replica.set_bounds(bounds);
    }

    /// Whether this window may write so many keys that are not there.
    #[must_use]
    pub fn has_capacity(&self, more: usize) -> bool {
        self.replica.has_capacity(more)
    }

    /// Registers that hold a value, and deletions that are remembered.
    #[must_use]
    pub fn held(&self) -> (usize, usize) {
        self.replica.held()
    }

    /// Neighbours that take part: those who have said what they have.
    pub fn followers(&self) -> impl Iterator<Item = PeerRef> {
        self.peers
            .iter()
            .filter(|peer| peer.known.is_some())
            .map(|peer| peer.id)
    }

    /// Whether a neighbour has said that it has this window's batches up to that one, and all that it had seen by then is here:
    /// a write in answer, such as a veto, may arrive after the acknowledgement where frames overtake each other. True if it is lost.
    #[must_use]
    pub fn has_acknowledged(&self, peer: PeerRef, seq: u64) -> bool {
        self.peers.get(peer).is_none_or(|peer| {
            peer.acknowledged.get(self.actor()) >= seq && self.replica.vector().covers(&peer.acknowledged)
        })
    }

    /// How many batches this window has sent.
    #[must_use]
    pub fn own_seq(&self) -> u64 {
        self.replica.own_seq()
    }

    /// Asks every neighbour what it has.
    pub fn inquire(&mut self) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        for peer in self.peers.iter_mut() {
            peer.asked = false;
        }
        self.compare(&mut effects);
        effects
    }

    /// What waits for the next flush: the value to send, `None` for a deletion.
    pub fn open_writes(&self) -> impl Iterator<Item = (&Key, Option<&V>)> {
        self.replica.open_writes()
    }

    /// What a key holds.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        self.replica
            .register(key)
            .and_then(|register| register.value.as_ref())
    }

    /// When a key was last written, and by whom; a deleted key too.
    #[must_use]
    pub fn stamp(&self, key: &str) -> Option<Stamp> {
        self.replica.register(key).map(|register| register.stamp)
    }

    /// Every key that is there, by first write.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &V)> {
        self.replica
            .registers()
            .filter_map(|(key, register)| Some((key, register.value.as_ref()?)))
    }

    /// What this window has seen.
    #[must_use]
    pub fn vector(&self) -> &VersionVector {
        self.replica.vector()
    }

    /// Who writes here.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.replica.actor()
    }

    /// Whether [`StateEffect::Ready`] was emitted.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// Whether a write waits for the next flush.
    #[must_use]
    pub fn pending(&self) -> bool {
        self.replica.has_open()
    }
}

/// The effect of those changes, if they show.
pub(super) fn changed<V>(
    changes: Vec<KeyChange<V>>,
    from: Option<PeerRef>,
    origin: ChangeOrigin,
) -> Option<StateEffect<V>> {
    (!changes.is_empty()).then_some(StateEffect::Changed {
        changes,
        from,
        origin,
    })
}
