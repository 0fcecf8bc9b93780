//! The replicated state of one window: the calls of the host, such as writes, flushes, and neighbours that come and go.

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

/// How long this window's readiness waits for a neighbour that does not answer, ms. Frozen pages never answer.
const PATIENCE_MS: f64 = 5_000.0;
/// How many actor rotations a window may make again after each tick.
const RENEWALS_A_TICK: u32 = 4;

/// One state in one window.
///
/// Invariant after every call: each neighbour that takes batches has been sent everything that this window has seen.
pub struct StateNode<V> {
    pub(super) replica: Replica<V>,
    pub(super) clock: Clock,
    pub(super) peers: Peers,
    pub(super) born: f64,
    /// Discovery is over: no further neighbour is waited for.
    pub(super) settled: bool,
    pub(super) ready: bool,
    /// A delta has been applied, so most of what the other neighbours have is here.
    pub(super) met: bool,
    /// How often this window lately rotated its actor, or assigned its dots to writes of others.
    pub(super) rotations: u32,
    /// See [`keep_contents`](Self::keep_contents).
    pub(super) keeps_contents: bool,
    /// Storage brought registers that others may lack. They are not sent yet.
    pub(super) restored: bool,
    /// The last number of this window's batches that a peer which has left may have.
    pub(super) handed: u64,
}

pub(super) type Effects<V> = Vec<StateEffect<V>>;

impl<V: Content> StateNode<V> {
    /// A replica made now. Initial values lose to every write, and to the initial values of an older window.
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

    /// Applies writes here at once; `None` deletes. The next [`flush`](Self::flush) sends them.
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

    /// Observes a time inside a value, so that later writes here are later than it. Returns false if it is too far ahead.
    pub fn witnessed(&mut self, time: Time, now: f64) -> bool {
        self.clock.observe(time, now).is_ok()
    }

    /// A reading of this window's clock, later than all that it has made or observed.
    pub fn now(&mut self, now: f64) -> Time {
        self.clock.tick(now)
    }

    /// Applies writes with given times, as one change. Silent writes wait until a delta has to be sent.
    pub fn write_at(
        &mut self,
        entries: Vec<(Key, Option<V>, Time)>,
        stage: Stage,
        origin: ChangeOrigin,
    ) -> Vec<StateEffect<V>> {
        let actor = self.actor();
        let mut changes = Vec::with_capacity(entries.len());
        self.replica.expect(entries.len());
        for (key, value, time) in entries {
            changes.take_in(self.replica.write(key, value, Stamp { time, actor }, stage));
        }
        changed(changes, None, origin).into_iter().gather()
    }

    /// The register of a key, even if it is deleted.
    #[must_use]
    pub fn register(&self, key: &str) -> Option<&Register<V>> {
        self.replica.register(key)
    }

    /// Every register in the order of first writes, with deleted ones.
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

    /// Applies updates that came without a frame, as if another window had written them now or at `stamp`. They are not
    /// broadcast; deltas carry them. A stamp from the future counts as now.
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

    /// A neighbour has connected, perhaps again. It is asked for what this window lacks.
    pub fn peer_up(&mut self, peer: PeerRef, now: f64) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        // Its frames may have arrived before the host announced it. Then its request is still pending and it is still
        // waited for, but what it was sent may not have reached it.
        let before = self.peers.remove(peer);
        if let Some(gone) = &before {
            self.note_gone(gone);
        }
        let delta_pending = before.as_ref().is_some_and(|before| before.delta_pending);
        let awaited = !self.settled || before.is_some_and(|before| before.awaited);
        // A window without a state asks one neighbour first. The others would send the same again.
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

    /// What the neighbour was sent, it may have relayed.
    fn note_gone(&mut self, gone: &Peer) {
        let known = gone.known.as_ref().map_or(0, |known| known.get(self.actor()));
        self.handed = self.handed.max(known);
    }

    /// A neighbour has gone.
    pub fn peer_down(&mut self, peer: PeerRef, _now: f64) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        if let Some(gone) = self.peers.remove(peer) {
            self.note_gone(&gone);
            if gone.asked && !self.ready && !self.met {
                let next = self.peers.iter().find(|other| other.held).map(|other| other.id);
                self.ask(|other| Some(other.id) == next, &mut effects);
            } else if gone.asked {
                // Asks the others: the neighbour may have gone without an answer.
                self.ask(|_| true, &mut effects);
            }
            self.check_ready(&mut effects);
        }
        effects
    }

    /// Discovery is over: the neighbours that exist have connected.
    pub fn settle_ready(&mut self) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        self.settled = true;
        self.check_ready(&mut effects);
        effects
    }

    /// Compares with every neighbour and repairs what was lost. The host calls it on a slow timer and when the page
    /// resumes. Also stops waiting for neighbours that do not answer.
    pub fn tick(&mut self, now: f64) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        // Before it is ready, a window does not send its initial values. They could only lose.
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

    /// Sets the bounds from now on.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        self.replica.set_bounds(bounds);
    }

    /// Whether this window may write so many new keys.
    #[must_use]
    pub fn has_capacity(&self, more: usize) -> bool {
        self.replica.has_capacity(more)
    }

    /// The number of registers with a value, and of deletions that are remembered.
    #[must_use]
    pub fn held(&self) -> (usize, usize) {
        self.replica.held()
    }

    /// Neighbours that take batches: those that have sent their vector.
    pub fn followers(&self) -> impl Iterator<Item = PeerRef> {
        self.peers
            .iter()
            .filter(|peer| peer.known.is_some())
            .map(|peer| peer.id)
    }

    /// Whether a neighbour has acknowledged this window's batches up to that number, and everything that it had seen by
    /// then is here. A write in response, such as a veto, may arrive after the acknowledgement if frames overtake each
    /// other. Also true if the neighbour has gone.
    #[must_use]
    pub fn has_acknowledged(&self, peer: PeerRef, seq: u64) -> bool {
        self.peers.get(peer).is_none_or(|peer| {
            peer.acknowledged.get(self.actor()) >= seq && self.replica.vector().covers(&peer.acknowledged)
        })
    }

    /// The number of batches that this window has sent.
    #[must_use]
    pub fn own_seq(&self) -> u64 {
        self.replica.own_seq()
    }

    /// Asks every neighbour for its vector.
    pub fn inquire(&mut self) -> Vec<StateEffect<V>> {
        let mut effects = Vec::new();
        for peer in self.peers.iter_mut() {
            peer.asked = false;
        }
        self.compare(&mut effects);
        effects
    }

    /// The writes that wait for the next flush; `None` for a deletion.
    pub fn open_writes(&self) -> impl Iterator<Item = (&Key, Option<&V>)> {
        self.replica.open_writes()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        self.replica
            .register(key)
            .and_then(|register| register.value.as_ref())
    }

    /// The stamp of the last write to a key, even if it is deleted.
    #[must_use]
    pub fn stamp(&self, key: &str) -> Option<Stamp> {
        self.replica.register(key).map(|register| register.stamp)
    }

    /// Every key with a value, in the order of first writes.
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

    /// The actor of this window.
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

/// The effect for those changes, if there are any.
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
