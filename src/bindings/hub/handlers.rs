//! Handlers of messages, and what is registered of their types.

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

use super::{Handler, Hub, Registered};
use crate::platform::host::Deferred;

impl Hub {
    /// Adds a handler; the token takes it off again.
    pub(crate) fn add_handler(&self, what: &str, call: Function, once: bool) -> u32 {
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
            handlers.retain(|handler| handler.token != token);
            if handlers.is_empty() {
                inner.handlers.remove(what);
            }
        }
    }

    /// A promise of the next payload of a type.
    pub(crate) fn once(&self, what: &str) -> JsValue {
        let deferred = Deferred::new();
        self.add_handler(what, deferred.resolver().unchecked_into(), true);
        deferred.promise.into()
    }

    /// From now on every payload of this type is checked.
    pub(crate) fn register(&self, what: String, registered: Registered) {
        self.inner.borrow_mut().registered.insert(what, registered);
    }

    pub(crate) fn registered(&self, what: &str) -> Option<Registered> {
        self.inner.borrow().registered.get(what).cloned()
    }
}
