//! window.postMessage, used for nothing but finding each other: see `core::connection::handshake`. Workers take the same steps.

use gloo_events::EventListener;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{EventTarget, MessageEvent, MessagePort};

use crate::core::connection::host::Window;
use crate::core::connection::incoming::{Sender, Step};
use crate::core::frame::WIRE_VERSION;
use crate::core::lists::Gather;
use crate::platform::host;

#[wasm_bindgen]
extern "C" {
    /// A window, a worker, or a worker's global: anything with postMessage.
    type Outlet;
    #[wasm_bindgen(structural, method, catch, js_name = postMessage)]
    fn post_to_window(
        this: &Outlet,
        message: &JsValue,
        origin: &JsValue,
        transfer: &Array,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(structural, method, catch, js_name = postMessage)]
    fn post_to_worker(this: &Outlet, message: &JsValue, transfer: &Array) -> Result<(), JsValue>;
}

/// One step of a handshake, as it arrived.
pub(crate) type WindowStep = Step<MessagePort>;

/// Ids and nonces are 32 digits; nothing longer is taken in.
const MAX_ID_LENGTH: u32 = 64;

fn short(value: &JsValue) -> Option<String> {
    host::short_text(value, MAX_ID_LENGTH).filter(|text| !text.is_empty())
}

/// Reads an event as a step; None for everything that is not ours. Touches `data` once.
pub(crate) fn read(event: &MessageEvent) -> Option<WindowStep> {
    let data = event.data();
    if !data.is_object() {
        return None;
    }
    let step = host::read_step(&data);
    let version = step.get(0).as_f64()?;
    if version != f64::from(WIRE_VERSION) {
        return Some(WindowStep::OtherVersion);
    }
    match short(&step.get(1))?.as_str() {
        "knock" => Some(WindowStep::RequestHello),
        "hello" => Some(WindowStep::Hello {
            mark: step.get(3).as_f64().filter(|mark| mark.is_finite())?,
            nonce: short(&step.get(2))?,
        }),
        "offer" => Some(WindowStep::Offer {
            nonce: short(&step.get(2))?,
            mark: step.get(3).as_f64().filter(|mark| mark.is_finite())?,
            uid: short(&step.get(4))?,
            port: port_of(event)?,
        }),
        "invite" => Some(WindowStep::Invite {
            token: short(&step.get(2))?,
            mark: step.get(3).as_f64().filter(|mark| mark.is_finite())?,
            port: port_of(event)?,
        }),
        _ => None,
    }
}

/// The port that came along, known by what it can do: it may be of another realm.
fn port_of(event: &MessageEvent) -> Option<MessagePort> {
    let port = event.ports().get(0);
    (host::target_kind(&port) == "port").then(|| port.unchecked_into())
}

fn new_step(name: &str, nonce: &str, mark: f64, from: &str) -> JsValue {
    host::make_step(f64::from(WIRE_VERSION), name, nonce, mark, from)
}

/// Where steps go: a window at an origin, or a worker.
#[derive(Clone)]
pub(crate) struct Address {
    outlet: JsValue,
    is_worker: bool,
}

/// The same window or worker, which is what an event's source can be compared with.
impl PartialEq for Address {
    fn eq(&self, other: &Address) -> bool {
        self.outlet == other.outlet
    }
}

impl Window for Address {
    fn is_worker(&self) -> bool {
        self.is_worker
    }

    /// One of another origin may be asked that much.
    fn is_closed(&self) -> bool {
        !self.is_worker && host::window_of(&self.outlet).is_null()
    }

    fn is_same_page(&self) -> bool {
        self.is_worker || host::is_same_page(&self.outlet)
    }
}

impl Address {
    pub(crate) fn window(window: JsValue) -> Address {
        Address {
            outlet: window,
            is_worker: false,
        }
    }

    pub(crate) fn worker(worker: JsValue) -> Address {
        Address {
            outlet: worker,
            is_worker: true,
        }
    }

    /// The window or worker itself, to compare with an event's source.
    pub(crate) fn is(&self, source: &JsValue) -> bool {
        self.outlet == *source
    }

    /// The window or worker itself.
    pub(crate) fn outlet(&self) -> JsValue {
        self.outlet.clone()
    }

    /// As whom the core hears it.
    pub(crate) fn sender(self) -> Sender<Address> {
        let (kind, lineage) = if self.is_worker {
            ("parent".to_owned(), vec![self.clone()])
        } else {
            let lineage = host::lineage(&self.outlet);
            let lineage = lineage.iter().map(Address::window).gather();
            (host::kind_of(&self.outlet), lineage)
        };
        Sender {
            window: self,
            kind,
            lineage,
        }
    }

    fn post(&self, step: &JsValue, origin: &str, transfer: &Array) {
        let outlet: &Outlet = self.outlet.unchecked_ref();
        // A closed window takes nothing: its silence is noticed by the caller's timeout.
        let _ = if self.is_worker {
            outlet.post_to_worker(step, transfer)
        } else {
            outlet.post_to_window(step, &JsValue::from_str(origin), transfer)
        };
    }

    /// Carries nothing, so it may go to whatever origin is there.
    pub(crate) fn request_hello(&self) {
        self.post(&new_step("knock", "", 0.0, ""), "*", &Array::new());
    }

    /// Carries a nonce of no worth elsewhere: an offer that names it is believed only from an allowed origin.
    pub(crate) fn hello(&self, origin: &str, nonce: &str, mark: f64) {
        let step = new_step("hello", nonce, mark, "");
        self.post(&step, origin, &Array::new());
    }

    /// The port goes to whatever the window shows: until the other side has named the nonce of its hello, nothing is said on
    /// it. The token is of no worth.
    pub(crate) fn invite(&self, token: &str, mark: f64, port: &MessagePort) {
        let step = new_step("invite", token, mark, "");
        self.post(&step, "*", &Array::of1(port));
    }

    /// The port goes to the exact origin the hello came from, or nowhere.
    pub(crate) fn offer(&self, origin: &str, nonce: &str, mark: f64, own: &str, port: &MessagePort) {
        let step = new_step("offer", nonce, mark, own);
        self.post(&step, origin, &Array::of1(port));
    }
}

/// Listens for messages to a window, from a worker, or to a worker's global, until dropped.
pub(crate) fn listen(target: &JsValue, arrived: impl Fn(&MessageEvent) + 'static) -> EventListener {
    let target: &EventTarget = target.unchecked_ref();
    EventListener::new(target, "message", move |event| arrived(event.unchecked_ref()))
}
