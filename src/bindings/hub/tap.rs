//! The tap of the inspector: one function that is shown every frame and every event of this Parley, and may hold frames back. Without
//! one, as in every page that does not load the inspector, each place costs a look at one field.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use super::session::kind_of;
use crate::core::id::PeerRef;
use crate::platform::host;

impl Hub {
    /// Shows everything to `tap` from now on, or with None to nobody.
    pub(crate) fn set_tap(&self, tap: Option<Function>) {
        self.inner.borrow_mut().tap = tap;
    }

    pub(super) fn is_tapped(&self) -> bool {
        self.inner.borrow().tap.is_some()
    }

    /// Calls the tap with these arguments, if there is one; whether it answered with something truthy.
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

    /// Tells the tap of an event or another topic of the log.
    pub(super) fn tap_topic(&self, topic: &str, data: &JsValue) {
        if self.is_tapped() {
            self.call_tap(&Array::of2(&JsValue::from_str(topic), data));
        }
    }

    /// Shows the tap a frame; whether the tap holds it back. One that is held goes on by `pass_on`, or never.
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

    /// Lets a frame go on that the tap has held back: with `rest`, whether others on the mesh got it as well, or what is transferred
    /// with it. Nothing happens if the peer is gone.
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

    /// The peer of that id, also one that sleeps.
    fn known(&self, id: &str) -> Option<PeerRef> {
        let inner = self.inner.borrow();
        let peer = inner.peers.by_name(id);
        peer.or_else(|| inner.peers.suspended_by_name(id))
    }

    /// What leads to each peer: its id, its own random id, and the kind of wire, one after the other.
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

    /// Its states and stores, each as its `inspect` says; the one of that name with everything.
    pub(crate) fn inspect_shared(&self, name: Option<&str>) -> Array {
        let states = self.inner.borrow().states.clone();
        states
            .iter()
            .map(|state| state.inspect(name == Some(state.name())))
            .collect()
    }
}
