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
use connection_network::{Case, Summary, cut_off, found, moments, play, routes};
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

#[test]
fn a_frame_that_is_put_into_the_page_later_is_connected() {
    for_each_seed(moments::put_into_the_page_later);
}

#[test]
fn a_frame_that_never_comes_into_the_page_is_given_up() {
    for_each_seed(moments::never_put_into_the_page);
}

#[test]
fn a_frame_that_leaves_before_it_answers_is_given_up() {
    for_each_seed(moments::left_before_it_answered);
}

#[test]
fn a_frame_that_is_waited_for_is_watched() {
    for_each_seed(moments::silence_is_reported);
}

#[test]
fn a_tab_is_ready_when_all_members_of_its_channel_have_joined() {
    for_each_seed(moments::ready_with_all_members);
}

#[test]
fn a_member_that_crashed_is_not_waited_for() {
    for_each_seed(moments::ready_without_a_member_that_crashed);
}

#[test]
fn members_that_have_not_answered_are_asked_again() {
    for_each_seed(moments::asked_again_on_the_channel);
}

#[test]
fn the_former_lock_of_a_member_that_is_back_does_not_end_it() {
    for_each_seed(moments::back_on_the_channel_at_once);
}

#[test]
fn a_member_that_disconnect_let_go_of_stays_away() {
    for_each_seed(moments::shunned_on_the_channel);
}

#[test]
fn a_wire_of_no_use_ends_its_connect_and_says_so() {
    for_each_seed(moments::unusable_wire);
}

#[test]
fn a_wire_that_closes_ends_what_waits_for_it() {
    for_each_seed(moments::closed_wire);
}

#[test]
fn a_worker_that_fails_before_its_hello_is_given_up() {
    for_each_seed(moments::failed_worker);
}

#[test]
fn the_lock_of_a_worker_is_announced() {
    for_each_seed(moments::lock_of_a_worker);
}

#[test]
fn an_id_names_one_peer() {
    for_each_seed(moments::taken_ids);
}

#[test]
fn a_popup_that_was_cut_off_and_comes_back_by_the_channel_is_the_same_peer() {
    for_each_seed(cut_off::cut_off_and_back);
}

#[test]
fn a_message_is_relayed_between_the_ends_of_a_declared_route_only() {
    for_each_seed(routes::declared_routes);
}

#[test]
fn states_are_compared_now_and_then() {
    for_each_seed(moments::compared_now_and_then);
}

#[test]
fn a_frozen_page_is_suspended_until_it_goes_on() {
    for_each_seed(moments::frozen_for_a_while);
}

#[test]
fn a_page_that_ends_says_so() {
    for_each_seed(moments::last_frames);
}

#[test]
fn a_window_that_closes_without_a_goodbye_is_noticed() {
    for_each_seed(moments::closed_without_a_goodbye);
}

#[test]
fn a_peer_that_gives_no_sign_of_life_is_left() {
    for_each_seed(moments::no_sign_of_life);
}
