//! Frames on a wire: those about the connection are handled here, before or after the other side has joined; the rest is its peer's.

use super::connections::Connections;
use super::host::Host;
use super::policy::Policy;
use super::sessions::Join;
use crate::core::codes;
use crate::core::frame::{Kind, NotOurs, Reason};
use crate::core::id::PeerRef;

/// A frame that arrived, as far as the connection reads it.
pub enum Arrived<'a> {
    /// The other side joins; None: the frame is malformed.
    Join(Option<Join<'a>>),
    /// It says goodbye.
    Bye(Reason),
    /// Of another kind.
    Other(Kind),
    /// It is none of ours. Whether it has the form of a join.
    NotOurs(NotOurs, bool),
}

/// What is left to do with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing.
    Nothing,
    /// The peer could not deserialise a frame of this wire: report that to whose frame it was.
    Unreadable(PeerRef),
    /// It is a frame of this peer's.
    Peer(PeerRef),
}

impl<H: Host> Connections<H> {
    /// A frame arrived on a wire.
    pub fn frame_arrived(&mut self, policy: &Policy, number: u32, frame: Arrived<'_>, now: f64) -> Rest {
        let Some(session) = self.sessions.get(&number) else {
            return Rest::Nothing;
        };
        let peer = session.peer;
        match (peer, frame) {
            (_, Arrived::NotOurs(NotOurs::OtherVersion, is_join)) => self.other_version(number, is_join),
            (_, Arrived::NotOurs(NotOurs::Malformed, _) | Arrived::Join(None)) => {
                let origin = session.proven.origin.clone();
                self.reject(&origin, codes::MALFORMED);
            }
            (_, Arrived::Bye(said)) => {
                let is_over = self.said_bye_on(number, said);
                return peer.filter(|_| !is_over).map_or(Rest::Nothing, Rest::Peer);
            }
            (None, Arrived::Join(Some(join))) => self.joined(policy, number, &join, now),
            (Some(at), Arrived::Join(Some(join))) => self.joined_again(number, at, &join, now),
            (None, Arrived::Other(_)) => {}
            (Some(at), Arrived::Other(Kind::Unreadable)) => return Rest::Unreadable(at),
            (Some(at), Arrived::Other(_)) => return Rest::Peer(at),
        }
        Rest::Nothing
    }
}
