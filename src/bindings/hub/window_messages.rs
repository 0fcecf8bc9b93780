//! Messages of windows and workers: asks the core what may be read of them, and passes their steps on.

use wasm_bindgen::JsValue;
use web_sys::MessageEvent;

use super::Hub;
use crate::core::codes;
use crate::core::connection::incoming::Admission;
use crate::core::lists::Gather;
use crate::platform::host;
use crate::transport::window::{self, Address};

/// The windows that may be waiting for this one: its parent and opener, or the page of a worker.
pub(super) fn relatives() -> Vec<Address> {
    let mut relatives: Vec<Address> = host::relatives().iter().map(Address::window).gather();
    let worker = host::own_worker();
    if !worker.is_undefined() {
        relatives.push(Address::worker(worker));
    }
    relatives
}

impl Hub {
    /// Handles a message to this window. The order of the checks matters: nothing is read before the origin is known.
    pub(crate) fn window_message_arrived(&self, event: &MessageEvent) {
        if !event.is_trusted() {
            return;
        }
        let Some(source) = event.source() else { return };
        self.message_arrived(Address::window(source.into()), &event.origin(), event);
    }

    pub(super) fn worker_message_arrived(&self, number: u32, event: &MessageEvent) {
        let worker = self
            .inner
            .borrow_mut()
            .target(number)
            .and_then(|target| target.window());
        if let Some(worker) = worker {
            self.own_message_arrived(worker, event);
        }
    }

    /// In a worker: handles a message from the page that made it.
    pub(crate) fn page_message_arrived(&self, global: &JsValue, event: &MessageEvent) {
        self.own_message_arrived(Address::worker(global.clone()), event);
    }

    fn own_message_arrived(&self, from: Address, event: &MessageEvent) {
        self.message_arrived(from, self.config.policy.own(), event);
    }

    fn message_arrived(&self, from: Address, origin: &str, event: &MessageEvent) {
        let admission = self.inner.borrow().admits(&self.config.policy, &from, origin);
        match admission {
            Admission::Read => {
                if let Some(step) = window::read(event) {
                    let (sender, now) = (from.sender(), host::now());
                    self.decide(|connections, policy| {
                        connections.step_arrived(policy, &sender, origin, step, now)
                    });
                }
            }
            Admission::Blocked => self.reject(origin, codes::DENIED),
            Admission::Foreign => {
                if !from.is(&host::own_window()) {
                    self.refuse_window(&from, origin);
                    self.reject(origin, codes::ORIGIN);
                }
            }
        }
    }
}
