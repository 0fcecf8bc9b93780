//! Validation of incoming log frames. A malformed frame is refused as a whole, before any of it is applied.

use super::frame::Logged;
use super::node::LogNode;
use super::tip::Tip;
use crate::core::fingerprint::Content;
use crate::core::id::Actor;
use crate::core::register::Stamp;
use crate::core::version::VersionVector;

impl<A: Content, S: Content> LogNode<A, S> {
    /// Checks the actions of a frame. Returns the code of the error for which the frame is refused.
    pub(super) fn check(&mut self, actions: &[Logged<A>], now: f64) -> Result<(), &'static str> {
        let mut before: Option<Stamp> = None;
        for logged in actions {
            let (dot, stamp) = (logged.dot, logged.stamp());
            if dot.seq == 0 || stamp.time.is_initial() || before.is_some_and(|before| stamp <= before) {
                return Err("ERR_MALFORMED");
            }
            before = Some(stamp);
            if !self.vector.contains(dot) && self.is_forged(dot.actor, dot.seq) {
                return Err("ERR_MALFORMED");
            }
        }
        // Stamps ascend, so the last one is the furthest ahead.
        match before {
            Some(last) => self.clock.observe(last.time, now).map_err(|_| "ERR_CLOCK"),
            None => Ok(()),
        }
    }

    pub(super) fn check_checkpoint(
        &mut self,
        folded: Option<&VersionVector>,
        last: Option<Stamp>,
        tip: &Tip,
        now: f64,
    ) -> Result<(), &'static str> {
        if !tip.born.is_finite() || tip.cuts > u64::from(u32::MAX) {
            return Err("ERR_MALFORMED");
        }
        // The root must have folded as many actions as its number of cuts says.
        let count = |folded: &VersionVector| folded.iter().fold(0, |sum: u64, one| sum.saturating_add(one.1));
        if folded.is_some_and(|folded| count(folded) != tip.cuts * self.options.cut as u64) {
            return Err("ERR_MALFORMED");
        }
        if folded.is_some_and(|folded| folded.iter().any(|(actor, seq)| self.is_forged(actor, seq))) {
            return Err("ERR_MALFORMED");
        }
        match last {
            Some(last) => self.clock.observe(last.time, now).map_err(|_| "ERR_CLOCK"),
            None => Ok(()),
        }
    }

    /// Whether somebody claims an action in this window's name that it never dispatched.
    pub(super) fn is_forged(&self, actor: Actor, seq: u64) -> bool {
        (actor == self.own.actor && seq >= self.own.next)
            || (actor == self.remote_writer.actor && seq >= self.remote_writer.next)
    }

    /// Whether an actor's times do not ascend. A cut takes the oldest actions, so it would leave a gap in that actor's
    /// numbers.
    ///
    /// Only times of actions in the tail count. A window that took over a root does not know the times of the folded
    /// actions, and windows with the same root and tail must accept the same actions.
    pub(super) fn is_time_regression(&self, stamp: Stamp) -> bool {
        if self.history.root().vector.get(stamp.actor) >= self.vector.get(stamp.actor) {
            return false;
        }
        let known = self.times.binary_search_by_key(&stamp.actor, |&(actor, _)| actor);
        known
            .ok()
            .and_then(|at| self.times.get(at))
            .is_some_and(|&(_, last)| stamp.time.as_f64() <= last)
    }
}
