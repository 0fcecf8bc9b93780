//! Losses, and windows that were apart: what is repaired, what is merged, what is taken over.

use crate::window::{NOW, little_pair, pair};

#[test]
fn a_lost_message_is_noticed_by_the_next_one_or_by_the_tick() {
    for tick in [false, true] {
        let mut room = pair();
        room.dispatch(0, "lost", NOW);
        room.lose_sent(0);
        if tick {
            room.act(1, |node| node.tick(NOW));
        } else {
            room.dispatch(0, "next", NOW);
        }
        room.run(NOW);
        assert_eq!(room[0].state, room[1].state);
        assert_eq!(room[1].state[0], "lost");
    }
}

#[test]
fn windows_that_were_apart_merge_exactly_within_what_is_kept() {
    let mut room = little_pair();
    room.dispatch(0, "before", NOW + 2.0);
    room.run(NOW + 2.0);
    room.part(0, 1);
    let (a, b) = (["a1", "a2", "a3", "a4", "a5"], ["b1", "b2", "b3", "b4", "b5"]);
    for at in 0..5 {
        room.dispatch(0, a[at], NOW + 10.0 + at as f64);
        room.dispatch(1, b[at], NOW + 10.5 + at as f64);
    }
    room.join(0, 1, NOW + 20.0);
    room.run(NOW + 20.0);
    for window in &room.windows {
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
    let mut room = little_pair();
    room.part(0, 1);
    room.dispatch(1, "alone", NOW + 5.0);
    for at in 0..40 {
        room.dispatch(0, "many", NOW + 10.0 + f64::from(at));
    }
    assert!(
        room[0].node.tip().cuts > 0,
        "the others have forgotten the time it was away"
    );
    room.join(0, 1, NOW + 60.0);
    room.run(NOW + 60.0);
    assert_eq!(room[0].state, room[1].state);
    assert_eq!(
        room[0].state.iter().filter(|&&action| action == "alone").count(),
        1
    );
    assert_eq!(room[0].state.len(), 41);
    let place = room[0]
        .state
        .iter()
        .position(|&action| action == "alone")
        .unwrap();
    assert!(place > 0 && place < 40, "right after what is folded: {place}");
}

#[test]
fn what_can_no_longer_be_placed_is_issued_anew_if_nobody_was_handed_it() {
    let mut room = little_pair();
    room.part(0, 1);
    // Both fold what the other has never seen; 0 wins, for it has cut more often.
    for at in 0..60 {
        room.dispatch(0, "winner", NOW + 10.0 + f64::from(at));
    }
    for at in 0..20 {
        room.dispatch(1, "loser", NOW + 10.0 + f64::from(at));
    }
    room.dispatch(1, "last", NOW + 99.0);
    let actor = room[1].node.actor();
    room.join(0, 1, NOW + 100.0);
    room.run(NOW + 100.0);
    assert_eq!(room[0].state, room[1].state);
    assert_ne!(room[1].node.actor(), actor, "under another name");
    let count = |what| room[0].state.iter().filter(|&&action| action == what).count();
    assert_eq!((count("winner"), count("last")), (60, 1));
    let kept = count("loser");
    assert!(
        (7..20).contains(&kept),
        "what was kept one by one is there, what was folded away is not: {kept}"
    );
    // And both go on.
    room.dispatch(1, "on", NOW + 101.0);
    room.run(NOW + 101.0);
    assert_eq!(room[0].state.last(), Some(&"on"));
}

#[test]
fn who_lost_what_is_folded_away_gets_the_state() {
    let mut room = little_pair();
    for at in 0..40 {
        room.dispatch(0, "lost", NOW + f64::from(at));
        room.lose_sent(0);
    }
    assert!(room[0].node.tip().cuts > 0);
    room.dispatch(1, "own", NOW + 50.0);
    room.lose_sent(1);
    room.act(1, |node| node.tick(NOW + 60.0));
    room.run(NOW + 60.0);
    assert_eq!(room[1].state.len(), 41);
    assert_eq!(room[0].state, room[1].state);
}
