//! What a frame of the log must not claim. It is refused as a whole, before anything of it is applied.

use super::frame::Logged;
use super::node::LogNode;
use super::tip::Tip;
use crate::core::fingerprint::Content;
use crate::core::id::Actor;
use crate::core::register::Stamp;
use crate::core::version::VersionVector;

impl<A: Content, S: Content> LogNode<A, S> {
    /// Refuses a frame as a whole, before anything of it is applied.
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
        // Stamps rise: the last is the furthest ahead.
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
        // As many actions are folded as that many cuts fold.
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

    /// Whether somebody claims an action of this window's that it never made.
    pub(super) fn is_forged(&self, actor: Actor, seq: u64) -> bool {
        (actor == self.own.actor && seq >= self.own.next)
            || (actor == self.remote_writer.actor && seq >= self.remote_writer.next)
    }

    /// Whether an actor's times do not rise. A cut takes the oldest: it must not leave holes in anybody's numbers.
    ///
    /// What is folded has no times any more for who took it over, so they count for nobody: windows with the same root
    /// and the same tail have to take the same actions.
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
