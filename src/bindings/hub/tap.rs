//! The inspector's tap: a function that receives every frame and event of this Parley, and may hold frames back. Without
//! one, each place costs the test of one field.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use super::session::kind_of;
use crate::core::id::PeerRef;
use crate::platform::host;

impl Hub {
    /// Sets the tap; `None` removes it.
    pub(crate) fn set_tap(&self, tap: Option<Function>) {
        self.inner.borrow_mut().tap = tap;
    }

    pub(super) fn is_tapped(&self) -> bool {
        self.inner.borrow().tap.is_some()
    }

    /// Calls the tap, if there is one. Returns whether its result is truthy.
    fn call_tap(&self, arguments: &Array) -> bool {
        let tap = self.inner.borrow().tap.clone();
        match tap.map(|tap| tap.apply(&JsValue::UNDEFINED, arguments)) {
            Some(Ok(answer)) => answer.is_truthy(),
            Some(Err(error)) => {
                host::report_error(&error);
                false
            }
            None => false,
        }
    }

    /// Passes an event or another topic of the log to the tap.
    pub(super) fn tap_topic(&self, topic: &str, data: &JsValue) {
        if self.is_tapped() {
            self.call_tap(&Array::of2(&JsValue::from_str(topic), data));
        }
    }

    /// Passes a frame to the tap. Returns whether the tap holds it back; `pass_on` lets it go on later.
    pub(super) fn is_held(
        &self,
        received: bool,
        at: PeerRef,
        frame: &JsValue,
        transfer: Option<&Array>,
        to_all: bool,
    ) -> bool {
        if !self.is_tapped() {
            return false;
        }
        let id = self
            .inner
            .borrow()
            .peers
            .any(at)
            .map(|peer| peer.identity.label.id.clone());
        id.is_some_and(|id| {
            self.call_tap(&Array::of5(
                &JsValue::from_bool(received),
                &id,
                frame,
                &JsValue::from_bool(to_all),
                &transfer.map_or(JsValue::UNDEFINED, JsValue::from),
            ))
        })
    }

    /// Lets a frame go on that the tap held back. `rest` says whether others on the mesh received it too, or has its
    /// transferred objects. Does nothing if the peer is gone.
    pub(crate) fn pass_on(&self, received: bool, id: &str, frame: &JsValue, rest: &JsValue) {
        let (Some(at), Ok(kind)) = (self.known(id), kind_of(frame)) else {
            return;
        };
        if received {
            self.dispatch_frame(at, kind, frame.unchecked_ref(), rest.is_truthy());
        } else if let Err(error) = self.post_now(at, frame, rest.dyn_ref()) {
            // Its sender has been told already that it was sent.
            host::report_error(&error);
        }
    }

    /// The connected or suspended peer of that id.
    fn known(&self, id: &str) -> Option<PeerRef> {
        let inner = self.inner.borrow();
        let peer = inner.peers.by_name(id);
        peer.or_else(|| inner.peers.suspended_by_name(id))
    }

    /// The route of each peer: its id, its uid, and the kind of wire, in one list.
    pub(crate) fn links(&self) -> Array {
        let inner = self.inner.borrow();
        let out = Array::new();
        for (_, peer) in inner.peers.everyone() {
            let wire = match &peer.wire {
                _ if peer.on_mesh => "BroadcastChannel",
                Some(wire) if wire.is_lossy() => "Link",
                Some(_) => "MessagePort",
                None => "",
            };
            out.push(&peer.identity.label.id);
            out.push(&peer.host.uid);
            out.push(&JsValue::from_str(wire));
        }
        out
    }

    /// The states and stores, each as its `inspect` describes it; the one of that name in detail.
    pub(crate) fn inspect_shared(&self, name: Option<&str>) -> Array {
        let states = self.inner.borrow().states.clone();
        states
            .iter()
            .map(|state| state.inspect(name == Some(state.name())))
            .collect()
    }
}
