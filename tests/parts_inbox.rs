//! A message is handled once, however often it arrives.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod allocated;

use parley_sync::core::inbox::Inbox;
use proptest::prelude::*;
use std::collections::HashSet;

#[test]
fn rising_ids_with_gaps_are_new_and_their_copies_are_not() {
    let mut inbox = Inbox::default();
    for id in [1, 4, 7, 1000] {
        assert!(inbox.first(id), "{id}");
        assert!(!inbox.first(id), "{id} again");
    }
}

#[test]
fn a_retry_that_overtook_nothing_is_still_new_in_a_gap() {
    let mut inbox = Inbox::default();
    assert!(inbox.first(9));
    assert!(inbox.first(5));
    assert!(!inbox.first(5));
    assert!(!inbox.first(9));
}

#[test]
fn zero_is_no_id() {
    assert!(!Inbox::default().first(0));
}

#[test]
fn what_is_older_than_everything_remembered_counts_as_seen() {
    let mut inbox = Inbox::new(4);
    for id in [10, 20, 30, 40, 50] {
        assert!(inbox.first(id));
    }
    assert!(!inbox.first(10), "forgotten by itself, but below the floor");
    assert!(!inbox.first(9));
    assert!(inbox.first(11), "above the floor and never seen");
    assert!(!inbox.first(11));
}

#[test]
fn forgetting_makes_a_refused_message_new_again() {
    let mut inbox = Inbox::default();
    assert!(inbox.first(1) && inbox.first(2));
    inbox.forget(1);
    assert!(inbox.first(1));
    assert!(!inbox.first(2));
}

#[test]
fn many_messages_leave_a_small_inbox() {
    let mut inbox = Inbox::default();
    let most = allocated::peak(|| {
        for id in 1..=2_000_000u64 {
            assert!(inbox.first(id * 3));
        }
    });
    assert!(most < 40_000, "{most} bytes for the ids that are remembered");
    assert!(!inbox.first(3) && !inbox.first(6_000_000));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_twice_and_never_lost_within_the_window(
        ids in proptest::collection::vec(1u64..60, 0..200),
        capacity in 1usize..40,
    ) {
        let mut inbox = Inbox::new(capacity);
        let mut handled = HashSet::new();
        for id in ids {
            let above = handled.iter().filter(|&&seen| seen > id).count();
            let first = inbox.first(id);
            prop_assert!(!(first && handled.contains(&id)), "{} twice", id);
            // With fewer than `capacity` ids above it, an id is within what is remembered.
            if above < capacity && !handled.contains(&id) {
                prop_assert!(first, "{} lost", id);
            }
            if first {
                handled.insert(id);
            }
        }
    }
}
