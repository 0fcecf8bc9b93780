//! Workers: one that cannot start ends the wait for it at once, and the end of one is noticed by its liveness lock.

use js_sys::Array;
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

    /// A peer that has joined already says that it holds its lock.
    pub(super) fn rewatch_liveness_lock(&self, at: PeerRef, frame: &Array) {
        if frame.get(7).is_truthy()
            && let Some((uid, ..)) = super::session::read_join(frame)
        {
            self.watch_liveness_lock(at, &uid);
        }
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

    /// An `error` event of a worker that is waited for: its script could not be loaded or parsed, or threw. A script that
    /// threw may have created a Parley before; its hello then ends the wait.
    pub(super) fn worker_failed(&self, number: u32, event: &JsValue) {
        let cause = host::cause_of(event);
        if cause.is_empty() {
            return self.give_up_worker(number, &cause);
        }
        let hub = self.weak();
        after(pauses::WORKER_SAYS_HELLO, move || {
            if let Some(hub) = hub.upgrade() {
                hub.give_up_worker(number, &cause);
            }
        });
    }

    fn give_up_worker(&self, number: u32, cause: &str) {
        let failed = self.decide(|connections, _| connections.worker_failed(number));
        let Some(target) = failed else { return };
        let why = if cause.is_empty() {
            "its script cannot be loaded or parsed"
        } else {
            cause
        };
        let parts = ["the worker of connect('", target.alias(), "') has failed: ", why];
        let error = failed_because(&target, &parts, "error");
        self.refuse(*target, &error);
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

fn failed_because(target: &Target, message: &[&str], reason: &str) -> JsValue {
    let details = [
        ("targetId", JsValue::from_str(target.alias())),
        ("reason", JsValue::from_str(reason)),
    ];
    fail_with(codes::CONNECTION, &text(message), &details)
}
