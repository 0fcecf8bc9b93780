//! `SyncedState`, as JavaScript sees it.

use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use super::{SetOptions, StateHost, StateOptions, options};
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
    pub fn new(
        parley: &JsValue,
        initial: &JsValue,
        options: &JsValue,
        kind: &JsValue,
    ) -> Result<SyncedState, JsValue> {
        let mut options = StateOptions::read(options)?;
        // What subclasses of this package are, beyond what users can ask for.
        let kind = kind.as_string();
        options.together = kind.as_deref() == Some("sliced");
        options.counted = kind.as_deref() == Some("optimistic");
        Ok(SyncedState {
            state: StateHost::open(parley, initial, options)?,
        })
    }

    /// Settles when the state of the windows that were there before has arrived.
    #[wasm_bindgen(getter)]
    pub fn ready(&self) -> Promise {
        self.state.ready.promise.clone()
    }

    /// A frozen snapshot: the same object until something changes.
    #[wasm_bindgen(js_name = getState)]
    pub fn get_state(&self) -> JsValue {
        self.state.state()
    }

    /// What the state was constructed with.
    #[wasm_bindgen(js_name = getInitialState)]
    pub fn get_initial_state(&self) -> JsValue {
        self.state.initial_state()
    }

    /// What one key holds.
    pub fn get(&self, key: &JsValue) -> JsValue {
        key.as_string()
            .map_or(JsValue::UNDEFINED, |key| self.state.get(&key))
    }

    /// Writes: here at once, everywhere soon.
    #[wasm_bindgen(js_name = setState)]
    pub fn set_state(&self, updates: &JsValue, options: &JsValue) -> Promise {
        promised(SetOptions::read(options).and_then(|options| self.state.set(updates, options)))
    }

    /// Removes keys, in every window.
    #[wasm_bindgen(variadic)]
    pub fn delete(&self, keys: &JsValue) -> Promise {
        promised(options::keys(keys.unchecked_ref()).and_then(|keys| self.state.delete(keys)))
    }

    /// Adds to a number, so that what others add at the same time counts too.
    pub fn increment(&self, key: &JsValue, by: &JsValue) -> Promise {
        let key = key.as_string().ok_or_else(args::not_a_key);
        let attempt = key.and_then(|key| self.state.increment(Key::from(key), options::amount(by)?));
        promised(attempt)
    }

    /// Several writes as one.
    pub fn transaction(&self, run: &JsValue) -> Promise {
        let run = args::function(run, "what a transaction runs");
        promised(run.and_then(|run| self.state.transact(&run)))
    }

    /// Back to the initial state, in every window.
    pub fn reset(&self) -> Promise {
        promised(self.state.reset())
    }

    /// Takes back this window's latest write that still shows.
    pub fn undo(&self) -> Result<bool, JsValue> {
        self.state.undo_or_redo(true)
    }

    /// Does again what was undone last.
    pub fn redo(&self) -> Result<bool, JsValue> {
        self.state.undo_or_redo(false)
    }

    /// Keys with more than one candidate.
    #[wasm_bindgen(getter)]
    pub fn conflicts(&self) -> JsValue {
        self.state.conflicts()
    }

    /// Tells a handler of keys with more than one candidate; the function stops it.
    #[wasm_bindgen(js_name = onConflict)]
    pub fn on_conflict(&self, handler: &JsValue) -> Result<Function, JsValue> {
        self.state.check_alive()?;
        let token = self.state.on_conflict(args::function(handler, "the handler")?);
        let state = self.state.weak();
        Ok(off(move || {
            if let Some(state) = state.upgrade() {
                state.off_conflict(token);
            }
        }))
    }

    /// Settles a key with more than one candidate.
    pub fn resolve(&self, key: &JsValue, value: &JsValue) -> Promise {
        let key = key.as_string().ok_or_else(args::not_a_key);
        promised(key.and_then(|key| self.state.resolve(Key::from(key), value)))
    }

    /// How many writes all windows together have made: what OptimisticSyncedState calls its version.
    #[wasm_bindgen(getter, js_name = _writes)]
    pub fn writes(&self) -> f64 {
        self.state.writes()
    }

    /// For `SyncedText`: the text that a key holds.
    #[wasm_bindgen(js_name = _text)]
    pub fn text(&self, key: &str, engine: &JsValue) -> Result<JsValue, JsValue> {
        self.state.text_of(&Key::from(key), engine)
    }

    /// For `SyncedText`: an error as this package has them, whichever copy of it the text came with.
    #[wasm_bindgen(js_name = _error)]
    pub fn error(&self, code: &str, message: &str) -> JsValue {
        crate::platform::error::fail(code, message)
    }

    /// For `SyncedText`: an exception of a listener.
    #[wasm_bindgen(js_name = _report)]
    pub fn report(&self, error: &JsValue) {
        self.state.report(error);
    }

    /// For `SyncedText`: what was typed into it.
    #[wasm_bindgen(js_name = _type)]
    pub fn type_text(&self, key: &str, next: &JsValue) -> Promise {
        promised(self.state.type_text(Key::from(key), next))
    }

    /// `clear` of `PersistedSyncedState`.
    #[wasm_bindgen(js_name = _clear)]
    pub fn clear(&self) -> Promise {
        promised(self.state.clear())
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
