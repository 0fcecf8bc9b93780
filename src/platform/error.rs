//! Coded errors as JavaScript sees them.

use wasm_bindgen::JsValue;

use super::host;
use crate::core::codes;

/// A ParleyError of the class its code belongs to.
pub(crate) fn fail(code: &str, message: &str) -> JsValue {
    host::make_error(code, message, &JsValue::UNDEFINED)
}

const DESTROYED: &str = "this Parley instance has been destroyed";

/// ERR_DESTROYED, of a Parley.
pub(crate) fn destroyed() -> JsValue {
    gone(codes::DESTROYED)
}

/// The error of what ends with a Parley, with another code.
pub(crate) fn gone(code: &str) -> JsValue {
    fail(code, DESTROYED)
}

/// The same, with `details`: name and value of each.
pub(crate) fn fail_with(code: &str, message: &str, details: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in details {
        // Setting a property of a fresh plain object cannot fail.
        let _ = js_sys::Reflect::set(&object, &JsValue::from_str(name), value);
    }
    host::make_error(code, message, &object)
}

/// A message of several parts, without the weight of `format!`.
pub(crate) fn text(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}
