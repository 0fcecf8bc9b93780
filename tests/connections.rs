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
use connection_network::{
    Case, Summary, asked, claims, claims_on_channel, cut_off, ended, found, half_open, play, presence,
    routes, start, tabs,
};
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
    for_each_seed(presence::put_into_the_page_later);
}

#[test]
fn a_frame_that_never_comes_into_the_page_is_given_up() {
    for_each_seed(presence::never_put_into_the_page);
}

#[test]
fn a_frame_that_leaves_before_it_answers_is_given_up() {
    for_each_seed(presence::left_before_it_answered);
}

#[test]
fn a_frame_that_is_waited_for_is_watched() {
    for_each_seed(presence::silence_is_reported);
}

#[test]
fn a_tab_is_ready_when_all_members_of_its_channel_have_joined() {
    for_each_seed(tabs::ready_with_all_members);
}

#[test]
fn a_member_that_crashed_is_not_waited_for() {
    for_each_seed(tabs::ready_without_a_member_that_crashed);
}

#[test]
fn members_that_have_not_answered_are_asked_again() {
    for_each_seed(tabs::asked_again_on_the_channel);
}

#[test]
fn the_former_lock_of_a_member_that_is_back_does_not_end_it() {
    for_each_seed(tabs::back_on_the_channel_at_once);
}

#[test]
fn a_member_that_disconnect_let_go_of_stays_away() {
    for_each_seed(tabs::shunned_on_the_channel);
}

#[test]
fn a_wire_of_no_use_ends_its_connect_and_says_so() {
    for_each_seed(half_open::unusable_wire);
}

#[test]
fn a_wire_that_closes_ends_what_waits_for_it() {
    for_each_seed(half_open::closed_wire);
}

#[test]
fn a_worker_that_fails_before_its_hello_is_given_up() {
    for_each_seed(half_open::failed_worker);
}

#[test]
fn the_lock_of_a_peer_is_watched() {
    for_each_seed(half_open::lock_of_a_peer);
}

#[test]
fn before_the_join_nothing_else_is_read() {
    for_each_seed(half_open::frames_on_a_wire);
}

#[test]
fn a_prerendered_document_waits_for_its_activation() {
    for_each_seed(start::prerendered);
}

#[test]
fn a_frame_of_a_prerendered_page_awaits_its_parent() {
    for_each_seed(start::prerendered_frame);
}

#[test]
fn states_exchange_with_each_peer_that_comes() {
    for_each_seed(start::exchanged_again);
}

#[test]
fn states_wait_for_connections_on_their_way() {
    for_each_seed(start::states_made_later);
}

#[test]
fn states_wait_for_discovery() {
    for_each_seed(start::states_made_early);
}

#[test]
fn the_lock_of_a_worker_is_announced() {
    for_each_seed(half_open::lock_of_a_worker);
}

#[test]
fn an_id_names_one_peer() {
    for_each_seed(asked::taken_ids);
}

#[test]
fn the_id_of_a_former_document_is_free() {
    for_each_seed(claims::former_documents);
}

#[test]
fn connect_finds_the_peer_of_its_window_by_the_id_that_it_has() {
    for_each_seed(claims::by_its_own_id);
}

#[test]
fn connect_finds_the_parley_of_that_id_in_a_document_with_two() {
    for_each_seed(claims::one_of_two);
}

#[test]
fn connect_waits_for_a_frozen_peer_that_it_finds() {
    for_each_seed(claims::frozen);
}

#[test]
fn a_target_may_be_named_later() {
    for_each_seed(claims::named_later);
}

#[test]
fn connect_waits_for_the_document_after_one_that_leaves() {
    for_each_seed(claims::while_it_leaves);
}

#[test]
fn a_member_of_the_channel_is_found_by_its_id_and_keeps_it() {
    for_each_seed(claims_on_channel::member_of_the_channel);
}

#[test]
fn connect_does_not_call_one_peer_by_the_id_of_another() {
    for_each_seed(claims_on_channel::id_of_another_member);
}

#[test]
fn connect_does_not_find_a_document_that_leaves() {
    for_each_seed(claims::former_is_not_found);
}

#[test]
fn the_next_document_of_a_window_takes_the_id_of_the_one_before() {
    for_each_seed(claims_on_channel::next_document_takes_the_id);
}

#[test]
fn a_second_connect_finds_the_target_of_the_first() {
    for_each_seed(asked::connected_again);
}

#[test]
fn two_calls_of_connect_end_by_themselves() {
    for_each_seed(asked::two_calls);
}

#[test]
fn a_connect_that_a_suspended_peer_does_not_answer_leaves_the_peer() {
    for_each_seed(asked::suspended_too_long);
}

#[test]
fn disconnect_lets_states_send_before_its_goodbye() {
    for_each_seed(asked::disconnected);
}

#[test]
fn destroy_ends_everything_in_one_order() {
    for_each_seed(asked::destroyed);
}

#[test]
fn destroy_ends_a_handshake_under_way() {
    for_each_seed(asked::destroyed_half_open);
}

#[test]
fn a_page_that_leaves_holds_its_wires_back() {
    for_each_seed(asked::held_while_away);
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
    for_each_seed(ended::compared_now_and_then);
}

#[test]
fn a_frozen_page_is_suspended_until_it_goes_on() {
    for_each_seed(ended::frozen_for_a_while);
}

#[test]
fn a_page_that_ends_says_so() {
    for_each_seed(ended::last_frames);
}

#[test]
fn a_window_that_closes_without_a_goodbye_is_noticed() {
    for_each_seed(ended::closed_without_a_goodbye);
}

#[test]
fn a_peer_that_gives_no_sign_of_life_is_left() {
    for_each_seed(ended::no_sign_of_life);
}
