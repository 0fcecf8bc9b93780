//! The third argument of `SyncedState`, checked.

use wasm_bindgen::prelude::*;

use crate::bindings::args::Options;
use crate::bindings::error::{fail, text};
use crate::core::codes;

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
        let given = Options::read(given, KNOWN, "SyncedState's options")?;
        if let Some(name) = given.string("name")? {
            if name.is_empty() {
                return Err(fail(codes::CONFIG, "the option name must not be empty"));
            }
            options.name = name;
        }
        if let Some(diff) = given.boolean("diff")? {
            options.diff = diff;
        }
        options.synced_keys = given.strings("syncedKeys")?;
        if let Some(ms) = given.duration("debounceMs")? {
            options.debounce_ms = ms;
            options.max_wait_ms = ms;
        }
        if let Some(ms) = given.duration("maxWaitMs")? {
            options.max_wait_ms = ms;
        }
        let conflict = given.get("conflict");
        if !conflict.is_undefined() && conflict.as_string().as_deref() != Some("last-write-wins") {
            return Err(not_yet("conflict", "anything but 'last-write-wins'"));
        }
        for name in ["persist", "validate", "version", "migrate"] {
            if !given.get(name).is_undefined() {
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

/// The second argument of `setState`: what this version does not do, it does not accept.
pub(crate) fn check_set_options(given: &JsValue) -> Result<(), JsValue> {
    if given.is_undefined() {
        return Ok(());
    }
    let given = Options::read(given, "ack timeout rollbackOnError", "setState's options")?;
    if given.string("ack")?.is_some_and(|ack| ack != "none") {
        return Err(not_yet("ack", "anything but 'none'"));
    }
    if given.boolean("rollbackOnError")?.unwrap_or(false) {
        return Err(not_yet("rollbackOnError", "true"));
    }
    given.duration("timeout").map(|_| ())
}
