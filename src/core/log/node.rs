//! The log of one window: the calls of the host, and the effects that they return.

use super::super::clock::Clock;
use super::super::id::{Actor, PeerRef};
use super::super::register::Dot;
use super::super::version::VersionVector;
use super::effect::LogEffect;
use super::frame::{Checkpoint, LogFrame, Logged};
use super::history::{History, TailEntry};
use super::peers::Peers;
use super::tip::{Lineage, Tip, mix};
use crate::core::fingerprint::Content;
use crate::core::lists::Gather;

/// How long this window's readiness waits for a neighbour that does not answer, ms. Frozen pages never answer.
const PATIENCE_MS: f64 = 5_000.0;

/// At most this many actions wait for the end of the turn: a loop of dispatches is sent in parts.
const LARGEST_BATCH: usize = 512;

/// The sizes that a host may choose.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Actions that are always in the tail. Disconnected windows merge exactly if none of them dispatched more.
    pub keep: usize,
    /// A state is stored every so many actions. A late action is folded with at most so many steps more than it is late.
    pub checkpoint_every: u64,
    /// Actions in one cut. It must be the same in all windows, or their cuts never agree.
    pub cut: usize,
    /// How many more actions are kept for peers that do not acknowledge (frozen, or flooded). A peer for whom that was too
    /// little takes over the state when it returns.
    pub patience: usize,
}

impl Options {
    /// 2,048 actions in the tail (of some 50 bytes each, and the action itself), a state every 64 of them; 256 in one cut,
    /// and up to 4,096 more for a silent peer.
    pub const DEFAULT: Options = Options {
        keep: 2048,
        checkpoint_every: 64,
        cut: 256,
        patience: 4096,
    };

    /// A peer acknowledges when something arrives and the log has grown by this much: a quarter of a cut.
    pub(super) fn ack_every(&self) -> usize {
        (self.cut / 4).max(1)
    }
}

impl Default for Options {
    fn default() -> Self {
        Options::DEFAULT
    }
}

/// The log of one window: actions `A`, folded into states `S` by the host.
pub struct LogNode<A, S> {
    /// The actor with which the log began. It identifies the log that asked for a delta.
    pub(super) name: Actor,
    pub(super) own: Writer,
    /// The writer of actions from [`LogNode::dispatch_remote`]. They are not sent, so they must not leave gaps in this
    /// window's own numbers.
    pub(super) remote_writer: Writer,
    pub(super) clock: Clock,
    pub(super) vector: VersionVector,
    /// The last time of each known actor. It counts while the actor's last action is in the tail: an actor whose times do
    /// not ascend there is refused.
    pub(super) times: Vec<(Actor, f64)>,
    /// What was seen of others since this window's last action.
    pub(super) news: Vec<(Actor, u64)>,
    /// Actions of this window that are not sent yet, successive.
    pub(super) open: Vec<Logged<A>>,
    pub(super) history: History<A, S>,
    pub(super) lineage: Lineage,
    /// The number of cuts at which an action last came too late. A peer with fewer cuts may have inserted it.
    pub(super) late_at: u64,
    /// Actions that a takeover removed from the log, by ascending stamp. They wait for their predecessors.
    pub(super) waiting: Vec<TailEntry<A>>,
    /// The number of cuts until which they wait.
    pub(super) waits_until: u64,
    pub(super) peers: Peers,
    /// Actions since the last acknowledgement.
    pub(super) unacknowledged: usize,
    /// The length of the tail at which the next cut is tried.
    pub(super) try_at: usize,
    /// The number of actions seen at the last tick.
    pub(super) seen_at_tick: u64,
    pub(super) options: Options,
    settled: bool,
    ready: bool,
}

/// An actor of this window, and the number of its next action.
pub(super) struct Writer {
    pub(super) actor: Actor,
    pub(super) next: u64,
    /// The number of its last action that was sent to anybody.
    pub(super) sent: u64,
}

impl Writer {
    fn new(actor: Actor) -> Writer {
        Writer {
            actor,
            next: 1,
            sent: 0,
        }
    }

    fn dot(&mut self) -> Dot {
        let seq = self.next;
        self.next += 1;
        Dot {
            actor: self.actor,
            seq,
        }
    }

    /// Whether this is an own action that nobody else can have.
    pub(super) fn keeps(&self, dot: Dot) -> bool {
        dot.actor == self.actor && dot.seq > self.sent
    }

