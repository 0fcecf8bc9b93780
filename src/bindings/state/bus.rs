//! A messenger that only broadcasts: a mock, an event bus, another library. One neighbour stands for everyone.
//!
//! Updates go as `name:update` with plain `updates`, and beside them what a state on the other side needs to place them;
//! comparisons and repairs go as `name:sync`. A delta says from where it is complete, so whoever hears one that was meant
//! for another does no wrong by it.

use std::cell::RefCell;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::{Attached, Carrier, StateHost, codec};
use crate::bindings::error::fail;
use crate::bindings::host;
use crate::core::codes;
use crate::core::id::PeerRef;
use crate::core::sync::StateFrame;

/// Everyone who listens on the bus.
const EVERYONE: PeerRef = 0;
/// How long a state waits for somebody to answer before it counts as the first, ms.
const LOOK_ROUND: f64 = 100.0;

/// The messenger, and how to stop listening to it.
pub(crate) struct Bus {
    messenger: JsValue,
    stops: RefCell<Vec<JsValue>>,
}

impl Bus {
    pub(super) fn new(messenger: &JsValue) -> Result<Bus, JsValue> {
        let has = |name| {
            messenger.is_object()
                && Reflect::get(messenger, &JsValue::from_str(name)).is_ok_and(|method| method.is_function())
        };
        if !has("on") || !has("broadcast") {
            return Err(fail(
                codes::ARGUMENT,
                "a state needs a Parley, or an object with the methods on() and broadcast()",
            ));
        }
        Ok(Bus {
            messenger: messenger.clone(),
            stops: RefCell::new(Vec::new()),
        })
    }

    /// Listens, and asks whoever is there.
    pub(super) fn start(&self, state: &StateHost) -> Result<(), JsValue> {
        for message in [state.message.clone(), state.sync_message()] {
            let weak = state.weak();
            let heard = Closure::<dyn Fn(JsValue)>::new(move |payload: JsValue| {
                if let Some(state) = weak.upgrade() {
                    state.heard_on_bus(&payload);
                }
            });
            let on: Function = Reflect::get(&self.messenger, &JsValue::from_str("on"))?.dyn_into()?;
            let stop = on.call2(
                &self.messenger,
                &JsValue::from_str(&message),
                &heard.into_js_value(),
            )?;
            self.stops.borrow_mut().push(stop);
        }
        state.peer_up(EVERYONE);
        state.settle();
        let weak = state.weak();
        let alone: Function = Closure::once_into_js(move || {
            if let Some(state) = weak.upgrade() {
                // Nobody has answered by now, or everybody has.
                state.ready.resolve(&JsValue::UNDEFINED);
            }
        })
        .unchecked_into();
        host::set_timer(&alone, LOOK_ROUND);
        Ok(())
    }

    pub(super) fn stop(&self) {
        for stop in self.stops.borrow_mut().drain(..) {
            if let Some(stop) = stop.dyn_ref::<Function>() {
                let _ = stop.call0(&JsValue::UNDEFINED);
            }
        }
    }

    /// Adds to an update what places it among the others.
    pub(super) fn dress(&self, state: &StateHost, payload: &JsValue) {
        let frame = state.take_frame();
        if let Some(frame) = frame {
            // A property of a fresh plain object.
            let _ = Reflect::set(payload, &JsValue::from_str("sync"), &frame);
        }
    }

    /// Comparisons and repairs.
    pub(super) fn send(
        &self,
        state: &StateHost,
        frame: &StateFrame<super::Held>,
    ) -> Result<JsValue, JsValue> {
        let broadcast: Function =
            Reflect::get(&self.messenger, &JsValue::from_str("broadcast"))?.dyn_into()?;
        let payload = js_sys::Object::new();
        let _ = Reflect::set(
            &payload,
            &JsValue::from_str("sync"),
            &codec::encode(&state.name_js, frame),
        );
        let sent = broadcast.call2(
            &self.messenger,
            &JsValue::from_str(&state.sync_message()),
            &payload,
        )?;
        if host::is_thenable(&sent) {
            // What it cannot deliver now is repaired later.
            host::handled(&js_sys::Promise::resolve(&sent));
        }
        Ok(sent)
    }
}

impl StateHost {
    fn sync_message(&self) -> String {
        let mut name = self.options.name.clone();
        name.push_str(":sync");
        name
    }

    /// The open batch as a frame. On a bus nobody keeps account of who has what, so it is always a batch.
    fn take_frame(&self) -> Option<JsValue> {
        let batch = self.node.borrow_mut().take_batch(host::now())?;
        Some(codec::encode(&self.name_js, &StateFrame::Batch(batch)))
    }

    fn heard_on_bus(&self, payload: &JsValue) {
        if self.destroyed.get() || !matches!(self.carrier, Carrier::Bus(_)) || !payload.is_object() {
            return;
        }
        let Ok(sync) = Reflect::get(payload, &JsValue::from_str("sync")) else {
            return;
        };
        if sync.is_undefined() {
            // Hand-written code speaks. What it says may be anything.
            let _ = self.plain_payload(payload);
            return;
        }
        if let Ok(kind) = crate::bindings::hub::frame_kind(&sync) {
            let frame: &Array = sync.unchecked_ref();
            self.receive(EVERYONE, &[], kind, frame);
        }
    }
}
