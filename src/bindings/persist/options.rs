//! The option `persist`, checked.

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

use crate::bindings::args::Options;
use crate::core::cell;
use crate::core::codes;
use crate::core::id::Key;
use crate::platform::error::{fail, fail_with};

/// Where and how a state is stored.
#[derive(Clone)]
pub(crate) struct PersistOptions {
    pub(crate) key: String,
    /// 'localStorage', 'indexedDB', or the user's own.
    pub(crate) storage: JsValue,
    /// Only these; None means all.
    pub(crate) keys: Option<Vec<String>>,
    pub(crate) on_error: Option<Function>,
    /// Of the state's shape. What is stored without one counts as 0.
    pub(crate) version: f64,
    pub(crate) migrate: Option<Function>,
}

fn wrong(option: &str, message: &str) -> JsValue {
    fail_with(codes::CONFIG, message, &[("option", JsValue::from_str(option))])
}

impl PersistOptions {
    /// From what the user gave: the key, or all of it. Throws ERR_CONFIG.
    pub(crate) fn read(
        given: &JsValue,
        version: f64,
        migrate: Option<Function>,
    ) -> Result<PersistOptions, JsValue> {
        let mut options = PersistOptions {
            key: String::new(),
            storage: JsValue::from_str("localStorage"),
            keys: None,
            on_error: None,
            version,
            migrate,
        };
        if let Some(key) = given.as_string() {
            options.key = key;
        } else {
            let given = Options::read(given, "key storage keys onError", "the option persist")?;
            options.key = given.string("key")?.unwrap_or_default();
            options.keys = given.strings("keys")?;
            let storage = given.get("storage");
            if !storage.is_undefined() {
                if !is_storage(&storage) {
                    return Err(wrong(
                        "storage",
                        "the option storage must be 'localStorage', 'indexedDB' or an object with get(), set() and delete()",
                    ));
                }
                options.storage = storage;
            }
            let on_error = given.get("onError");
            if !on_error.is_undefined() {
                let Ok(listener) = on_error.dyn_into() else {
                    return Err(wrong("onError", "the option onError must be a function"));
                };
                options.on_error = Some(listener);
            }
        }
        if options.key.is_empty() {
            return Err(fail(
                codes::CONFIG,
                "persist needs a key: a string that is not empty",
            ));
        }
        Ok(options)
    }

    /// Whether the register of that name is stored.
    pub(crate) fn keeps(&self, name: &Key) -> bool {
        let Some((key, _)) = cell::parse(name) else {
            return false;
        };
        let kept = self.keys.as_ref();
        kept.is_none_or(|keys| keys.iter().any(|kept| **kept == *key))
    }
}

fn is_storage(storage: &JsValue) -> bool {
    if let Some(kind) = storage.as_string() {
        return kind == "localStorage" || kind == "indexedDB";
    }
    let has = |name| Reflect::get(storage, &JsValue::from_str(name)).is_ok_and(|method| method.is_function());
    storage.is_object() && has("get") && has("set") && has("delete")
}
