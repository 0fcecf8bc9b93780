//! Ports and links as wires: each sends a join, and lossy ones repeat it until it is answered.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::MessagePort;

use super::Hub;
use super::effects::Route;
use super::peers::Proven;
use super::targets::Target;
use crate::core::codes;
use crate::platform::error::{fail_with, text};
use crate::platform::host;
use crate::transport::link::LinkWire;
use crate::transport::port::PortWire;
use crate::transport::window::Address;

impl Hub {
    /// Takes a port as a wire, of the document `mark`. Returns whether its session still needs it.
    pub(crate) fn start_port(&self, port: MessagePort, proven: Proven, mark: f64, is_taken: bool) -> bool {
        let window = proven.from.as_ref().map_or(JsValue::UNDEFINED, Address::outlet);
        let Some(number) = self.begin_session(proven, mark, is_taken) else {
            port.close();
            return false;
        };
        let (speakers, hub) = (self.weak(), self.weak());
        let (failing, closing) = (self.weak(), self.weak());
        let wire = PortWire::start(
            port,
            &window,
            move || speakers.upgrade().is_some_and(|hub| hub.may_read_wire(number)),
            move |frame| {
                if let Some(hub) = hub.upgrade() {
                    hub.on_frame(number, &frame);
                }
            },
            move |count| {
                if let Some(hub) = failing.upgrade() {
                    hub.cannot_read(number, count);
                }
            },
            move |event| {
                if let Some(hub) = closing.upgrade() {
                    hub.wire_closed(number, &host::cause_of(event));
                }
            },
        );
        self.opened(number, Rc::new(wire));
        true
    }

    /// Takes a user's link as a wire.
    pub(crate) fn start_link(&self, link: JsValue, proven: Proven) -> Result<(), JsValue> {
        let Some(number) = self.begin_session(proven, 0.0, false) else {
            return Ok(());
        };
        let (speakers, frames) = (self.weak(), self.weak());
        let (misfits, closes) = (self.weak(), self.weak());
        let wire = LinkWire::start(
            link,
            move || speakers.upgrade().is_some_and(|hub| hub.may_read_wire(number)),
            move |frame| {
                if let Some(hub) = frames.upgrade() {
                    hub.on_frame(number, &frame);
                }
            },
            move || {
                if let Some(hub) = misfits.upgrade() {
                    hub.decide(|connections, _| connections.link_unfit(number));
                }
            },
            move || {
                if let Some(hub) = closes.upgrade() {
                    hub.wire_closed(number, "");
                }
            },
        );
        match wire {
            Ok(wire) => {
                self.opened(number, Rc::new(wire));
                Ok(())
            }
            Err(error) => {
                self.inner.borrow_mut().sessions.remove(&number);
                Err(error)
            }
        }
    }

    fn begin_session(&self, proven: Proven, mark: f64, is_taken: bool) -> Option<u32> {
        let mut inner = self.inner.borrow_mut();
        inner.begin(proven, mark, is_taken, host::now())
    }

    fn opened(&self, number: u32, wire: Route) {
        let (is_lossy, now) = (wire.is_lossy(), host::now());
        let again = self.decide(|connections, _| connections.opened(number, wire, is_lossy, now));
        if let Some(at) = again {
            self.wake_by(at);
        }
    }

    /// Repeats the join on lossy wires without an answer. Returns when to repeat it next.
    pub(crate) fn join_again(&self, now: f64) -> f64 {
        self.decide(|connections, _| connections.join_again(now))
    }

    /// Repeats every unanswered join on lossy wires at once.
    pub(crate) fn join_again_now(&self) {
        let now = host::now();
        self.decide(|connections, _| connections.join_again_now(now));
    }
}

/// The error of a connect() whose link changes its frames.
pub(super) fn unfit(target: &Target) -> JsValue {
    let alias = target.alias();
    let message = text(&[
        "the link of connect('",
        alias,
        "') changes the values it carries, as JSON does, or the other side of it carries another form: give the link json: true, or binary: true, on both sides",
    ]);
    fail_with(
        codes::SERIALIZATION,
        &message,
        &[("targetId", JsValue::from_str(alias))],
    )
}
