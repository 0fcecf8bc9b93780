//! Who gives two windows two actions under one number, or two roots under one tip: they agree all the same.

use parley_sync::core::id::Actor;
use parley_sync::core::log::{Checkpoint, LogContent, LogDelta, LogFrame, Logged, Tip};

use crate::window::{Frame, LITTLE, NOW, Window, join, logged, part, run, settle};

const LIAR: usize = 2;

/// Windows 0 and 1 are joined, and the liar to both.
fn room() -> Vec<Window> {
    let mut windows: Vec<Window> = (0..=LIAR as u64)
        .map(|at| Window::with(at + 1, NOW + at as f64, vec![], LITTLE))
        .collect();
    for (a, b) in [(0, 1), (0, LIAR), (1, LIAR)] {
        join(&mut windows, a, b, NOW);
    }
    settle(&mut windows);
    run(&mut windows, NOW);
    windows
}

fn said(actor: u64, seq: u64, ms: f64, action: &'static str) -> Logged<&'static str> {
    Logged {
        action,
        ..logged(actor, seq, ms)
    }
}

/// The liar says that to one window only.
fn lie(windows: &mut [Window], to: usize, frame: LogFrame<&'static str, Vec<&'static str>>) {
    let effects = windows[to].node.receive(LIAR as u32, &[], frame, NOW);
    windows[to].carry_out(effects);
}

/// The liar goes, and the others compare.
fn rest(windows: &mut [Window]) {
    part(windows, 0, LIAR);
    part(windows, 1, LIAR);
    run(windows, NOW + 500.0);
    for round in 1..6 {
        for window in &mut windows[..LIAR] {
            let effects = window.node.tick(NOW + 1_000.0 * f64::from(round));
            window.carry_out(effects);
        }
        run(windows, NOW + 1_000.0 * f64::from(round));
    }
}

fn agree(windows: &mut [Window]) -> Vec<&'static str> {
    assert_eq!(windows[0].state, windows[1].state);
    let state = windows[0].state.clone();
    for at in 0..LIAR {
        windows[at].dispatch("after", NOW + 9_000.0);
        run(windows, NOW + 9_000.0);
        assert_eq!(
            windows[0].state, windows[1].state,
            "after an action of window {at}"
        );
        assert_eq!(windows[0].state.last(), Some(&"after"));
    }
    assert!(windows.iter().all(|window| window.refused.is_empty()));
    state
}

#[test]
fn two_actions_under_one_number() {
    let mut ends = Vec::new();
    for (one, other) in [("this", "that"), ("that", "this")] {
        let mut windows = room();
        windows[0].dispatch("begun", NOW + 1.0);
        run(&mut windows, NOW + 1.0);
        lie(&mut windows, 0, LogFrame::Append(vec![said(99, 1, 50.0, one)]));
        lie(&mut windows, 1, LogFrame::Append(vec![said(99, 1, 50.0, other)]));
        assert_ne!(windows[0].state, windows[1].state, "they do not even differ");
        rest(&mut windows);
        ends.push(agree(&mut windows));
    }
    assert_eq!(ends[0], ends[1], "which one wins hangs on the contents alone");
    assert_eq!(ends[0].len(), 2);
}

/// What the window does next comes before what was said in its name, by its times: others cannot take it.
#[test]
fn an_action_in_the_name_of_a_window_that_does_something_else() {
    let mut windows = room();
    windows[1].dispatch("begun", NOW + 1.0);
    run(&mut windows, NOW + 1.0);
    let forged = Logged {
        time: logged(9, 1, 200_000.0).time,
        ..said(2, 2, 0.0, "forged")
    };
    lie(&mut windows, 0, LogFrame::Append(vec![forged]));
    windows[1].sent.clear();
    windows[1].dispatch("mine", NOW + 60.0);
    windows[1].dispatch("mine too", NOW + 61.0);
    rest(&mut windows);
    agree(&mut windows);
}

#[test]
fn two_roots_under_one_tip() {
    for cuts in [1, 2] {
        let mut windows = room();
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
            lie(&mut windows, at, LogFrame::Delta(delta));
        }
        assert_ne!(windows[0].state, windows[1].state, "they do not even differ");
        rest(&mut windows);
        agree(&mut windows);
    }
}

