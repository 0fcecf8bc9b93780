//! Outgoing messages: to one peer with an answer awaited, or to all.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use super::peers::Identity;
use crate::core::calls::Due;
use crate::core::codes;
use crate::core::frame::{Kind, Reason};
use crate::core::id::PeerRef;
use crate::platform::callback;
use crate::platform::error::{fail, fail_with, text};
use crate::platform::host::{self, Deferred};

/// A call whose answer is awaited.
pub(crate) struct Pending {
    promise: Deferred,
    what: String,
    hop: JsValue,
    /// Kept only for calls with retries.
    frame: Option<JsValue>,
    stop_listening: Option<Function>,
}

/// The checked arguments of `send`.
pub(crate) struct Outgoing {
    pub(crate) what: String,
    pub(crate) what_js: JsValue,
    pub(crate) payload: JsValue,
    pub(crate) target: Option<String>,
    pub(crate) timeout: f64,
    pub(crate) retries: u32,
    pub(crate) expects: bool,
    pub(crate) signal: Option<JsValue>,
    pub(crate) transfer: Option<Array>,
    /// The last field of a message with two hops: the peer to which the receiver relays it, or the peer for which this
    /// window relays it. Undefined for any other message.
    pub(crate) hop: JsValue,
}

/// The length of `hop` in a message that the receiver relays: only the id. In one that this window relays there is a source
/// too.
const TO: u32 = 1;
/// The last element of a message frame that expects no answer.
const EXPECTS_NOTHING: f64 = 0.0;
const EXPECTS_ANSWER: f64 = 1.0;
/// A peer's error message is its own text. At most so many UTF-16 units of it are passed on.
const MAX_REASON: u32 = 2000;
const MAX_CODE: u32 = 64;
/// The question may be repeated, so the answer must be kept.
pub(crate) const EXPECTS_RETRIES: f64 = 2.0;

impl Hub {
    /// The peer that a call goes to.
    pub(crate) fn target(&self, name: Option<&str>) -> Result<PeerRef, JsValue> {
        let inner = self.inner.borrow();
        match name {
            Some(name) => inner.peers.by_name(name).ok_or_else(|| {
                if inner.peers.suspended_by_name(name).is_some() {
                    return super::suspension::suspended(name);
                }
                let message = text(&["no connected peer has the id '", name, "'"]);
                fail_with(
                    codes::TARGET_NOT_FOUND,
                    &message,
                    &[("targetId", JsValue::from_str(name))],
                )
            }),
            None => {
                let mut refs = inner.peers.iter().map(|(at, _)| at);
                match (refs.next(), refs.next()) {
                    (Some(only), None) => Ok(only),
                    (None, _) => Err(fail(codes::TARGET_NOT_FOUND, "no peer is connected")),
                    _ => Err(fail(
                        codes::TARGET_AMBIGUOUS,
                        "several peers are connected: say which one by targetId, or use broadcast()",
                    )),
                }
            }
        }
    }

    /// Sends a message. The promise resolves with the answer, or at once if none is expected.
    pub(crate) fn send(&self, out: Outgoing) -> Result<JsValue, JsValue> {
        let at = self.target(out.target.as_deref())?;
        self.send_to(at, out)
    }

