//! Losses, and windows that were apart: what is repaired, what is merged, what is taken over.

use crate::window::{NOW, join, little_pair, pair, part, run};

#[test]
fn a_lost_message_is_noticed_by_the_next_one_or_by_the_tick() {
    for tick in [false, true] {
        let mut windows = pair();
        windows[0].dispatch("lost", NOW);
        windows[0].sent.clear();
        if tick {
            let effects = windows[1].node.tick(NOW);
            windows[1].carry_out(effects);
        } else {
            windows[0].dispatch("next", NOW);
        }
        run(&mut windows, NOW);
        assert_eq!(windows[0].state, windows[1].state);
        assert_eq!(windows[1].state[0], "lost");
    }
}

#[test]
fn windows_that_were_apart_merge_exactly_within_what_is_kept() {
    let mut windows = little_pair();
    windows[0].dispatch("before", NOW + 2.0);
    run(&mut windows, NOW + 2.0);
    part(&mut windows, 0, 1);
    let (a, b) = (["a1", "a2", "a3", "a4", "a5"], ["b1", "b2", "b3", "b4", "b5"]);
    for at in 0..5 {
        windows[0].dispatch(a[at], NOW + 10.0 + at as f64);
        windows[1].dispatch(b[at], NOW + 10.5 + at as f64);
    }
    join(&mut windows, 0, 1, NOW + 20.0);
    run(&mut windows, NOW + 20.0);
    for window in &windows {
        assert_eq!(
            window.state,
            [
                "before", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4", "a5", "b5"
            ]
        );
    }
}

#[test]
fn a_window_that_comes_back_to_a_folded_log_adds_what_it_did_alone() {
    let mut windows = little_pair();
    part(&mut windows, 0, 1);
    windows[1].dispatch("alone", NOW + 5.0);
    for at in 0..40 {
        windows[0].dispatch("many", NOW + 10.0 + f64::from(at));
    }
    assert!(
        windows[0].node.tip().cuts > 0,
        "the others have forgotten the time it was away"
    );
    join(&mut windows, 0, 1, NOW + 60.0);
    run(&mut windows, NOW + 60.0);
    assert_eq!(windows[0].state, windows[1].state);
    assert_eq!(
        windows[0]
            .state
            .iter()
            .filter(|&&action| action == "alone")
            .count(),
        1
    );
    assert_eq!(windows[0].state.len(), 41);
    let place = windows[0]
        .state
        .iter()
        .position(|&action| action == "alone")
        .unwrap();
    assert!(place > 0 && place < 40, "right after what is folded: {place}");
}

#[test]
fn what_can_no_longer_be_placed_is_issued_anew_if_nobody_was_handed_it() {
    let mut windows = little_pair();
    part(&mut windows, 0, 1);
    // Both fold what the other has never seen; 0 wins, for it has cut more often.
    for at in 0..60 {
        windows[0].dispatch("winner", NOW + 10.0 + f64::from(at));
    }
    for at in 0..20 {
        windows[1].dispatch("loser", NOW + 10.0 + f64::from(at));
    }
    windows[1].dispatch("last", NOW + 99.0);
    let actor = windows[1].node.actor();
    join(&mut windows, 0, 1, NOW + 100.0);
    run(&mut windows, NOW + 100.0);
    assert_eq!(windows[0].state, windows[1].state);
    assert_ne!(windows[1].node.actor(), actor, "under another name");
    let count = |what| windows[0].state.iter().filter(|&&action| action == what).count();
    assert_eq!((count("winner"), count("last")), (60, 1));
    let kept = count("loser");
    assert!(
        (7..20).contains(&kept),
        "what was kept one by one is there, what was folded away is not: {kept}"
    );
    // And both go on.
    windows[1].dispatch("on", NOW + 101.0);
    run(&mut windows, NOW + 101.0);
    assert_eq!(windows[0].state.last(), Some(&"on"));
}

#[test]
fn who_lost_what_is_folded_away_gets_the_state() {
    let mut windows = little_pair();
    for at in 0..40 {
        windows[0].dispatch("lost", NOW + f64::from(at));
        windows[0].sent.clear();
    }
    assert!(windows[0].node.tip().cuts > 0);
    windows[1].dispatch("own", NOW + 50.0);
    windows[1].sent.clear();
    let effects = windows[1].node.tick(NOW + 60.0);
    windows[1].carry_out(effects);
    run(&mut windows, NOW + 60.0);
    assert_eq!(windows[1].state.len(), 41);
    assert_eq!(windows[0].state, windows[1].state);
}
