//! When a window is ready, and what becomes of the initial values.

use crate::room::Room;

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
