//! How many writers a log remembers. It has to remember each for ever: what it has folded is known by their numbers.

use super::frame::{LogFrame, Logged};
use super::node::LogNode;
use crate::core::fingerprint::Content;
use crate::core::limits::WRITERS;
use crate::core::version::VersionVector;

impl<A: Content, S: Content> LogNode<A, S> {
    /// Whether the writers that a frame names can be remembered beside those that are.
    pub(super) fn knows_writers(&self, frame: &LogFrame<A, S>) -> bool {
        match frame {
            LogFrame::Append(actions) => self.has_capacity_for(actions),
            LogFrame::Sync { vector, .. } | LogFrame::Ack { vector } => is_short(vector),
            LogFrame::Delta(delta) => {
                let root = delta.checkpoint.as_ref().map(|root| &root.vector);
                is_short(&delta.vector) && root.is_none_or(is_short) && self.has_capacity_for(&delta.actions)
            }
        }
    }

    fn has_capacity_for(&self, actions: &[Logged<A>]) -> bool {
        // The first action of each that is new: a later one waits for it.
        let new = actions
            .iter()
            .filter(|logged| logged.dot.seq == 1 && self.vector.get(logged.dot.actor) == 0);
        // Who takes over another's root knows no more than that and what follows.
        self.vector.len() + new.count() <= WRITERS
    }
}

fn is_short(vector: &VersionVector) -> bool {
    vector.len() <= WRITERS
}