    /// Takes a new actor, because others have dots of the old one that it did not write.
    pub(super) fn rotate_actor(&mut self) {
        *self = Writer::new(Actor::from_random(mix(self.actor.bits(), self.next)));
    }
}

impl<A: Content, S: Content> LogNode<A, S> {
    /// The log of a window that has met nobody. `actor` is random; `born_ms` says which of two lineages is older.
    pub fn new(actor: Actor, born_ms: f64, initial: S, options: Options) -> Self {
        let root = Checkpoint {
            vector: VersionVector::new(),
            last: None,
            state: initial,
        };
        LogNode {
            name: actor,
            own: Writer::new(actor),
            remote_writer: Writer::new(Actor::from_random(mix(actor.bits(), 0))),
            clock: Clock::new(),
            vector: VersionVector::new(),
            times: Vec::new(),
            news: Vec::new(),
            open: Vec::new(),
            history: History::new(root, options.checkpoint_every, options.cut),
            lineage: Lineage::new(Tip::new(born_ms, actor)),
            late_at: 0,
            waiting: Vec::new(),
            waits_until: 0,
            peers: Peers::default(),
            unacknowledged: 0,
            try_at: 0,
            seen_at_tick: 0,
            options,
            settled: false,
            ready: false,
        }
    }

    /// Dispatches an action: applies it here at once. The next [`LogNode::flush`] sends it.
    pub fn dispatch(&mut self, action: A, now: f64) -> Vec<LogEffect<A, S>> {
        self.push_own(action, true, now);
        let mut out = vec![LogEffect::Fold(self.history.fold(false))];
        if self.open.len() >= LARGEST_BATCH.min(self.options.keep.max(1)) {
            self.flush_into(&mut out);
        }
        self.try_cut();
        out
    }

    /// Applies an action as if another window had dispatched it now. It is not broadcast, but it is part of the log, and
    /// deltas carry it.
    pub fn dispatch_remote(&mut self, action: A, now: f64) -> Vec<LogEffect<A, S>> {
        self.push_remote(action, true, now);
        self.try_cut();
        vec![LogEffect::Fold(self.history.fold(false))]
    }

    /// Sends what this turn dispatched, as one frame.
    pub fn flush(&mut self, _now: f64) -> Vec<LogEffect<A, S>> {
        let mut out = Vec::new();
        self.flush_into(&mut out);
        out
    }

    fn take_batch(&mut self) -> Vec<Logged<A>> {
        if let Some(last) = self.open.last() {
            self.own.sent = self.own.sent.max(last.dot.seq);
        }
        std::mem::take(&mut self.open)
    }

    /// The actions that wait for a flush.
    pub fn open(&self) -> impl Iterator<Item = &Logged<A>> {
        self.open.iter()
    }

    /// Whether actions wait for a flush.
    pub fn pending(&self) -> bool {
        !self.open.is_empty()
    }

    /// A neighbour has connected.
    pub fn peer_up(&mut self, peer: PeerRef, now: f64) -> Vec<LogEffect<A, S>> {
        self.peers.up(peer, !self.ready, now);
        let mut out = Vec::new();
        self.ask(peer, &mut out);
        out
    }

    /// A neighbour has gone.
    pub fn peer_down(&mut self, peer: PeerRef, _now: f64) -> Vec<LogEffect<A, S>> {
        self.peers.down(peer);
        self.try_at = 0;
        self.try_cut();
        let mut out = Vec::new();
        self.check_ready(&mut out);
        out
    }

    /// Discovery is over: only neighbours that are connected now are waited for.
    pub fn settle_ready(&mut self) -> Vec<LogEffect<A, S>> {
        self.settled = true;
        let mut out = Vec::new();
        self.check_ready(&mut out);
        out
    }

    /// Compares with every neighbour: on resuming, on a slow timer, and after anything may have been lost.
    pub fn tick(&mut self, now: f64) -> Vec<LogEffect<A, S>> {
        let mut out = Vec::new();
        for peer in self.peers.iter_mut() {
            peer.asked = false;
            peer.difference.tick();
            peer.lag.tick();
            peer.awaited &= now - peer.up_at < PATIENCE_MS;
        }
        self.work_out_content();
        self.ask_all(&mut out);
        self.check_ready(&mut out);
        self.try_at = 0;
        self.try_cut();
        out
    }