    /// The same, to this peer.
    pub(super) fn send_to(&self, at: PeerRef, out: Outgoing) -> Result<JsValue, JsValue> {
        if !out.expects {
            let id = self.inner.borrow_mut().calls.next_id() as f64;
            let frame = out.frame(id, EXPECTS_NOTHING);
            self.post(at, &frame, out.transfer.as_ref())
                .map_err(|error| unsendable(&out.payload, error))?;
            return Ok(js_sys::Promise::resolve(&JsValue::UNDEFINED).into());
        }
        let promise = Deferred::new();
        let deadline = if out.timeout.is_finite() {
            host::now() + out.timeout
        } else {
            f64::INFINITY
        };
        let pending = Pending {
            promise: promise.clone(),
            what: out.what.clone(),
            hop: out.hop.clone(),
            frame: None,
            stop_listening: None,
        };
        let id = self
            .inner
            .borrow_mut()
            .calls
            .begin(at, deadline, out.retries, out.timeout, pending) as f64;
        let expects = if out.retries > 0 {
            EXPECTS_RETRIES
        } else {
            EXPECTS_ANSWER
        };
        let frame = JsValue::from(out.frame(id, expects));
        if let Err(error) = self.post(at, &frame, out.transfer.as_ref()) {
            self.inner.borrow_mut().calls.cancel(id as u64);
            return Err(unsendable(&out.payload, error));
        }
        if out.retries > 0
            && let Some(pending) = self.inner.borrow_mut().calls.get_mut(id as u64)
        {
            pending.frame = Some(frame);
        }
        self.wake_by(deadline);
        if out.timeout <= 0.0 && out.retries == 0 {
            // Before an answer can come: that may be quicker than any timer.
            let hub = self.weak();
            Hub::soon(move || {
                if let Some(hub) = hub.upgrade() {
                    hub.calls_due(deadline);
                }
            });
        }
        if let Some(signal) = &out.signal {
            let hub = self.weak();
            let abort = callback::perhaps(move || {
                if let Some(hub) = hub.upgrade() {
                    hub.abort_call(id as u64);
                }
            });
            let stop = match host::on_abort(signal, &abort) {
                Ok(stop) => stop,
                Err(error) => {
                    self.inner.borrow_mut().calls.cancel(id as u64);
                    return Err(error);
                }
            };
            if let Some(pending) = self.inner.borrow_mut().calls.get_mut(id as u64) {
                pending.stop_listening = Some(stop);
            }
        }
        Ok(promise.promise.into())
    }

    /// Posts a message to every peer, exactly once each: one frame on the mesh, and one on each other wire.
    pub(crate) fn broadcast(
        &self,
        what: &JsValue,
        payload: &JsValue,
        transfer: Option<&Array>,
    ) -> Result<(), JsValue> {
        let id = self.inner.borrow_mut().calls.next_id() as f64;
        let frame = host::message_frame(Kind::Message.tag(), id, what, payload, EXPECTS_NOTHING);
        self.post_all(&frame, transfer)
            .map_err(|error| unsendable(payload, error))
    }

    fn abort_call(&self, id: u64) {
        let Some((at, pending)) = self.inner.borrow_mut().calls.cancel(id) else {
            return;
        };
        self.send_abort(at, id, codes::ABORTED);
        pending.reject(&fail(
            codes::ABORTED,
            &text(&["send('", &pending.what, "') was aborted"]),
        ));
    }

    fn send_abort(&self, at: PeerRef, id: u64, code: &str) {
        let frame = Array::of2(
            &JsValue::from_f64(Kind::Abort.tag()),
            &JsValue::from_f64(id as f64),
        );
        let _ = self.post(at, &frame, None);
        self.log_frame(code, at, &frame);
    }

    /// An answer came.
    pub(crate) fn on_answer(&self, from: PeerRef, frame: &Array) {
        let (Some(id), Some(ok)) = (frame.get(1).as_f64(), frame.get(2).as_bool()) else {
            return self.reject_from(from, codes::MALFORMED);
        };
        let pending = self.inner.borrow_mut().calls.finish(id as u64, from);
        // Late or repeated answers are ignored, and so are answers to questions that were never asked.
        let Some(pending) = pending else { return };
        let value = frame.get(3);
        if ok {
            pending.stop();
            pending.promise.resolve(&value);
            return;
        }
        let code = match host::short_text(&value, MAX_CODE).as_deref() {
            Some(codes::NO_HANDLER) => codes::NO_HANDLER,
            Some(codes::VALIDATION) => codes::VALIDATION,
            Some(codes::DENIED) => codes::DENIED,
            Some(codes::LIMIT) => codes::LIMIT,
            Some(codes::SERIALIZATION) => codes::SERIALIZATION,
            // The error is about the window behind the one that answers.
            Some(codes::PEER_LOST) if !pending.hop.is_undefined() => codes::PEER_LOST,
            _ => codes::HANDLER,
        };
        let reason = host::short_text(&frame.get(4), MAX_REASON).unwrap_or_default();
        let quoted = match pending.hop.dyn_ref::<Array>() {
            Some(to) if to.length() == TO => {
                Some(text(&["'", &to.get(0).as_string().unwrap_or_default(), "'"]))
            }
            // This window relays the message, so it passes the error on unchanged.
            Some(_) => return pending.reject(&fail(code, &reason)),
            None => None,
        };
        let who = quoted.as_deref().unwrap_or("the peer");
        let message = match code {
            codes::NO_HANDLER => text(&[who, " has no handler for '", &pending.what, "'"]),
            codes::HANDLER if reason.is_empty() => {
                text(&[who, "'s handler for '", &pending.what, "' failed"])
            }
            codes::HANDLER => text(&[who, "'s handler for '", &pending.what, "' failed: ", &reason]),
            codes::PEER_LOST => text(&["'", &pending.what, "' did not reach ", who, ": ", &reason]),
            _ if reason.is_empty() => text(&[who, " refused '", &pending.what, "'"]),
            _ => text(&[who, " refused '", &pending.what, "': ", &reason]),
        };
        pending.reject(&fail(code, &message));
    }

