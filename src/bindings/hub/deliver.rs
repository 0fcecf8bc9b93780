//! Inbound frames of a connected peer: admission, then handlers, then answers.
//!
//! The order of the checks: the peer's rate (before the frame is looked at), the frame's size and depth, the grants, whether the
//! message is new, the registered schema.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::calls::EXPECTS_RETRIES;
use super::{Handler, Hub};
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::id::PeerRef;
use crate::core::limits::NAME;
use crate::core::lists::List;
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
    returned: Cell<bool>,
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
    /// Handles a frame of a connected peer. `to_all`: others on the mesh received it too.
    pub(crate) fn dispatch(&self, from: PeerRef, kind: Kind, frame: &Array, to_all: bool) {
        if self.admit(from, kind, frame).is_none() {
            return;
        }
        match kind {
            Kind::Message | Kind::Relay | Kind::Relayed => self.on_message(from, kind, frame, host::wall()),
            Kind::Answer => self.on_answer(from, frame),
            Kind::Abort => self.on_abort(from, frame),
            Kind::Bye => self.on_bye(from, frame),
            Kind::Ping => {
                let pong = Array::of2(&JsValue::from_f64(Kind::Pong.tag()), &frame.get(1));
                let _ = self.post(from, &pong, None);
            }
            Kind::Pong => self.on_pong(from, frame),
            Kind::Suspend => self.on_suspend(from, frame),
            Kind::Join | Kind::Unreadable => {}
            Kind::Fragment => self.on_fragment(from, frame),
            Kind::Reassembly => self.on_reassembly(from, frame, to_all),
            // All other kinds belong to states and stores.
            _ => self.on_state_frame(from, kind, frame, to_all),
        }
    }

    /// Records that the peer is alive. Returns whether it keeps to its rate. Called before its frame is read: some browsers
    /// deserialise it only then, which costs more than everything else.
    pub(crate) fn may_send_frame(&self, from: PeerRef) -> bool {
        let now = host::now();
        let admitted = match self.inner.borrow_mut().peers.any_mut(from) {
            Some(peer) => {
                peer.heartbeat.heard(now);
                peer.meter
                    .as_mut()
                    .is_none_or(|meter| meter.admit_message(now).is_ok())
            }
            None => return false,
        };
        if !admitted {
            self.reject_from(from, codes::LIMIT);
        }
        admitted
    }

    /// Checks the limits of a frame. Returns the time of its arrival; the sender of a refused call receives the error.
    fn admit(&self, from: PeerRef, kind: Kind, frame: &Array) -> Option<f64> {
        let (now, limits) = {
            let inner = self.inner.borrow();
            let peer = inner.peers.get(from)?;
            (
                peer.heartbeat.last_heard(),
                peer.meter.as_ref().map(|meter| *meter.limits()),
            )
        };
        let Some(limits) = limits else {
            return Some(now);
        };
        // The frame adds a level around the payload; a state adds another around its values, and their list one more.
        let deepest = f64::from(limits.depth) + 2.0;
        // This walks the frame, so nothing may be borrowed.
        let bytes = host::weigh(frame, limits.message_bytes, deepest);
        let meter_says = |peer: &mut super::peers::Peer| {
            let meter = peer.meter.as_mut();
            meter.is_none_or(|meter| meter.admit_bytes(bytes).is_ok())
        };
        if meter_says(self.inner.borrow_mut().peers.get_mut(from)?) {
            return Some(now);
        }
        self.reject_from(from, codes::LIMIT);
        match kind {
            Kind::Message | Kind::Relay | Kind::Relayed => self.refuse_message(from, frame, codes::LIMIT),
            Kind::Answer => self.refuse_answer(from, frame),
            _ => {}
        }
        None
    }

    /// Sends the error to the sender of a refused message, if it waits.
    fn refuse_message(&self, from: PeerRef, frame: &Array, code: &str) {
        if frame.get(4).as_f64().is_some_and(|expects| expects > 0.0)
            && let Some(id) = frame.get(1).as_f64()
        {
            let code = JsValue::from_str(code);
            let answer = host::answer_frame(Kind::Answer.tag(), id, false, &code, &JsValue::UNDEFINED);
            let _ = self.post(from, &answer, None);
        }
    }

    /// Counts a refusal against a peer's origin.
    pub(crate) fn reject_from(&self, from: PeerRef, code: &'static str) {
        let origin = self
            .inner
            .borrow()
            .peers
            .get(from)
            .map(|peer| peer.identity.origin.clone());
        self.reject(&origin.unwrap_or_default(), code);
    }

    fn on_pong(&self, from: PeerRef, frame: &Array) {
        let Some(sent) = frame.get(1).as_f64() else {
            return;
        };
        if let Some(peer) = self.inner.borrow_mut().peers.get_mut(from)
            && let Some(latency) = peer.heartbeat.pong(sent, host::precise_now())
        {
            peer.identity.latency = latency;
        }
    }

    fn on_abort(&self, from: PeerRef, frame: &Array) {
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

    fn on_message(&self, from: PeerRef, kind: Kind, frame: &Array, now: f64) {
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

    /// Calls every handler of the type. The first answer counts.
    fn handle(&self, question: &Rc<Question>, payload: &JsValue, now: f64) {
        let source = match &question.hop {
            Hop::Direct => &JsValue::UNDEFINED,
            Hop::From(source) => source,
            Hop::To(to) => return self.relay(question, to, payload, now),
        };
        let (handlers, sender, origin) = {
            let mut inner = self.inner.borrow_mut();
            let handlers = inner.handlers.get(&question.what).cloned().unwrap_or_default();
            if handlers.iter().any(|handler| handler.once.is_some())
                && let Some(all) = inner.handlers.get_mut(&question.what)
            {
                all.keep(|handler| handler.once.is_none());
            }
            let Some(peer) = inner.peers.get(question.peer) else {
                return;
            };
            (
                handlers,
                peer.identity.label.id.clone(),
                peer.identity.label.origin.clone(),
            )
        };
        if handlers.is_empty() {
            self.answer_error(question, codes::NO_HANDLER, &JsValue::UNDEFINED);
            return;
        }
        let metadata = host::make_metadata(
            &number_text(question.id),
            &sender,
            &origin,
            now,
            question.expects,
            source,
        );
        self.note_handled(question, &metadata);
        let respond = host::make_respond(&self.respond, f64::from(question.peer), question.id);
        let (mut later, mut may_respond) = (false, false);
        let mut failed = None;
        for handler in handlers {
            let Handler { call, once, .. } = handler;
            if once.is_some() {
                let _ = call.call1(&JsValue::UNDEFINED, payload);
                continue;
            }
            match call.call3(&JsValue::UNDEFINED, payload, &respond, &metadata) {
                Err(error) => failed = Some(error),
                Ok(value) if value.is_undefined() => {
                    let arity = host::arity(&call);
                    let waits = question.expects && !question.answered.get();
                    if waits && arity == 2.0 && host::names_respond(&call) {
                        later = true;
                        question.returned.set(true);
                    }
                    may_respond |= arity > 2.0;
                }
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
        } else if !later && !host::answers_later(&metadata) {
            // No handler has said that it will answer later, so the call is done.
            if may_respond && question.expects && !question.answered.get() {
                self.note_returned(question.peer, question.id);
            }
            self.answer(question, &JsValue::UNDEFINED, None);
        }
    }
}

impl Hub {
    /// Records that a message is being handled: an abort by its sender aborts the signal of this metadata.
    pub(super) fn note_handled(&self, question: &Rc<Question>, metadata: &JsValue) {
        if question.expects
            && let Some(peer) = self.inner.borrow_mut().peers.get_mut(question.peer)
        {
            let handled = Handled {
                question: question.clone(),
                metadata: metadata.clone(),
            };
            peer.host.handling.insert(question.id as u64, handled);
        }
    }
}

/// A whole number as text, without Rust's float formatting, which is large.
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
