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

mod network;

use std::io::Write;

use network::case::Case;
use network::random::Random;
use network::{play, shrink::shrink};

const SCHEDULES: u64 = 30_000;
const SEED: u64 = 0x666f_7267_6574;

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
fn windows_that_forget_end_equal() {
    let (count, first) = (
        setting("PARLEY_SCHEDULES", SCHEDULES),
        setting("PARLEY_SEED", SEED),
    );
    let mut seeds = Random::new(first);
    for played in 0..count {
        let seed = seeds.next();
        let case = Case::generate(seed).forgetful();
        if let Err(error) = play(&case) {
            let small = shrink(case);
            let last = play(&small).expect_err("a shrunk schedule fails too");
            panic!("schedule {played} of seed {first:#x}: {error}\nshrunk: {last}\n{small:?}");
        }
    }
    // Past the capture of a test's output: the count is part of what a run shows.
    let _ = writeln!(
        std::io::stderr(),
        "forgetting: {count} schedules, seed {first:#x}"
    );
}
