//! What hand-written sync classes get wrong, window by window.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod clocks;
mod readiness;
mod repair;
#[path = "../network/room.rs"]
mod room;
mod writes;
