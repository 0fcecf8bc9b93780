//! `then` without the futures machinery.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Thenable;
    #[wasm_bindgen(structural, method, js_name = then)]
    fn then_both(this: &Thenable, fulfilled: &Function, rejected: &JsValue) -> Promise;
}

/// `promise.then(fulfilled, rejected)`.
pub(crate) fn then(promise: &Promise, fulfilled: &Function, rejected: Option<&Function>) -> Promise {
    let promise: &Thenable = promise.unchecked_ref();
    let rejected = rejected.map_or(JsValue::UNDEFINED, |rejected| rejected.clone().into());
    promise.then_both(fulfilled, &rejected)
}
