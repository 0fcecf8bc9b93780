//! The log, case by case: what a person would do with two or three windows, and what must come out.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../allocated/mod.rs"]
mod allocated;
mod apart;
mod forged;
mod joining;
mod liars;
mod million;
mod order;
mod refused;
mod waiting;
mod window;