    /// Records the state after `position` actions, which the fold of that epoch came to.
    pub fn record(&mut self, epoch: u32, position: u64, state: S) {
        self.history.record(epoch, position, state);
        if position.is_multiple_of(self.options.cut as u64) {
            self.try_at = 0;
            self.try_cut();
        }
    }

    /// Folds all actions of the tail again, because the host has a new reducer. Peers are not involved.
    pub fn refold(&mut self) -> Vec<LogEffect<A, S>> {
        self.history.rewind();
        vec![LogEffect::Fold(self.history.fold(true))]
    }

    /// The number of folded actions, which [`LogNode::refold`] cannot fold again.
    pub fn forgotten(&self) -> u64 {
        self.history.forgotten()
    }

    /// The number of actions that the log has seen, with the folded ones.
    pub fn position(&self) -> u64 {
        self.history.end()
    }

    /// What this window has seen.
    pub fn vector(&self) -> &VersionVector {
        &self.vector
    }

    /// The last cut.
    pub fn tip(&self) -> Tip {
        self.lineage.tip()
    }

    /// This window's actor. A takeover may change it.
    pub fn actor(&self) -> Actor {
        self.own.actor
    }

    /// Whether [`LogEffect::Ready`] has been given.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// The number of actions and of states in memory.
    pub fn held(&self) -> (usize, usize) {
        (self.history.len(), self.history.states())
    }

    /// The number of entries of all lists in memory. It does not grow with the number of actions.
    pub fn entries(&self) -> usize {
        let causes: usize = self.history.tail().map(|logged| logged.deps.len()).sum();
        self.vector.len()
            + self.times.len()
            + self.news.len()
            + self.open.len()
            + self.history.len()
            + causes
            + self.history.states()
            + self.lineage.len()
            + self.waiting.len()
            + self.peers.entries()
    }

    /// The actions of the tail, in order.
    pub fn tail(&self) -> impl DoubleEndedIterator<Item = &Logged<A>> {
        self.history.tail()
    }

    pub(super) fn check_ready(&mut self, out: &mut Vec<LogEffect<A, S>>) {
        if !self.ready && self.settled && self.peers.none_awaited() {
            self.ready = true;
            out.push(LogEffect::Ready);
        }
    }

    pub(super) fn push_own(&mut self, action: A, fresh: bool, now: f64) {
        let logged = Logged {
            dot: self.own.dot(),
            time: self.clock.tick(now),
            deps: std::mem::take(&mut self.news),
            action,
        };
        self.open.push(logged.clone());
        self.accept(TailEntry::new(logged, fresh));
        // What this window dispatched itself is no dependency of its next action.
        self.news.clear();
    }

    pub(super) fn push_remote(&mut self, action: A, fresh: bool, now: f64) {
        let logged = Logged {
            dot: self.remote_writer.dot(),
            time: self.clock.tick(now),
            // All that was seen. Such actions are rare, so nothing is remembered to shorten this.
            deps: self.vector.iter().gather(),
            action,
        };
        self.accept(TailEntry::new(logged, fresh));
    }

    /// Sends the open batch to every neighbour. Without neighbours the batch is closed too, because the log has its
    /// actions.
    pub(super) fn flush_into(&mut self, out: &mut Vec<LogEffect<A, S>>) {
        if self.open.is_empty() {
            return;
        }
        if self.peers.is_empty() {
            self.open.clear();
            return;
        }
        let batch = self.take_batch();
        for logged in &batch {
            for peer in self.peers.iter_mut() {
                peer.sent.advance(logged.dot.actor, logged.dot.seq);
            }
        }
        out.push(LogEffect::Send {
            to: self.peers.ids(),
            frame: LogFrame::Append(batch),
        });
    }

    /// Truncates the log by what everyone has, beyond what is kept.
    pub(super) fn try_cut(&mut self) {
        let full = self.options.keep + self.options.cut;
        while self.history.len() >= full.max(self.try_at) {
            let Some(vector) = self.history.after_cut() else {
                return;
            };
            let waits = !self.peers.all_have(&vector, &self.vector)
                && self.history.len() < full + self.options.patience;
            if waits || !self.history.cut(vector) {
                self.try_at = self.history.len() + self.options.ack_every();
                return;
            }
            self.lineage.cut(&self.history.root().vector);
        }
    }
}
