//! The lifecycle of this page: it is frozen, goes into the back/forward cache, returns, or ends.

use super::connections::Connections;
use super::effect::{Effect, Frame, To};
use super::host::{Host, Window};
use crate::core::frame::{Reason, Suspension};
use crate::core::id::PeerRef;
use crate::core::lists::{Gather, List};

/// How long the peers of a returning page have to answer it, ms.
const ANSWERS_COME: f64 = 5000.0;

impl<H: Host> Connections<H> {
    /// The page closes, navigates, or goes into the cache (`may_return`): the last moment at which a frame arrives. States have
    /// sent what they had not sent yet. Ports stay open, because a frame that was just posted to a port that closes may not arrive
    /// (Firefox). Other documents of this page are sent nothing more until it returns.
    pub fn page_left(&mut self, may_return: bool) {
        match may_return {
            true => self.post_outside(&Frame::Suspend(Suspension::Cached)),
            false => self.say_bye(Reason::Closed),
        }
        self.left = true;
        self.leave_channel();
        let wires = self.sessions.values().filter_map(|session| session.wire.clone());
        self.effects
            .take_in(wires.map(|wire| Effect::Hold { wire, may_return }));
    }

    /// The page is frozen until it is resumed. A page in the cache has announced it already.
    pub fn page_frozen(&mut self) {
        if !self.left {
            self.post_outside(&Frame::Suspend(Suspension::Frozen));
        }
    }

    /// The page is resumed.
    pub fn page_resumed(&mut self) {
        if !self.left {
            self.post_outside(&Frame::join(true));
        }
    }

    /// The page came back from the cache. Each of its peers is suspended until it answers, and given up after five seconds.
    pub fn page_returned(&mut self, relatives: &[H::Window], now: f64) {
        if !std::mem::take(&mut self.left) {
            return;
        }
        // What was answered meanwhile in unfinished handshakes may be lost.
        self.end_unfinished(|_| true);
        for at in self.outside() {
            self.suspend(at, Suspension::Cached, now + ANSWERS_COME);
        }
        // The others are parts of this page: a frame of one says that it is back as well.
        let inside = self.peers.refs().into_iter();
        self.effects.take_in(inside.map(Effect::Ping));
        self.post_outside(&Frame::join(false));
        self.effects.push(Effect::JoinChannel);
        self.send_hello_to_relatives(relatives);
        self.request_missing_hellos();
    }

    /// The last frame, on every wire and on the channel.
    pub fn say_bye(&mut self, reason: Reason) {
        let wires = self.sessions.values().filter_map(|session| session.wire.clone());
        let ways = wires.map(To::Wire).chain([To::Channel]);
        self.effects
            .take_in(ways.map(|to| Effect::Post(to, Frame::Bye(reason))));
    }

    /// Peers outside of this page. A message to a part of it would keep it out of the cache (Firefox).
    fn outside(&self) -> Vec<PeerRef> {
        let everyone = self.peers.everyone();
        let outside = everyone.filter(|(_, peer)| {
            let window = peer.window.as_ref().filter(|_| !peer.on_mesh);
            !window.is_some_and(Window::is_same_page)
        });
        outside.map(|(at, _)| at).gather()
    }

    fn post_outside(&mut self, frame: &Frame) {
        self.effects.push(Effect::Post(To::Channel, frame.clone()));
        for at in self.outside() {
            let peer = self.peers.any(at).filter(|peer| !peer.on_mesh);
            let wire = peer.and_then(|peer| peer.wire.clone());
            let post = |wire| Effect::Post(To::Wire(wire), frame.clone());
            self.effects.take_in(wire.map(post));
        }
    }
}
