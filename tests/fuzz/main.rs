//! Fuzzing of what decides: short runs from one seed with the other tests, long ones by `cargo xtask fuzz`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::needless_range_loop
)]

#[path = "../allocated/mod.rs"]
mod allocated;
mod choices;
mod run;
mod targets;
mod until;

use run::fuzz;
use targets::{TARGETS, forge};
use until::Length;

fn target(name: &str, cases: u64) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    fuzz(target, &Length::of(cases));
}

#[test]
fn deltas() {
    target("deltas", 3_000);
}

#[test]
fn cells() {
    target("cells", 1_500);
}

#[test]
fn logs() {
    target("logs", 3_000);
}

#[test]
fn forged_deltas() {
    forge();
    target("deltas", 1_500);
}

#[test]
fn forged_cells() {
    forge();
    target("cells", 500);
}

#[test]
fn forged_logs() {
    forge();
    target("logs", 3_000);
}

#[test]
fn handshakes() {
    target("handshakes", 20_000);
}

#[test]
fn stored() {
    target("stored", 8_000);
}

#[test]
fn origins() {
    target("origins", 30_000);
}

#[test]
fn texts() {
    target("texts", 4_000);
}
