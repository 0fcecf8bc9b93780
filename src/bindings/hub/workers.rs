//! Workers: one that cannot start ends the wait for it at once, and the end of one is noticed by its liveness lock.

use wasm_bindgen::JsValue;

use super::Hub;
use super::targets::Target;
use crate::bindings::shared::after;
use crate::core::codes;
use crate::core::connection::pauses;
use crate::core::frame::Reason;
use crate::core::id::PeerRef;
use crate::platform::callback;
use crate::platform::error::{fail_with, text};
use crate::platform::host;

/// The name of the liveness lock of a Parley in a worker, followed by its uid.
const LIFE: &str = "parley-sync.worker:";

impl Hub {
    /// In a worker: takes the liveness lock, and tells peers once it is held.
    pub(super) fn hold_liveness_lock(&self) {
        if !host::is_worker() {
            return;
        }
        let hub = self.weak();
        let held = callback::reaction(move |ours| {
            if let Some(hub) = hub.upgrade()
                && ours.is_truthy()
            {
                hub.decide(|connections, _| connections.liveness_lock_held());
            }
        });
        let release = host::hold_lock(&text(&[LIFE, &self.uid]), &held);
        self.inner.borrow_mut().liveness_lock = Some(release);
    }

    /// A peer says that it holds such a lock. Its release is watched for.
    pub(super) fn watch_liveness_lock(&self, at: PeerRef, uid: &str) {
        let is_watched = match self.inner.borrow().peers.any(at) {
            Some(peer) => peer.host.liveness_lock.is_some(),
            None => true,
        };
        if is_watched {
            return;
        }
        let hub = self.weak();
        let gone = callback::perhaps(move || {
            after(pauses::GOODBYE_COMES, move || {
                if let Some(hub) = hub.upgrade() {
                    hub.lose_peer(at, Reason::Closed);
                }
            });
        });
        let stop = host::watch_holder(&text(&[LIFE, uid]), &gone);
        if let Some(peer) = self.inner.borrow_mut().peers.any_mut(at) {
            peer.host.liveness_lock = Some(stop);
        }
    }

    /// An `error` event of a worker that is waited for. It has a cause if the script has thrown.
    pub(super) fn worker_failed(&self, number: u32, event: &JsValue) {
        let cause = host::cause_of(event);
        let has_run = !cause.is_empty();
        self.decide(|connections, _| {
            if let Some(target) = connections.target(number) {
                target.host.failure = cause;
            }
            connections.worker_failed(number, has_run);
        });
    }

    pub(super) fn await_worker(&self, number: u32) {
        let hub = self.weak();
        after(pauses::WORKER_SAYS_HELLO, move || {
            if let Some(hub) = hub.upgrade() {
                hub.decide(|connections, _| connections.worker_due(number));
            }
        });
    }

    /// A port or link was closed, or the Node worker behind it has ended.
    pub(super) fn wire_closed(&self, number: u32, cause: &str) {
        let ended = self.decide(|connections, _| connections.wire_closed(number));
        let Some(target) = ended else { return };
        let parts = [
            "connect('",
            target.alias(),
            "') ended: the other side was closed before it joined",
            if cause.is_empty() { "" } else { ": " },
            cause,
        ];
        let error = failed_because(&target, &parts, Reason::Closed.name());
        self.refuse(*target, &error);
    }
}

/// The error of a connect() whose worker failed.
pub(super) fn failed(target: &Target) -> JsValue {
    let why = match target.host.failure.as_str() {
        "" => "its script cannot be loaded or parsed",
        cause => cause,
    };
    let parts = ["the worker of connect('", target.alias(), "') has failed: ", why];
    failed_because(target, &parts, "error")
}

fn failed_because(target: &Target, message: &[&str], reason: &str) -> JsValue {
    let details = [
        ("targetId", JsValue::from_str(target.alias())),
        ("reason", JsValue::from_str(reason)),
    ];
    fail_with(codes::CONNECTION, &text(message), &details)
}
