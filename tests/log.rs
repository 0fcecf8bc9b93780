//! Any schedule of dispatches, losses and deaths, then quiet: all windows have the same actions in the same order.
//!
//! `PARLEY_LOG_SCHEDULES` is how many schedules to play, `PARLEY_SEED` the first one's seed.
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
use log_network::random::Random;
use log_network::{Summary, play, shrink};

const SCHEDULES: u64 = 30_000;
const SEED: u64 = 0x6c_6f67;

fn setting(name: &str, default: u64) -> u64 {
    let Ok(text) = std::env::var(name) else {
        return default;
    };
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.unwrap_or_else(|_| panic!("{name} is not a number: {text}"))
}

#[test]
fn any_schedule_ends_with_one_order_and_one_state() {
    let (count, first) = (
        setting("PARLEY_LOG_SCHEDULES", SCHEDULES),
        setting("PARLEY_SEED", SEED),
    );
    let mut seeds = Random::new(first);
    let mut sum = Summary::default();
    let mut cut = 0;
    for played in 0..count {
        let case = Case::generate(seeds.next());
        match play(&case) {
            Ok(summary) => {
                sum.actions += summary.actions;
                sum.lost += summary.lost;
                cut += u64::from(summary.cuts > 0);
            }
            Err(error) => {
                let small = shrink(case);
                let last = play(&small).expect_err("a shrunk schedule fails too");
                panic!("schedule {played} of seed {first:#x}: {error}\nshrunk: {last}\n{small:?}");
            }
        }
    }
    // Past the capture of a test's output: the counts are part of what a run shows.
    let _ = writeln!(
        std::io::stderr(),
        "log: {count} schedules, seed {first:#x}, {} actions in the end, {cut} schedules folded some away, {} actions \
         forgotten by a side that lost",
        sum.actions,
        sum.lost
    );
}
