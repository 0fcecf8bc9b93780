//! Origins as tables: what a list may hold, and whom it lets in.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
mod entries;
mod lists;
mod properties;

use parley_sync::core::origin::Allowlist;

fn list(entries: &[&str]) -> Allowlist {
    Allowlist::parse(entries.iter().copied(), None).unwrap()
}
