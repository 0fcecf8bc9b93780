//! Inbound frames of a connected peer, and messages on their way to handlers and back.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};

use super::calls::MAY_REPEAT;
use super::{Handler, Hub};
use crate::bindings::callback;
use crate::bindings::host;
use crate::core::codes;
use crate::core::frame::{Kind, Reason};
use crate::core::id::PeerRef;

/// A message being handled: whom to answer, once.
pub(crate) struct Question {
    peer: PeerRef,
    id: f64,
    what: String,
    expects: bool,
    keep: bool,
    is_kin: bool,
    answered: Cell<bool>,
}

impl Hub {
    /// A frame of a connected peer. `to_all`: others on the mesh got it as well.
    pub(crate) fn dispatch(&self, from: PeerRef, kind: Kind, frame: &Array, to_all: bool) {
        let now = host::now();
        if !self.admit(from, frame, now) {
            return;
        }
        match kind {
            Kind::Message => self.on_message(from, frame, now),
            Kind::Answer => self.on_answer(from, frame),
            Kind::Abort => self.on_abort(from, frame),
            Kind::Bye => self.on_bye(from, frame),
            Kind::Ping => {
                let pong = Array::of2(&JsValue::from_f64(Kind::Pong.tag()), &frame.get(1));
                let _ = self.post(from, &pong, None);
            }
            Kind::Pong => self.on_pong(from, frame),
            Kind::Join => {}
            // All others are for what is shared: states and stores.
            _ => self.on_state_frame(from, kind, frame, to_all),
        }
    }

    /// Notes that the peer lives; whether its frame is within the limits, if there are any.
    fn admit(&self, from: PeerRef, frame: &Array, now: f64) -> bool {
        let limits = match self.inner.borrow_mut().peers.get_mut(from) {
            Some(peer) => {
                peer.heard = now;
                peer.meter.as_ref().and(self.config.limits)
            }
            None => return false,
        };
        let Some(limits) = limits else { return true };
        // The weighing walks the frame: outside of any borrow, for a Proxy cannot come over a wire but a getter may be asked.
        let bytes = host::weigh(frame, limits.message_bytes);
        let too_deep = host::deeper_than(frame, f64::from(limits.depth) + 2.0);
        let admitted = match self.inner.borrow_mut().peers.get_mut(from) {
            Some(peer) => peer
                .meter
                .as_mut()
                .is_none_or(|meter| meter.admit(bytes, now).is_ok()),
            None => false,
        };
        if admitted && !too_deep {
            return true;
        }
        self.reject_from(from, codes::LIMIT);
        false
    }

    /// Counts a refusal against a peer's origin.
    pub(crate) fn reject_from(&self, from: PeerRef, code: &'static str) {
        let origin = self
            .inner
            .borrow()
            .peers
            .get(from)
            .and_then(|peer| peer.identity.origin.as_string());
        self.reject(&origin.unwrap_or_default(), code);
    }

    fn on_bye(&self, from: PeerRef, frame: &Array) {
        let said = Reason::from_bye(frame.get(1).as_f64().unwrap_or_default());
        let reason = if said == Reason::Closed && self.is_still_shown(from) {
            Reason::Navigated
        } else {
            said
        };
        self.lose_peer(from, reason);
    }

    /// A frame whose document leaves while the element stays in the page is going somewhere else.
    fn is_still_shown(&self, from: PeerRef) -> bool {
        self.inner.borrow().shows(from)
    }

    fn on_pong(&self, from: PeerRef, frame: &Array) {
        let Some(sent) = frame.get(1).as_f64() else { return };
        if let Some(peer) = self.inner.borrow_mut().peers.get_mut(from)
            && sent == peer.pinged
        {
            peer.identity.latency = host::precise_now() - sent;
            peer.pinged = -1.0;
            peer.unanswered = 0;
        }
    }

    fn on_abort(&self, from: PeerRef, frame: &Array) {
        let Some(id) = frame.get(1).as_f64() else { return };
        let metadata = {
            let mut inner = self.inner.borrow_mut();
            let Some(peer) = inner.peers.get_mut(from) else {
                return;
            };
            let Some(at) = peer.handling.iter().position(|(handled, _)| handled.id == id) else {
                return;
            };
            peer.handling.remove(at).1
        };
        host::abort_metadata(&metadata, codes::ABORTED, "the caller no longer waits");
    }

