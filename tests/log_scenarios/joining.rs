//! Who comes late, and who is waited for.

use parley_sync::core::log::Options;

use crate::window::{NOW, Window, join, pair, run, settle};

#[test]
fn a_late_joiner_has_state_and_position_before_it_is_ready() {
    let mut windows = pair();
    for action in ["a", "b", "c"] {
        windows[0].dispatch(action, NOW);
    }
    run(&mut windows, NOW);
    windows.push(Window::with(3, NOW + 50.0, vec!["mine"], Options::DEFAULT));
    windows[2].dispatch("before", NOW + 51.0);
    join(&mut windows, 2, 0, NOW + 52.0);
    let effects = windows[2].node.settle_ready();
    windows[2].carry_out(effects);
    assert_eq!(windows[2].ready, 0, "not before the state has arrived");
    run(&mut windows, NOW + 52.0);
    assert_eq!(windows[2].ready, 1);
    for window in &windows {
        assert_eq!(window.state, ["a", "b", "c", "before"]);
        assert_eq!(window.node.position(), 4);
    }
}

#[test]
fn a_lone_window_is_ready_when_the_look_round_is_over() {
    let mut window = Window::new(1, NOW);
    assert!(!window.node.is_ready());
    let effects = window.node.settle_ready();
    window.carry_out(effects);
    let effects = window.node.settle_ready();
    window.carry_out(effects);
    assert_eq!(window.ready, 1);
}

#[test]
fn a_neighbour_that_goes_away_is_not_waited_for() {
    let mut windows = vec![Window::new(1, NOW), Window::new(2, NOW)];
    join(&mut windows, 0, 1, NOW);
    let effects = windows[0].node.settle_ready();
    windows[0].carry_out(effects);
    assert_eq!(windows[0].ready, 0);
    let effects = windows[0].node.peer_down(1, NOW);
    windows[0].carry_out(effects);
    assert_eq!(windows[0].ready, 1);
}

#[test]
fn what_was_dispatched_before_the_connection_arrives_with_it() {
    let mut windows = vec![Window::new(1, NOW), Window::new(2, NOW + 1.0)];
    windows[0].dispatch("a", NOW + 2.0);
    windows[1].dispatch("b", NOW + 3.0);
    join(&mut windows, 0, 1, NOW + 4.0);
    run(&mut windows, NOW + 4.0);
    assert_eq!(windows[0].state, ["a", "b"]);
    assert_eq!(windows[1].state, ["a", "b"]);
}

#[test]
fn a_neighbour_that_never_answers_is_not_waited_for_for_ever() {
    let mut windows = vec![Window::new(1, NOW), Window::new(2, NOW)];
    join(&mut windows, 0, 1, NOW);
    settle(&mut windows);
    windows[0].sent.clear();
    for (ms, ready) in [(1_000.0, 0), (4_999.0, 0), (5_000.0, 1), (9_000.0, 1)] {
        let effects = windows[0].node.tick(NOW + ms);
        windows[0].carry_out(effects);
        windows[0].sent.clear();
        assert_eq!(windows[0].ready, ready, "after {ms} ms");
    }
}

#[test]
fn an_answer_to_the_log_that_was_here_before_makes_no_other_ready() {
    let mut windows = pair();
    // 1 asks, is answered, and is made anew while the answer is on its way; meanwhile 0 dispatches.
    let effects = windows[1].node.tick(NOW);
    windows[1].carry_out(effects);
    let (_, question) = windows[1].sent.remove(0);
    let effects = windows[0].node.receive(1, &[], question, NOW);
    windows[0].carry_out(effects);
    let (_, stale) = windows[0].sent.remove(0);
    windows[0].dispatch("since", NOW + 1.0);
    windows[0].sent.clear();
    windows[1] = Window::new(3, NOW + 2.0);
    join(&mut windows, 0, 1, NOW + 2.0);
    let effects = windows[1].node.settle_ready();
    windows[1].carry_out(effects);
    let effects = windows[1].node.receive(0, &[], stale, NOW + 3.0);
    windows[1].carry_out(effects);
    assert_eq!(windows[1].ready, 0, "it says nothing of what this one lacks");
    run(&mut windows, NOW + 4.0);
    assert_eq!(windows[1].ready, 1);
    assert_eq!(windows[1].state, ["since"]);
}
