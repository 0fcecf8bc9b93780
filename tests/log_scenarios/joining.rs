//! Who comes late, and who is waited for.

use parley_sync::core::log::Options;

use crate::window::{NOW, Room, Window, pair};

#[test]
fn a_late_joiner_has_state_and_position_before_it_is_ready() {
    let mut room = pair();
    for action in ["a", "b", "c"] {
        room.dispatch(0, action, NOW);
    }
    room.run(NOW);
    room.windows
        .push(Window::with(3, NOW + 50.0, vec!["mine"], Options::DEFAULT));
    room.dispatch(2, "before", NOW + 51.0);
    room.join(2, 0, NOW + 52.0);
    room.act(2, |node| node.settle_ready());
    assert_eq!(room[2].ready, 0, "not before the state has arrived");
    room.run(NOW + 52.0);
    assert_eq!(room[2].ready, 1);
    for window in &room.windows {
        assert_eq!(window.state, ["a", "b", "c", "before"]);
        assert_eq!(window.node.position(), 4);
    }
}

#[test]
fn a_lone_window_is_ready_when_the_look_round_is_over() {
    let mut room = Room::of(vec![Window::new(1, NOW)]);
    assert!(!room[0].node.is_ready());
    room.settle();
    room.settle();
    assert_eq!(room[0].ready, 1);
}

#[test]
fn a_neighbour_that_goes_away_is_not_waited_for() {
    let mut room = Room::of(vec![Window::new(1, NOW), Window::new(2, NOW)]);
    room.join(0, 1, NOW);
    room.act(0, |node| node.settle_ready());
    assert_eq!(room[0].ready, 0);
    room.act(0, |node| node.peer_down(1, NOW));
    assert_eq!(room[0].ready, 1);
}

#[test]
fn what_was_dispatched_before_the_connection_arrives_with_it() {
    let mut room = Room::of(vec![Window::new(1, NOW), Window::new(2, NOW + 1.0)]);
    room.dispatch(0, "a", NOW + 2.0);
    room.dispatch(1, "b", NOW + 3.0);
    room.join(0, 1, NOW + 4.0);
    room.run(NOW + 4.0);
    assert_eq!(room[0].state, ["a", "b"]);
    assert_eq!(room[1].state, ["a", "b"]);
}

#[test]
fn a_neighbour_that_never_answers_is_not_waited_for_for_ever() {
    let mut room = Room::of(vec![Window::new(1, NOW), Window::new(2, NOW)]);
    room.join(0, 1, NOW);
    room.settle();
    room.lose_sent(0);
    for (ms, ready) in [(1_000.0, 0), (4_999.0, 0), (5_000.0, 1), (9_000.0, 1)] {
        room.act(0, |node| node.tick(NOW + ms));
        room.lose_sent(0);
        assert_eq!(room[0].ready, ready, "after {ms} ms");
    }
}

#[test]
fn an_answer_to_the_log_that_was_here_before_makes_no_other_ready() {
    let mut room = pair();
    // 1 asks, is answered, and is made anew while the answer is on its way; meanwhile 0 dispatches.
    room.act(1, |node| node.tick(NOW));
    let question = room.wires.next(1, 0).unwrap();
    room.hear(1, 0, question, NOW);
    let stale = room.wires.next(0, 1).unwrap();
    room.dispatch(0, "since", NOW + 1.0);
    room.lose_sent(0);
    room[1] = Window::new(3, NOW + 2.0);
    room.join(0, 1, NOW + 2.0);
    room.act(1, |node| node.settle_ready());
    room.hear(0, 1, stale, NOW + 3.0);
    assert_eq!(room[1].ready, 0, "it says nothing of what this one lacks");
    room.run(NOW + 4.0);
    assert_eq!(room[1].ready, 1);
    assert_eq!(room[1].state, ["since"]);
}
