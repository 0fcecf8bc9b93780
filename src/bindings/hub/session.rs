//! Sessions: wires that are becoming peers, and the frames that arrive on them.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use crate::bindings::wire::numbers;
use crate::core::connection::frames::{Arrived, Rest};
use crate::core::connection::sessions::Join;
use crate::core::frame::{Kind, NotOurs, Reason};
use crate::platform::host;

const LONGEST_ID: usize = 128;

impl Hub {
    /// The first frame of this side on every wire. A join is answered only if its sender has not received the other side's.
    pub(crate) fn join_frame(&self, has_received: bool) -> JsValue {
        let (locked, life_held) = {
            let inner = self.inner.borrow();
            (inner.channel.is_locked(), inner.life_held)
        };
        let frame = Array::of5(
            &JsValue::from_f64(Kind::Join.tag()),
            &JsValue::from_str(&self.uid),
            &JsValue::from_str(self.instance_id()),
            &JsValue::from_str(&host::own_kind()),
            &JsValue::from_bool(has_received),
        );
        frame.push(&JsValue::from_bool(locked));
        // The place of the nonce that proves an opaque origin.
        frame.push(&JsValue::UNDEFINED);
        frame.push(&JsValue::from_bool(life_held));
        // These two values reveal a link that changes its frames.
        frame.push(&numbers(&[0.5]));
        frame.into()
    }

    /// Whether frames of a wire are read. Wires that have not joined yet have a rate limit for all of their kind.
    pub(super) fn may_read_wire(&self, number: u32) -> bool {
        let peer = match self.inner.borrow().sessions.get(&number) {
            Some(session) => session.peer,
            None => return false,
        };
        peer.is_none_or(|peer| self.may_send_frame(peer))
    }

    /// Handles a frame on a wire of its own.
    pub(super) fn on_frame(&self, number: u32, frame: &JsValue) {
        let array: &Array = frame.unchecked_ref();
        let kind = kind_of(frame);
        let (names, proof) = match kind {
            Ok(Kind::Join) | Err(NotOurs::OtherVersion) => {
                let proof = host::short_text(&array.get(6), LONGEST_ID as u32);
                (read_join(array), proof)
            }
            _ => (None, None),
        };
        let arrived = match kind {
            Err(not_ours) => Arrived::NotOurs(not_ours, names.is_some()),
            Ok(Kind::Join) => Arrived::Join(names.as_ref().map(|(uid, claimed, _)| Join {
                uid,
                claimed,
                has_received: has_received(array),
                proof: proof.as_deref(),
                liveness_lock: array.get(7).is_truthy(),
                is_changed: host::is_changed(array),
                any_origin: array.get(9).is_truthy(),
            })),
            Ok(Kind::Bye) => Arrived::Bye(said(array)),
            Ok(kind) => Arrived::Other(kind),
        };
        let now = host::now();
        let rest = self.decide(|connections, policy| connections.frame_arrived(policy, number, arrived, now));
        match (rest, kind) {
            (Rest::Unreadable(peer), _) => self.on_unreadable_by_wire(number, peer, array),
            (Rest::Peer(peer), Ok(kind)) => self.receive_frame(peer, kind, array, false),
            _ => {}
        }
    }
}

/// Why the sender of a goodbye ends.
pub(super) fn said(bye: &Array) -> Reason {
    Reason::from_bye(bye.get(1).as_f64().unwrap_or_default())
}

/// The last frame on a wire, with the reason.
pub(super) fn bye_frame(reason: Reason) -> JsValue {
    short_frame(Kind::Bye, f64::from(u8::from(reason == Reason::Closed)))
}

/// A frame that carries one number.
pub(super) fn short_frame(kind: Kind, number: f64) -> JsValue {
    Array::of2(&JsValue::from_f64(kind.tag()), &JsValue::from_f64(number)).into()
}

/// The kind of an inbound frame, which may be anything.
pub(crate) fn kind_of(frame: &JsValue) -> Result<Kind, NotOurs> {
    if !Array::is_array(frame) {
        return Err(NotOurs::Malformed);
    }
    let frame: &Array = frame.unchecked_ref();
    Kind::of(frame.get(0).as_f64().ok_or(NotOurs::Malformed)?)
}

/// Whether the sender of a join has received ours.
pub(crate) fn has_received(frame: &Array) -> bool {
    frame.get(4).is_truthy()
}

/// Reads the uid, the claimed id and the kind of a join.
pub(crate) fn read_join(frame: &Array) -> Option<(String, String, String)> {
    let field = |at| {
        host::short_text(&frame.get(at), LONGEST_ID as u32)
            .filter(|text| !text.is_empty() && text.len() <= LONGEST_ID)
    };
    Some((field(1)?, field(2)?, field(3)?))
}