/// A root that was cut more often than the other window cuts, with everything else the same.
#[test]
fn a_root_under_a_tip_that_nobody_has_yet() {
    let mut windows = room();
    for at in 0..6 {
        windows[1].dispatch("x", NOW + 1.0 + f64::from(at));
    }
    run(&mut windows, NOW + 10.0);
    let own = windows[1].node.actor();
    let root = Checkpoint {
        vector: [(own, 4)].into_iter().collect(),
        last: windows[0].node.tail().nth(3).map(Logged::stamp),
        state: vec!["forged"],
    };
    let tip = Tip {
        cuts: 1,
        ..windows[0].node.tip()
    };
    let delta = LogDelta {
        asker: windows[0].node.actor(),
        vector: windows[0].node.vector().clone(),
        tip,
        content: LogContent::default(),
        checkpoint: Some(root),
        actions: windows[0].node.tail().skip(4).cloned().collect(),
    };
    lie(&mut windows, 0, LogFrame::Delta(delta));
    assert_ne!(windows[0].state, windows[1].state, "they do not even differ");
    windows.iter_mut().for_each(|window| window.sent.clear());
    rest(&mut windows);
    agree(&mut windows);
}

/// Windows 0 and 1 tick so often, and nothing of it arrives meanwhile.
fn busy(windows: &mut [Window], ticking: &[usize], ticks: u32) {
    for round in 1..=ticks {
        for &at in ticking {
            let effects = windows[at].node.tick(NOW + 1_000.0 * f64::from(round));
            windows[at].carry_out(effects);
        }
    }
}

/// A window that has not yet got what another did compares again and again: nobody lies, and nothing is sent but what it lacks.
#[test]
fn comparisons_that_pile_up_while_an_action_is_on_its_way() {
    let mut windows = room();
    part(&mut windows, 0, LIAR);
    part(&mut windows, 1, LIAR);
    run(&mut windows, NOW);
    busy(&mut windows, &[0, 1], 2);
    run(&mut windows, NOW + 3_000.0);
    busy(&mut windows, &[0], 50);
    windows[1].dispatch("on its way", NOW + 60_000.0);
    let on_its_way = std::mem::take(&mut windows[1].sent);
    for (_, frame) in std::mem::take(&mut windows[0].sent) {
        let effects = windows[1].node.receive(0, &[], frame, NOW + 60_000.0);
        windows[1].carry_out(effects);
    }
    assert!(windows[1].refused.is_empty());
    let whole = |(_, frame): &(Vec<u32>, Frame)| matches!(frame, LogFrame::Delta(delta) if delta.checkpoint.is_some());
    assert!(!windows[1].sent.iter().any(whole));
    windows[1].sent.splice(0..0, on_its_way);
    run(&mut windows, NOW + 60_000.0);
    assert_eq!(agree(&mut windows), ["on its way"]);
}

/// They compare for ever, and what would make them agree never arrives: both are told, each once.
#[test]
fn logs_that_stay_different_are_both_told() {
    let mut windows = room();
    lie(&mut windows, 0, LogFrame::Append(vec![said(99, 1, 50.0, "this")]));
    lie(&mut windows, 1, LogFrame::Append(vec![said(99, 1, 50.0, "that")]));
    part(&mut windows, 0, LIAR);
    part(&mut windows, 1, LIAR);
    for round in 1..=40 {
        windows.iter_mut().for_each(|window| window.sent.clear());
        for (from, to) in [(0, 1), (1, 0)] {
            let now = NOW + 1_000.0 * f64::from(round);
            let effects = windows[from].node.tick(now);
            windows[from].carry_out(effects);
            for (_, frame) in std::mem::take(&mut windows[from].sent) {
                if matches!(frame, LogFrame::Sync { .. }) {
                    let effects = windows[to].node.receive(from as u32, &[], frame, now);
                    windows[to].carry_out(effects);
                }
            }
        }
    }
    for window in &windows[..LIAR] {
        assert_eq!(window.refused, ["ERR_DIVERGED"]);
    }
}
