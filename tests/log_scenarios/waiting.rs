//! When a log may forget: whom it waits for, and for how long.

use parley_sync::core::log::LogFrame;

use crate::window::{NOW, Window, carry, join, little_pair, part, patient, run, settle};

#[test]
fn a_silent_neighbour_does_not_keep_the_log_from_forgetting() {
    let mut windows = little_pair();
    for at in 0..200 {
        windows[0].dispatch("x", NOW + f64::from(at));
        let (held, _) = windows[0].node.held();
        assert!(held <= 8 + 4 + 8, "{held}");
    }
    // It was frozen, and gets everything at once.
    run(&mut windows, NOW + 300.0);
    assert_eq!(windows[1].state.len(), 200);
    assert_eq!(windows[0].state, windows[1].state);
}

#[test]
fn who_has_not_cut_follows_who_placed_an_action_late() {
    // 2 - 0 - 1: 2 has dispatched early, and is slow.
    let mut windows = patient(3);
    join(&mut windows, 0, 1, NOW);
    join(&mut windows, 0, 2, NOW);
    settle(&mut windows);
    run(&mut windows, NOW + 5.0);
    windows[2].dispatch("early", NOW + 6.0);
    for at in 0..24 {
        windows[1].dispatch("x", NOW + 10.0 + f64::from(at));
        for _ in 0..3 {
            carry(&mut windows, 1, 0, true);
            carry(&mut windows, 0, 2, false);
            carry(&mut windows, 0, 1, true);
        }
    }
    assert!(
        windows[1].node.tip().cuts > 0,
        "its only neighbour has everything"
    );
    assert_eq!(windows[0].node.tip().cuts, 0, "this one waits for 2");
    carry(&mut windows, 2, 0, true);
    for _ in 0..6 {
        carry(&mut windows, 0, 2, false);
        carry(&mut windows, 0, 1, true);
        carry(&mut windows, 1, 0, true);
    }
    assert_eq!(windows[0].state.len(), 25);
    assert_eq!(windows[0].state, windows[1].state);
}

#[test]
fn a_neighbour_that_has_seen_an_action_may_still_have_an_older_one_under_way() {
    // 0 - 1 - 2, then 0 and 2 are joined while an old action of 0 is still on the way through 1.
    let mut windows = patient(3);
    join(&mut windows, 0, 1, NOW);
    join(&mut windows, 1, 2, NOW);
    settle(&mut windows);
    run(&mut windows, NOW + 5.0);
    windows[0].dispatch("old", NOW + 6.0);
    let under_way = std::mem::take(&mut windows[0].sent);
    for at in 0..14 {
        windows[2].dispatch("x", NOW + 10.0 + f64::from(at));
    }
    carry(&mut windows, 2, 1, true);
    carry(&mut windows, 1, 2, false);
    carry(&mut windows, 1, 0, true);
    carry(&mut windows, 0, 1, false);
    assert_eq!(windows[0].state.len(), 15);
    drop(under_way);
    join(&mut windows, 0, 2, NOW + 51.0);
    part(&mut windows[..], 1, 2);
    windows[0].sent.retain(|(to, _)| to == &[2]);
    assert!(windows[2].sent.is_empty());
    carry(&mut windows, 0, 2, true);
    assert_eq!(
        windows[2].node.tip().cuts,
        0,
        "0 has seen what would be cut, but 2 lacks what 0 did before"
    );
    let effects = windows[2].node.tick(NOW + 52.0);
    windows[2].carry_out(effects);
    run(&mut windows, NOW + 52.0);
    assert_eq!(windows[2].state[0], "old");
    assert_eq!(windows[0].state, windows[2].state);
    assert!(windows[2].node.tip().cuts > 0);
}

#[test]
fn who_says_what_it_has_seen_has_sent_what_it_did_before() {
    let kinds = |window: &Window| -> Vec<char> {
        let kind = |frame: &LogFrame<&str, Vec<&str>>| match frame {
            LogFrame::Append(_) => 'a',
            LogFrame::Sync { .. } => 's',
            LogFrame::Delta(_) => 'd',
            LogFrame::Ack { .. } => 'k',
        };
        window.sent.iter().map(|(_, frame)| kind(frame)).collect()
    };
    let unsent = || {
        let mut windows = little_pair();
        let effects = windows[0].node.dispatch("unsent", NOW);
        windows[0].carry_out(effects);
        windows
    };
    let mut windows = unsent();
    let effects = windows[0].node.tick(NOW);
    windows[0].carry_out(effects);
    assert_eq!(kinds(&windows[0]), ['a', 's']);

    let mut windows = unsent();
    windows[1].dispatch("x", NOW);
    carry(&mut windows, 1, 0, true);
    assert_eq!(kinds(&windows[0]), ['a', 'k']);

    let mut windows = unsent();
    let effects = windows[1].node.tick(NOW);
    windows[1].carry_out(effects);
    carry(&mut windows, 1, 0, true);
    assert_eq!(kinds(&windows[0]), ['a', 'd']);
}
