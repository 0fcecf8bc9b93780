//! `destroy`: this Parley says goodbye to everybody, then its calls of `connect`, its connections and its wires end, in this order.

use super::connections::Connections;
use super::effect::{Effect, Refusal};
use super::hellos::Hellos;
use super::host::Host;
use crate::core::frame::Reason;
use crate::core::id::PeerRef;
use crate::core::lists::Gather;

impl<H: Host> Connections<H> {
    /// `destroy` was called: states send what they have not sent yet, everybody receives a goodbye, and [`Connections::end`] follows.
    /// A second call does nothing: a user's link may destroy the Parley again while it carries the goodbye.
    pub fn destroy(&mut self) {
        if std::mem::replace(&mut self.is_ending, true) {
            return;
        }
        self.effects.push(Effect::Flush);
        self.say_bye(Reason::Local);
        self.effects.push(Effect::End);
    }

    /// Everything was said that is said at the end: all targets, peers, wires and hellos end.
    pub fn end(&mut self) {
        // The end of a connection sends no hello any more.
        self.hellos = Hellos::default();
        self.discovery = None;
        let targets: Vec<u32> = self.targets.iter().map(|target| target.number).gather();
        for number in targets {
            self.refuse(number, Refusal::Destroyed);
        }
        self.targets.clear();
        let peers: Vec<PeerRef> = self.peers.everyone().map(|(at, _)| at).gather();
        for at in peers {
            self.lose_peer(at, Reason::Local);
        }
        let sessions: Vec<u32> = self.sessions.keys().copied().gather();
        for number in sessions {
            self.drop_session(Some(number));
        }
        self.leave_channel();
        self.effects.push(Effect::Destroyed);
    }
}
