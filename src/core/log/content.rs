//! Comparison of the contents of two logs by digest. Digests are computed on the slow tick, never for a dispatch.

use super::effect::LogEffect;
use super::frame::LogContent;
use super::history::TailEntry;
use super::node::LogNode;
use super::tip::{Relation, Tip, mix};
use crate::core::difference::is_due;
use crate::core::fingerprint::{Content, Fingerprint};
use crate::core::id::PeerRef;
use crate::core::version::{DIGEST_BITS, VersionVector};

/// Two windows have the same actions with different contents, and taking over a root has not changed that.
const ERR_DIVERGED: &str = "ERR_DIVERGED";

impl<A: Content, S: Content> LogNode<A, S> {
    /// Computes the digests for the next comparisons. The root's state may be large, so it is left out if the log has just
    /// changed.
    pub(super) fn work_out_content(&mut self) {
        if self.peers.is_empty() {
            return;
        }
        let seen = mix(self.vector.digest(), self.tip().digest);
        let is_quiet = std::mem::replace(&mut self.seen_at_tick, seen) == seen;
        self.history.work_out(is_quiet);
    }

    /// Compares with the contents of a neighbour that has seen `vector` and was last cut at `tip`. Returns whether the
    /// contents here win. If they lose, the neighbour is asked for its own.
    ///
    /// This also counts where the two do not have the same actions and do not exchange them: the next action of a window
    /// may not follow an action that somebody forged in its name.
    pub(super) fn contents_win(
        &mut self,
        from: PeerRef,
        (vector, tip): (&VersionVector, &Tip),
        mut theirs: LogContent,
        out: &mut Vec<LogEffect<A, S>>,
    ) -> bool {
        let (same_tip, same_actions) = (*tip == self.tip(), *vector == self.vector);
        let is_ahead = match self.lineage.relation(tip) {
            // That neighbour compares, and takes over this root if it has another.
            Relation::Behind if same_actions && !same_tip => return false,
            Relation::Behind => false,
            Relation::Ahead if same_actions => true,
            // The cuts decide.
            _ => return false,
        };
        let own = self.contents_against(tip, theirs);
        let seen = mix(vector.digest(), self.vector.digest());
        let Some(peer) = self.peers.get(from) else {
            return false;
        };
        if own.root == 0 {
            theirs.root = 0;
        }
        if same_actions && own == theirs {
            peer.difference.ends();
            peer.lag.ends();
            return false;
        }
        let how = mix(mix(own.tail, theirs.tail), mix(own.root, theirs.root));
        let how = mix(seen, how);
        let tries = if same_actions {
            let tries = peer.difference.found(how);
            if tries > 0 && peer.difference.lasts() {
                let code = ERR_DIVERGED;
                out.push(LogEffect::Refused { from, code });
            }
            tries
        } else {
            // At the first comparison, what one of them lacks may be on its way.
            peer.lag.found(how).saturating_sub(1)
        };
        if !is_due(tries) {
            return false;
        }
        if is_ahead {
            // The log with more cuts wins. It sends its root to a log that asks with an empty vector.
            self.sync(vec![from], VersionVector::new(), out);
            return false;
        }
        if same_tip && own < theirs {
            self.ask(from, out);
        }
        !same_tip || own > theirs
    }

    /// Whether the contents that a neighbour with the same cuts sent are to be taken over.
    pub(super) fn contents_lose(&mut self, tip: &Tip, theirs: LogContent) -> bool {
        theirs.tail != 0 && *tip == self.tip() && self.contents_against(tip, theirs) < theirs
    }

    /// The digests here of the same actions and root as those of a log with that tip.
    fn contents_against(&mut self, tip: &Tip, theirs: LogContent) -> LogContent {
        self.history.work_out(theirs.root != 0);
        let more = tip.cuts.saturating_sub(self.tip().cuts);
        let mut own = self.history.content(more);
        if theirs.root == 0 {
            own.root = 0;
        }
        own
    }
}

/// The fingerprint of an action and its stamp; never 0.
pub(super) fn fingerprint_of<A: Content>(held: &TailEntry<A>) -> u64 {
    let logged = &held.logged;
    let place = Fingerprint::of(logged.dot.seq).stamp(Some(logged.stamp()));
    place.content(Some(&logged.action)).end().max(1)
}

/// Reduces a hash to a number that JavaScript holds exactly; never 0.
pub(super) fn digest(bits: u64) -> u64 {
    (bits & DIGEST_BITS).max(1)
}
