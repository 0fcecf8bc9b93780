//! Any schedule of writes, losses and deaths, then quiet: all windows agree, and every listener was told each change once.
//!
//! `PARLEY_SCHEDULES` is how many schedules to play (default 100,000), `PARLEY_SEED` the first one's seed.
//!
//! Seen to fail: with equal times decided by the order of arrival (schedule 3), and with deletions left out of deltas (schedule 8).
//! A window that does not ask about a gap in the batches is repaired by the next tick, so no schedule shows it: two scenes of
//! `tests/convergence_scenarios/repair.rs` do.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod found;
mod frames;
mod network;

use network::case::Case;
use network::play;
use parley_sync_kit::schedule::Run;

const SCHEDULES: u64 = 100_000;
const SEED: u64 = 0x7061_726c_6579;

#[test]
fn any_schedule_ends_with_all_windows_equal() {
    Run::of(SCHEDULES, SEED).shrinking("convergence", Case::generate, play);
}

#[test]
fn schedules_that_once_failed() {
    for (name, case) in found::FOUND {
        let case = case();
        if let Err(error) = play(&case) {
            panic!("{name}: {error}\n{case:?}");
        }
    }
}
