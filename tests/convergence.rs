//! Any schedule of writes, losses and deaths, then quiet: all windows agree, and every listener was told each change once.
//!
//! `PARLEY_SCHEDULES` is how many schedules to play (default 100,000), `PARLEY_SEED` the first one's seed.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod found;
mod network;

use std::io::Write;

use network::case::Case;
use network::random::Random;
use network::{play, shrink::shrink};

const SCHEDULES: u64 = 100_000;
const SEED: u64 = 0x7061_726c_6579;

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
fn any_schedule_ends_with_all_windows_equal() {
    let (count, first) = (
        setting("PARLEY_SCHEDULES", SCHEDULES),
        setting("PARLEY_SEED", SEED),
    );
    let mut seeds = Random::new(first);
    for played in 0..count {
        let seed = seeds.next();
        let case = Case::generate(seed);
        if let Err(error) = play(&case) {
            let small = shrink(case);
            let last = play(&small).expect_err("a shrunk schedule fails too");
            panic!("schedule {played} of seed {first:#x}: {error}\nshrunk: {last}\n{small:?}");
        }
    }
    // Past the capture of a test's output: the count is part of what a run shows.
    let _ = writeln!(
        std::io::stderr(),
        "convergence: {count} schedules, seed {first:#x}"
    );
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
