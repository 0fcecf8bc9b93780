//! What hand-written sync classes get wrong, window by window.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "network/room.rs"]
mod room;

use parley_sync::core::sync::ChangeOrigin::{Local, Remote};
use room::Room;

#[test]
fn concurrent_writes_to_one_key_end_equal() {
    let mut room = Room::with(2);
    room.connect_all();
    room.write(0, &[("x", Some("one"))]);
    room.write_now(1, &[("x", Some("two"))]);
    room.flush(0);
    room.flush(1);
    room.deliver_all();
    // The same millisecond: the greater actor wins, everywhere.
    room.agree(&[("x", "two")]);
    assert_eq!(
        room.calls,
        [2, 1],
        "the winner's listener hears nothing of the loser"
    );
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    for first in [0, 1] {
        let mut room = Room::with(3);
        room.connect_all();
        room.set(0, "x", "one");
        room.set(1, "x", "two");
        room.deliver(first, 2);
        room.deliver(1 - first, 2);
        assert_eq!(room.nodes[2].get("x"), Some(&"two"));
        room.deliver_all();
        room.agree(&[("x", "two")]);
    }
}

#[test]
fn a_late_window_has_everything_before_it_is_ready() {
    let mut room = Room::with(1);
    room.settle(0);
    room.set(0, "theme", "dark");
    room.set(0, "user", "bob");
    let late = room.open(&[("theme", "light")]);
    room.connect(0, late);
    room.settle(late);
    assert_eq!(room.ready, [1, 0], "the elder has not told what it has");
    room.deliver_all();
    assert_eq!(room.ready, [1, 1]);
    room.agree(&[("theme", "dark"), ("user", "bob")]);
    room.set(0, "theme", "blue");
    room.deliver_all();
    room.agree(&[("theme", "blue"), ("user", "bob")]);
    room.set(late, "theme", "red");
    room.deliver_all();
    room.agree(&[("theme", "red"), ("user", "bob")]);
}

#[test]
fn the_first_window_is_ready_when_nobody_is_there() {
    let mut room = Room::with(1);
    assert_eq!(room.ready, [0]);
    room.settle(0);
    room.settle(0);
    assert_eq!(room.ready, [1]);
}

#[test]
fn a_window_is_ready_when_whom_it_waits_for_is_gone() {
    let mut room = Room::with(2);
    room.connect(0, 1);
    room.settle(1);
    assert_eq!(room.ready, [0, 0]);
    room.disconnect(0, 1);
    assert_eq!(room.ready, [0, 1]);
}

#[test]
fn a_late_window_turns_to_the_next_when_the_one_it_asked_is_gone() {
    let mut room = Room::with(2);
    room.connect_all();
    room.settle(0);
    room.settle(1);
    room.set(0, "x", "one");
    room.deliver_all();
    let late = room.open(&[("x", "default")]);
    room.connect(0, late);
    room.connect(1, late);
    room.settle(late);
    room.disconnect(0, late);
    room.deliver_all();
    assert_eq!(room.ready, [1, 1, 1]);
    room.agree(&[("x", "one")]);
}

#[test]
fn a_neighbour_that_never_answers_does_not_keep_a_window_from_being_ready_for_ever() {
    let mut room = Room::with(2);
    room.connect(0, 1);
    room.settle(1);
    room.now += 1_000.0;
    room.tick(1);
    assert_eq!(room.ready, [0, 0]);
    room.now += 5_000.0;
    room.tick(1);
    assert_eq!(room.ready, [0, 1]);
}

#[test]
fn initial_values_of_the_elder_win_and_any_write_beats_them() {
    let mut room = Room::new();
    room.open(&[("theme", "light"), ("lang", "en")]);
    room.open(&[("theme", "dark"), ("size", "big")]);
    room.connect_all();
    room.agree(&[("lang", "en"), ("size", "big"), ("theme", "light")]);
    room.set(1, "theme", "blue");
    room.deliver_all();
    room.agree(&[("lang", "en"), ("size", "big"), ("theme", "blue")]);
}

#[test]
fn a_late_window_does_not_push_initial_values_that_lose() {
    let mut room = Room::new();
    room.open(&[("a", "1"), ("b", "2")]);
    room.settle(0);
    let late = room.open(&[("a", "x"), ("b", "y")]);
    room.connect(0, late);
    room.deliver_all();
    room.agree(&[("a", "1"), ("b", "2")]);
    assert_eq!(room.carried, 2, "only the elder's two registers crossed");
    assert_eq!(
        room.nodes[0].vector().len(),
        1,
        "a window that wrote nothing is in nobody's vector"
    );
}

