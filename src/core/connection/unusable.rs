//! Wires that carry nothing of use: the other side speaks another version, or a link changes its frames. Each side hears one last
//! join, by which it finds out the same.

use super::connections::Connections;
use super::effect::{Effect, Frame, Refusal, To};
use super::host::Host;
use crate::core::codes;

impl<H: Host> Connections<H> {
    /// A frame of another wire version came, which is counted and never decoded. `is_join`: it has the form of a join; then the
    /// attempt ends at once instead of at its timeout.
    pub fn other_version(&mut self, number: u32, is_join: bool) {
        let session = self.sessions.get(&number);
        let origin = session.map(|session| session.proven.origin.clone());
        self.reject(&origin.unwrap_or_default(), codes::WIRE_VERSION);
        if is_join {
            self.end_attempt(number, Refusal::OtherVersion);
        }
    }

    /// A link has changed a frame, or the other side sends in another form than this one asks for: nothing of what states send would
    /// arrive.
    pub fn link_unfit(&mut self, number: u32) {
        if !self.end_attempt(number, Refusal::Unfit) {
            self.reject("", codes::MALFORMED);
        }
    }

    /// Sends a last join on a wire whose other end has not joined, and ends the wait for it. Whether it is such a wire.
    fn end_attempt(&mut self, number: u32, refusal: Refusal) -> bool {
        let session = self.sessions.get(&number);
        let Some(session) = session.filter(|session| session.peer.is_none()) else {
            return false;
        };
        if let Some(wire) = session.wire.clone() {
            self.effects
                .push(Effect::Post(To::Wire(wire), Frame::join(false)));
        }
        if let Some(target) = session.proven.target {
            self.refuse(target, refusal);
        }
        true
    }
}
