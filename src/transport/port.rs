//! A MessagePort: private to two windows, in order, lossless.

use gloo_events::EventListener;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, MessagePort};

use super::Wire;
use crate::platform::cell::RefCell;

/// One end of a channel. Dropping it stops listening.
pub(crate) struct PortWire {
    port: MessagePort,
    listener: RefCell<Option<EventListener>>,
}

impl PortWire {
    /// Starts the port; every frame that queued until now, and every later one, goes to `on_frame`, unless `is_heard` says no:
    /// then it is not even looked at, which some browsers reward by not deserialising it.
    /// A frame that cannot be deserialised here arrives as undefined.
    pub(crate) fn start(
        port: MessagePort,
        is_heard: impl Fn() -> bool + 'static,
        on_frame: impl Fn(JsValue) + 'static,
    ) -> PortWire {
        let listener = EventListener::new(&port, "message", move |event| {
            if is_heard() {
                on_frame(event.unchecked_ref::<MessageEvent>().data());
            }
        });
        port.start();
        PortWire {
            port,
            listener: RefCell::new(Some(listener)),
        }
    }
}

impl Wire for PortWire {
    fn post(&self, frame: &JsValue, transfer: Option<&Array>) -> Result<(), JsValue> {
        match transfer {
            None => self.port.post_message(frame),
            Some(list) => self.port.post_message_with_transferable(frame, list),
        }
    }

    fn close(&self) {
        self.listener.borrow_mut().take();
        self.port.close();
    }
}
