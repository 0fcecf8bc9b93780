//! Going on from another window's root.

use super::effect::LogEffect;
use super::frame::{Checkpoint, Logged};
use super::history::Held;
use super::node::LogNode;
use super::tip::{Lineage, Tip};

impl<A: Clone, S: Clone> LogNode<A, S> {
    /// Takes over a root and the actions since it, and puts this window's own tail after it as far as it follows.
    ///
    /// Of this window's own actions that do not follow, those that nobody was ever handed are issued anew. The others
    /// are somewhere on a wire or in another window: they come back from there, or are lost with the side that lost.
    pub(super) fn take_over(
        &mut self,
        root: Checkpoint<S>,
        tip: Tip,
        actions: Vec<Logged<A>>,
        now: f64,
        out: &mut Vec<LogEffect<A, S>>,
    ) {
        let before = std::mem::replace(&mut self.vector, root.vector.clone());
        self.news = root
            .vector
            .iter()
            .filter(|&(actor, _)| actor != self.own.actor)
            .collect();
        self.lineage = Lineage::new(tip);
        self.late_at = 0;
        self.times.clear();
        self.try_at = 0;
        let mut mine = self.history.replace(root, tip.cuts * self.options.cut as u64);
        let mut theirs = actions.into_iter().peekable();
        let mut anew = Vec::new();
        loop {
            let first = match (mine.front(), theirs.peek()) {
                (None, None) => break,
                (Some(held), Some(logged)) => held.logged.stamp() <= logged.stamp(),
                (held, _) => held.is_some(),
            };
            let next = if first {
                mine.pop_front()
            } else {
                theirs.next().map(|logged| Held {
                    fresh: !before.contains(logged.dot),
                    logged,
                })
            };
            let Some(held) = next else { break };
            let dot = held.logged.dot;
            if self.vector.contains(dot) {
                continue;
            }
            if self.follows(&held.logged) {
                self.accept(held);
            } else if dot.actor == self.own.actor && dot.seq > self.sent {
                anew.push((held.logged.action, held.fresh));
            }
        }
        if self.vector.get(self.own.actor) + 1 != self.own.next {
            self.own.renew();
            self.sent = 0;
            self.open.clear();
            for (action, fresh) in anew {
                self.push_own(action, fresh, now);
            }
        }
        if self.vector.get(self.stand_in.actor) + 1 != self.stand_in.next {
            self.stand_in.renew();
        }
        out.push(LogEffect::Fold(self.history.fold(true)));
    }
}
