//! Admission of a peer's frames: its rate before a frame is looked at, then the frame's size and depth. What is refused is counted
//! against its origin, and the sender of a refused call receives the error.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::Hub;
use super::peers::Peer;
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::id::PeerRef;
use crate::platform::host;

impl Hub {
    /// Records that the peer is alive. Returns whether it keeps to its rate. Called before its frame is read: some browsers
    /// deserialise it only then, which costs more than everything else.
    pub(crate) fn may_send_frame(&self, from: PeerRef) -> bool {
        let now = host::now();
        let admitted = match self.inner.borrow_mut().peers.any_mut(from) {
            Some(peer) => {
                peer.heartbeat.received(now);
                peer.meter
                    .as_mut()
                    .is_none_or(|meter| meter.admit_message(now).is_ok())
            }
            None => return false,
        };
        if !admitted {
            self.reject_from(from, codes::LIMIT);
        }
        admitted
    }

    /// Checks the limits of a frame. Returns the time of its arrival; the sender of a refused call receives the error.
    pub(super) fn admit(&self, from: PeerRef, kind: Kind, frame: &Array) -> Option<f64> {
        let (now, limits) = {
            let inner = self.inner.borrow();
            let peer = inner.peers.get(from)?;
            (
                peer.heartbeat.last_received(),
                peer.meter.as_ref().map(|meter| *meter.limits()),
            )
        };
        let Some(limits) = limits else {
            return Some(now);
        };
        // The frame adds a level around the payload; a state adds another around its values, and their list one more.
        let deepest = f64::from(limits.depth) + 2.0;
        // This walks the frame, so nothing may be borrowed.
        let bytes = host::weigh(frame, limits.message_bytes, deepest);
        let meter_says = |peer: &mut Peer| {
            let meter = peer.meter.as_mut();
            meter.is_none_or(|meter| meter.admit_bytes(bytes).is_ok())
        };
        if meter_says(self.inner.borrow_mut().peers.get_mut(from)?) {
            return Some(now);
        }
        self.reject_from(from, codes::LIMIT);
        match kind {
            Kind::Message | Kind::Relay | Kind::Relayed => self.refuse_message(from, frame, codes::LIMIT),
            Kind::Answer => self.refuse_answer(from, frame),
            _ => {}
        }
        None
    }

    /// Sends the error to the sender of a refused message, if it waits.
    pub(super) fn refuse_message(&self, from: PeerRef, frame: &Array, code: &str) {
        if frame.get(4).as_f64().is_some_and(|expects| expects > 0.0)
            && let Some(id) = frame.get(1).as_f64()
        {
            let code = JsValue::from_str(code);
            let answer = host::answer_frame(Kind::Answer.tag(), id, false, &code, &JsValue::UNDEFINED);
            let _ = self.post(from, &answer, None);
        }
    }

    /// Counts a refusal against a peer's origin.
    pub(crate) fn reject_from(&self, from: PeerRef, code: &'static str) {
        let origin = self
            .inner
            .borrow()
            .peers
            .get(from)
            .map(|peer| peer.identity.origin.clone());
        self.reject(&origin.unwrap_or_default(), code);
    }
}
