//! Capacity of a log: how many writers it remembers. It can forget none, because their numbers say which actions are
//! folded.

use super::frame::{LogFrame, Logged};
use super::node::LogNode;
use crate::core::fingerprint::Content;
use crate::core::limits::WRITERS;
use crate::core::version::VersionVector;

impl<A: Content, S: Content> LogNode<A, S> {
    /// Whether the writers that a frame names fit beside those that are known.
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
        // The first action of each new writer: a later one waits for it.
        let new = actions
            .iter()
            .filter(|logged| logged.dot.seq == 1 && self.vector.get(logged.dot.actor) == 0);
        // A window that takes over a root knows only the writers of that root and those after it.
        self.vector.len() + new.count() <= WRITERS
    }
}

fn is_short(vector: &VersionVector) -> bool {
    vector.len() <= WRITERS
}
