//! Integration of arriving actions: which can be applied now, their positions, and the peers they are relayed to.

use super::effect::LogEffect;
use super::frame::{LogFrame, Logged};
use super::history::TailEntry;
use super::node::LogNode;
use crate::core::fingerprint::Content;
use crate::core::id::PeerRef;
use crate::core::lists::Gather;

impl<A: Content, S: Content> LogNode<A, S> {
    /// Applies those of these actions that can be applied, in order, and relays the new ones. Returns whether it applied
    /// all.
    pub(super) fn integrate(
        &mut self,
        from: PeerRef,
        actions: Vec<Logged<A>>,
        out: &mut Vec<LogEffect<A, S>>,
    ) -> bool {
        let (mut complete, mut late) = (true, false);
        let mut learned = Vec::new();
        for logged in actions {
            if self.vector.contains(logged.dot) {
                continue;
            }
            if !self.follows(&logged) {
                complete = false;
                continue;
            }
            late |= self.history.is_late(logged.stamp());
            learned.push(logged.clone());
            let fresh = self.is_fresh(&logged);
            self.accept(TailEntry::new(logged, fresh));
        }
        if learned.is_empty() {
            return complete;
        }
        let revived = if self.waiting.is_empty() {
            Vec::new()
        } else {
            self.revive()
        };
        out.push(LogEffect::Fold(self.history.fold(false)));
        self.relay(Some(from), &learned, out);
        if !revived.is_empty() {
            self.relay(None, &revived, out);
        }
        if late {
            self.ask_all(out);
        }
        if self.unacknowledged >= self.options.ack_every() && !self.peers.is_empty() {
            self.unacknowledged = 0;
            self.flush_into(out);
            out.push(LogEffect::Send {
                to: self.peers.ids(),
                frame: LogFrame::Ack {
                    vector: self.vector.clone(),
                },
            });
        }
        complete
    }

    /// Whether all predecessors of an action, of its actor and its dependencies, are here and before it in the order.
    pub(super) fn follows(&self, logged: &Logged<A>) -> bool {
        logged.dot.seq == self.vector.get(logged.dot.actor) + 1
            && !self.is_time_regression(logged.stamp())
            && logged
                .deps
                .iter()
                .all(|&(actor, seq)| self.vector.get(actor) >= seq)
    }

    /// Inserts an action whose predecessors are here.
    pub(super) fn accept(&mut self, held: TailEntry<A>) {
        let (dot, stamp) = (held.logged.dot, held.logged.stamp());
        self.vector.advance(dot.actor, dot.seq);
        // This window's own actions count too: if it dispatches much and receives little, others wait for its
        // acknowledgement.
        self.unacknowledged += 1;
        match self.news.iter_mut().find(|(actor, _)| *actor == dot.actor) {
            Some((_, seq)) => *seq = dot.seq,
            None => self.news.push((dot.actor, dot.seq)),
        }
        let time = stamp.time.as_f64();
        match self.times.binary_search_by_key(&dot.actor, |&(actor, _)| actor) {
            Ok(at) => {
                if let Some((_, last)) = self.times.get_mut(at) {
                    *last = time;
                }
            }
            Err(at) => self.times.insert(at, (dot.actor, time)),
        }
        if self.history.is_late(stamp) {
            self.late_at = self.tip().cuts;
        }
        self.history.insert(held);
    }

    /// Sends each neighbour the actions that it lacks; the same frame to all that lack the same.
    pub(super) fn relay(
        &mut self,
        from: Option<PeerRef>,
        learned: &[Logged<A>],
        out: &mut Vec<LogEffect<A, S>>,
    ) {
        let mut all = Vec::new();
        for peer in self.peers.iter_mut().filter(|peer| Some(peer.id) != from) {
            let lacks = |logged: &&Logged<A>| !peer.sent.contains(logged.dot);
            let missing = learned.iter().filter(lacks).count();
            if missing == learned.len() {
                all.push(peer.id);
            } else if missing > 0 {
                out.push(LogEffect::Send {
                    to: vec![peer.id],
                    frame: LogFrame::Append(learned.iter().filter(lacks).cloned().gather()),
                });
            }
            for logged in learned {
                peer.sent.advance(logged.dot.actor, logged.dot.seq);
            }
        }
        if !all.is_empty() {
            out.push(LogEffect::Send {
                to: all,
                frame: LogFrame::Append(learned.to_vec()),
            });
        }
    }
}
