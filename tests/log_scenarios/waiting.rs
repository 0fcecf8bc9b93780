//! When a log may forget: whom it waits for, and for how long.

use parley_sync::core::log::LogFrame;

use crate::window::{Frame, NOW, PATIENT, Room, little_pair};

#[test]
fn a_silent_neighbour_does_not_keep_the_log_from_forgetting() {
    let mut room = little_pair();
    for at in 0..200 {
        room.dispatch(0, "x", NOW + f64::from(at));
        let (held, _) = room[0].node.held();
        assert!(held <= 8 + 4 + 8, "{held}");
    }
    // It was frozen, and gets everything at once.
    room.run(NOW + 300.0);
    assert_eq!(room[1].state.len(), 200);
    assert_eq!(room[0].state, room[1].state);
}

#[test]
fn who_has_not_cut_follows_who_placed_an_action_late() {
    // 2 - 0 - 1: 2 has dispatched early, and is slow.
    let mut room = Room::with(3, PATIENT);
    room.join(0, 1, NOW);
    room.join(0, 2, NOW);
    room.settle();
    room.run(NOW + 5.0);
    room.dispatch(2, "early", NOW + 6.0);
    for at in 0..24 {
        room.dispatch(1, "x", NOW + 10.0 + f64::from(at));
        for _ in 0..3 {
            room.carry(1, 0);
            room.wires.take(0, 2);
            room.carry(0, 1);
        }
    }
    assert!(room[1].node.tip().cuts > 0, "its only neighbour has everything");
    assert_eq!(room[0].node.tip().cuts, 0, "this one waits for 2");
    room.carry(2, 0);
    for _ in 0..6 {
        room.wires.take(0, 2);
        room.carry(0, 1);
        room.carry(1, 0);
    }
    assert_eq!(room[0].state.len(), 25);
    assert_eq!(room[0].state, room[1].state);
}

#[test]
fn a_neighbour_that_has_seen_an_action_may_still_have_an_older_one_under_way() {
    // 0 - 1 - 2, then 0 and 2 are joined while an old action of 0 is still on the way through 1.
    let mut room = Room::with(3, PATIENT);
    room.join(0, 1, NOW);
    room.join(1, 2, NOW);
    room.settle();
    room.run(NOW + 5.0);
    room.dispatch(0, "old", NOW + 6.0);
    room.lose_sent(0);
    for at in 0..14 {
        room.dispatch(2, "x", NOW + 10.0 + f64::from(at));
    }
    room.carry(2, 1);
    room.wires.take(1, 2);
    room.carry(1, 0);
    room.wires.take(0, 1);
    assert_eq!(room[0].state.len(), 15);
    room.join(0, 2, NOW + 51.0);
    room.lose_sent(2);
    room.part(1, 2);
    room.wires.take(0, 1);
    assert!(room.sent(2).next().is_none());
    room.carry(0, 2);
    assert_eq!(
        room[2].node.tip().cuts,
        0,
        "0 has seen what would be cut, but 2 lacks what 0 did before"
    );
    room.act(2, |node| node.tick(NOW + 52.0));
    room.run(NOW + 52.0);
    assert_eq!(room[2].state[0], "old");
    assert_eq!(room[0].state, room[2].state);
    assert!(room[2].node.tip().cuts > 0);
}

#[test]
fn who_says_what_it_has_seen_has_sent_what_it_did_before() {
    let kinds = |room: &Room| -> Vec<char> {
        let kind = |frame: &Frame| match frame {
            LogFrame::Append(_) => 'a',
            LogFrame::Sync { .. } => 's',
            LogFrame::Delta(_) => 'd',
            LogFrame::Ack { .. } => 'k',
        };
        room.sent(0).map(kind).collect()
    };
    let unsent = || {
        let mut room = little_pair();
        room.act(0, |node| node.dispatch("unsent", NOW));
        room
    };
    let mut room = unsent();
    room.act(0, |node| node.tick(NOW));
    assert_eq!(kinds(&room), ['a', 's']);

    let mut room = unsent();
    room.dispatch(1, "x", NOW);
    room.carry(1, 0);
    assert_eq!(kinds(&room), ['a', 'k']);

    let mut room = unsent();
    room.act(1, |node| node.tick(NOW));
    room.carry(1, 0);
    assert_eq!(kinds(&room), ['a', 'd']);
}