    /// An answer exceeded the limits.
    pub(crate) fn refuse_answer(&self, from: PeerRef, frame: &Array) {
        let Some(id) = frame.get(1).as_f64() else {
            return;
        };
        let pending = self.inner.borrow_mut().calls.finish(id as u64, from);
        if let Some(pending) = pending {
            let message = text(&[
                "the answer to '",
                &pending.what,
                "' is larger or deeper than limits allow",
            ]);
            pending.reject(&fail(codes::LIMIT, &message));
        }
    }

    /// Retries or rejects the calls that are due. Returns when the next one is.
    pub(crate) fn calls_due(&self, now: f64) -> f64 {
        let due = self.inner.borrow_mut().calls.due(now);
        for call in due {
            match call {
                Due::Retry { id, peer } => {
                    let frame = self
                        .inner
                        .borrow()
                        .calls
                        .get(id)
                        .and_then(|pending| pending.frame.clone());
                    if let Some(frame) = frame {
                        let _ = self.post(peer, &frame, None);
                    }
                }
                Due::TimedOut { id, peer, handle } => {
                    self.send_abort(peer, id, codes::TIMEOUT);
                    let message = text(&["no answer to '", &handle.what, "' in time"]);
                    handle.reject(&fail(codes::TIMEOUT, &message));
                }
            }
        }
        self.inner.borrow().calls.next_deadline().unwrap_or(f64::INFINITY)
    }

    /// The peer of a call has gone.
    pub(crate) fn calls_lost(&self, at: PeerRef, identity: &Identity, reason: Reason) {
        let lost = self.inner.borrow_mut().calls.lost(at);
        for (_, pending) in lost {
            let message = text(&[
                "'",
                &identity.alias,
                "' is gone (",
                reason.name(),
                "): '",
                &pending.what,
                "' stays unanswered",
            ]);
            let details = [
                ("targetId", identity.label.id.clone()),
                ("reason", JsValue::from_str(reason.name())),
            ];
            pending.reject(&fail_with(codes::PEER_LOST, &message, &details));
        }
    }

    /// Rejects every call to a peer, because destroy() was called here.
    pub(crate) fn end_calls_to(&self, at: PeerRef, error: &JsValue) {
        let lost = self.inner.borrow_mut().calls.lost(at);
        for (_, pending) in lost {
            pending.stop();
            pending.promise.end(error);
        }
    }
}

impl Outgoing {
    fn frame(&self, id: f64, expects: f64) -> Array {
        let (kind, hop) = match self.hop.dyn_ref::<Array>() {
            None => (Kind::Message, None),
            Some(hop) if hop.length() == TO => (Kind::Relay, Some(hop)),
            Some(hop) => (Kind::Relayed, Some(hop)),
        };
        let frame = host::message_frame(kind.tag(), id, &self.what_js, &self.payload, expects);
        hop.map_or_else(|| frame.clone(), |hop| frame.concat(hop))
    }
}

impl Pending {
    fn stop(&self) {
        if let Some(stop) = &self.stop_listening {
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
    }

    pub(super) fn reject(&self, error: &JsValue) {
        self.stop();
        self.promise.reject(error);
    }
}

/// The error of a failed post: an own error as it is, or the browser's with the path that cannot be cloned.
fn unsendable(payload: &JsValue, error: JsValue) -> JsValue {
    let code = js_sys::Reflect::get(&error, &JsValue::from_str("code"))
        .ok()
        .and_then(|code| code.as_string());
    if code.is_some_and(|code| code.starts_with("ERR_")) {
        return error;
    }
    host::explain(payload, "", &error)
}
