//! Windows whose clocks were wrong.

use crate::room::Room;

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
