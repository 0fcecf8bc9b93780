//! `SyncedState`, as JavaScript sees it.

use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

use super::{StateHost, StateOptions};
use crate::bindings::args;
use crate::bindings::parley::off;
use crate::core::id::Key;

/// One state in many windows: see the package's declarations for every member.
#[wasm_bindgen(skip_typescript)]
pub struct SyncedState {
    state: Rc<StateHost>,
}

fn promised(attempt: Result<Promise, JsValue>) -> Promise {
    attempt.unwrap_or_else(|error| Promise::reject(&error))
}

#[wasm_bindgen]
impl SyncedState {
    /// A state on a Parley, or on anything with `on` and `broadcast`. Throws ERR_ARGUMENT, ERR_CONFIG,
    /// ERR_DUPLICATE_NAME, ERR_SERIALIZATION.
    #[wasm_bindgen(constructor)]
    pub fn new(parley: &JsValue, initial: &JsValue, options: &JsValue) -> Result<SyncedState, JsValue> {
        let options = StateOptions::read(options)?;
        Ok(SyncedState {
            state: StateHost::open(parley, initial, options)?,
        })
    }

    /// Settles when the state of whoever was there before has arrived.
    #[wasm_bindgen(getter)]
    pub fn ready(&self) -> Promise {
        self.state.ready.promise.clone()
    }

    /// A frozen snapshot: the same object until something changes.
    #[wasm_bindgen(js_name = getState)]
    pub fn get_state(&self) -> JsValue {
        self.state.snapshot()
    }

    /// What one key holds.
    pub fn get(&self, key: &JsValue) -> JsValue {
        key.as_string()
            .map_or(JsValue::UNDEFINED, |key| self.state.get(&key))
    }

    /// Writes: here at once, everywhere soon.
    #[wasm_bindgen(js_name = setState)]
    pub fn set_state(&self, updates: &JsValue, options: &JsValue) -> Promise {
        promised(super::options::check_set_options(options).and_then(|()| self.state.set(updates)))
    }

    /// Removes keys, in every window.
    #[wasm_bindgen(variadic)]
    pub fn delete(&self, keys: &JsValue) -> Promise {
        let list: &Array = keys.unchecked_ref();
        let keys: Result<Vec<Key>, JsValue> = list
            .iter()
            .map(|key| match key.as_string() {
                Some(key) => Ok(Key::from(key)),
                None => Err(args::not_a_key()),
            })
            .collect();
        promised(keys.and_then(|keys| self.state.delete(keys)))
    }

    /// Tells a listener of every change; the function stops it.
    pub fn subscribe(&self, listener: &JsValue) -> Result<Function, JsValue> {
        self.state.check_alive()?;
        let token = self.state.subscribe(args::function(listener, "the listener")?);
        Ok(self.unsubscriber(token))
    }

    /// Tells a listener of every change of one key; the function stops it.
    #[wasm_bindgen(js_name = subscribeKey)]
    pub fn subscribe_key(&self, key: &JsValue, listener: &JsValue) -> Result<Function, JsValue> {
        self.state.check_alive()?;
        let key = key.as_string().ok_or_else(args::not_a_key)?;
        let token = self
            .state
            .subscribe_key(key, args::function(listener, "the listener")?);
        Ok(self.unsubscriber(token))
    }

    fn unsubscriber(&self, token: u32) -> Function {
        let state = self.state.weak();
        off(move || {
            if let Some(state) = state.upgrade() {
                state.unsubscribe(token);
            }
        })
    }

    /// Applies plain updates as if another window had sent them now.
    #[wasm_bindgen(js_name = applyRemoteUpdate)]
    pub fn apply_remote_update(&self, updates: &JsValue) -> Result<(), JsValue> {
        self.state.apply_plain(updates)
    }

    /// Sends what waits.
    pub fn flush(&self) -> Promise {
        self.state.flush_now()
    }

    /// Sends what waits, then takes the state off its Parley.
    pub fn destroy(&self) {
        self.state.destroy();
    }
}
