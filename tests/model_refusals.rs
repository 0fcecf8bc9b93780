//! A refused write is visible nowhere, rolls back no other write, and no window is sent a refusal that was none.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod model_room;

use model_room::{Room, json, transaction};
use parley_sync::core::model::{How, Strategy};

const TENTATIVE: How = How {
    is_transaction: false,
    joins_turn: false,
    may_roll_back: true,
    undoable: false,
    is_typed: false,
    is_plain: false,
    origin: parley_sync::core::sync::ChangeOrigin::Local,
};

#[test]
fn of_a_functions_candidates_only_the_bad_one_falls() {
    let mut room = Room::new(3, Strategy::Custom, &[("x", "0")]);
    room.refuses(2, "bad");
    room.part();
    room.set(0, "x", "good");
    room.set(1, "x", "bad");
    room.join(0, 1);
    // Both come at once.
    room.join(0, 2);
    room.agree(&[("x", "good")]);
    for at in 0..3 {
        assert_eq!(room.candidates(at, "x"), vec![json("good")]);
    }
}

#[test]
fn what_a_function_makes_of_good_candidates_is_refused_with_those_that_came() {
    let mut room = Room::new(3, Strategy::Custom, &[("x", "0")]);
    room.refuses(2, "a+b");
    room.part();
    room.set(0, "x", "a");
    room.set(1, "x", "b");
    room.join(0, 2);
    room.join(1, 2);
    room.meet();
    room.agree(&[("x", "a")]);
}

#[test]
fn a_bad_write_below_one_that_was_taken_back_falls_too_under_a_function() {
    let mut room = Room::new(3, Strategy::Custom, &[]);
    room.refuses(2, "bad");
    room.part();
    room.set(1, "x", "good");
    room.write(0, &[("x", "bad")], TENTATIVE);
    let id = room.write(0, &[("x", "fine")], TENTATIVE);
    room.retract(0, id);
    room.set(2, "x", "own");
    room.meet();
    for at in 0..3 {
        assert!(!room.candidates(at, "x").contains(&json("bad")));
        assert!(room.candidates(at, "x").contains(&json("good")));
    }
}

#[test]
fn own_writes_are_not_refused() {
    let mut room = Room::new(2, Strategy::LastWriteWins, &[]);
    room.refuses(0, "bad");
    room.set(0, "x", "bad own");
    room.meet();
    room.set(1, "x", "bad too");
    room.meet();
    room.agree(&[("x", "bad own")]);
    room.write(0, &[("y", "bad own")], TENTATIVE);
    let id = room.write(1, &[("y", "over it")], TENTATIVE);
    room.meet();
    room.retract(1, id);
    room.meet();
    room.agree(&[("x", "bad own"), ("y", "bad own")]);
}

#[test]
fn what_shows_below_a_refused_write_is_asked_about() {
    let mut room = Room::new(3, Strategy::LastWriteWins, &[("x", "0")]);
    room.refuses(2, "bad");
    room.part();
    for value in ["fine", "bad 1", "bad 2", "bad 3"] {
        room.write(0, &[("x", value)], TENTATIVE);
    }
    room.meet();
    room.agree(&[("x", "fine")]);
}

#[test]
fn a_transaction_below_refused_writes_shows_whole_or_not_at_all() {
    let mut room = Room::new(2, Strategy::LastWriteWins, &[]);
    room.refuses(0, "bad");
    room.part();
    room.write(1, &[("x", "t"), ("y", "t")], transaction());
    room.set(1, "x", "bad 1");
    room.write(1, &[("x", "bad 2"), ("z", "z")], transaction());
    room.set(0, "y", "later");
    room.meet();
    // The first transaction fell to the later write: nothing of it is under those that are refused.
    room.agree(&[("y", "later")]);
}

#[test]
fn a_transaction_that_fell_was_not_refused() {
    let mut room = Room::new(2, Strategy::LastWriteWins, &[]);
    room.part();
    room.write(
        0,
        &[("x", "t"), ("y", "t")],
        How {
            may_roll_back: true,
            ..transaction()
        },
    );
    room.wait(5);
    room.set(1, "x", "later");
    room.meet();
    room.agree(&[("x", "later")]);
    // The write that aborted it is overwritten, so the abort is recorded.
    room.set(1, "x", "again");
    room.set(1, "y", "too");
    room.meet();
    room.agree(&[("x", "again"), ("y", "too")]);
    assert!(room.lost(0).is_empty());
    assert_eq!(room.rejected(0), 0);
}

#[test]
fn a_pile_of_bad_writes_falls_whole_before_long() {
    let mut room = Room::new(60, Strategy::LastWriteWins, &[]);
    room.refuses(0, "bad");
    room.part();
    for at in 1..60 {
        room.write(at, &[("x", "bad")], TENTATIVE);
    }
    for at in 2..60 {
        room.join(1, at);
    }
    room.join(1, 0);
    room.meet();
    room.agree(&[]);
    assert!(room.asked(0) < 40, "asked {} times", room.asked(0));
}

/// Window 0 takes back writes that it has written over; window 2 refuses those, and does not know of that yet.
fn taken_back_below_refused_ones(before: &[&str], trials: usize, bad: &[&str]) -> Room {
    let mut room = Room::new(3, Strategy::Manual, &[]);
    room.refuses(2, "bad");
    for value in before {
        room.set(0, "x", value);
    }
    let trials: Vec<_> = (0..trials)
        .map(|nth| room.write(0, &[("x", &format!("trial {nth}"))], TENTATIVE))
        .collect();
    room.meet();
    room.part();
    for value in bad {
        room.set(0, "x", value);
    }
    room.join(0, 1);
    room.part();
    // Window 2 names the last trial, and with it those before, as what stood before.
    room.join(1, 2);
    room.part();
    for id in trials {
        room.retract(0, id);
    }
    room.meet();
    room
}

#[test]
fn a_write_that_was_taken_back_does_not_return_with_what_stood_before_a_refused_one() {
    // The last slot of window 0 does not tell of the first trial any more.
    taken_back_below_refused_ones(&[], 4, &["bad"]).agree(&[]);
    taken_back_below_refused_ones(&[], 2, &["bad 1", "bad 2"]).agree(&[]);
    taken_back_below_refused_ones(&[], 4, &["bad 1", "bad 2"]).agree(&[]);
}

#[test]
fn what_stood_below_writes_that_were_taken_back_stands_again_when_the_last_is_refused() {
    taken_back_below_refused_ones(&["good"], 2, &["bad"]).agree(&[("x", "good")]);
    taken_back_below_refused_ones(&["good"], 2, &["bad 1", "bad 2"]).agree(&[("x", "good")]);
}
