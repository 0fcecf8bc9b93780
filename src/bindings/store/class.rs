//! `SyncedStore`, as JavaScript sees it.

use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use super::{StoreHost, StoreOptions};
use crate::bindings::args;
use crate::bindings::parley::off;
use crate::platform::host;

/// Redux's contract over windows: see the package's declarations for every member.
#[wasm_bindgen(skip_typescript)]
pub struct SyncedStore {
    store: Rc<StoreHost>,
}

#[wasm_bindgen]
impl SyncedStore {
    /// A store on a Parley, or on anything with `on` and `broadcast`. Throws ERR_ARGUMENT, ERR_CONFIG,
    /// ERR_DUPLICATE_NAME, ERR_SERIALIZATION.
    #[wasm_bindgen(constructor)]
    pub fn new(
        parley: &JsValue,
        reducer: &JsValue,
        initial: &JsValue,
        options: &JsValue,
    ) -> Result<SyncedStore, JsValue> {
        let reducer = args::function(reducer, "the reducer")?;
        let options = StoreOptions::read(options)?;
        let store = StoreHost::open(parley, reducer, initial, options)?;
        Ok(SyncedStore { store })
    }

    /// Settles when the state of the windows that were there before has arrived.
    #[wasm_bindgen(getter)]
    pub fn ready(&self) -> Promise {
        self.store.ready.promise.clone()
    }

    /// What the store was constructed with.
    #[wasm_bindgen(js_name = getInitialState)]
    pub fn get_initial_state(&self) -> JsValue {
        self.store.initial_state()
    }

    /// All actions so far, folded.
    #[wasm_bindgen(js_name = getState)]
    pub fn get_state(&self) -> JsValue {
        self.store.state()
    }

    /// Applies an action here at once, everywhere soon.
    pub fn dispatch(&self, action: &JsValue) -> Promise {
        self.store
            .dispatch(action)
            .unwrap_or_else(|error| Promise::reject(&error))
    }

    /// `dispatch` for who has to know at once: throws what that rejects with when nothing was applied.
    #[wasm_bindgen(js_name = _dispatch)]
    pub fn dispatch_now(&self, action: &JsValue) -> Result<Promise, JsValue> {
        self.store.dispatch(action)
    }

    /// Applies an action as if another window had sent it now.
    #[wasm_bindgen(js_name = dispatchRemote)]
    pub fn dispatch_remote(&self, action: &JsValue) -> Result<(), JsValue> {
        self.store.dispatch_remote(action)
    }

    /// Tells a listener of every action; the function stops it.
    pub fn subscribe(&self, listener: &JsValue) -> Result<Function, JsValue> {
        self.store.check_alive()?;
        let token = self.store.subscribe(args::function(listener, "the listener")?);
        let store = self.store.weak();
        Ok(off(move || {
            if let Some(store) = store.upgrade() {
                store.unsubscribe(token);
            }
        }))
    }

    /// Runs the reducer over every action that is kept again, after it was replaced by another. Returns how many actions of
    /// the log are folded away, and so were not seen by the new one.
    #[wasm_bindgen(js_name = _refold)]
    pub fn refold(&self) -> f64 {
        self.store.refold()
    }

    /// Reports an error as the Parley reports those that nobody awaits: `system:error`, or the console.
    #[wasm_bindgen(js_name = _report)]
    pub fn report(&self, code: &str, message: &str, details: &JsValue) {
        self.store.report(&host::make_error(code, message, details));
    }

    /// Sends what waits, then takes the store off its Parley.
    pub fn destroy(&self) {
        self.store.destroy();
    }
}
