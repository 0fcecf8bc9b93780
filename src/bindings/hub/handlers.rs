//! Handlers of messages, and the schemas registered for message types.

use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

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
}
