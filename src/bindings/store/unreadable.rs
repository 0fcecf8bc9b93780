//! Actions that another window cannot deserialise. It folds an action of a type of its own in their place, which a reducer that
//! follows Redux leaves the state unchanged for; both sides get an error.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

use super::{StoreHost, codec};
use crate::bindings::wire::list;
use crate::core::codes;
use crate::core::fingerprint::Content;
use crate::core::frame::Kind;
use crate::core::id::PeerRef;
use crate::core::log::LogFrame;
use crate::platform::error::{fail_with, text};
use crate::platform::host;

/// The type of the placeholder for an action that this window cannot deserialise.
const UNREADABLE: &str = "@@parley-sync/UNREADABLE";
/// Where a frame with a checkpoint has it.
const CHECKPOINT: u32 = 4;

/// Every placeholder has the same fingerprint, whatever action it replaces.
impl Content for JsValue {
    fn fingerprint(&self) -> u64 {
        let is_placeholder = Reflect::get(self, &"type".into()).is_ok_and(|kind| kind == UNREADABLE);
        let value = if is_placeholder { &JsValue::NULL } else { self };
        host::fingerprint(value) as u64
    }
}

impl StoreHost {
    pub(super) fn post(&self, to: &[PeerRef], frame: &LogFrame<JsValue, JsValue>) {
        let frame = codec::encode(&self.label, frame);
        let (careful, others): (Vec<PeerRef>, Vec<PeerRef>) =
            to.iter().partition(|peer| self.careful.borrow().contains(peer));
        if !others.is_empty() {
            self.messenger.send(&others, &frame);
        }
        if !careful.is_empty() {
            self.messenger.send_apart(&careful, &frame);
        }
    }

    /// That peer could not read what it was sent last: it finds out what it lacks, and gets it object by object.
    pub(super) fn send_apart_to(&self, peer: PeerRef) {
        let is_new = !self.careful.borrow().contains(&peer);
        if is_new {
            self.careful.borrow_mut().push(peer);
            self.report_unreadable(peer, "another window cannot read an action of the store '");
        }
        self.decide(|node, now| node.peer_down(peer, now));
        self.decide(|node, now| node.peer_up(peer, now));
    }

    /// Puts a placeholder in place of each action that could not be read. Returns false if one of them cannot have a placeholder.
    pub(super) fn replace_unreadable(
        &self,
        from: PeerRef,
        kind: Kind,
        frame: &Array,
        missing: &Array,
    ) -> bool {
        self.report_unreadable(from, "this window cannot read an action of the store '");
        for at in 0..missing.length() / 2 {
            let (Some(list_at), Some(entry)) =
                (missing.get(at * 2).as_f64(), missing.get(at * 2 + 1).as_f64())
            else {
                return false;
            };
            let list_at = list_at as u32;
            if kind == Kind::LogDelta && list_at == CHECKPOINT {
                return false;
            }
            let Some(actions) = list(&frame.get(list_at)) else {
                return false;
            };
            let action = Object::new();
            // A property of a fresh plain object.
            let _ = Reflect::set(&action, &"type".into(), &UNREADABLE.into());
            actions.set(entry as u32, action.into());
        }
        true
    }

    fn report_unreadable(&self, peer: PeerRef, what: &str) {
        let details = [
            ("name", JsValue::from_str(&self.name)),
            ("peer", self.messenger.info(peer)),
        ];
        let message = text(&[
            what,
            &self.name,
            "': it holds something that cannot be cloned from one into the other",
        ]);
        self.messenger
            .report(&fail_with(codes::SERIALIZATION, &message, &details));
    }
}
