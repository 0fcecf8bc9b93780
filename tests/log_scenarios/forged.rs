//! Who gives two windows two actions under one number, or two roots under one tip: they agree all the same.

use parley_sync::core::id::Actor;
use parley_sync::core::log::{Checkpoint, LogContent, LogDelta, LogFrame, Logged, Tip};

use crate::window::{Frame, LITTLE, NOW, Room, logged};

const LIAR: usize = 2;

/// Windows 0 and 1 are joined, and the liar to both.
fn opened() -> Room {
    let mut room = Room::with(LIAR as u64 + 1, LITTLE);
    for (a, b) in [(0, 1), (0, LIAR), (1, LIAR)] {
        room.join(a, b, NOW);
    }
    room.settle();
    room.run(NOW);
    room
}

fn said(actor: u64, seq: u64, ms: f64, action: &'static str) -> Logged<&'static str> {
    Logged {
        action,
        ..logged(actor, seq, ms)
    }
}

/// The liar says that to one window only.
fn lie(room: &mut Room, to: usize, frame: Frame) {
    room.hear(LIAR, to, frame, NOW);
}

/// The liar goes, what is on its way is lost, and the others compare.
fn rest(room: &mut Room) {
    (0..=LIAR).for_each(|at| room.lose_sent(at));
    room.part(0, LIAR);
    room.part(1, LIAR);
    room.run(NOW + 500.0);
    for round in 1..6 {
        for at in 0..LIAR {
            room.act(at, |node| node.tick(NOW + 1_000.0 * f64::from(round)));
        }
        room.run(NOW + 1_000.0 * f64::from(round));
    }
}

fn agree(room: &mut Room) -> Vec<&'static str> {
    assert_eq!(room[0].state, room[1].state);
    let state = room[0].state.clone();
    for at in 0..LIAR {
        room.dispatch(at, "after", NOW + 9_000.0);
        room.run(NOW + 9_000.0);
        assert_eq!(room[0].state, room[1].state, "after an action of window {at}");
        assert_eq!(room[0].state.last(), Some(&"after"));
    }
    assert!(room.windows.iter().all(|window| window.refused.is_empty()));
    state
}

#[test]
fn two_actions_under_one_number() {
    let mut ends = Vec::new();
    for (one, other) in [("this", "that"), ("that", "this")] {
        let mut room = opened();
        room.dispatch(0, "begun", NOW + 1.0);
        room.run(NOW + 1.0);
        lie(&mut room, 0, LogFrame::Append(vec![said(99, 1, 50.0, one)]));
        lie(&mut room, 1, LogFrame::Append(vec![said(99, 1, 50.0, other)]));
        assert_ne!(room[0].state, room[1].state, "they do not even differ");
        rest(&mut room);
        ends.push(agree(&mut room));
    }
    assert_eq!(ends[0], ends[1], "which one wins hangs on the contents alone");
    assert_eq!(ends[0].len(), 2);
}

/// What the window does next comes before what was said in its name, by its times: others cannot take it.
#[test]
fn an_action_in_the_name_of_a_window_that_does_something_else() {
    let mut room = opened();
    room.dispatch(1, "begun", NOW + 1.0);
    room.run(NOW + 1.0);
    let forged = Logged {
        time: logged(9, 1, 200_000.0).time,
        ..said(2, 2, 0.0, "forged")
    };
    lie(&mut room, 0, LogFrame::Append(vec![forged]));
    room.lose_sent(1);
    room.dispatch(1, "mine", NOW + 60.0);
    room.dispatch(1, "mine too", NOW + 61.0);
    rest(&mut room);
    agree(&mut room);
}

