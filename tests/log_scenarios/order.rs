//! One order in every window, whoever was first, and each action told of once.

use parley_sync::core::log::{LogFrame, Options};

use crate::window::{Frame, NOW, Node, Room, pair};

#[test]
fn adds_at_the_same_time_come_in_one_order_everywhere() {
    let mut room = pair();
    room.dispatch(0, "a", NOW);
    room.dispatch(1, "b", NOW);
    room.run(NOW);
    assert_eq!(room[0].state, room[1].state);
    assert_eq!(room[0].state.len(), 2);
    assert_eq!((room[0].told.len(), room[1].told.len()), (2, 2));
}

#[test]
fn a_clear_and_an_add_at_the_same_time_end_equal() {
    for (clear_at, add_at, expected) in [(NOW, NOW + 1.0, vec!["new"]), (NOW + 1.0, NOW, vec![])] {
        let mut room = pair();
        room.dispatch(0, "old", NOW - 5.0);
        room.run(NOW);
        room.dispatch(0, "clear", clear_at);
        room.dispatch(1, "new", add_at);
        room.run(NOW);
        assert_eq!(room[0].state, expected);
        assert_eq!(room[1].state, expected);
    }
}

#[test]
fn a_late_action_is_put_in_its_place_and_told_of_once() {
    let mut room = pair();
    room.dispatch(1, "early", NOW);
    for action in ["one", "two", "three"] {
        room.dispatch(0, action, NOW + 10.0);
    }
    room.run(NOW + 20.0);
    for window in &room.windows {
        assert_eq!(window.state, ["early", "one", "two", "three"]);
        assert_eq!(window.told.iter().filter(|&&action| action == "early").count(), 1);
    }
    assert_eq!(room[0].told, ["one", "two", "three", "early"]);
}

#[test]
fn an_action_on_which_the_reducer_throws_leaves_no_trace_anywhere() {
    let mut room = pair();
    for action in ["a", "throw", "b"] {
        room.dispatch(0, action, NOW);
    }
    room.run(NOW);
    assert_eq!(room[0].state, ["a", "b"]);
    assert_eq!(room[1].state, ["a", "b"]);
    assert_eq!(room[1].node.position(), 3, "it counts all the same");
}

#[test]
fn an_iframes_dispatch_reaches_its_siblings_once() {
    // 0 is the parent; 1, 2 and 3 hang on it.
    let mut room = Room::with(4, Options::DEFAULT);
    for child in 1..4 {
        room.join(0, child, NOW);
    }
    room.settle();
    room.run(NOW);
    room.dispatch(2, "once", NOW);
    room.run(NOW);
    for window in &room.windows {
        assert_eq!(window.state, ["once"]);
        assert_eq!(window.told, ["once"]);
    }
}

#[test]
fn an_effect_waits_for_its_cause() {
    // 0 and 2 are connected only after 2 has seen 0's action through 1.
    let mut room = Room::with(3, Options::DEFAULT);
    room.join(0, 1, NOW);
    room.join(1, 2, NOW);
    room.join(0, 2, NOW);
    room.settle();
    room.run(NOW);
    room.dispatch(0, "cause", NOW);
    let cause = room.wires.next(0, 1).unwrap();
    room.lose_sent(0);
    room.hear(0, 1, cause, NOW);
    room.dispatch(1, "effect", NOW);
    let mut effects = room.wires.take(1, 2);
    effects.retain(|frame| matches!(frame, LogFrame::Append(_)));
    room.lose_sent(1);
    room.hear(1, 2, effects.pop().unwrap(), NOW);
    assert!(room[2].state.is_empty(), "the cause is missing");
    let is_question = |frame: &Frame| matches!(frame, LogFrame::Sync { .. });
    let asked = room.wires.on(2, 1).any(is_question);
    assert!(asked, "and asked for, once");
    room.run(NOW);
    assert_eq!(room[2].state, ["cause", "effect"]);
}

#[test]
fn a_turn_travels_as_one_message() {
    let mut room = pair();
    for action in ["a", "b", "c"] {
        room.act(0, |node| node.dispatch(action, NOW));
    }
    assert!(room.sent(0).next().is_none() && room[0].node.pending());
    room.act(0, |node| node.flush(NOW));
    assert_eq!(room.sent(0).count(), 1);
    assert!(!room[0].node.pending());
    room.run(NOW);
    assert_eq!(room[1].state, ["a", "b", "c"]);
}

#[test]
fn a_remote_dispatch_is_not_sent_and_still_shared() {
    let mut room = pair();
    room.act(0, |node| node.dispatch_remote("mock", NOW));
    assert_eq!(
        (&room[0].state[..], &room[0].told[..]),
        (&["mock"][..], &["mock"][..])
    );
    assert!(room.sent(0).next().is_none() && !room[0].node.pending());
    room.dispatch(0, "after", NOW);
    room.run(NOW);
    assert_eq!(room[1].state, ["mock", "after"]);
}

#[test]
fn states_of_a_fold_that_was_overtaken_are_not_gone_on_from() {
    let every = Options {
        checkpoint_every: 1,
        ..Options::DEFAULT
    };
    let mut room = Room::with(2, every);
    room.join(0, 1, NOW);
    room.run(NOW);
    room.dispatch(1, "early", NOW);
    room.dispatch(1, "between", NOW + 12.0);
    let early = room.wires.next(1, 0).unwrap();
    let between = room.wires.next(1, 0).unwrap();
    // The host is still busy with its own actions when the early one comes in.
    let own = [("a", NOW + 10.0), ("b", NOW + 14.0)].map(|(action, at)| room[0].node.dispatch(action, at));
    let late = room[0].node.receive(1, &[], early, NOW + 15.0);
    for effects in own {
        room.carry_out(0, effects);
    }
    room.carry_out(0, late);
    assert_eq!(room[0].state, ["early", "a", "b"]);
    room.hear(1, 0, between, NOW + 15.0);
    assert_eq!(room[0].state, ["early", "a", "between", "b"]);
    assert_eq!(room[0].told, ["a", "b", "early", "between"]);
}

#[test]
fn a_refold_runs_over_all_that_is_kept_and_tells_of_nothing() {
    let options = Options {
        keep: 4,
        cut: 2,
        ..Options::DEFAULT
    };
    let mut room = Room::with(1, options);
    for action in ["a", "b", "c", "d", "e", "f", "g"] {
        room.dispatch(0, action, NOW);
    }
    let (state, told, folded) = (room[0].state.clone(), room[0].told.len(), room[0].folded);
    assert_eq!(room[0].node.forgotten(), 2);
    room.act(0, Node::refold);
    assert_eq!(room[0].folded - folded, 5, "each action since the root, once");
    assert_eq!((room[0].state.clone(), room[0].told.len()), (state, told));
    // What comes then is folded from there on.
    room.dispatch(0, "h", NOW);
    assert_eq!(room[0].state.last(), Some(&"h"));
}
