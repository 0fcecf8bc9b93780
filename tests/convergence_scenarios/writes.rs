//! What wins, in which message it travels, and what listeners are told.

use parley_sync::core::sync::ChangeOrigin::{Local, Remote};

use crate::room::Room;

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
