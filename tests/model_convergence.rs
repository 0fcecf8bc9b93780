//! Any schedule of writes, transactions, rollbacks, refusals and undos between models, then quiet: all windows show the
//! same, and it is what the writes amount to.
//!
//! `PARLEY_SCHEDULES` is how many schedules to play (default 20,000), `PARLEY_SEED` the seed that all of them come from.
//! `PARLEY_SKIP` leaves out so many of the first: a failure of schedule 79,908 plays alone with it and `PARLEY_SCHEDULES=1`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod model_found;
mod model_network;

use std::io::Write;

use model_network::case::Case;
use model_network::random::Random;
use model_network::{play, shrink::shrink};

const SCHEDULES: u64 = 20_000;
const SEED: u64 = 0x006d_6f64_656c;

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
fn any_schedule_ends_with_all_models_equal() {
    let (count, first) = (
        setting("PARLEY_SCHEDULES", SCHEDULES),
        setting("PARLEY_SEED", SEED),
    );
    let skipped = setting("PARLEY_SKIP", 0);
    let mut seeds = Random::new(first);
    for _ in 0..skipped {
        seeds.next();
    }
    for played in skipped..skipped + count {
        let seed = seeds.next();
        let case = Case::generate(seed);
        if let Err(error) = play(&case) {
            let small = shrink(case);
            let last = play(&small).expect_err("a shrunk schedule fails too");
            panic!("schedule {played} of seed {first:#x}: {error}\nshrunk: {last}\n{small:?}");
        }
    }
    // Past the capture of a test's output: the count is part of what a run shows.
    let _ = writeln!(std::io::stderr(), "models: {count} schedules, seed {first:#x}");
}

#[test]
fn schedules_that_once_failed_pass() {
    for (name, case) in model_found::FOUND {
        if let Err(error) = play(&case()) {
            panic!("{name}: {error}");
        }
    }
}
