//! Who lies about its own times, to one window of several: all of them take the same of it.

use parley_sync::core::log::{LogFrame, Logged};

use crate::window::{LITTLE, NOW, Room, Window, logged};

const LIAR: usize = 3;

/// Windows 0 and 1 are joined, and the liar to 0; 2 is not there yet.
fn opened() -> Room {
    let mut room = Room::with(LIAR as u64 + 1, LITTLE);
    room.join(0, 1, NOW);
    room.join(0, LIAR, NOW);
    room.settle();
    room.run(NOW);
    room
}

fn lie(room: &mut Room, to: usize, actions: Vec<Logged<&'static str>>) {
    let frame = LogFrame::Append(actions);
    room.hear(LIAR, to, frame, NOW);
}

/// More than is kept, so that what was said before is folded away.
fn fill(room: &mut Room) {
    for at in 0..30 {
        room.dispatch(0, "x", NOW + 100.0 + f64::from(at));
        room.run(NOW + 200.0);
    }
}

fn agree(room: &mut Room, honest: &[usize]) {
    for round in 1..4 {
        for &at in honest {
            room.act(at, |node| node.tick(NOW + 1_000.0 * f64::from(round)));
        }
        room.run(NOW + 200.0);
    }
    for &at in honest {
        assert_eq!(room[at].state, room[honest[0]].state, "window {at}");
    }
    for &at in honest {
        assert_eq!(
            room[at].node.vector(),
            room[honest[0]].node.vector(),
            "window {at}"
        );
        assert!(room[at].refused.is_empty(), "window {at}");
    }
}

fn taken(window: &Window) -> u64 {
    window.node.vector().get(logged(9, 1, 0.0).dot.actor)
}

#[test]
fn who_took_a_root_over_believes_the_same_times_as_who_folded_it() {
    let mut room = opened();
    lie(&mut room, 0, vec![logged(9, 1, 10.0)]);
    fill(&mut room);
    // It has never heard when the folded action was.
    room.join(0, 2, NOW + 200.0);
    room.run(NOW + 200.0);
    room.join(2, LIAR, NOW + 200.0);
    room.run(NOW + 200.0);
    lie(&mut room, 2, vec![logged(9, 2, 10.0)]);
    room.run(NOW + 200.0);
    agree(&mut room, &[0, 1, 2]);
    assert_eq!(taken(&room[0]), 2);
}

#[test]
fn times_of_what_is_folded_hold_nothing_back() {
    let mut room = opened();
    lie(&mut room, 0, vec![logged(9, 1, 50.0)]);
    fill(&mut room);
    lie(&mut room, 0, vec![logged(9, 2, 10.0)]);
    room.run(NOW + 200.0);
    lie(&mut room, 0, vec![logged(9, 3, 11.0)]);
    room.run(NOW + 200.0);
    agree(&mut room, &[0, 1]);
    assert_eq!(taken(&room[0]), 3);
}

#[test]
fn who_has_folded_less_takes_a_root_with_what_falls_behind_its_own_tail() {
    let mut room = opened();
    lie(&mut room, 0, vec![logged(9, 1, 50.0)]);
    room.run(NOW + 60.0);
    room.part(0, 1);
    fill(&mut room);
    assert_eq!(room[1].node.tip().cuts, 0, "it still has it one by one");
    lie(&mut room, 0, vec![logged(9, 2, 10.0)]);
    room.run(NOW + 200.0);
    room.join(0, 1, NOW + 200.0);
    room.run(NOW + 200.0);
    agree(&mut room, &[0, 1]);
    assert_eq!(taken(&room[1]), 2);
}
