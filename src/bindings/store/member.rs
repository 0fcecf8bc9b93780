//! What the messenger of a store calls.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::{StoreHost, codec};
use crate::bindings::shared::Shared;
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::id::PeerRef;
use crate::core::lists::List;
use crate::core::log::LogFrame;
use crate::platform::host;

impl Shared for StoreHost {
    fn name(&self) -> &str {
        &self.name
    }

    fn message(&self) -> &str {
        &self.message
    }

    fn inspect(&self, _deep: bool) -> JsValue {
        Array::of3(&JsValue::from_str(&self.name), &JsValue::TRUE, &self.state()).into()
    }

    fn peer_up(&self, peer: PeerRef) {
        self.decide(|node, _| node.peer_up(peer, host::now()));
    }

    fn peer_down(&self, peer: PeerRef) {
        self.schema.borrow_mut().meet(peer);
        self.careful.borrow_mut().keep(|careful| *careful != peer);
        self.decide(|node, now| node.peer_down(peer, now));
    }

    fn settle(&self) {
        self.decide(|node, _| node.settle_ready());
    }

    fn is_waiting(&self) -> bool {
        !self.node.borrow().is_ready()
    }

    fn flush(&self) {
        self.flush_batch();
    }

    fn flush_to_peers(&self) {
        self.decide(|node, now| node.flush(now));
    }

    fn tick(&self) {
        self.decide(|node, _| node.tick(host::now()));
    }

    fn receive(&self, from: PeerRef, also: &[PeerRef], kind: Kind, frame: &Array) {
        let Some(decoded) = codec::decode(kind, frame) else {
            return self.messenger.refuse(from, codes::MALFORMED);
        };
        if self.schema.borrow_mut().meet(from) {
            // Its store was made anew, in the version of this one.
            self.peer_up(from);
        }
        self.decide(|node, now| node.receive(from, also, decoded, now));
    }

    fn receive_part(&self, from: PeerRef, also: &[PeerRef], kind: Kind, frame: &Array, missing: &Array) {
        if self.replace_unreadable(from, kind, frame, missing) {
            self.receive(from, also, kind, frame);
        }
    }

    fn unreadable_by(&self, peer: PeerRef) {
        self.send_apart_to(peer);
    }

    fn version(&self) -> u32 {
        self.schema.borrow().version()
    }

    fn receive_other(&self, from: PeerRef, version: u32, kind: Kind, _frame: &Array) {
        let apart = self
            .messenger
            .refuse_version("store", &self.name, &self.schema, from, version);
        if apart {
            self.decide(|node, now| node.peer_down(from, now));
        }
        if kind == Kind::LogSync {
            // It asks, so it does not know. An acknowledgement says which version this is, and is never answered itself.
            let vector = self.node.borrow().vector().clone();
            let frame = codec::encode(&self.label, &LogFrame::Ack { vector });
            self.messenger.send(&[from], &frame);
        }
    }

    fn plain_update(&self, from: PeerRef, payload: &JsValue) {
        let action = if payload.is_object() {
            Reflect::get(payload.unchecked_ref(), &JsValue::from_str("action"))
        } else {
            Ok(JsValue::UNDEFINED)
        };
        if action.and_then(|action| self.dispatch_remote(&action)).is_err() {
            self.messenger.refuse(from, codes::MALFORMED);
        }
    }

    fn hub_destroyed(&self) {
        self.destroy();
    }
}