#[test]
fn two_roots_under_one_tip() {
    for cuts in [1, 2] {
        let mut room = opened();
        for (at, state) in [(0, "this"), (1, "that")] {
            let vector = [(Actor::from_random(99), cuts * 4)].into_iter().collect();
            let root = Checkpoint {
                vector,
                last: Some(logged(99, 1, 10.0).stamp()),
                state: vec![state],
            };
            let tip = Tip {
                cuts,
                ..Tip::new(0.0, Actor::from_random(9))
            };
            let delta = LogDelta {
                asker: Actor::from_random(at as u64 + 1),
                vector: root.vector.clone(),
                tip,
                content: LogContent::default(),
                checkpoint: Some(root),
                actions: Vec::new(),
            };
            lie(&mut room, at, LogFrame::Delta(delta));
        }
        assert_ne!(room[0].state, room[1].state, "they do not even differ");
        rest(&mut room);
        agree(&mut room);
    }
}

/// A root that was cut more often than the other window cuts, with everything else the same.
#[test]
fn a_root_under_a_tip_that_nobody_has_yet() {
    let mut room = opened();
    for at in 0..6 {
        room.dispatch(1, "x", NOW + 1.0 + f64::from(at));
    }
    room.run(NOW + 10.0);
    let own = room[1].node.actor();
    let root = Checkpoint {
        vector: [(own, 4)].into_iter().collect(),
        last: room[0].node.tail().nth(3).map(Logged::stamp),
        state: vec!["forged"],
    };
    let tip = Tip {
        cuts: 1,
        ..room[0].node.tip()
    };
    let delta = LogDelta {
        asker: room[0].node.actor(),
        vector: room[0].node.vector().clone(),
        tip,
        content: LogContent::default(),
        checkpoint: Some(root),
        actions: room[0].node.tail().skip(4).cloned().collect(),
    };
    lie(&mut room, 0, LogFrame::Delta(delta));
    assert_ne!(room[0].state, room[1].state, "they do not even differ");
    rest(&mut room);
    agree(&mut room);
}

/// Windows 0 and 1 tick so often, and nothing of it arrives meanwhile.
fn busy(room: &mut Room, ticking: &[usize], ticks: u32) {
    for round in 1..=ticks {
        for &at in ticking {
            room.act(at, |node| node.tick(NOW + 1_000.0 * f64::from(round)));
        }
    }
}

/// A window that has not yet got what another did compares again and again: nobody lies, and nothing is sent but what it lacks.
#[test]
fn comparisons_that_pile_up_while_an_action_is_on_its_way() {
    let mut room = opened();
    room.part(0, LIAR);
    room.part(1, LIAR);
    room.run(NOW);
    busy(&mut room, &[0, 1], 2);
    room.run(NOW + 3_000.0);
    busy(&mut room, &[0], 50);
    room.dispatch(1, "on its way", NOW + 60_000.0);
    for frame in room.wires.take(0, 1) {
        room.hear(0, 1, frame, NOW + 60_000.0);
    }
    assert!(room[1].refused.is_empty());
    let whole = |frame: &Frame| matches!(frame, LogFrame::Delta(delta) if delta.checkpoint.is_some());
    assert!(!room.sent(1).any(whole));
    room.run(NOW + 60_000.0);
    assert_eq!(agree(&mut room), ["on its way"]);
}

/// They compare for ever, and what would make them agree never arrives: both are told, each once.
#[test]
fn logs_that_stay_different_are_both_told() {
    let mut room = opened();
    lie(&mut room, 0, LogFrame::Append(vec![said(99, 1, 50.0, "this")]));
    lie(&mut room, 1, LogFrame::Append(vec![said(99, 1, 50.0, "that")]));
    room.part(0, LIAR);
    room.part(1, LIAR);
    for round in 1..=40 {
        (0..=LIAR).for_each(|at| room.lose_sent(at));
        for (from, to) in [(0, 1), (1, 0)] {
            let now = NOW + 1_000.0 * f64::from(round);
            room.act(from, |node| node.tick(now));
            for frame in room.wires.take(from, to) {
                if matches!(frame, LogFrame::Sync { .. }) {
                    room.hear(from, to, frame, now);
                }
            }
        }
    }
    for window in &room.windows[..LIAR] {
        assert_eq!(window.refused, ["ERR_DIVERGED"]);
    }
}
