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

mod frames;
mod log_network;
mod model_network;
mod network;
mod values;

use parley_sync_kit::schedule::Run;

const SCHEDULES: u64 = 20_000;
const SEED: u64 = 0x636c_6f63_6b73;

fn run() -> Run {
    Run::of(SCHEDULES, SEED)
}

#[test]
fn states_agree_whatever_clocks_do() {
    use network::{case::Case, play};
    run().shrinking("clocks of states", |seed| Case::generate(seed).jumping(), play);
}

#[test]
fn states_that_forget_agree_whatever_clocks_do() {
    use network::{case::Case, play};
    let generate = |seed| Case::generate(seed).forgetful().jumping();
    run().shrinking("clocks of states that forget", generate, play);
}

#[test]
fn models_agree_whatever_clocks_do() {
    use model_network::{case::Case, play};
    run().shrinking("clocks of models", |seed| Case::generate(seed).jumping(), play);
}

#[test]
fn logs_agree_whatever_clocks_do() {
    use log_network::{case::Case, play};
    let generate = |seed| Case::generate(seed).jumping();
    run().shrinking("clocks of logs", generate, |case| play(case).map(drop));
}
