//! Answers to messages: what handlers return or pass to `respond`.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use super::deliver::{Hop, Question};
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::id::PeerRef;
use crate::platform::callback;
use crate::platform::{host, promise};

impl Hub {
    /// Handles a call of `respond`. One function serves all questions: making one for each would cost more than answering.
    pub(crate) fn respond(&self, from: PeerRef, id: f64, value: &JsValue, transfer: &JsValue) {
        let question = {
            let inner = self.inner.borrow();
            let peer = inner.peers.reachable(from);
            peer.and_then(|peer| peer.host.handling.get(id as u64))
                .map(|handled| handled.question.clone())
        };
        // `None` if it was answered already, is no longer awaited, or expects no answer.
        if let Some(question) = question {
            self.answer(&question, value, transfer.dyn_ref::<Array>());
        } else {
            self.check_returned(from, id);
        }
    }

    pub(super) fn answer_when_settled(&self, question: &Rc<Question>, value: &JsValue) {
        let (hub, asked) = (self.weak(), question.clone());
        let fulfilled = callback::reaction(move |value| {
            if let Some(hub) = hub.upgrade() {
                hub.answer(&asked, &value, None);
            }
        });
        let (hub, asked) = (self.weak(), question.clone());
        let rejected = callback::reaction(move |error| match hub.upgrade() {
            Some(hub) if matches!(asked.hop, Hop::To(_)) => hub.relay_failed(&asked, &error),
            Some(hub) => {
                hub.answer_failure(&asked, &error);
                hub.report(&error);
            }
            None => {}
        });
        promise::then(value, &fulfilled, Some(&rejected));
    }

    pub(super) fn answer(&self, question: &Question, value: &JsValue, transfer: Option<&Array>) {
        if question.answered.get() || !question.expects {
            return;
        }
        let frame = host::answer_frame(Kind::Answer.tag(), question.id, true, value, &JsValue::UNDEFINED);
        self.post_answer(question, &frame.into(), transfer, value);
    }

    pub(super) fn answer_failure(&self, question: &Question, error: &JsValue) {
        // Only the message, never the stack.
        let message = if question.may_know {
            js_sys::Reflect::get(error, &JsValue::from_str("message")).unwrap_or(JsValue::UNDEFINED)
        } else {
            JsValue::UNDEFINED
        };
        self.answer_error(question, codes::HANDLER, &message);
    }

    pub(super) fn answer_error(&self, question: &Question, code: &str, message: &JsValue) {
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
        if let Some(peer) = self.inner.borrow_mut().peers.any_mut(question.peer) {
            peer.host.handling.take(question.id as u64);
        }
        match self.post(question.peer, frame, transfer) {
            Ok(()) => {
                if question.keep
                    && let Some(peer) = self.inner.borrow_mut().peers.any_mut(question.peer)
                {
                    peer.host.keep_answer(question.id, frame.clone());
                }
            }
            Err(error) => {
                let known = self.inner.borrow().peers.reachable(question.peer).is_some();
                if !known {
                    return;
                }
                // The answer cannot be cloned. Both sides get an error.
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
