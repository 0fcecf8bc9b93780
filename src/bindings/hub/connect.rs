//! `connect`: checks the target and the options, registers a connection target, and asks its window for a hello.

use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use super::Hub;
use super::effects::disconnected;
use super::peers::Browser;
use super::targets::{Details, Place, Target, Waiting, Wanted};
use crate::bindings::shared::after;
use crate::core::codes;
use crate::core::connection::connect::{Call, Found};
use crate::core::connection::effect::Refusal;
use crate::core::connection::pauses;
use crate::core::id::PeerRef;
use crate::platform::callback;
use crate::platform::error::{destroyed, fail, text};
use crate::platform::host::{self, Deferred};
use crate::transport::window;

impl Hub {
    /// Connects to a target. The promise resolves with its PeerInfo.
    pub(crate) fn connect(&self, mut wanted: Wanted) -> Result<JsValue, JsValue> {
        let kind = match wanted.kind.as_str() {
            "window" => host::kind_of(&wanted.target),
            other => other.to_owned(),
        };
        if wanted.kind == "worker" {
            let port = host::worker_port(&wanted.target);
            if !port.is_undefined() {
                "port".clone_into(&mut wanted.kind);
                wanted.target = port;
            }
        }
        let place = wanted.place();
        let found = self.decide(|connections, _| connections.find_target(&wanted.request, place.as_ref()));
        match found {
            Found::Ended => Err(destroyed()),
            Found::IdTaken => Err(id_taken(wanted.request.alias.as_deref().unwrap_or_default())),
            // A listener that has just been called may have disconnected it.
            Found::Connected(at) => {
                let info = self.info(at).ok_or_else(disconnected)?;
                Ok(js_sys::Promise::resolve(&info).into())
            }
            Found::Awaited(number) | Found::Lost(number) => self.await_again(number, &wanted),
            Found::New => self.add_target(kind, wanted, place),
        }
    }

    /// The target is known and not connected: waits for it, too.
    fn await_again(&self, number: u32, wanted: &Wanted) -> Result<JsValue, JsValue> {
        let (call, promise) = self.call(number, wanted)?;
        let now = host::now();
        let next = self.decide(|connections, _| connections.await_again(number, call, now));
        self.wake_by(next);
        Ok(promise)
    }

    fn add_target(&self, kind: String, wanted: Wanted, place: Option<Place>) -> Result<JsValue, JsValue> {
        if let Some(alias) = &wanted.request.alias {
            self.log("connecting", &JsValue::from_str(alias));
        }
        let number = self.inner.borrow_mut().next_number();
        let (call, promise) = self.call(number, &wanted)?;
        let now = host::now();
        let details = Details {
            _listeners: self.listen_to_target(number, &wanted),
            ..Details::default()
        };
        // A frame that has no document yet says hello by itself later.
        let target = Target::new(number, wanted.request, kind, place, call, details);
        let added = self.decide(|connections, policy| connections.add_target(policy, target, now));
        self.wake_by(added.next);
        if added.next <= now {
            // Before the other side can answer.
            let hub = self.weak();
            Hub::soon(move || {
                if let Some(hub) = hub.upgrade() {
                    hub.targets_due(now);
                }
            });
        }
        let Some(proven) = added.handed_over else {
            return Ok(promise);
        };
        if wanted.kind == "port" {
            self.start_port(wanted.target.unchecked_into(), proven, 0.0, false);
        } else if let Err(error) = self.start_link(wanted.target, proven) {
            self.give_up(number, &error);
        }
        Ok(promise)
    }

    /// A call that waits for a target, until its signal aborts; and its promise.
    fn call(&self, target: u32, wanted: &Wanted) -> Result<(Call<Browser>, JsValue), JsValue> {
        let promise = Deferred::new();
        let number = self.inner.borrow_mut().next_number();
        let stop_listening = match &wanted.signal {
            None => None,
            Some(signal) => {
                let hub = self.weak();
                let abort = callback::perhaps(move || {
                    if let Some(hub) = hub.upgrade() {
                        hub.decide(|connections, _| connections.end_call(target, number, Refusal::Aborted));
                    }
                });
                Some(host::on_abort(signal, &abort)?)
            }
        };
        let settled = promise.promise.clone().into();
        let call = Call {
            number,
            waiting: Waiting::new(promise, stop_listening),
            deadline: host::now() + wanted.timeout,
        };
        Ok((call, settled))
    }

    /// Listens to the messages and errors of a worker, or to the load event of a frame, which shows another document then.
    fn listen_to_target(&self, number: u32, wanted: &Wanted) -> Vec<EventListener> {
        let (hub, failing, garbled) = (self.weak(), self.weak(), self.weak());
        let target: &EventTarget = wanted.target.unchecked_ref();
        match wanted.kind.as_str() {
            "worker" => vec![
                window::listen(&wanted.target, move |event| {
                    if let Some(hub) = hub.upgrade() {
                        hub.worker_message_arrived(number, event);
                    }
                }),
                EventListener::new(target, "error", move |event| {
                    if let Some(hub) = failing.upgrade() {
                        hub.worker_failed(number, event);
                    }
                }),
                EventListener::new(target, "messageerror", move |_| {
                    if let Some(hub) = garbled.upgrade() {
                        hub.reject(hub.config.policy.own(), codes::SERIALIZATION);
                    }
                }),
            ],
            "iframe" => vec![EventListener::new(target, "load", move |_| {
                if let Some(hub) = hub.upgrade() {
                    hub.frame_loaded(number);
                }
            })],
            _ => Vec::new(),
        }
    }

    fn frame_loaded(&self, number: u32) {
        self.decide(|connections, _| {
            if let Some(target) = connections.target(number) {
                target.host.loaded = true;
            }
            connections.frame_loaded(number);
        });
    }

    pub(super) fn await_hello(&self, number: u32, at: PeerRef) {
        let hub = self.weak();
        after(pauses::HELLO_COMES, move || {
            if let Some(hub) = hub.upgrade() {
                hub.decide(|connections, _| connections.hello_due(number, at));
            }
        });
    }

    /// Pings a peer, and gives it time to answer.
    pub(super) fn probe(&self, at: PeerRef) {
        let asked = host::now();
        self.ping(at);
        let hub = self.weak();
        after(pauses::PROBE_TIMEOUT, move || {
            if let Some(hub) = hub.upgrade() {
                hub.decide(|connections, _| connections.probe_due(at, asked));
            }
        });
    }
}

/// The error of a connect() with an id that another peer has.
pub(super) fn id_taken(alias: &str) -> JsValue {
    let message = text(&[
        "the id '",
        alias,
        "' is in use: disconnect it first, or choose another",
    ]);
    fail(codes::CONNECTION, &message)
}
