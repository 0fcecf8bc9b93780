//! Handlers of messages, which are called with each message of their type, and the schemas registered for types.

use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

use super::deliver::{Handled, Hop, Question};
use super::{Handler, Hub, Registered};
use crate::core::codes;
use crate::core::id::PeerRef;
use crate::core::lists::List;
use crate::platform::callback;
use crate::platform::error::{destroyed, fail, text};
use crate::platform::host::{self, Deferred};

/// How many calls that a handler answered with undefined are remembered: a later `respond` on one is reported.
const RETURNED_KEPT: usize = 64;

impl Hub {
    /// Adds a handler. Returns a token that removes it.
    pub(crate) fn add_handler(&self, what: &str, call: Function, once: Option<Rc<Deferred>>) -> u32 {
        let mut inner = self.inner.borrow_mut();
        inner.next_token += 1;
        let token = inner.next_token;
        let handler = Handler { token, call, once };
        match inner.handlers.get_mut(what) {
            Some(handlers) => handlers.push(handler),
            None => {
                inner.handlers.insert(what.to_owned(), vec![handler]);
            }
        }
        token
    }

    pub(crate) fn remove_handler(&self, what: &str, token: u32) {
        let mut inner = self.inner.borrow_mut();
        if let Some(handlers) = inner.handlers.get_mut(what) {
            handlers.keep(|handler| handler.token != token);
            if handlers.is_empty() {
                inner.handlers.remove(what);
            }
        }
    }

    /// A promise of the next payload of a type. If the signal aborts, it rejects and the payload goes to other handlers.
    pub(crate) fn once(&self, what: &str, signal: Option<JsValue>) -> Result<JsValue, JsValue> {
        let deferred = Rc::new(Deferred::new());
        let promise = deferred.promise.clone();
        let resolver = deferred.resolver().unchecked_into();
        let token = self.add_handler(what, resolver, Some(Rc::clone(&deferred)));
        if let Some(signal) = signal {
            let (hub, kind) = (self.weak(), what.to_owned());
            let abort = callback::perhaps(move || {
                if let Some(hub) = hub.upgrade() {
                    hub.remove_handler(&kind, token);
                }
                let message = text(&["once('", &kind, "') was aborted"]);
                deferred.reject(&fail(codes::ABORTED, &message));
            });
            let stop = host::on_abort(&signal, &abort).inspect_err(|_| self.remove_handler(what, token))?;
            // A signal that lives on does not keep the handler in memory.
            host::when(&promise, &stop, &stop);
        }
        Ok(promise.into())
    }

    /// Removes every handler, and rejects the promises of `once()`.
    pub(super) fn end_handlers(&self) {
        let gone = std::mem::take(&mut self.inner.borrow_mut().handlers);
        for (_, handlers) in gone.iter() {
            for once in handlers.iter().filter_map(|handler| handler.once.as_ref()) {
                once.end(&destroyed());
            }
        }
    }

    /// Registers a schema: from now on every payload of this type is checked.
    pub(crate) fn register(&self, what: String, registered: Registered) {
        self.inner.borrow_mut().registered.insert(what, registered);
    }

    pub(crate) fn registered(&self, what: &str) -> Option<Registered> {
        self.inner.borrow().registered.get(what).cloned()
    }

    /// Remembers that a handler returned undefined, which is an answer, though it may still call `respond`.
    pub(super) fn note_returned(&self, from: PeerRef, id: f64) {
        let mut inner = self.inner.borrow_mut();
        if inner.returned.len() >= RETURNED_KEPT {
            inner.returned.remove(0);
        }
        inner.returned.push((from, id));
    }

    /// Reports a `respond` that came after the answer.
    pub(super) fn check_returned(&self, from: PeerRef, id: f64) {
        let found = {
            let mut inner = self.inner.borrow_mut();
            let at = inner.returned.iter().position(|one| *one == (from, id));
            at.map(|at| inner.returned.remove(at))
        };
        if found.is_some() {
            let message = "a handler called respond() after it had returned undefined, which was its answer: return a promise, or call metadata.answerLater() first";
            self.report(&fail(codes::HANDLER, message));
        }
    }

    /// Calls every handler of the type. The first answer counts.
    pub(super) fn handle(&self, question: &Rc<Question>, payload: &JsValue, now: f64) {
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
