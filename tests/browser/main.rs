//! What needs a browser but not two origins: every promise of the contract over every wire, wrong input, and the state.
//!
//! The cases are tables of small JavaScript functions in `js/`: they use the classes as a page does. Each is a test of its
//! own here, named by its place: `answers::port::a_value`.
#![cfg(target_arch = "wasm32")]

mod cases;
mod page;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
