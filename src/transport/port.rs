//! A MessagePort: private to two windows, in order, lossless.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, MessagePort};

use super::Wire;
use crate::core::frame::Kind;
use crate::platform::cell::RefCell;
use crate::platform::host::{Posted, new_posted};

/// One end of a channel. Dropping it stops listening.
pub(crate) struct PortWire {
    port: MessagePort,
    posted: Posted,
    listeners: RefCell<Option<[EventListener; 3]>>,
}

impl PortWire {
    /// Starts the port; every frame that queued until now, and every later one, goes to `on_frame`, unless `is_heard` says no:
    /// then it is not even looked at, which some browsers reward by not deserialising it. `window`: the one at the other end, or
    /// undefined.
    /// For a frame that cannot be deserialised here `on_unreadable` is called with its number: as the sender counts, from its
    /// first join on; 0 before that. `on_close` is called with the event that says the other end is closed: in Node, and for a worker
    /// of Node; browsers are about to have it.
    pub(crate) fn start(
        port: MessagePort,
        window: &JsValue,
        is_heard: impl Fn() -> bool + 'static,
        on_frame: impl Fn(JsValue) + 'static,
        on_unreadable: impl Fn(f64) + 'static,
        on_close: impl Fn(&JsValue) + 'static,
    ) -> PortWire {
        let count = Rc::new(Cell::new(0.0));
        let (counted, on_null) = (count.clone(), Rc::new(on_unreadable));
        let on_error = on_null.clone();
        let messages = EventListener::new(&port, "message", move |event| {
            let before = counted.get();
            if before > 0.0 {
                counted.set(before + 1.0);
            }
            if is_heard() {
                let frame = event.unchecked_ref::<MessageEvent>().data();
                if frame.is_null() {
                    // Chromium, on a BroadcastChannel, in place of `messageerror`.
                    return on_null(counted.get());
                }
                if before == 0.0 && is_join(&frame) {
                    counted.set(1.0);
                }
                on_frame(frame);
            }
        });
        let errors = EventListener::new(&port, "messageerror", move |_| {
            if count.get() > 0.0 {
                count.set(count.get() + 1.0);
            }
            on_error(count.get());
        });
        let closes = EventListener::new(&port, "close", move |event| on_close(event));
        port.start();
        PortWire {
            port,
            posted: new_posted(window),
            listeners: RefCell::new(Some([messages, errors, closes])),
        }
    }
}

fn is_join(frame: &JsValue) -> bool {
    Array::is_array(frame) && frame.unchecked_ref::<Array>().get(0) == Kind::Join.tag()
}

impl Wire for PortWire {
    fn post(&self, frame: &JsValue, transfer: Option<&Array>) -> Result<(), JsValue> {
        self.posted.post(&self.port, frame, transfer)
    }

    fn posted(&self, number: f64) -> Option<Array> {
        self.posted.head(number)
    }

    fn hold(&self, may_return: bool) {
        self.posted.hold(&self.port, may_return);
    }

    fn close(&self) {
        self.hold(false);
        self.listeners.borrow_mut().take();
        self.port.close();
    }
}
