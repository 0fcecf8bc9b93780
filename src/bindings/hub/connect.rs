//! `connect`: checks the target and the options, registers a connection target, and knocks.

use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use super::Hub;
use super::peers::{Identity, State};
use super::targets::{Details, Place, Target, Waiting, Wanted};
use crate::bindings::shared::after;
use crate::core::codes;
use crate::core::connection::target::Handshake;
use crate::core::connection::waiting::Presence;
use crate::core::id::PeerRef;
use crate::platform::callback;
use crate::platform::error::{fail, text};
use crate::platform::host::{self, Deferred};
use crate::transport::window;

/// How long a peer has to answer when its frame has loaded another document, perhaps, ms.
const ANSWER_COMES: f64 = 1000.0;
/// The same when somebody answers by its port, but its window has not said that it is still there, ms: a page that has just
/// loaded may be busy.
const WINDOW_ANSWERS: f64 = 3000.0;

impl Hub {
    /// Joins a target; the promise settles with its PeerInfo.
    pub(crate) fn connect(&self, mut wanted: Wanted) -> Result<JsValue, JsValue> {
        let promise = Deferred::new();
        let peer_kind = match wanted.kind.as_str() {
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
        if let Some(alias) = &wanted.alias {
            self.check_alias(alias, &wanted.target)?;
        }
        if let Some(existing) = self.known_target(&wanted) {
            return existing;
        }
        if let Some(alias) = &wanted.alias {
            self.log("connecting", &JsValue::from_str(alias));
        }
        let number = {
            let mut inner = self.inner.borrow_mut();
            inner.next_number()
        };
        let stop_listening = match &wanted.signal {
            None => None,
            Some(signal) => {
                let hub = self.weak();
                let abort = callback::perhaps(move || {
                    if let Some(hub) = hub.upgrade() {
                        let error = fail(codes::ABORTED, "connect() was aborted");
                        hub.give_up(number, &error);
                    }
                });
                Some(host::on_abort(signal, &abort)?)
            }
        };
        let is_worker = wanted.kind == "worker";
        let listeners = self.listen_to_target(number, &wanted);
        let by_window = matches!(wanted.kind.as_str(), "window" | "iframe" | "worker");
        let deadline = host::now() + wanted.timeout;
        let identity = wanted
            .alias
            .as_ref()
            .map(|alias| Identity::new(alias, &peer_kind, "", false));
        let target = Target {
            number,
            alias: wanted.alias.clone(),
            kind: peer_kind.clone(),
            handshake: Handshake::new(wanted.opaque, wanted.any_origin),
            place: by_window.then(|| Place {
                object: wanted.target.clone(),
                is_worker,
            }),
            session: None,
            peer: None,
            waiting: Some(Waiting::new(promise.clone(), stop_listening)),
            deadline,
            presence: Presence::default(),
            grants: wanted.grants.clone(),
            relay: wanted.relay.unwrap_or_default(),
            host: Details {
                _listeners: listeners,
                ..Details::default()
            },
        };
        self.inner.borrow_mut().targets.push(target);
        self.await_window(number);
        if let Some(identity) = identity {
            self.emit_state(&identity, State::Disconnected, State::Connecting);
        }
        if by_window {
            // A frame that is not there yet says hello by itself when it is.
            self.decide(|connections, policy| connections.asked(policy, number));
            return Ok(promise.promise.into());
        }
        let proven = self.inner.borrow_mut().handed_over(number);
        let Some(proven) = proven else {
            return Ok(promise.promise.into());
        };
        if wanted.kind == "port" {
            self.start_port(wanted.target.unchecked_into(), proven, 0.0, false);
        } else if let Err(error) = self.start_link(wanted.target, proven) {
            self.give_up(number, &error);
        }
        Ok(promise.promise.into())
    }

    /// Messages of a worker come to the worker object, and its errors; a frame's load event tells that it shows another document.
    fn listen_to_target(&self, number: u32, wanted: &Wanted) -> Vec<EventListener> {
        let (hub, failing, garbled) = (self.weak(), self.weak(), self.weak());
        let target: &EventTarget = wanted.target.unchecked_ref();
        match wanted.kind.as_str() {
            "worker" => vec![
                window::listen(&wanted.target, move |event| {
                    if let Some(hub) = hub.upgrade() {
                        hub.heard_from_worker(number, event);
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
        after(WINDOW_ANSWERS, move || {
            if let Some(hub) = hub.upgrade() {
                hub.decide(|connections, _| connections.hello_due(number, at));
            }
        });
    }

    /// Asks a peer whether it is there, and gives it the time to answer.
    pub(super) fn ask_for_sign(&self, at: PeerRef) {
        let asked = host::now();
        self.ping(at);
        let hub = self.weak();
        after(ANSWER_COMES, move || {
            if let Some(hub) = hub.upgrade() {
                hub.decide(|connections, _| connections.sign_due(at, asked));
            }
        });
    }

    /// An id names one peer.
    fn check_alias(&self, alias: &str, target: &JsValue) -> Result<(), JsValue> {
        if self.decide(|connections, _| connections.claim_alias(alias, |place| place.object == *target)) {
            return Ok(());
        }
        let message = text(&[
            "the id '",
            alias,
            "' is in use: disconnect it first, or choose another",
        ]);
        Err(fail(codes::CONNECTION, &message))
    }

    /// connect() again for what is connected, or being connected, gives the same.
    fn known_target(&self, wanted: &Wanted) -> Option<Result<JsValue, JsValue>> {
        let (waiting, peer, number) = {
            let inner = self.inner.borrow();
            let target = inner.targets.iter().find(|target| {
                target.is_for(&wanted.target) && (wanted.alias.is_none() || target.alias == wanted.alias)
            })?;
            let waiting = target
                .waiting
                .as_ref()
                .map(|waiting| waiting.promise.promise.clone());
            (waiting, target.peer, target.number)
        };
        self.decide(|connections, _| {
            if let (Some(relay), Some(target)) = (&wanted.relay, connections.target(number)) {
                target.relay.clone_from(relay);
            }
            connections.asked_again(number, wanted.opaque, wanted.any_origin, wanted.grants.as_ref());
        });
        if let Some(promise) = waiting {
            return Some(Ok(promise.into()));
        }
        if let Some(info) = peer.and_then(|peer| self.info(peer)) {
            return Some(Ok(js_sys::Promise::resolve(&info).into()));
        }
        // It was connected once and is gone: ask again, and wait.
        let promise = Deferred::new();
        let deadline = host::now() + wanted.timeout;
        let waiting = Waiting::new(promise.clone(), None);
        self.decide(|connections, _| connections.await_again(number, waiting, deadline));
        self.await_window(number);
        Some(Ok(promise.promise.into()))
    }
}
