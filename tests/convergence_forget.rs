//! Windows that forget deletions and writers, as far as they ever may, still agree after any schedule.
//!
//! `PARLEY_SCHEDULES` is how many schedules to play (default 100,000), `PARLEY_SEED` the first one's seed.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod frames;
mod network;

use network::case::Case;
use network::play;
use parley_sync_kit::schedule::Run;

const SCHEDULES: u64 = 30_000;
const SEED: u64 = 0x666f_7267_6574;

#[test]
fn windows_that_forget_end_equal() {
    Run::of(SCHEDULES, SEED).shrinking("forgetting", |seed| Case::generate(seed).forgetful(), play);
}
