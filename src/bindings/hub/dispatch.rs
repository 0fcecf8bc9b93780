//! Dispatch of a connected peer's frames by their kind, once they are admitted.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::Hub;
use super::session::said;
use crate::core::frame::{Kind, Reason};
use crate::core::id::PeerRef;
use crate::platform::host;

impl Hub {
    /// A frame of a peer. If the peer is suspended, any frame but a goodbye resumes it.
    pub(crate) fn receive_frame(&self, from: PeerRef, kind: Kind, frame: &Array, to_all: bool) {
        if !self.is_held(true, from, frame, None, to_all) {
            self.dispatch_frame(from, kind, frame, to_all);
        }
    }

    /// Does the same, past the inspector's tap.
    pub(super) fn dispatch_frame(&self, from: PeerRef, kind: Kind, frame: &Array, to_all: bool) {
        self.log_frame("received", from, frame);
        // Most kinds are not read here, because every message comes this way.
        let said = match kind {
            Kind::Bye => said(frame),
            _ => Reason::Local,
        };
        let now = host::now();
        if self.decide(|connections, _| connections.peer_frame_arrived(from, kind, said, now)) {
            self.dispatch(from, kind, frame, to_all);
        }
    }

    /// Handles a frame of a connected peer. `to_all`: others on the mesh received it too.
    pub(crate) fn dispatch(&self, from: PeerRef, kind: Kind, frame: &Array, to_all: bool) {
        if self.admit(from, kind, frame).is_none() {
            return;
        }
        match kind {
            Kind::Message | Kind::Relay | Kind::Relayed => self.on_message(from, kind, frame, host::wall()),
            Kind::Answer => self.on_answer(from, frame),
            Kind::Abort => self.on_abort(from, frame),
            Kind::Bye => self.on_bye(from, frame),
            Kind::Ping => {
                let pong = Array::of2(&JsValue::from_f64(Kind::Pong.tag()), &frame.get(1));
                let _ = self.post(from, &pong, None);
            }
            Kind::Pong => self.on_pong(from, frame),
            Kind::Suspend => self.on_suspend(from, frame),
            Kind::Join | Kind::Unreadable => {}
            Kind::Fragment => self.on_fragment(from, frame),
            Kind::Reassembly => self.on_reassembly(from, frame, to_all),
            // All other kinds belong to states and stores.
            _ => self.on_state_frame(from, kind, frame, to_all),
        }
    }

    fn on_pong(&self, from: PeerRef, frame: &Array) {
        let Some(sent) = frame.get(1).as_f64() else {
            return;
        };
        if let Some(peer) = self.inner.borrow_mut().peers.get_mut(from)
            && let Some(latency) = peer.heartbeat.pong(sent, host::precise_now())
        {
            peer.identity.latency = latency;
        }
    }
}
