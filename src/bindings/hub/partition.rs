//! Storage partitioning: the channel of a frame in a page of another site does not reach the tabs of its own site.
//!
//! Whether a frame is third-party follows from `ancestorOrigins`, else from the referrer, else from `hasStorageAccess()`.
//! Two hosts whose last two labels differ belong to two sites. Below a public suffix of two labels (`co.uk`) only
//! `hasStorageAccess()` can tell.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::JsValue;

use super::Hub;
use crate::platform::callback;
use crate::platform::error::text;
use crate::platform::host;

pub(super) const PARTITIONED: &str = "system:partitioned";

impl Hub {
    /// A Parley with a channel in such a frame emits an event: the channel does not reach the tabs of its own site.
    pub(super) fn find_partition(&self) {
        if self.config.channel.is_none() {
            return;
        }
        let hub = self.weak();
        let found = callback::perhaps(move || {
            if let Some(hub) = hub.upgrade() {
                hub.partition_found();
            }
        });
        host::find_partition(self.config.policy.own_origin.as_deref(), &found);
    }

    fn partition_found(&self) {
        let channel = self.config.channel.as_deref().unwrap_or_default();
        let message = text(&[
            "this frame is embedded in a page of another site, and the browser keeps it apart from the tabs of its own: \
             the channel '",
            channel,
            "' reaches other frames of this site in pages of that one, and nobody else. States reach the rest by way of \
             the embedding page, if that has a Parley which lets this origin in",
        ]);
        let data = JsValue::from(Object::new());
        for (name, value) in [("channel", channel), ("message", message.as_str())] {
            // A property of a fresh plain object.
            let _ = Reflect::set(&data, &JsValue::from_str(name), &JsValue::from_str(value));
        }
        {
            let mut inner = self.inner.borrow_mut();
            if inner.destroyed {
                return;
            }
            inner.partitioned = Some(data.clone());
        }
        self.emit(PARTITIONED, &data);
    }

    /// The event is emitted once, early. A listener that is added later is called at once.
    pub(super) fn report_partition(&self, event: &str, call: &Function) {
        if event != PARTITIONED {
            return;
        }
        let Some(data) = self.inner.borrow().partitioned.clone() else {
            return;
        };
        let call = call.clone();
        Hub::soon(move || {
            if let Err(error) = call.call1(&JsValue::UNDEFINED, &data) {
                host::report_error(&error);
            }
        });
    }
}
