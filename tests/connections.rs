//! Any schedule of loading, connecting, navigating, freezing, crashing and lying, then quiet: whoever is wanted and allowed is
//! connected, nobody else ever was, no ghost is left, every call has ended, and both sides of every connection agree.
//!
//! `PARLEY_CONNECTION_SCHEDULES` is how many schedules to play, `PARLEY_SEED` the first one's seed, `PARLEY_SKIP` how many are left
//! out before. With `PARLEY_TRACE` set, what happens in each is printed.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod connection_network;

use std::cell::RefCell;
use std::io::Write;

use connection_network::scenes::{back_from_the_cache, invitation_to_the_one_before, one_after_the_other};
use connection_network::{Case, Summary, found, play};
use parley_sync_kit::schedule::Run;

const SCHEDULES: u64 = 100_000;
const SEED: u64 = 0x636f_6e6e;

#[test]
fn any_schedule_ends_with_everybody_connected_who_should_be_and_nobody_else() {
    let run = Run::counted_by("PARLEY_CONNECTION_SCHEDULES", SCHEDULES, SEED);
    let sum = RefCell::new(Summary::default());
    run.shrinking("connections", Case::generate, |case| {
        sum.borrow_mut().add(&play(case)?);
        Ok(())
    });
    let sum = sum.into_inner();
    // Past the capture of a test's output: the counts are part of what a run shows.
    let _ = writeln!(std::io::stderr(), "connections: {sum:?}");
    assert!(
        sum.connected > run.count && sum.answered > run.count / 2,
        "too little happened"
    );
}

#[test]
fn schedules_that_once_failed() {
    for (name, case) in found::all() {
        if let Err(error) = play(&case) {
            panic!("{name}: {error}\n{case:?}");
        }
    }
}

fn for_each_seed(scene: impl Fn(u64) -> Result<(), String>) {
    for seed in 0..50 {
        if let Err(error) = scene(seed) {
            panic!("seed {seed}: {error}");
        }
    }
}

#[test]
fn two_that_connect_to_each_other_one_after_the_other_both_get_there() {
    for_each_seed(one_after_the_other);
}

#[test]
fn a_page_that_comes_back_from_the_cache_is_connected_again() {
    for_each_seed(back_from_the_cache);
}

#[test]
fn an_invitation_lets_nobody_in_but_the_document_that_said_hello() {
    for_each_seed(invitation_to_the_one_before);
}
