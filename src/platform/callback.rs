//! Rust functions that JavaScript calls once.
//!
//! wasm-bindgen makes most of a kilobyte for each type of such a function. Boxed, they are all of one type.

use js_sys::Function;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// Freed by its call: for what is surely called.
pub(crate) fn once(run: impl FnOnce() + 'static) -> Function {
    once_with(move |_| run())
}

/// The same, with what it is called with.
pub(crate) fn once_with(run: impl FnOnce(JsValue) + 'static) -> Function {
    freed_by_call(Box::new(run))
}

/// Freed when nobody holds it any more: for what may never be called, as a timer that is cleared, or a watch that is given up.
pub(crate) fn perhaps(run: impl FnOnce() + 'static) -> Function {
    reaction(move |_| run())
}

/// The same, with what it is called with: one of two reactions to a promise is never called.
pub(crate) fn reaction(run: impl FnOnce(JsValue) + 'static) -> Function {
    freed_when_unheld(Box::new(run))
}

fn freed_by_call(run: Box<dyn FnOnce(JsValue)>) -> Function {
    Closure::once_into_js(run).unchecked_into()
}

fn freed_when_unheld(run: Box<dyn FnOnce(JsValue)>) -> Function {
    Closure::once(run).into_js_value().unchecked_into()
}
