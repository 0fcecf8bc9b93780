//! One order in every window, whoever was first, and each action told of once.

use parley_sync::core::log::{LogFrame, Options};

use crate::window::{NOW, Window, join, pair, run, settle};

#[test]
fn adds_at_the_same_time_come_in_one_order_everywhere() {
    let mut windows = pair();
    windows[0].dispatch("a", NOW);
    windows[1].dispatch("b", NOW);
    run(&mut windows, NOW);
    assert_eq!(windows[0].state, windows[1].state);
    assert_eq!(windows[0].state.len(), 2);
    assert_eq!((windows[0].told.len(), windows[1].told.len()), (2, 2));
}

#[test]
fn a_clear_and_an_add_at_the_same_time_end_equal() {
    for (clear_at, add_at, expected) in [(NOW, NOW + 1.0, vec!["new"]), (NOW + 1.0, NOW, vec![])] {
        let mut windows = pair();
        windows[0].dispatch("old", NOW - 5.0);
        run(&mut windows, NOW);
        windows[0].dispatch("clear", clear_at);
        windows[1].dispatch("new", add_at);
        run(&mut windows, NOW);
        assert_eq!(windows[0].state, expected);
        assert_eq!(windows[1].state, expected);
    }
}

#[test]
fn a_late_action_is_put_in_its_place_and_told_of_once() {
    let mut windows = pair();
    windows[1].dispatch("early", NOW);
    for action in ["one", "two", "three"] {
        windows[0].dispatch(action, NOW + 10.0);
    }
    run(&mut windows, NOW + 20.0);
    for window in &windows {
        assert_eq!(window.state, ["early", "one", "two", "three"]);
        assert_eq!(window.told.iter().filter(|&&action| action == "early").count(), 1);
    }
    assert_eq!(windows[0].told, ["one", "two", "three", "early"]);
}

#[test]
fn an_action_on_which_the_reducer_throws_leaves_no_trace_anywhere() {
    let mut windows = pair();
    for action in ["a", "throw", "b"] {
        windows[0].dispatch(action, NOW);
    }
    run(&mut windows, NOW);
    assert_eq!(windows[0].state, ["a", "b"]);
    assert_eq!(windows[1].state, ["a", "b"]);
    assert_eq!(windows[1].node.position(), 3, "it counts all the same");
}

#[test]
fn an_iframes_dispatch_reaches_its_siblings_once() {
    // 0 is the parent; 1, 2 and 3 hang on it.
    let mut windows: Vec<Window> = (0..4).map(|at| Window::new(at + 1, NOW + at as f64)).collect();
    for child in 1..4 {
        join(&mut windows, 0, child, NOW);
    }
    settle(&mut windows);
    run(&mut windows, NOW);
    windows[2].dispatch("once", NOW);
    run(&mut windows, NOW);
    for window in &windows {
        assert_eq!(window.state, ["once"]);
        assert_eq!(window.told, ["once"]);
    }
}

#[test]
fn an_effect_waits_for_its_cause() {
    // 0 and 2 are connected only after 2 has seen 0's action through 1.
    let mut windows: Vec<Window> = (0..3).map(|at| Window::new(at + 1, NOW + at as f64)).collect();
    join(&mut windows, 0, 1, NOW);
    join(&mut windows, 1, 2, NOW);
    join(&mut windows, 0, 2, NOW);
    settle(&mut windows);
    run(&mut windows, NOW);
    windows[0].dispatch("cause", NOW);
    let to_one: Vec<_> = windows[0].sent.drain(..).collect();
    let (_, cause) = to_one[0].clone();
    let effects = windows[1].node.receive(0, &[], cause.clone(), NOW);
    windows[1].carry_out(effects);
    windows[1].dispatch("effect", NOW);
    let frames: Vec<_> = windows[1].sent.drain(..).collect();
    let effect = frames
        .iter()
        .map(|(_, frame)| frame)
        .rfind(|frame| matches!(frame, LogFrame::Append(_)));
    let effects = windows[2].node.receive(1, &[], effect.unwrap().clone(), NOW);
    windows[2].carry_out(effects);
    assert!(windows[2].state.is_empty(), "the cause is missing");
    let asked = windows[2]
        .sent
        .iter()
        .any(|(to, frame)| to == &[1] && matches!(frame, LogFrame::Sync { .. }));
    assert!(asked, "and asked for, once");
    run(&mut windows, NOW);
    assert_eq!(windows[2].state, ["cause", "effect"]);
}

