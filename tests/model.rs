//! One shared state as its user sees it: strategies, transactions, rollbacks, increments, undo, between few windows.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod model_room;

use model_room::{Room, json};
use parley_sync::core::model::{How, Strategy};

const TRANSACTION: How = How {
    is_transaction: true,
    joins_turn: false,
    may_roll_back: false,
    undoable: false,
    is_typed: false,
    is_plain: false,
    origin: parley_sync::core::sync::ChangeOrigin::Local,
};

#[test]
fn increments_that_did_not_know_of_each_other_all_count() {
    let mut room = Room::new(3, Strategy::LastWriteWins, &[("n", "5")]);
    room.part();
    room.add(0, "n", 1.0);
    room.add(1, "n", 2.0);
    room.add(1, "n", 2.0);
    room.add(2, "m", 1.0);
    room.add(0, "m", 1.0);
    room.meet();
    room.agree(&[("m", "2"), ("n", "10")]);
    room.set(0, "n", "1");
    room.meet();
    room.add(2, "n", 1.0);
    room.meet();
    room.agree(&[("m", "2"), ("n", "2")]);
}

#[test]
fn a_transaction_wins_or_loses_as_a_whole() {
    // The edit of the token comes later: user and token of the transaction both go.
    let mut room = Room::new(3, Strategy::LastWriteWins, &[("user", "bob"), ("token", "t-bob")]);
    room.part();
    room.write(0, &[("user", "eve"), ("token", "t-eve")], TRANSACTION);
    room.wait(10);
    room.set(1, "token", "t-bob-2");
    room.meet();
    room.agree(&[("token", "t-bob-2"), ("user", "bob")]);
    // What is written after that does not bring the user back.
    room.set(2, "token", "t-bob-3");
    room.meet();
    room.agree(&[("token", "t-bob-3"), ("user", "bob")]);

    // The edit of the token comes first: the transaction wins whole, and an edit made in knowledge of it stands with it.
    let mut room = Room::new(3, Strategy::LastWriteWins, &[("user", "bob"), ("token", "t-bob")]);
    room.part();
    room.set(1, "token", "t-bob-2");
    room.wait(10);
    room.write(0, &[("user", "eve"), ("token", "t-eve")], TRANSACTION);
    room.meet();
    room.agree(&[("token", "t-eve"), ("user", "eve")]);
    room.set(2, "token", "t-eve-2");
    room.meet();
    room.agree(&[("token", "t-eve-2"), ("user", "eve")]);
}

#[test]
fn writes_of_one_turn_can_be_one_transaction() {
    let together = How {
        is_transaction: true,
        joins_turn: true,
        ..How::default()
    };
    let mut room = Room::new(3, Strategy::LastWriteWins, &[("user", "bob"), ("token", "t-bob")]);
    room.part();
    room.write_open(0, &[("user", "eve")], together);
    room.write_open(0, &[("token", "t-eve")], together);
    room.wait(10);
    room.set(1, "token", "t-bob-2");
    room.meet();
    room.agree(&[("token", "t-bob-2"), ("user", "bob")]);
    // The next turn's is another one.
    room.write_open(0, &[("user", "eve")], together);
    room.meet();
    room.write_open(0, &[("other", "1")], together);
    room.meet();
    room.agree(&[("other", "1"), ("token", "t-bob-2"), ("user", "eve")]);
}

#[test]
fn deleting_what_is_not_there_shows_nothing() {
    let mut room = Room::new(2, Strategy::LastWriteWins, &[]);
    assert_eq!(room.delete(0, "nothing"), 0);
    room.meet();
    room.agree(&[]);
}

#[test]
fn of_two_transactions_the_later_wins_whole() {
    let mut room = Room::new(2, Strategy::LastWriteWins, &[]);
    room.part();
    room.write(0, &[("a", "a0"), ("b", "b0")], TRANSACTION);
    room.wait(5);
    room.write(1, &[("b", "b1"), ("c", "c1")], TRANSACTION);
    room.meet();
    room.agree(&[("b", "b1"), ("c", "c1")]);
}

#[test]
fn a_write_that_is_taken_back_leaves_no_trace_and_takes_nothing_along() {
    let may_roll_back = How {
        may_roll_back: true,
        ..How::default()
    };
    let mut room = Room::new(3, Strategy::LastWriteWins, &[("x", "0")]);
    room.part();
    room.set(1, "x", "1");
    room.wait(10);
    let id = room.write(0, &[("x", "2"), ("y", "2")], may_roll_back);
    room.meet();
    room.agree(&[("x", "2"), ("y", "2")]);
    room.retract(0, id);
    room.meet();
    // The write that lost to it shows: it was never taken back.
    room.agree(&[("x", "1")]);

    let id = room.write(0, &[("x", "3")], may_roll_back);
    room.meet();
    room.set(2, "x", "4");
    room.meet();
    room.retract(0, id);
    room.meet();
    room.agree(&[("x", "4")]);
}

