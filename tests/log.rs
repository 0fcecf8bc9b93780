//! Any schedule of dispatches, losses and deaths, then quiet: all windows have the same actions in the same order.
//!
//! `PARLEY_LOG_SCHEDULES` is how many schedules to play, `PARLEY_SEED` the first one's seed.
//!
//! Seen to fail: with equal times decided by the order of arrival (schedule 1), with actions taken before their causes (schedule
//! 0), and with what was sent to a neighbour counted as acknowledged by it (schedule 45).
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod log_network;

use std::io::Write;

use log_network::case::Case;
use log_network::{Summary, play};
use parley_sync_kit::schedule::{Run, told};

const SCHEDULES: u64 = 30_000;
const SEED: u64 = 0x6c_6f67;

#[test]
fn any_schedule_ends_with_one_order_and_one_state() {
    let mut sum = Summary::default();
    let mut cut = 0;
    Run::counted_by("PARLEY_LOG_SCHEDULES", SCHEDULES, SEED).all("log", |seed| {
        let case = Case::generate(seed);
        let summary = play(&case).map_err(|error| told(&error, case, |case| play(case).map(drop)))?;
        sum.actions += summary.actions;
        sum.lost += summary.lost;
        cut += u64::from(summary.cuts > 0);
        Ok(())
    });
    // Past the capture of a test's output: the counts are part of what a run shows.
    let _ = writeln!(
        std::io::stderr(),
        "log: {} actions in the end, {cut} schedules folded some away, {} actions forgotten by a side that lost",
        sum.actions,
        sum.lost
    );
}
