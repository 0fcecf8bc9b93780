//! A messenger that only broadcasts: a mock, an event bus, another library. One neighbour stands for everyone.
//!
//! Updates go as the member's own message with plain contents, and beside them what a member on the other side needs to place
//! them; comparisons and repairs go as `name:sync`. A delta says from where it is complete, so whoever hears one that was
//! meant for another does no wrong by it.

use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::{Shared, call_broadcast};
use crate::bindings::hub::frame_kind;
use crate::bindings::wire::label_in;
use crate::core::codes;
use crate::core::id::PeerRef;
use crate::platform::callback;
use crate::platform::cell::RefCell;
use crate::platform::error::{fail, text};
use crate::platform::host;

/// Everyone who listens on the bus.
const EVERYONE: PeerRef = 0;
/// How long a member waits for somebody to answer before it counts as the first, ms.
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
            let message = "a Parley is needed, or an object with the methods on() and broadcast()";
            return Err(fail(codes::ARGUMENT, message));
        }
        Ok(Bus {
            messenger: messenger.clone(),
            stops: RefCell::new(Vec::new()),
        })
    }

    /// Listens, and asks whoever is there.
    pub(super) fn start(&self, member: &Rc<dyn Shared>) -> Result<(), JsValue> {
        for message in [member.message().to_owned(), sync_message(member.name())] {
            let weak = Rc::downgrade(member);
            let heard = Closure::<dyn Fn(JsValue)>::new(move |payload: JsValue| heard(&weak, &payload));
            let on: Function = Reflect::get(&self.messenger, &JsValue::from_str("on"))?.dyn_into()?;
            let heard = heard.into_js_value();
            let stop = on.call2(&self.messenger, &JsValue::from_str(&message), &heard)?;
            self.stops.borrow_mut().push(stop);
        }
        member.peer_up(EVERYONE);
        member.settle();
        let weak = Rc::downgrade(member);
        let alone = callback::once(move || {
            if let Some(member) = weak.upgrade() {
                member.be_ready();
            }
        });
        host::set_timer(&alone, LOOK_ROUND);
        Ok(())
    }

    pub(super) fn stop(&self) {
        let stops = std::mem::take(&mut *self.stops.borrow_mut());
        for stop in stops {
            if let Some(stop) = stop.dyn_ref::<Function>() {
                let _ = stop.call0(&JsValue::UNDEFINED);
            }
        }
    }

    /// Comparisons and repairs.
    pub(super) fn send(&self, name: &str, frame: &JsValue) -> Result<(), JsValue> {
        let payload = js_sys::Object::new();
        // A property of a fresh plain object.
        let _ = Reflect::set(&payload, &JsValue::from_str("sync"), frame);
        let sent = call_broadcast(&self.messenger, &sync_message(name), &payload)?;
        if host::is_thenable(&sent) {
            // What it cannot deliver now is repaired later.
            host::handled(&sent);
        }
        Ok(())
    }
}

fn sync_message(name: &str) -> String {
    text(&[name, ":sync"])
}

fn heard(member: &Weak<dyn Shared>, payload: &JsValue) {
    let Some(member) = member.upgrade() else { return };
    if !payload.is_object() {
        return;
    }
    let Ok(sync) = Reflect::get(payload, &JsValue::from_str("sync")) else {
        return;
    };
    if sync.is_undefined() {
        return member.plain_update(EVERYONE, payload);
    }
    if let Ok(kind) = frame_kind(&sync) {
        let frame: &Array = sync.unchecked_ref();
        match label_in(&frame.get(1)) {
            Some((_, version)) if version == member.version() => member.receive(EVERYONE, &[], kind, frame),
            Some((_, version)) => member.receive_other(EVERYONE, version, kind, frame),
            None => {}
        }
    }
}