    fn on_message(&self, from: PeerRef, frame: &Array, now: f64) {
        let what_js = frame.get(2);
        let (Some(id), Some(what), Some(expects)) =
            (frame.get(1).as_f64(), what_js.as_string(), frame.get(4).as_f64())
        else {
            return self.reject_from(from, codes::MALFORMED);
        };
        if !(1.0..=crate::core::id::MAX_EXACT).contains(&id) || id.trunc() != id {
            return self.reject_from(from, codes::MALFORMED);
        }
        let (first, kept, is_kin) = match self.inner.borrow_mut().peers.get_mut(from) {
            Some(peer) => {
                let first = peer.inbox.first(id as u64);
                let kept = if first {
                    None
                } else {
                    peer.answered.iter().find(|(at, _)| *at == id)
                };
                (first, kept.map(|(_, frame)| frame.clone()), peer.identity.is_kin)
            }
            None => return,
        };
        if !first {
            // Handled before: its answer may have been lost.
            if let Some(answer) = kept {
                let _ = self.post(from, &answer, None);
            }
            return;
        }
        let question = Rc::new(Question {
            peer: from,
            id,
            what,
            expects: expects >= 1.0,
            keep: expects >= MAY_REPEAT,
            is_kin,
            answered: Cell::new(false),
        });
        let payload = frame.get(3);
        if let Some(state) = self.state_for_message(&question.what) {
            state.plain_update(from, &payload);
        }
        let schema = {
            let inner = self.inner.borrow();
            inner
                .registered
                .get(&question.what)
                .and_then(|registered| registered.schema.clone())
        };
        match schema {
            None => self.handle(&question, &payload, now),
            Some(schema) => self.check_then_handle(question, &schema, &payload, now),
        }
    }

    fn check_then_handle(&self, question: Rc<Question>, schema: &JsValue, payload: &JsValue, now: f64) {
        let verdict = host::check(schema, payload);
        if !verdict.is_instance_of::<Promise>() {
            return self.act_on_verdict(&question, &verdict, now);
        }
        let hub = self.weak();
        let then = callback::reaction(move |verdict| {
            if let Some(hub) = hub.upgrade() {
                hub.act_on_verdict(&question, &verdict, now);
            }
        });
        let promise: &Promise = verdict.unchecked_ref();
        let _ = super::super::promise::then(promise, &then, None);
    }

    fn act_on_verdict(&self, question: &Rc<Question>, verdict: &JsValue, now: f64) {
        let verdict: &Array = verdict.unchecked_ref();
        if verdict.get(0).is_truthy() {
            return self.handle(question, &verdict.get(1), now);
        }
        self.reject_from(question.peer, codes::VALIDATION);
        self.answer_error(question, codes::VALIDATION, &verdict.get(1));
    }

    /// Calls every handler of the type. The first answer counts.
    fn handle(&self, question: &Rc<Question>, payload: &JsValue, now: f64) {
        let (handlers, sender, origin) = {
            let mut inner = self.inner.borrow_mut();
            let handlers = inner.handlers.get(&question.what).cloned().unwrap_or_default();
            if handlers.iter().any(|handler| handler.once)
                && let Some(all) = inner.handlers.get_mut(&question.what)
            {
                all.retain(|handler| !handler.once);
            }
            let Some(peer) = inner.peers.get(question.peer) else {
                return;
            };
            (handlers, peer.identity.id.clone(), peer.identity.origin.clone())
        };
        if handlers.is_empty() {
            self.answer_error(question, codes::NO_HANDLER, &JsValue::UNDEFINED);
            return;
        }
        let metadata =
            host::make_metadata(&number_text(question.id), &sender, &origin, now, question.expects);
        if question.expects
            && let Some(peer) = self.inner.borrow_mut().peers.get_mut(question.peer)
        {
            peer.handling.push((question.clone(), metadata.clone()));
        }
        let respond = host::make_respond(&self.respond, f64::from(question.peer), question.id);
        let mut later = false;
        let mut failed = None;
        for handler in handlers {
            let Handler { call, once, .. } = handler;
            if once {
                let _ = call.call1(&JsValue::UNDEFINED, payload);
                continue;
            }
            match call.call3(&JsValue::UNDEFINED, payload, &respond, &metadata) {
                Err(error) => failed = Some(error),
                Ok(value) if value.is_undefined() => later |= host::arity(&call) >= 2.0,
                Ok(value) if host::is_thenable(&value) => {
                    later = true;
                    self.answer_when_settled(question, &value);
                }
                Ok(value) => self.answer(question, &value, None),
            }
        }
        if let Some(error) = failed {
            self.answer_failure(question, &error);
            self.report(&error);
        } else if !later {
            // No handler that could still answer: the call is done.
            self.answer(question, &JsValue::UNDEFINED, None);
        }
    }