#[test]
fn deleted_keys_stay_deleted_for_late_windows_too() {
    let mut room = Room::new();
    room.open(&[]);
    room.open(&[("user", "bob")]);
    room.connect_all();
    room.write(0, &[("user", None)]);
    room.flush(0);
    room.deliver_all();
    room.agree(&[]);
    let late = room.open(&[("user", "bob")]);
    room.connect(1, late);
    room.deliver_all();
    room.agree(&[]);
    assert_eq!(room.told[late], [("user".into(), Some("bob"), None, Remote)]);
}

#[test]
fn siblings_hear_of_each_other_through_the_parent_once() {
    let mut room = Room::with(4);
    for child in 1..4 {
        room.connect(0, child);
    }
    room.deliver_all();
    room.recount();
    room.set(1, "x", "one");
    room.deliver_all();
    room.agree(&[("x", "one")]);
    assert_eq!(room.calls, [1; 4]);
    assert_eq!(room.batches, 3, "one frame a wire, none back");
    assert_eq!((room.syncs, room.deltas), (0, 0));
}

#[test]
fn a_tab_reaches_an_iframe_of_another_tab() {
    let mut room = Room::with(3);
    room.connect(0, 1);
    room.connect(1, 2);
    room.deliver_all();
    room.set(0, "x", "one");
    room.set(2, "y", "two");
    room.deliver_all();
    room.agree(&[("x", "one"), ("y", "two")]);
    assert_eq!(room.calls, [2; 3]);
}

#[test]
fn writes_before_the_connection_or_while_apart_arrive() {
    let mut room = Room::with(2);
    room.set(0, "before", "a");
    room.connect_all();
    room.agree(&[("before", "a")]);
    room.disconnect(0, 1);
    room.set(0, "apart", "b");
    room.set(1, "apart", "c");
    room.write(1, &[("before", None)]);
    room.flush(1);
    room.connect_all();
    room.agree(&[("apart", "c")]);
}

#[test]
fn a_lost_message_is_noticed_at_the_next_one_and_repaired() {
    let mut room = Room::with(2);
    room.connect_all();
    room.set(0, "a", "1");
    room.lose(0, 1).unwrap();
    room.set(0, "b", "2");
    room.deliver_all();
    room.agree(&[("a", "1"), ("b", "2")]);
    assert_eq!(
        room.calls,
        [2, 1],
        "both at once: the second never without the first"
    );
}

#[test]
fn a_message_that_overtakes_the_repair_is_asked_for_again() {
    let mut room = Room::with(2);
    room.connect_all();
    room.set(0, "a", "1");
    room.lose(0, 1).unwrap();
    room.set(0, "b", "2");
    room.deliver(0, 1);
    // The question is there, the answer on its way.
    room.deliver(1, 0);
    let repair = room.lose(0, 1).unwrap();
    room.set(0, "c", "3");
    room.deliver(0, 1);
    room.inject(0, 1, repair);
    room.deliver_all();
    room.agree(&[("a", "1"), ("b", "2"), ("c", "3")]);
}

#[test]
fn a_lost_last_message_is_repaired_by_a_tick_of_either() {
    for ticking in [0, 1] {
        let mut room = Room::with(2);
        room.connect_all();
        room.set(0, "a", "1");
        room.lose(0, 1).unwrap();
        room.tick(ticking);
        room.deliver_all();
        room.agree(&[("a", "1")]);
    }
}

#[test]
fn an_effect_is_not_shown_before_its_cause() {
    // A tells B and C; B, having heard, writes; C hears B before A, and what B passed on is lost.
    let mut room = Room::with(3);
    room.connect_all();
    room.set(0, "cause", "a");
    room.deliver(0, 1);
    room.lose(1, 2).unwrap();
    room.set(1, "effect", "b");
    room.deliver(1, 2);
    assert_eq!(room.state(2), [], "the effect waits for its cause");
    room.deliver_all();
    room.agree(&[("cause", "a"), ("effect", "b")]);
    assert_eq!(room.calls[..2], [2, 2]);
}

#[test]
fn writes_of_one_turn_travel_as_one_message() {
    let mut room = Room::with(2);
    room.connect_all();
    room.recount();
    for _ in 0..100 {
        room.write(0, &[("user", Some("eve")), ("token", Some("t"))]);
    }
    room.write(0, &[("user", Some("bob"))]);
    room.flush(0);
    room.deliver_all();
    assert_eq!((room.batches, room.calls[1]), (1, 1));
    let told = [
        ("user".into(), None, Some("bob"), Remote),
        ("token".into(), None, Some("t"), Remote),
    ];
    assert_eq!(room.told[1], told);
}

#[test]
fn a_debounced_write_does_not_revert_a_newer_one() {
    let mut room = Room::with(2);
    room.connect_all();
    room.write(0, &[("x", Some("old")), ("y", Some("mine"))]);
    room.set(1, "x", "new");
    room.deliver(1, 0);
    assert_eq!(room.nodes[0].get("x"), Some(&"new"));
    room.recount();
    room.flush(0);
    room.deliver_all();
    room.agree(&[("x", "new"), ("y", "mine")]);
    assert_eq!(room.told[1], [("y".into(), None, Some("mine"), Remote)]);
}

