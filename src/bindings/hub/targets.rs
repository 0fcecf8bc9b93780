//! Connection targets, as `core::connection::targets` keeps them, with what belongs to JavaScript: elements, promises, listeners.

use gloo_events::EventListener;
use js_sys::Function;
use wasm_bindgen::JsValue;

use super::Hub;
use super::peers::{Browser, Identity, State};
use super::waiting::Watch;
use crate::core::connection::connect::{Call, Request};
use crate::core::connection::{host, targets};
use crate::platform::host as platform;
use crate::transport::window::Address;

/// A connection that this side wants, until `disconnect`.
pub(crate) type Target = targets::Target<Browser>;

/// Where a target is: a frame element, whose window may change, or a window; or a worker.
#[derive(PartialEq)]
pub(crate) struct Place {
    pub(super) object: JsValue,
    pub(super) is_worker: bool,
}

impl host::Place<Address> for Place {
    fn window(&self) -> Option<Address> {
        if self.is_worker {
            return Some(Address::worker(self.object.clone()));
        }
        let window = platform::window_of(&self.object);
        (!window.is_null() && !window.is_undefined()).then(|| Address::window(window))
    }
}

/// What this window keeps for a target.
#[derive(Default)]
pub(crate) struct Details {
    /// An origin that sent a hello from there and is not allowed.
    pub(super) refused: Option<String>,
    /// Whether its frame has fired `load` since connect().
    pub(super) loaded: bool,
    /// What the script of its worker threw last.
    pub(super) failure: String,
    /// The last known reason of a missing answer, and whether it was logged.
    pub(super) silence: (String, bool),
    /// Listeners on the worker object or the frame element.
    pub(super) _listeners: Vec<EventListener>,
}

/// The promise of a connect().
pub(crate) struct Waiting {
    pub(super) promise: platform::Deferred,
    pub(super) stop_listening: Option<Function>,
    /// Ends the watch for the removal of its frame.
    pub(super) watch: Option<Watch>,
}

impl Waiting {
    pub(super) fn new(promise: platform::Deferred, stop_listening: Option<Function>) -> Waiting {
        Waiting {
            promise,
            stop_listening,
            watch: None,
        }
    }

    pub(super) fn stop(&self) {
        if let Some(stop) = &self.stop_listening {
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
    }
}

/// The checked arguments of connect().
pub(crate) struct Wanted {
    pub(crate) target: JsValue,
    /// The kind of target, as `targetKind` returns it.
    pub(crate) kind: String,
    pub(crate) timeout: f64,
    pub(crate) signal: Option<JsValue>,
    pub(crate) request: Request,
}

impl Wanted {
    /// Where the target is; None for a port or link.
    pub(super) fn place(&self) -> Option<Place> {
        let is_worker = self.kind == "worker";
        let is_by_window = is_worker || matches!(self.kind.as_str(), "window" | "iframe");
        is_by_window.then(|| Place {
            object: self.target.clone(),
            is_worker,
        })
    }
}

impl Target {
    /// The entry in `peers` while there is no peer.
    pub(crate) fn pending_identity(&self) -> Option<(Identity, State)> {
        let alias = self.alias.as_deref()?;
        if self.peer.is_some() || !self.is_awaited() {
            return None;
        }
        Some((Identity::new(alias, &self.kind, "", false), State::Connecting))
    }
}

impl Hub {
    /// Ends a target that never connected, and rejects the promises of its calls.
    pub(crate) fn give_up(&self, number: u32, error: &JsValue) {
        let target = self.decide(|connections, _| connections.give_up(number));
        if let Some(target) = target {
            self.refuse(*target, error);
        }
    }

    /// Rejects the promises of a target that has ended.
    pub(super) fn refuse(&self, target: Target, error: &JsValue) {
        for Call { waiting, .. } in target.calls {
            self.reject_call(waiting, error);
        }
        if let Some(alias) = &target.alias {
            let identity = Identity::new(alias, &target.kind, "", false);
            self.emit_state(&identity, State::Connecting, State::Disconnected);
        }
    }

    /// Rejects the promise of a connect().
    pub(super) fn reject_call(&self, waiting: Waiting, error: &JsValue) {
        waiting.stop();
        if self.inner.borrow().is_ending {
            waiting.promise.end(error);
        } else {
            waiting.promise.reject(error);
        }
    }

    /// Whether anyone awaits a connection.
    pub(crate) fn awaits_targets(&self) -> bool {
        self.inner.borrow().targets.iter().any(Target::is_awaited)
    }

    /// Whether a timer of this window ends a wait.
    pub(super) fn targets_have_deadlines(&self) -> bool {
        let inner = self.inner.borrow();
        let mut awaited = inner.targets.iter().filter(|target| target.is_awaited());
        awaited.any(|target| target.deadline().is_finite())
    }
}