#[test]
fn a_turn_travels_as_one_message() {
    let mut windows = pair();
    for action in ["a", "b", "c"] {
        let effects = windows[0].node.dispatch(action, NOW);
        windows[0].carry_out(effects);
    }
    assert!(windows[0].sent.is_empty() && windows[0].node.pending());
    let effects = windows[0].node.flush(NOW);
    windows[0].carry_out(effects);
    assert_eq!(windows[0].sent.len(), 1);
    assert!(!windows[0].node.pending());
    run(&mut windows, NOW);
    assert_eq!(windows[1].state, ["a", "b", "c"]);
}

#[test]
fn a_remote_dispatch_is_not_sent_and_still_shared() {
    let mut windows = pair();
    let effects = windows[0].node.dispatch_remote("mock", NOW);
    windows[0].carry_out(effects);
    assert_eq!(
        (&windows[0].state[..], &windows[0].told[..]),
        (&["mock"][..], &["mock"][..])
    );
    assert!(windows[0].sent.is_empty() && !windows[0].node.pending());
    windows[0].dispatch("after", NOW);
    run(&mut windows, NOW);
    assert_eq!(windows[1].state, ["mock", "after"]);
}

#[test]
fn states_of_a_fold_that_was_overtaken_are_not_gone_on_from() {
    let every = Options {
        checkpoint_every: 1,
        ..Options::DEFAULT
    };
    let mut windows = vec![
        Window::with(1, NOW, vec![], every),
        Window::with(2, NOW + 1.0, vec![], every),
    ];
    join(&mut windows, 0, 1, NOW);
    run(&mut windows, NOW);
    windows[1].dispatch("early", NOW);
    windows[1].dispatch("between", NOW + 12.0);
    let (_, early) = windows[1].sent.remove(0);
    let (_, between) = windows[1].sent.remove(0);
    // The host is still busy with its own actions when the early one comes in.
    let own = [("a", NOW + 10.0), ("b", NOW + 14.0)].map(|(action, at)| windows[0].node.dispatch(action, at));
    let late = windows[0].node.receive(1, &[], early, NOW + 15.0);
    for effects in own {
        windows[0].carry_out(effects);
    }
    windows[0].carry_out(late);
    assert_eq!(windows[0].state, ["early", "a", "b"]);
    let effects = windows[0].node.receive(1, &[], between, NOW + 15.0);
    windows[0].carry_out(effects);
    assert_eq!(windows[0].state, ["early", "a", "between", "b"]);
    assert_eq!(windows[0].told, ["a", "b", "early", "between"]);
}

#[test]
fn a_refold_runs_over_all_that_is_kept_and_tells_of_nothing() {
    let options = Options {
        keep: 4,
        cut: 2,
        ..Options::DEFAULT
    };
    let mut window = Window::with(1, NOW, Vec::new(), options);
    for action in ["a", "b", "c", "d", "e", "f", "g"] {
        window.dispatch(action, NOW);
    }
    let (state, told, folded) = (window.state.clone(), window.told.len(), window.folded);
    assert_eq!(window.node.forgotten(), 2);
    let effects = window.node.refold();
    window.carry_out(effects);
    assert_eq!(window.folded - folded, 5, "each action since the root, once");
    assert_eq!((window.state.clone(), window.told.len()), (state, told));
    // What comes then is folded from there on.
    window.dispatch("h", NOW);
    assert_eq!(window.state.last(), Some(&"h"));
}