#[test]
fn a_batch_beaten_whole_is_not_sent() {
    let mut room = Room::with(2);
    room.connect_all();
    room.write(0, &[("x", Some("old"))]);
    room.set(1, "x", "new");
    room.deliver_all();
    room.recount();
    room.flush(0);
    assert_eq!((room.batches, room.nodes[0].pending()), (0, false));
    room.agree(&[("x", "new")]);
}

#[test]
fn an_open_batch_goes_before_any_answer() {
    let mut room = Room::with(2);
    room.write(0, &[("x", Some("one"))]);
    room.connect_all();
    room.agree(&[("x", "one")]);
    assert!(!room.nodes[0].pending());
}

#[test]
fn updates_that_came_in_plain_are_not_broadcast_but_reach_all_in_time() {
    let mut room = Room::with(2);
    room.connect_all();
    room.settle(0);
    room.recount();
    let entries = vec![("count".into(), Some("10"))];
    let effects = room.nodes[0].apply_plain(entries, None, room.now);
    assert_eq!(effects.len(), 1, "a change and nothing sent");
    assert!(!room.nodes[0].pending());
    assert_eq!(room.nodes[0].get("count"), Some(&"10"));
    room.tick(0);
    room.deliver_all();
    room.agree(&[("count", "10")]);
}

#[test]
fn a_write_that_rests_on_a_plain_update_takes_it_along() {
    let mut room = Room::with(2);
    room.connect_all();
    room.nodes[0].apply_plain(vec![("count".into(), Some("10"))], None, room.now);
    room.set(0, "copy", "10");
    room.deliver_all();
    room.agree(&[("copy", "10"), ("count", "10")]);
    assert_eq!(room.calls[1], 1);
}

#[test]
fn the_listener_of_the_writer_is_told_at_once() {
    let mut room = Room::new();
    room.open(&[("count", "0")]);
    room.write(0, &[("count", Some("5"))]);
    assert_eq!(room.told[0], [("count".into(), Some("0"), Some("5"), Local)]);
}

#[test]
fn keys_come_in_the_order_of_their_first_write() {
    let mut room = Room::new();
    room.open(&[("z", "1"), ("a", "2")]);
    room.write(0, &[("m", Some("3")), ("z", None)]);
    room.write(0, &[("z", Some("4"))]);
    let keys: Vec<_> = room.nodes[0].iter().map(|(key, _)| key.to_string()).collect();
    assert_eq!(keys, ["z", "a", "m"]);
}

const YEAR: f64 = 31_536_000_000.0;

/// Window 0 has written "x" with a clock that was a year ahead, and is set right.
fn after_a_wrong_clock() -> Room {
    let mut room = Room::new();
    room.open(&[]);
    room.settle(0);
    let right = room.now;
    room.now = right + YEAR;
    room.set(0, "x", "wrong");
    room.now = right + 1.0;
    room
}

#[test]
fn a_newcomer_takes_what_a_wrong_clock_has_written_and_writes_over_it() {
    let mut room = after_a_wrong_clock();
    room.open(&[]);
    room.connect(0, 1);
    room.settle(1);
    room.deliver_all();
    room.agree(&[("x", "wrong")]);
    assert_eq!(room.refused, []);
    room.set(1, "x", "later");
    room.deliver_all();
    room.agree(&[("x", "later")]);
}

#[test]
fn what_was_written_before_a_wrong_time_was_heard_of_does_not_lose_to_it() {
    let mut room = after_a_wrong_clock();
    room.open(&[]);
    room.set(1, "x", "today");
    let told = room.told[1].len();
    room.connect(0, 1);
    room.settle(1);
    room.deliver_all();
    room.agree(&[("x", "today")]);
    assert_eq!(room.told[1].len(), told, "nothing changed where it was written");
    // Nor to what is stored.
    let stored = after_a_wrong_clock().store(0);
    let mut room = Room::with(1);
    room.set(0, "x", "today");
    room.restore(0, stored);
    room.agree(&[("x", "today")]);
    assert_eq!(room.store(0).len(), 1);
}

#[test]
fn what_a_wrong_clock_has_written_over_stays_so() {
    let mut room = Room::with(2);
    room.connect_all();
    room.set(1, "x", "before");
    room.deliver_all();
    let right = room.now;
    room.now = right + YEAR;
    room.disconnect(0, 1);
    room.deliver_all();
    room.set(0, "x", "after");
    room.now = right + 1.0;
    room.connect(0, 1);
    room.deliver_all();
    room.agree(&[("x", "after")]);
}
