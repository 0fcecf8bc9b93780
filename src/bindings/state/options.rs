//! The third argument of `SyncedState`, checked.

use wasm_bindgen::prelude::*;

use crate::bindings::args;
use crate::bindings::error::{fail, text};
use crate::core::codes;

#[wasm_bindgen]
extern "C" {
    type Given;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn name(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn conflict(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch, js_name = syncedKeys)]
    fn synced_keys(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch, js_name = debounceMs)]
    fn debounce_ms(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch, js_name = maxWaitMs)]
    fn max_wait_ms(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn diff(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn persist(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn validate(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn version(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn migrate(this: &Given) -> Result<JsValue, JsValue>;
}

/// How a state behaves.
pub(crate) struct StateOptions {
    pub(crate) name: String,
    /// Drop writes that change nothing.
    pub(crate) diff: bool,
    /// Only these leave this window; None means all.
    pub(crate) synced_keys: Option<Vec<String>>,
    /// Milliseconds a write may wait for the next; 0 sends at the end of the turn.
    pub(crate) debounce_ms: f64,
    /// Milliseconds the first of a steady stream waits at most.
    pub(crate) max_wait_ms: f64,
}

const KNOWN: &str = "name conflict syncedKeys debounceMs maxWaitMs diff persist validate version migrate";

impl StateOptions {
    /// From what the user gave. Throws ERR_CONFIG naming what is wrong.
    pub(crate) fn read(given: &JsValue) -> Result<StateOptions, JsValue> {
        let mut options = StateOptions {
            name: "state".to_owned(),
            diff: true,
            synced_keys: None,
            debounce_ms: 0.0,
            max_wait_ms: 0.0,
        };
        if given.is_undefined() {
            return Ok(options);
        }
        args::known_options(given, KNOWN, "SyncedState's options")?;
        let given: &Given = given.unchecked_ref();
        if let Some(name) = args::string(&given.name()?, "name")? {
            if name.is_empty() {
                return Err(fail(codes::CONFIG, "the option name must not be empty"));
            }
            options.name = name;
        }
        if let Some(diff) = args::boolean(&given.diff()?, "diff")? {
            options.diff = diff;
        }
        options.synced_keys = args::strings(&given.synced_keys()?, "syncedKeys")?;
        if let Some(ms) = args::duration(&given.debounce_ms()?, "debounceMs")? {
            options.debounce_ms = ms;
            options.max_wait_ms = ms;
        }
        if let Some(ms) = args::duration(&given.max_wait_ms()?, "maxWaitMs")? {
            options.max_wait_ms = ms;
        }
        let conflict = given.conflict()?;
        if !conflict.is_undefined() && conflict.as_string().as_deref() != Some("last-write-wins") {
            return Err(not_yet("conflict", "anything but 'last-write-wins'"));
        }
        for (value, name) in [
            (given.persist()?, "persist"),
            (given.validate()?, "validate"),
            (given.version()?, "version"),
            (given.migrate()?, "migrate"),
        ] {
            if !value.is_undefined() {
                return Err(not_yet(name, "any value"));
            }
        }
        Ok(options)
    }

    /// Whether a key leaves this window.
    pub(crate) fn is_synced(&self, key: &str) -> bool {
        self.synced_keys
            .as_ref()
            .is_none_or(|keys| keys.iter().any(|synced| synced == key))
    }
}

/// An option that this version does not have is refused: nobody shall rely on what does not happen.
fn not_yet(name: &str, what: &str) -> JsValue {
    fail(
        codes::CONFIG,
        &text(&["the option ", name, " does not take ", what, " in this version"]),
    )
}

#[wasm_bindgen]
extern "C" {
    type GivenSet;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn ack(this: &GivenSet) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn timeout(this: &GivenSet) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch, js_name = rollbackOnError)]
    fn rollback_on_error(this: &GivenSet) -> Result<JsValue, JsValue>;
}

/// The second argument of `setState`: what this version does not do, it does not accept.
pub(crate) fn check_set_options(given: &JsValue) -> Result<(), JsValue> {
    if given.is_undefined() {
        return Ok(());
    }
    args::known_options(given, "ack timeout rollbackOnError", "setState's options")?;
    let given: &GivenSet = given.unchecked_ref();
    if args::string(&given.ack()?, "ack")?.is_some_and(|ack| ack != "none") {
        return Err(not_yet("ack", "anything but 'none'"));
    }
    if args::boolean(&given.rollback_on_error()?, "rollbackOnError")?.unwrap_or(false) {
        return Err(not_yet("rollbackOnError", "true"));
    }
    args::duration(&given.timeout()?, "timeout").map(|_| ())
}
