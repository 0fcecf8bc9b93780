//! Arguments and options, checked one by one: a wrong type is an error with a code, never a trap. An option that is unknown, or
//! that would do nothing, is refused with ERR_CONFIG; of those of ParleyJS the log names what is ignored.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use crate::core::codes;
use crate::core::limits::NAME;
use crate::platform::error::{fail, fail_with, text};
use crate::platform::host;

const LONGEST_SHARED_NAME: u32 = 1000;

/// The options somebody gave, read all at once.
pub(crate) struct Options {
    known: &'static str,
    values: Array,
}

impl Options {
    /// Of an object that has no other properties than those `known` (names with spaces between). Throws ERR_CONFIG.
    pub(crate) fn read(given: &JsValue, known: &'static str, what: &str) -> Result<Options, JsValue> {
        let values = host::read_options(given, known, what)?;
        Ok(Options { known, values })
    }

    /// Which options of ParleyJS were given that have no effect; undefined if none.
    pub(crate) fn ignored(&self) -> JsValue {
        self.values.get(self.values.length() - 1)
    }

    /// The value of an option; undefined for one that this call does not know.
    pub(crate) fn get(&self, name: &str) -> JsValue {
        let mut known = self.known.as_bytes().split(|&byte| byte == b' ');
        match known.position(|known| known == name.as_bytes()) {
            Some(at) => self.values.get(at as u32),
            None => JsValue::UNDEFINED,
        }
    }

    pub(crate) fn string(&self, name: &str) -> Result<Option<String>, JsValue> {
        string(&self.get(name), name)
    }

    /// What a state or store is called: no longer than others take in, with what the types of its messages add to it.
    pub(crate) fn shared_name(&self) -> Result<Option<String>, JsValue> {
        let given = self.get("name");
        if given.is_undefined() {
            return Ok(None);
        }
        let name = host::short_text(&given, LONGEST_SHARED_NAME).filter(|name| !name.is_empty());
        let name =
            name.ok_or_else(|| wrong("name", "a string that is not empty, of at most 1000 characters"))?;
        Ok(Some(name))
    }

    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, JsValue> {
        boolean(&self.get(name), name)
    }

    pub(crate) fn duration(&self, name: &str) -> Result<Option<f64>, JsValue> {
        duration(&self.get(name), name)
    }

    pub(crate) fn count(&self, name: &str) -> Result<Option<u32>, JsValue> {
        count(&self.get(name), name)
    }

    pub(crate) fn strings(&self, name: &str) -> Result<Option<Vec<String>>, JsValue> {
        strings(&self.get(name), name)
    }
}

fn wrong(name: &str, wanted: &str) -> JsValue {
    let message = text(&["the option ", name, " must be ", wanted]);
    fail_with(codes::CONFIG, &message, &[("option", JsValue::from_str(name))])
}

/// An optional string.
fn string(value: &JsValue, name: &str) -> Result<Option<String>, JsValue> {
    if value.is_undefined() {
        return Ok(None);
    }
    value.as_string().map(Some).ok_or_else(|| wrong(name, "a string"))
}

/// An optional boolean.
fn boolean(value: &JsValue, name: &str) -> Result<Option<bool>, JsValue> {
    if value.is_undefined() {
        return Ok(None);
    }
    value
        .as_bool()
        .map(Some)
        .ok_or_else(|| wrong(name, "true or false"))
}

/// Optional milliseconds: a number from 0; Infinity means never.
fn duration(value: &JsValue, name: &str) -> Result<Option<f64>, JsValue> {
    if value.is_undefined() {
        return Ok(None);
    }
    let number = value.as_f64().filter(|number| *number >= 0.0);
    number
        .map(Some)
        .ok_or_else(|| wrong(name, "a number of milliseconds, 0 or more"))
}

/// An optional whole number from 0.
fn count(value: &JsValue, name: &str) -> Result<Option<u32>, JsValue> {
    if value.is_undefined() {
        return Ok(None);
    }
    let number = value
        .as_f64()
        .filter(|n| (0.0..=1_000_000.0).contains(n) && n.trunc() == *n);
    number
        .map(|n| Some(n as u32))
        .ok_or_else(|| wrong(name, "a whole number, 0 or more"))
}

/// An optional list of strings.
fn strings(value: &JsValue, name: &str) -> Result<Option<Vec<String>>, JsValue> {
    if value.is_undefined() {
        return Ok(None);
    }
    if !Array::is_array(value) {
        return Err(wrong(name, "a list of strings"));
    }
    let list: &Array = value.unchecked_ref();
    let strings: Option<Vec<String>> = list.iter().map(|entry| entry.as_string()).collect();
    strings.map(Some).ok_or_else(|| wrong(name, "a list of strings"))
}

/// An optional AbortSignal, known by what it can do: it may come from another frame.
pub(crate) fn signal(value: &JsValue) -> Result<Option<JsValue>, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let has = |name: &str| js_sys::Reflect::has(value, &JsValue::from_str(name)).unwrap_or(false);
    if value.is_object() && has("aborted") && has("addEventListener") {
        return Ok(Some(value.clone()));
    }
    Err(wrong("signal", "an AbortSignal"))
}

/// An optional list of transferable objects; an empty one is none.
pub(crate) fn transfer(value: &JsValue) -> Result<Option<Array>, JsValue> {
    if value.is_undefined() {
        return Ok(None);
    }
    if !Array::is_array(value) {
        return Err(wrong("transfer", "a list of transferable objects"));
    }
    let list: Array = value.clone().unchecked_into();
    Ok((list.length() > 0).then_some(list))
}

/// A required string argument that is not empty.
pub(crate) fn required(value: &JsValue, what: &str) -> Result<String, JsValue> {
    value.as_string().filter(|text| !text.is_empty()).ok_or_else(|| {
        fail(
            codes::ARGUMENT,
            &text(&[what, " must be a string that is not empty"]),
        )
    })
}

/// The type of a message: no longer than what others take in.
pub(crate) fn message_type(value: &JsValue) -> Result<String, JsValue> {
    let text = host::short_text(value, NAME).filter(|text| !text.is_empty());
    text.ok_or_else(|| {
        fail(
            codes::ARGUMENT,
            "the message type must be a string that is not empty, of at most 1024 characters",
        )
    })
}

/// A required function argument.
pub(crate) fn function(value: &JsValue, what: &str) -> Result<Function, JsValue> {
    value
        .dyn_ref::<Function>()
        .cloned()
        .ok_or_else(|| fail(codes::ARGUMENT, &text(&[what, " must be a function"])))
}

/// What a key that is no string gets.
pub(crate) fn not_a_key() -> JsValue {
    fail(codes::ARGUMENT, "a key must be a string")
}
