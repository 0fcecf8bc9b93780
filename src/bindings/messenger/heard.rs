//! What a plain messenger delivers: envelopes of other members, and updates of other code.

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

use super::plain::{ENVELOPE, PlainMessenger, hello};
use crate::bindings::hub::{Hub, frame_kind};
use crate::bindings::shared::Shared;
use crate::bindings::wire::{label_in, list};
use crate::core::codes;
use crate::core::frame::{Kind, NotOurs};
use crate::core::id::{Actor, PeerRef};
use crate::core::lists::Gather;
use crate::core::members::Heard;
use crate::platform::host;

/// Who speaks without an envelope.
const NOBODY: PeerRef = 0;

impl PlainMessenger {
    /// A message of either type. What a synchronous messenger delivers inside of a broadcast waits until that is over.
    pub(super) fn heard(&self, payload: &JsValue, is_update: bool) {
        if self.is_sending.get() {
            let (plain, payload) = (self.me.clone(), payload.clone());
            return Hub::soon(move || {
                if let Some(plain) = plain.upgrade() {
                    plain.heard(&payload, is_update);
                }
            });
        }
        let Some(shared) = self.shared() else { return };
        if !payload.is_object() {
            return;
        }
        let Ok(envelope) = Reflect::get(payload, &JsValue::from_str(ENVELOPE)) else {
            return;
        };
        if envelope.is_undefined() {
            if is_update {
                shared.plain_update(NOBODY, payload);
            }
            return;
        }
        // It is somebody's object: it may have getters, and change later.
        let envelope = list(&host::received(&envelope));
        let read =
            envelope.and_then(|envelope| Some((Actor::from_f64(envelope.get(0).as_f64()?)?, envelope)));
        let Some((id, envelope)) = read else {
            return self.refuse(codes::MALFORMED);
        };
        // Some messengers echo.
        if id != self.own {
            self.heard_from(&*shared, id, &envelope, is_update);
        }
    }

    fn heard_from(&self, shared: &dyn Shared, id: Actor, envelope: &Array, is_update: bool) {
        let to = list(&envelope.get(1));
        let own = JsValue::from_f64(self.own.as_f64());
        // An update is for every member: its sender may not know all of us yet.
        let is_ours = is_update || to.as_ref().is_none_or(|to| to.includes(&own, 0));
        let frame = envelope.get(2);
        let frame = if is_ours { list(&frame) } else { None };
        let kind = match frame.as_ref().map(|frame| frame_kind(frame)).transpose() {
            Ok(kind) => kind,
            Err(NotOurs::Malformed) => return self.refuse(codes::MALFORMED),
            Err(NotOurs::OtherVersion) => return self.refuse(codes::WIRE_VERSION),
        };
        if kind == Some(Kind::Bye) {
            return self.leaves(shared, id);
        }
        let now = host::precise_now();
        let heard = self.members.borrow_mut().hear(id.bits(), now);
        let peer = match heard {
            Heard::Known(peer) => peer,
            Heard::New(peer) => {
                shared.peer_up(peer);
                peer
            }
            Heard::Departed if kind.is_some() => {
                let peer = self.members.borrow_mut().recall(id.bits(), now);
                shared.peer_up(peer);
                peer
            }
            Heard::Departed => return,
            Heard::Full => return self.refuse(codes::LIMIT),
        };
        if let (Some(kind), Some(frame)) = (kind, frame) {
            self.receive(shared, id, peer, to, kind, &frame);
        }
        if heard == Heard::Departed {
            self.leaves(shared, id);
        }
    }

    fn leaves(&self, shared: &dyn Shared, id: Actor) {
        let peer = self.members.borrow_mut().leave(id.bits());
        if let Some(peer) = peer {
            shared.peer_down(peer);
        }
    }

    fn receive(
        &self,
        shared: &dyn Shared,
        id: Actor,
        peer: PeerRef,
        to: Option<Array>,
        kind: Kind,
        frame: &Array,
    ) {
        if kind == Kind::Join {
            if !frame.get(1).is_truthy() {
                self.say(Some(&Array::of1(&JsValue::from_f64(id.as_f64()))), &hello(true));
            }
            return;
        }
        let Some((name, version)) = label_in(&frame.get(1)) else {
            return self.refuse(codes::MALFORMED);
        };
        if name != shared.name() {
            return;
        }
        if version != shared.version() {
            return shared.receive_other(peer, version, kind, frame);
        }
        let to: Vec<JsValue> = to.map(|to| to.iter().gather()).unwrap_or_default();
        let also: Vec<PeerRef> = {
            let members = self.members.borrow();
            let known = |id: JsValue| members.peer(Actor::from_f64(id.as_f64()?)?.bits());
            to.into_iter().filter_map(known).gather()
        };
        shared.receive(peer, &also, kind, frame);
    }
}
