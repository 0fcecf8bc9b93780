//! Relay: messages that this window passes from one peer to another, where the option `relay` of `connect` declares a
//! route.
//!
//! The relayed call is an own call of this window, so an answer, an abort, and the loss of either end settle it like any
//! other.

use std::rc::Rc;

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

use super::Hub;
use super::calls::Outgoing;
use super::deliver::Question;
use crate::core::codes;
use crate::core::connection::relay::NoRoute;
use crate::platform::host;

impl Hub {
    /// Relays a message to the peer `to`, if a route is declared. It was checked that its sender may send it.
    pub(super) fn relay(&self, question: &Rc<Question>, to: &str, payload: &JsValue, now: f64) {
        let found = {
            let inner = self.inner.borrow();
            let source = inner
                .peers
                .get(question.peer)
                .map(|peer| peer.identity.label.clone());
            source.map(|source| (source, inner.route(question.peer, to)))
        };
        let Some((source, route)) = found else { return };
        let at = match route {
            Ok(at) => at,
            Err(why) => {
                let (code, reason) = match why {
                    NoRoute::Undeclared => {
                        self.reject_from(question.peer, codes::DENIED);
                        (
                            codes::DENIED,
                            "the window between declares no route (the option relay of connect())",
                        )
                    }
                    NoRoute::NotConnected => (codes::PEER_LOST, "it is not connected to the window between"),
                };
                return self.answer_error(question, code, &JsValue::from_str(reason));
            }
        };
        let metadata = host::make_metadata(
            "",
            &source.id,
            &source.origin,
            now,
            question.expects,
            &JsValue::UNDEFINED,
        );
        self.note_handled(question, &metadata);
        let signal = match question.expects {
            true => Reflect::get(&metadata, &JsValue::from_str("signal")).ok(),
            false => None,
        };
        let sent = self.send_to(
            at,
            Outgoing {
                what: question.what.clone(),
                what_js: JsValue::from_str(&question.what),
                payload: payload.clone(),
                target: None,
                // Its sender has the timeout, and aborts the call.
                timeout: f64::INFINITY,
                retries: 0,
                expects: question.expects,
                signal,
                transfer: None,
                hop: Array::of3(&source.id, &source.kind, &source.origin).into(),
            },
        );
        match sent {
            Ok(answer) => self.answer_when_settled(question, &answer),
            Err(error) => self.relay_failed(question, &error),
        }
    }

    /// The other end answered with an error, or has gone. The error of a handler or schema there is passed on under the
    /// same condition as that of a handler here.
    pub(super) fn relay_failed(&self, question: &Question, error: &JsValue) {
        let part = |name| Reflect::get(error, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
        let code = part("code").as_string().unwrap_or_default();
        let is_words = matches!(code.as_str(), codes::HANDLER | codes::VALIDATION);
        let message = match is_words && !question.may_know {
            true => JsValue::UNDEFINED,
            false => part("message"),
        };
        self.answer_error(question, &code, &message);
    }
}
