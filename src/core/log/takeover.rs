//! Takeover: continuing from another window's root.

use super::effect::LogEffect;
use super::frame::{Checkpoint, Logged};
use super::history::TailEntry;
use super::node::LogNode;
use super::tip::{Lineage, Tip};
use crate::core::fingerprint::Content;
use crate::core::id::Actor;
use crate::core::lists::{Gather, List};
use crate::core::order;

/// An action that waits for its predecessors is dropped after this many cuts: what the losing side folded does not come
/// back.
const MAX_WAIT_CUTS: u64 = 8;

impl<A: Content, S: Content> LogNode<A, S> {
    /// Takes over a root and the actions since it, and inserts the own tail after it as far as predecessors are there.
    ///
    /// An action whose predecessors were folded here and not there waits: another window may still have them in its tail.
    /// Own actions that were never sent need not wait; they are dispatched again.
    pub(super) fn take_over(
        &mut self,
        root: Checkpoint<S>,
        tip: Tip,
        actions: Vec<Logged<A>>,
        now: f64,
        out: &mut Vec<LogEffect<A, S>>,
    ) {
        let before = std::mem::replace(&mut self.vector, root.vector.clone());
        self.news = root.vector.iter().gather();
        self.lineage = Lineage::new(tip);
        self.late_at = 0;
        self.times.clear();
        self.try_at = 0;
        let mine = self.history.replace(root, tip.cuts * self.options.cut as u64);
        let mut mine = merge(mine, std::mem::take(&mut self.waiting));
        // If both have an action, the winner's copy counts.
        let mut dots: Vec<((Actor, u64), bool)> = actions
            .iter()
            .map(|logged| (logged.dot.order(), !before.contains(logged.dot)))
            .gather();
        order::sort(&mut dots);
        mine.keep(|held| {
            let Ok(at) = dots.binary_search_by_key(&held.logged.dot.order(), |dot| dot.0) else {
                return true;
            };
            if let Some(dot) = dots.get_mut(at) {
                dot.1 &= held.fresh;
            }
            false
        });
        let theirs = actions.into_iter().map(|logged| {
            let at = dots.binary_search_by_key(&logged.dot.order(), |dot| dot.0);
            let fresh = at.ok().and_then(|at| dots.get(at)).is_none_or(|dot| dot.1);
            TailEntry::new(logged, fresh)
        });
        let all = merge(mine, theirs.gather());
        let mut anew = Vec::new();
        for held in all {
            let dot = held.logged.dot;
            if self.vector.contains(dot) {
                continue;
            }
            if self.follows(&held.logged) {
                self.accept(held);
            } else if self.own.keeps(dot) {
                anew.push((true, held));
            } else if self.remote_writer.keeps(dot) {
                anew.push((false, held));
            } else {
                self.waiting.push(held);
            }
        }
        let most = self.options.keep + self.options.patience;
        self.waiting.drain(..self.waiting.len().saturating_sub(most));
        self.waits_until = tip.cuts + MAX_WAIT_CUTS;
        // If others cannot have the predecessors of an actor's next action, the actor is given up.
        if self.vector.get(self.own.actor) + 1 != self.own.next {
            self.own.rotate_actor();
            self.open.clear();
        }
        if self.vector.get(self.remote_writer.actor) + 1 != self.remote_writer.next {
            self.remote_writer.rotate_actor();
        }
        for (own, held) in anew {
            if own {
                self.push_own(held.logged.action, held.fresh, now);
            } else {
                self.push_remote(held.logged.action, held.fresh, now);
            }
        }
        out.push(LogEffect::Fold(self.history.fold(true)));
    }

    /// Whether an action is in this log for the first time. One that waited is not.
    pub(super) fn is_fresh(&self, logged: &Logged<A>) -> bool {
        let stamp = logged.stamp();
        let waited = self
            .waiting
            .binary_search_by_key(&stamp, |held| held.logged.stamp());
        waited
            .ok()
            .and_then(|at| self.waiting.get(at))
            .is_none_or(|held| held.fresh)
    }

    /// Inserts waiting actions whose predecessors are here now.
    pub(super) fn revive(&mut self) -> Vec<Logged<A>> {
        let mut revived = Vec::new();
        if self.tip().cuts > self.waits_until {
            self.waiting.clear();
        }
        // They ascend by stamp, so causes come first, and one pass is enough.
        for held in std::mem::take(&mut self.waiting) {
            if self.vector.contains(held.logged.dot) {
                continue;
            }
            if self.follows(&held.logged) {
                revived.push(held.logged.clone());
                self.accept(held);
            } else {
                self.waiting.push(held);
            }
        }
        revived
    }
}

/// Merges two lists that ascend by stamp. Of two actions with the same stamp the first list's comes first.
fn merge<A>(first: Vec<TailEntry<A>>, second: Vec<TailEntry<A>>) -> Vec<TailEntry<A>> {
    let mut merged = Vec::with_capacity(first.len() + second.len());
    let (mut first, mut second) = (first.into_iter().peekable(), second.into_iter().peekable());
    loop {
        let next = match (first.peek(), second.peek()) {
            (Some(a), Some(b)) if b.logged.stamp() < a.logged.stamp() => second.next(),
            (Some(_), _) => first.next(),
            (None, _) => second.next(),
        };
        match next {
            Some(held) => merged.push(held),
            None => return merged,
        }
    }
}
