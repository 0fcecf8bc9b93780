//! Liveness checks of targets: which peer is behind a target after its frame has loaded a document.

use super::connections::Connections;
use super::effect::Effect;
use super::host::Host;
use crate::core::frame::Reason;
use crate::core::id::PeerRef;
use crate::core::lists::List;

impl<H: Host> Connections<H> {
    /// The frame of a target has loaded a document: the connected one has just finished loading, or it left without a
    /// goodbye. It is pinged over its wire, which only shows that some document holds that wire; and over its window.
    pub fn frame_loaded(&mut self, number: u32) {
        let Some(target) = self.target(number) else { return };
        target.handshake.loaded();
        let window = target.window();
        if let Some(at) = target.peer {
            self.effects.take_in(window.map(Effect::RequestHello));
            self.effects.push(Effect::Probe(at));
            let target = number;
            self.effects.push(Effect::AwaitHello { target, at });
        }
    }

    /// A peer that was pinged at `asked` has had the time to answer.
    pub fn probe_due(&mut self, at: PeerRef, asked: f64) {
        let peer = self.peers.get(at);
        if peer.is_some_and(|peer| peer.heartbeat.last_received() < asked) {
            self.probe_failed(at);
        }
    }

    /// The window of a target has had the time to say hello. Until then a frame that loads is busy.
    pub fn hello_due(&mut self, number: u32, at: PeerRef) {
        let target = self.target(number);
        if target.is_some_and(|target| target.peer == Some(at) && !target.handshake.is_shown()) {
            self.probe_failed(at);
        }
    }

    /// Requests a hello from the window of a target.
    pub fn request_hello(&mut self, number: u32) {
        let window = self.target(number).and_then(|target| target.window());
        self.effects.take_in(window.map(Effect::RequestHello));
    }

    /// The document of a peer is no longer the one that its window shows, or no longer receives on the wire it has.
    fn probe_failed(&mut self, at: PeerRef) {
        let target = self.targets.iter().find(|target| target.peer == Some(at));
        let reason = match target {
            Some(target) if target.handshake.is_bound() => return self.revoke(target.number),
            Some(_) => Reason::Navigated,
            None => Reason::Timeout,
        };
        self.effects.push(Effect::Leave(at, reason));
    }
}
