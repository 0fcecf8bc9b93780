//! One window's log: what the host calls, and the effects it gets back.

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

/// How long a neighbour that does not say what it has may keep this window from being ready: frozen ones never do.
const PATIENCE_MS: f64 = 5_000.0;

/// Actions of one turn that are sent before the turn is over: a loop of dispatches holds no more than this back.
const LARGEST_BATCH: usize = 512;

/// What a host may choose.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Actions that are always kept one by one. Windows that were apart merge exactly if none dispatched more.
    pub keep: usize,
    /// A state is kept every so many actions: a late action costs at most so many steps more than it is late.
    pub checkpoint_every: u64,
    /// Actions that are folded away at once. The same in every window, or their cuts never agree.
    pub cut: usize,
    /// Actions beyond those kept that wait for peers which do not say what they have seen (frozen, or flooded). A peer
    /// that was waited for in vain takes over the state when it comes back.
    pub patience: usize,
}

impl Options {
    /// 2,048 actions kept (of some 50 bytes each, and the action itself), a state every 64 of them; 256 folded at once,
    /// and up to 4,096 more kept for a peer that is silent.
    pub const DEFAULT: Options = Options {
        keep: 2048,
        checkpoint_every: 64,
        cut: 256,
        patience: 4096,
    };

    /// A peer tells what it has seen when something arrives and the log has grown by this much: four times a cut.
    pub(super) fn ack_every(&self) -> usize {
        (self.cut / 4).max(1)
    }
}

impl Default for Options {
    fn default() -> Self {
        Options::DEFAULT
    }
}

/// One window's log of actions `A`, folded into states `S` by the host.
pub struct LogNode<A, S> {
    /// The actor it began with: by it answers find who asked.
    pub(super) name: Actor,
    pub(super) own: Writer,
    /// The writer of actions from [`LogNode::dispatch_remote`]. They are not sent, so they must not leave gaps in this
    /// window's own numbers.
    pub(super) remote_writer: Writer,
    pub(super) clock: Clock,
    pub(super) vector: VersionVector,
    /// The last time of each actor heard of here, which counts while its last action is in the tail: an actor whose times do
    /// not rise there is not believed.
    pub(super) times: Vec<(Actor, f64)>,
    /// What was seen of others since this window's last action.
    pub(super) news: Vec<(Actor, u64)>,
    /// This window's actions that are not yet sent, successive.
    pub(super) open: Vec<Logged<A>>,
    pub(super) history: History<A, S>,
    pub(super) lineage: Lineage,
    /// The number of cuts after which an action last came too late to stand in its place: a peer that is cut less may
    /// have placed it.
    pub(super) late_at: u64,
    /// Actions that were in the log until a takeover, by rising stamp: they wait for what comes before them.
    pub(super) waiting: Vec<TailEntry<A>>,
    /// The number of cuts until which they do.
    pub(super) waits_until: u64,
    pub(super) peers: Peers,
    /// Actions since the last acknowledgement.
    pub(super) unacknowledged: usize,
    /// The length of the tail at which a cut is next worth a try.
    pub(super) try_at: usize,
    /// What was seen at the last tick.
    pub(super) seen_at_tick: u64,
    pub(super) options: Options,
    settled: bool,
    ready: bool,
}

/// An actor of this window, and the number of its next action.
pub(super) struct Writer {
    pub(super) actor: Actor,
    pub(super) next: u64,
    /// Up to where its actions have been handed to anybody.
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

    /// Whether that is an action of its own that nobody else can have.
    pub(super) fn keeps(&self, dot: Dot) -> bool {
        dot.actor == self.actor && dot.seq > self.sent
    }

    /// Rotates the actor, where others have dots of this one that it did not write.
    pub(super) fn rotate_actor(&mut self) {
        *self = Writer::new(Actor::from_random(mix(self.actor.bits(), self.next)));
    }
}

impl<A: Content, S: Content> LogNode<A, S> {
    /// A window's log before it has met anyone. `actor` is drawn at random; `born_ms` tells who is the elder.
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

    /// A new action of this window: applied here at once, sent by the next [`LogNode::flush`].
    pub fn dispatch(&mut self, action: A, now: f64) -> Vec<LogEffect<A, S>> {
        self.push_own(action, true, now);
        let mut out = vec![LogEffect::Fold(self.history.fold(false))];
        if self.open.len() >= LARGEST_BATCH.min(self.options.keep.max(1)) {
            self.flush_into(&mut out);
        }
        self.try_cut();
        out
    }

    /// An action as if another window had sent it now. It is not sent, but it is part of the log from here on, and who
    /// asks for what it lacks gets it too.
    pub fn dispatch_remote(&mut self, action: A, now: f64) -> Vec<LogEffect<A, S>> {
        self.push_remote(action, true, now);
        self.try_cut();
        vec![LogEffect::Fold(self.history.fold(false))]
    }

    /// Sends what this turn dispatched: one message.
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

    /// What waits for a flush.
    pub fn open(&self) -> impl Iterator<Item = &Logged<A>> {
        self.open.iter()
    }

    /// Whether anything waits for a flush.
    pub fn pending(&self) -> bool {
        !self.open.is_empty()
    }

    /// A neighbour is connected.
    pub fn peer_up(&mut self, peer: PeerRef, now: f64) -> Vec<LogEffect<A, S>> {
        self.peers.up(peer, !self.ready, now);
        let mut out = Vec::new();
        self.ask(peer, &mut out);
        out
    }

    /// A neighbour is gone.
    pub fn peer_down(&mut self, peer: PeerRef, _now: f64) -> Vec<LogEffect<A, S>> {
        self.peers.down(peer);
        self.try_at = 0;
        self.try_cut();
        let mut out = Vec::new();
        self.check_ready(&mut out);
        out
    }

    /// The first look round is over: only neighbours that are already connected are waited for.
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

    /// The state after `position` actions, as a fold of this epoch came to it.
    pub fn record(&mut self, epoch: u32, position: u64, state: S) {
        self.history.record(epoch, position, state);
        if position.is_multiple_of(self.options.cut as u64) {
            self.try_at = 0;
            self.try_cut();
        }
    }

    /// Folds every action that is kept again, from the root on: for a host whose reducer is another one now. Peers hear
    /// nothing of it.
    pub fn refold(&mut self) -> Vec<LogEffect<A, S>> {
        self.history.rewind();
        vec![LogEffect::Fold(self.history.fold(true))]
    }

    /// How many actions are folded away for good: [`LogNode::refold`] does not reach them.
    pub fn forgotten(&self) -> u64 {
        self.history.forgotten()
    }

    /// How many actions the log has seen, the forgotten included.
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

    /// Actions and states held in memory.
    pub fn held(&self) -> (usize, usize) {
        (self.history.len(), self.history.states())
    }

    /// Entries of every list that is held in memory, whatever it is for. It does not grow with the number of actions.
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

    /// The actions that are not folded away, in their order.
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
        // What this window did itself is no news to it.
        self.news.clear();
    }

    pub(super) fn push_remote(&mut self, action: A, fresh: bool, now: f64) {
        let logged = Logged {
            dot: self.remote_writer.dot(),
            time: self.clock.tick(now),
            // All of it: rarely used, and so nothing has to be remembered for it.
            deps: self.vector.iter().gather(),
            action,
        };
        self.accept(TailEntry::new(logged, fresh));
    }

    /// Sends the open batch to every neighbour; without any it is closed all the same, for the log has it.
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

    /// Forgets what everyone has, beyond what is kept.
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