    /// What a handler's `respond` calls. One function of the wasm serves all questions: to make one for each would cost
    /// more than to answer it.
    pub(crate) fn respond(&self, from: PeerRef, id: f64, value: &JsValue, transfer: &JsValue) {
        let question = {
            let inner = self.inner.borrow();
            let handling = inner.peers.get(from).map(|peer| peer.handling.as_slice());
            let found = handling
                .unwrap_or_default()
                .iter()
                .find(|(handled, _)| handled.id == id);
            found.map(|(question, _)| question.clone())
        };
        // None: answered, no longer awaited, or nobody expects an answer.
        if let Some(question) = question {
            self.answer(&question, value, transfer.dyn_ref::<Array>());
        }
    }

    fn answer_when_settled(&self, question: &Rc<Question>, value: &JsValue) {
        let (hub, asked) = (self.weak(), question.clone());
        let fulfilled = callback::reaction(move |value| {
            if let Some(hub) = hub.upgrade() {
                hub.answer(&asked, &value, None);
            }
        });
        let (hub, asked) = (self.weak(), question.clone());
        let rejected = callback::reaction(move |error| {
            if let Some(hub) = hub.upgrade() {
                hub.answer_failure(&asked, &error);
                hub.report(&error);
            }
        });
        let _ = super::super::promise::then(&Promise::resolve(value), &fulfilled, Some(&rejected));
    }

    fn answer(&self, question: &Question, value: &JsValue, transfer: Option<&Array>) {
        if question.answered.get() || !question.expects {
            return;
        }
        let frame = host::answer_frame(Kind::Answer.tag(), question.id, true, value, &JsValue::UNDEFINED);
        self.post_answer(question, &frame.into(), transfer, value);
    }

    fn answer_failure(&self, question: &Question, error: &JsValue) {
        // What went wrong in a handler is told to windows of the same origin only.
        let message = if question.is_kin {
            js_sys::Reflect::get(error, &JsValue::from_str("message")).unwrap_or(JsValue::UNDEFINED)
        } else {
            JsValue::UNDEFINED
        };
        self.answer_error(question, codes::HANDLER, &message);
    }

    fn answer_error(&self, question: &Question, code: &str, message: &JsValue) {
        if question.answered.get() || !question.expects {
            return;
        }
        let message = if message.is_string() {
            message.clone()
        } else {
            JsValue::UNDEFINED
        };
        let frame = host::answer_frame(
            Kind::Answer.tag(),
            question.id,
            false,
            &JsValue::from_str(code),
            &message,
        );
        self.post_answer(question, &frame.into(), None, &JsValue::UNDEFINED);
    }

    fn post_answer(&self, question: &Question, frame: &JsValue, transfer: Option<&Array>, value: &JsValue) {
        question.answered.set(true);
        if let Some(peer) = self.inner.borrow_mut().peers.get_mut(question.peer) {
            peer.handling.retain(|(handled, _)| handled.id != question.id);
        }
        match self.post(question.peer, frame, transfer) {
            Ok(()) => {
                if question.keep
                    && let Some(peer) = self.inner.borrow_mut().peers.get_mut(question.peer)
                {
                    peer.keep_answer(question.id, frame.clone());
                }
            }
            Err(error) => {
                let known = self.inner.borrow().peers.get(question.peer).is_some();
                if !known {
                    return;
                }
                // The answer cannot be cloned: both sides are told.
                let refused = host::answer_frame(
                    Kind::Answer.tag(),
                    question.id,
                    false,
                    &JsValue::from_str(codes::SERIALIZATION),
                    &JsValue::from_str("the answer cannot be cloned"),
                );
                let _ = self.post(question.peer, &refused, None);
                self.report(&host::explain(value, "", &error));
            }
        }
    }
}

/// A whole number as text, without the weight of formatting floats.
fn number_text(number: f64) -> String {
    let mut rest = number as u64;
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(b'0' + (rest % 10) as u8));
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    digits.iter().rev().collect()
}
