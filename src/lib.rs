//! Windows, tabs, iframes, popups and workers of a browser share messages and one state that always agrees.
//!
//! # Layout
//!
//! - [`core`]: pure, sans-IO, natively tested. Everything that decides.
//! - `transport`: the browser's wires behind one small trait (browser build only).
//! - `bindings`: what JavaScript sees (browser build only).

pub mod core;

#[cfg(target_arch = "wasm32")]
pub mod bindings;
#[cfg(target_arch = "wasm32")]
mod cell;
#[cfg(target_arch = "wasm32")]
mod transport;
