//! Windows, tabs, iframes, popups and workers of a browser share messages and one state that always agrees.
//!
//! # Layout
//!
//! - [`core`]: pure, sans-IO, natively tested. Everything that decides.
//! - `platform`: the host environment: hand-written JavaScript, promises, callbacks, errors (browser build only).
//! - `transport`: the browser's wires behind one small trait (browser build only).
//! - `bindings`: what JavaScript sees (browser build only).
//!
//! Each names only those above it.

pub mod core;

#[cfg(target_arch = "wasm32")]
pub mod bindings;
#[cfg(target_arch = "wasm32")]
mod platform;
#[cfg(target_arch = "wasm32")]
mod transport;

// 2.1 kB less after brotli than the standard library's, as fast, and a list that grows at the end of the memory stays in its place.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
