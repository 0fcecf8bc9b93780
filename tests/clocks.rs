//! Clocks that are set, by seconds, hours and years, in one window or in all, with reloads from storage: after any schedule
//! all windows agree, and no frame is refused for its time.
//!
//! `PARLEY_SCHEDULES` is how many schedules of each kind to play (default 20,000), `PARLEY_SEED` the first one's seed.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::duplicate_mod,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod log_network;
mod model_network;
mod network;

use network::random::Random;

const SCHEDULES: u64 = 20_000;
const SEED: u64 = 0x636c_6f63_6b73;

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

/// Plays many schedules; `play` says what went wrong, and with what small schedule.
fn play_all(play: impl Fn(u64) -> Result<(), String>) {
    let (count, first) = (
        setting("PARLEY_SCHEDULES", SCHEDULES),
        setting("PARLEY_SEED", SEED),
    );
    let mut seeds = Random::new(first);
    for played in 0..count {
        if let Err(error) = play(seeds.next()) {
            panic!("schedule {played} of seed {first:#x}: {error}");
        }
    }
}

#[test]
fn states_agree_whatever_clocks_do() {
    play_all(|seed| {
        let case = network::case::Case::generate(seed).jumping();
        network::play(&case).map_err(|error| {
            let small = network::shrink::shrink(case);
            format!("{error}\nshrunk: {:?}\n{small:?}", network::play(&small))
        })
    });
}

#[test]
fn states_that_forget_agree_whatever_clocks_do() {
    play_all(|seed| {
        let case = network::case::Case::generate(seed).forgetful().jumping();
        network::play(&case).map_err(|error| {
            let small = network::shrink::shrink(case);
            format!("{error}\nshrunk: {:?}\n{small:?}", network::play(&small))
        })
    });
}

#[test]
fn models_agree_whatever_clocks_do() {
    play_all(|seed| {
        let case = model_network::case::Case::generate(seed).jumping();
        model_network::play(&case).map_err(|error| {
            let small = model_network::shrink::shrink(case);
            format!("{error}\nshrunk: {:?}\n{small:?}", model_network::play(&small))
        })
    });
}

#[test]
fn logs_agree_whatever_clocks_do() {
    play_all(|seed| {
        let case = log_network::case::Case::generate(seed).jumping(seed);
        log_network::play(&case).map(drop).map_err(|error| {
            let small = log_network::shrink(case);
            format!("{error}\nshrunk: {:?}\n{small:?}", log_network::play(&small))
        })
    });
}
