//! Inbound messages, whose frames are admitted: their shape, the grants, whether the message is new, the registered schema; then its
//! handlers are called, or it is relayed.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use super::calls::EXPECTS_RETRIES;
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::id::PeerRef;
use crate::core::limits::NAME;
use crate::platform::callback;
use crate::platform::{host, promise};

/// A message that is being handled: whom to answer, once.
pub(crate) struct Question {
    pub(super) peer: PeerRef,
    pub(super) id: f64,
    pub(super) what: String,
    pub(super) hop: Hop,
    pub(super) expects: bool,
    pub(super) keep: bool,
    /// Whether the sender may see the errors of handlers here.
    pub(super) may_know: bool,
    pub(super) answered: Cell<bool>,
    /// Its handler has returned undefined, and may still call `respond`.
    pub(super) returned: Cell<bool>,
}

/// Whether a message is for this window or is relayed.
pub(super) enum Hop {
    /// From the peer, for this window.
    Direct,
    /// To be relayed to the peer of this id.
    To(String),
    /// Relayed by the peer, with the source as it describes it, as a PeerInfo.
    From(JsValue),
}

impl Hop {
    /// Reads the hop; `None` if the frame is malformed.
    fn read(kind: Kind, frame: &Array) -> Option<Hop> {
        match kind {
            Kind::Relay => host::short_text(&frame.get(5), NAME).map(Hop::To),
            Kind::Relayed => {
                let source = host::relay_source(frame);
                (!source.is_undefined()).then_some(Hop::From(source))
            }
            _ => Some(Hop::Direct),
        }
    }
}

/// A message whose sender waits, and the metadata whose signal aborts when it no longer does.
pub(crate) struct Handled {
    pub(super) question: Rc<Question>,
    pub(crate) metadata: JsValue,
}

impl Hub {
    /// The sender of a message no longer waits for its answer.
    pub(super) fn on_abort(&self, from: PeerRef, frame: &Array) {
        let Some(id) = frame.get(1).as_f64() else {
            return;
        };
        let handled = {
            let mut inner = self.inner.borrow_mut();
            let Some(peer) = inner.peers.get_mut(from) else {
                return;
            };
            let Some(handled) = peer.host.handling.take(id as u64) else {
                return;
            };
            handled
        };
        let Handled { question, metadata } = handled;
        if question.returned.get() {
            self.log("unanswered", &JsValue::from_str(&question.what));
        }
        host::abort_metadata(&metadata, codes::ABORTED, "the caller no longer waits");
    }

    /// A message came, for this window or to be relayed.
    pub(super) fn on_message(&self, from: PeerRef, kind: Kind, frame: &Array, now: f64) {
        let (Some(id), Some(what), Some(expects)) = (
            frame.get(1).as_f64(),
            host::short_text(&frame.get(2), NAME),
            frame.get(4).as_f64(),
        ) else {
            return self.reject_from(from, codes::MALFORMED);
        };
        if !(1.0..=crate::core::id::MAX_EXACT).contains(&id) || id.trunc() != id {
            return self.reject_from(from, codes::MALFORMED);
        }
        let Some(hop) = Hop::read(kind, frame) else {
            return self.reject_from(from, codes::MALFORMED);
        };
        let state = self.state_for_message(&what);
        let (denied, full) = match self.inner.borrow().peers.get(from) {
            Some(peer) => {
                let grants = peer.grants.as_ref();
                let may_send = match hop {
                    Hop::From(_) => grants.is_some_and(|grants| grants.may_relay(&what)),
                    _ => grants.is_none_or(|grants| grants.may_send(&what)),
                };
                // An update as a plain message is a write like any other, and a relaying window may not write in another's
                // name.
                let may_write = state
                    .as_ref()
                    .is_none_or(|state| matches!(hop, Hop::Direct) && peer.takes_part(&**state));
                (
                    !may_send || !may_write,
                    peer.host.handling.len() >= self.config.counts.pending_calls,
                )
            }
            None => return,
        };
        if denied || full {
            let code = if denied { codes::DENIED } else { codes::LIMIT };
            self.reject_from(from, code);
            return self.refuse_message(from, frame, code);
        }
        let (first, kept, may_know) = match self.inner.borrow_mut().peers.get_mut(from) {
            Some(peer) => {
                let first = peer.inbox.first(id as u64);
                let kept = if first {
                    None
                } else {
                    peer.host.answered.iter().find(|(at, _)| *at == id)
                };
                let is_kin = peer.identity.is_kin && !matches!(hop, Hop::From(_));
                let may_know = is_kin || self.config.expose_errors;
                (first, kept.map(|(_, frame)| frame.clone()), may_know)
            }
            None => return,
        };
        if !first {
            // It was handled before. Its answer may have been lost.
            if let Some(answer) = kept {
                let _ = self.post(from, &answer, None);
            }
            return;
        }
        let question = Rc::new(Question {
            peer: from,
            id,
            what,
            hop,
            expects: expects >= 1.0,
            keep: expects >= EXPECTS_RETRIES,
            may_know,
            answered: Cell::new(false),
            returned: Cell::new(false),
        });
        let payload = frame.get(3);
        if let Some(state) = state {
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
        let validation = host::check(schema, payload);
        if Array::is_array(&validation) {
            return self.apply_validation(&question, &validation, now);
        }
        let hub = self.weak();
        let then = callback::reaction(move |validation| {
            if let Some(hub) = hub.upgrade() {
                hub.apply_validation(&question, &validation, now);
            }
        });
        promise::then(&validation, &then, None);
    }

    fn apply_validation(&self, question: &Rc<Question>, validation: &JsValue, now: f64) {
        let validation: &Array = validation.unchecked_ref();
        if validation.get(0).is_truthy() {
            return self.handle(question, &validation.get(1), now);
        }
        self.reject_from(question.peer, codes::VALIDATION);
        // The text may come from an error that a predicate threw.
        let message = if question.may_know {
            validation.get(1)
        } else {
            JsValue::from_str("it is not what was registered")
        };
        self.answer_error(question, codes::VALIDATION, &message);
    }
}