#[test]
fn a_write_that_one_window_refuses_falls_everywhere() {
    let mut room = Room::new(3, Strategy::LastWriteWins, &[("x", "0")]);
    room.refuses(2, "bad");
    room.set(0, "x", "good");
    room.meet();
    room.agree(&[("x", "good")]);
    room.set(0, "x", "bad");
    room.set(0, "x", "bad");
    room.meet();
    room.agree(&[("x", "good")]);
    let id = room.write(
        0,
        &[("x", "bad"), ("y", "fine")],
        How {
            may_roll_back: true,
            ..How::default()
        },
    );
    room.meet();
    assert_eq!(room.lost(0), vec![id]);
    // Of what came at once only what is bad by itself falls.
    room.agree(&[("x", "good"), ("y", "fine")]);
    room.set(1, "x", "better");
    room.meet();
    room.agree(&[("x", "better"), ("y", "fine")]);
}

#[test]
fn manual_keeps_all_candidates_until_somebody_resolves() {
    let mut room = Room::new(3, Strategy::Manual, &[("x", "0")]);
    room.part();
    room.set(0, "x", "a");
    room.wait(3);
    room.set(1, "x", "b");
    room.meet();
    room.agree(&[("x", "b")]);
    for at in 0..3 {
        assert_eq!(room.candidates(at, "x"), vec![json("a"), json("b")]);
        assert_eq!(room.contested(at), vec!["x"]);
    }
    room.part();
    room.set(2, "x", "c");
    room.meet();
    for at in 0..3 {
        assert_eq!(room.candidates(at, "x"), vec![json("c")]);
        assert!(room.contested(at).is_empty());
    }
    room.agree(&[("x", "c")]);
}

#[test]
fn a_function_settles_with_what_both_had_seen() {
    let mut room = Room::new(3, Strategy::Custom, &[("x", "0")]);
    room.set(0, "x", "base");
    room.meet();
    room.part();
    room.set(0, "x", "skipped");
    room.set(0, "x", "a");
    room.wait(3);
    room.set(1, "x", "b");
    room.meet();
    room.agree(&[("x", "a+b/base")]);
    room.set(2, "x", "done");
    room.meet();
    room.agree(&[("x", "done")]);
}

#[test]
fn the_highest_version_wins_over_the_later_clock() {
    let mut room = Room::new(2, Strategy::HighestVersion, &[("x", "0")]);
    room.part();
    room.set(0, "x", "1");
    room.set(0, "x", "2");
    room.wait(60_000);
    room.set(1, "x", "late");
    room.meet();
    room.agree(&[("x", "2")]);
}

#[test]
fn undo_takes_back_own_writes_and_nobody_elses() {
    let undoable = How {
        undoable: true,
        ..How::default()
    };
    let mut room = Room::new(2, Strategy::LastWriteWins, &[("x", "0")]);
    room.write(0, &[("x", "1")], undoable);
    room.write(0, &[("x", "2"), ("y", "2")], undoable);
    room.meet();
    room.set(1, "y", "theirs");
    room.meet();
    assert!(room.undo(0));
    room.meet();
    room.agree(&[("x", "1"), ("y", "theirs")]);
    assert!(room.undo(0));
    room.meet();
    room.agree(&[("x", "0"), ("y", "theirs")]);
    assert!(!room.undo(0));
    assert!(!room.undo(1));
    assert!(room.redo(0));
    assert!(room.redo(0));
    assert!(!room.redo(0));
    room.meet();
    room.agree(&[("x", "2"), ("y", "theirs")]);
    assert!(room.undo(0));
    assert!(room.undo(0));
    room.meet();
    room.agree(&[("x", "0"), ("y", "theirs")]);
}

#[test]
fn strange_keys_are_keys_like_any_other() {
    let mut room = Room::new(2, Strategy::LastWriteWins, &[("", "empty")]);
    for key in ["a\0b", "\0", "\0\0", "a\0", "__proto__", "a\0s1f"] {
        room.set(0, key, key);
        room.add(1, "count\0", 1.0);
    }
    room.meet();
    room.agree(&[
        ("", "empty"),
        ("\0", "\0"),
        ("\0\0", "\0\0"),
        ("__proto__", "__proto__"),
        ("a\0", "a\0"),
        ("a\0b", "a\0b"),
        ("a\0s1f", "a\0s1f"),
        ("count\0", "6"),
    ]);
}
