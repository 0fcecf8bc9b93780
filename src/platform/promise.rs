//! `then` without the futures machinery.

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::host;

/// `promise.then(fulfilled, rejected)`, of a promise or of anything that says that it is one: what a user's `then`, or the
/// getter of it, throws is a rejection like any other.
pub(crate) fn then(promise: &JsValue, fulfilled: &Function, rejected: Option<&Function>) {
    let rejected = rejected.map_or(JsValue::UNDEFINED, |rejected| rejected.clone().into());
    host::when(promise, fulfilled, &rejected);
}
