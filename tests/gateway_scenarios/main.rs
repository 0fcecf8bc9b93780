//! Windows behind gateways, scene by scene.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod denied;
mod found;
#[path = "../frames/mod.rs"]
mod frames;
#[path = "../gateway_network/mod.rs"]
mod gateway_network;
mod grants;
mod transactions;
#[path = "../values/mod.rs"]
mod values;
