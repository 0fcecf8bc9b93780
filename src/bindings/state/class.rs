//! The class `SyncedState` as exported to JavaScript: checks arguments and hands on to [`StateHost`].

use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use super::{SetOptions, StateHost, StateOptions, options};
use crate::bindings::args;
use crate::bindings::parley::off;
use crate::core::id::Key;

/// One state in many windows. The package's declarations describe every member.
#[wasm_bindgen(skip_typescript)]
pub struct SyncedState {
    state: Rc<StateHost>,
}

fn promised(attempt: Result<Promise, JsValue>) -> Promise {
    attempt.unwrap_or_else(|error| Promise::reject(&error))
}

#[wasm_bindgen]
impl SyncedState {
    /// Makes a state on a Parley, or on any object with `on` and `broadcast`. Throws ERR_ARGUMENT, ERR_CONFIG,
    /// ERR_DUPLICATE_NAME, ERR_SERIALIZATION.
    #[wasm_bindgen(constructor)]
    pub fn new(
        parley: &JsValue,
        initial: &JsValue,
        options: &JsValue,
        kind: &JsValue,
    ) -> Result<SyncedState, JsValue> {
        let mut options = StateOptions::read(options)?;
        // What the subclasses of this package set, besides the users' options.
        let kind = kind.as_string();
        options.together = kind.as_deref() == Some("sliced");
        options.counted = kind.as_deref() == Some("optimistic");
        Ok(SyncedState {
            state: StateHost::open(parley, initial, options)?,
        })
    }

    /// A promise that resolves when the state of the windows that were there before has arrived.
    #[wasm_bindgen(getter)]
    pub fn ready(&self) -> Promise {
        self.state.ready.promise.clone()
    }

    /// A frozen snapshot: the same object until something changes.
    #[wasm_bindgen(js_name = getState)]
    pub fn get_state(&self) -> JsValue {
        self.state.state()
    }

    /// The initial state that was passed to the constructor.
    #[wasm_bindgen(js_name = getInitialState)]
    pub fn get_initial_state(&self) -> JsValue {
        self.state.initial_state()
    }

    /// The value of one key.
    pub fn get(&self, key: &JsValue) -> JsValue {
        key.as_string()
            .map_or(JsValue::UNDEFINED, |key| self.state.get(&key))
    }

    /// Writes keys: here at once, in other windows with the next flush.
    #[wasm_bindgen(js_name = setState)]
    pub fn set_state(&self, updates: &JsValue, options: &JsValue) -> Promise {
        promised(SetOptions::read(options).and_then(|options| self.state.set(updates, options)))
    }

    /// Deletes keys, in every window.
    #[wasm_bindgen(variadic)]
    pub fn delete(&self, keys: &JsValue) -> Promise {
        promised(options::keys(keys.unchecked_ref()).and_then(|keys| self.state.delete(keys)))
    }

    /// Adds to a number, so that concurrent increments all count.
    pub fn increment(&self, key: &JsValue, by: &JsValue) -> Promise {
        let key = key.as_string().ok_or_else(args::not_a_key);
        let attempt = key.and_then(|key| self.state.increment(Key::from(key), options::amount(by)?));
        promised(attempt)
    }

    /// Makes several writes as one transaction.
    pub fn transaction(&self, run: &JsValue) -> Promise {
        let run = args::function(run, "what a transaction runs");
        promised(run.and_then(|run| self.state.transact(&run)))
    }

    /// Sets the state back to its initial values, in every window.
    pub fn reset(&self) -> Promise {
        promised(self.state.reset())
    }

    /// Undoes this window's latest write that is still visible.
    pub fn undo(&self) -> Result<bool, JsValue> {
        self.state.undo_or_redo(true)
    }

    /// Redoes the write that was undone last.
    pub fn redo(&self) -> Result<bool, JsValue> {
        self.state.undo_or_redo(false)
    }

    /// The conflicts: keys with more than one candidate.
    #[wasm_bindgen(getter)]
    pub fn conflicts(&self) -> JsValue {
        self.state.conflicts()
    }

    /// Registers a handler of conflicts. Returns a function that removes it.
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

    /// Resolves the conflict of a key.
    pub fn resolve(&self, key: &JsValue, value: &JsValue) -> Promise {
        let key = key.as_string().ok_or_else(args::not_a_key);
        promised(key.and_then(|key| self.state.resolve(Key::from(key), value)))
    }

    /// The number of writes that all windows have made: the version of OptimisticSyncedState.
    #[wasm_bindgen(getter, js_name = _writes)]
    pub fn writes(&self) -> f64 {
        self.state.writes()
    }

    /// For `SyncedText`: the document of the text that a key holds.
    #[wasm_bindgen(js_name = _text)]
    pub fn text(&self, key: &str, engine: &JsValue) -> Result<JsValue, JsValue> {
        self.state.text_of(&Key::from(key), engine)
    }

    /// For `SyncedText`: makes an error of this package, whichever copy of it the text was imported from.
    #[wasm_bindgen(js_name = _error)]
    pub fn error(&self, code: &str, message: &str) -> JsValue {
        crate::platform::error::fail(code, message)
    }

    /// For `SyncedText`: reports an exception of a listener.
    #[wasm_bindgen(js_name = _report)]
    pub fn report(&self, error: &JsValue) {
        self.state.report(error);
    }

    /// For `SyncedText`: writes what was typed.
    #[wasm_bindgen(js_name = _type)]
    pub fn type_text(&self, key: &str, next: &JsValue) -> Promise {
        promised(self.state.type_text(Key::from(key), next))
    }

    /// `clear` of `PersistedSyncedState`.
    #[wasm_bindgen(js_name = _clear)]
    pub fn clear(&self) -> Promise {
        promised(self.state.clear())
    }

    /// Registers a listener of every change. Returns a function that removes it.
    pub fn subscribe(&self, listener: &JsValue) -> Result<Function, JsValue> {
        self.state.check_alive()?;
        let token = self.state.subscribe(args::function(listener, "the listener")?);
        Ok(self.unsubscriber(token))
    }

    /// Registers a listener of every change of one key. Returns a function that removes it.
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

    /// Applies updates without stamps as if another window had sent them now.
    #[wasm_bindgen(js_name = applyRemoteUpdate)]
    pub fn apply_remote_update(&self, updates: &JsValue) -> Result<(), JsValue> {
        self.state.apply_plain(updates)
    }

    /// Sends the open flush batch.
    pub fn flush(&self) -> Promise {
        self.state.flush_now()
    }

    /// Sends the open flush batch, then detaches the state from its Parley.
    pub fn destroy(&self) {
        self.state.destroy();
    }
}
