//! What is not believed, and whom nobody listens to.

use parley_sync::core::clock::Time;
use parley_sync::core::id::Actor;
use parley_sync::core::limits::WRITERS;
use parley_sync::core::log::{Checkpoint, LogContent, LogDelta, LogFrame, Logged, Tip};
use parley_sync::core::register::{Dot, Stamp};
use parley_sync::core::version::VersionVector;

use crate::window::{Frame, NOW, Room, Window, logged, pair};

/// The last time that a stamp can name: no honest window makes it.
const LAST: f64 = 9_007_199_254_740_991.0;

#[test]
fn bad_frames_are_refused_whole() {
    let future = Logged {
        time: Time::from_f64(LAST).unwrap(),
        ..logged(9, 2, 0.0)
    };
    let initial = Logged {
        time: Time::initial(NOW),
        ..logged(9, 1, 0.0)
    };
    let cases: Vec<(&str, Vec<Logged<&'static str>>, &str)> = vec![
        (
            "a stamp from the future",
            vec![logged(9, 1, 0.0), future],
            "ERR_CLOCK",
        ),
        ("no number", vec![logged(9, 0, 0.0)], "ERR_MALFORMED"),
        (
            "stamps that fall",
            vec![logged(9, 1, 5.0), logged(9, 2, 4.0)],
            "ERR_MALFORMED",
        ),
        (
            "one stamp twice",
            vec![logged(9, 1, 5.0), logged(9, 2, 5.0)],
            "ERR_MALFORMED",
        ),
        ("an initial time", vec![initial], "ERR_MALFORMED"),
        (
            "an action of mine that I never made",
            vec![logged(9, 1, 0.0), logged(2, 1, 1.0)],
            "ERR_MALFORMED",
        ),
    ];
    for (what, actions, code) in cases {
        let delta = LogFrame::Delta(LogDelta {
            asker: Actor::from_random(2),
            vector: Default::default(),
            tip: Tip::new(NOW, Actor::from_random(1)),
            content: LogContent::default(),
            checkpoint: None,
            actions: actions.clone(),
        });
        for frame in [LogFrame::Append(actions.clone()), delta] {
            let mut room = pair();
            room.dispatch(0, "fine", NOW);
            room.run(NOW);
            room.hear(0, 1, frame, NOW);
            assert_eq!(room[1].refused, [code], "{what}");
            assert_eq!(room[1].state, ["fine"], "{what}: nothing of it is applied");
        }
    }
}

#[test]
fn an_actor_whose_clock_runs_backwards_is_refused() {
    let mut room = pair();
    for (seq, ms, refused) in [(1, 10.0, 0), (2, 5.0, 1), (2, 11.0, 1)] {
        room.hear(0, 1, LogFrame::Append(vec![logged(9, seq, ms)]), NOW);
        assert_eq!(room[1].refused.len(), refused, "{seq} at {ms}");
    }
    assert_eq!(room[1].state.len(), 2);
}

#[test]
fn bad_roots_are_refused_whole() {
    let own = Actor::from_random(2);
    let root = |vector: Vec<(Actor, u64)>, ms: f64| Checkpoint {
        vector: vector.into_iter().collect(),
        last: Some(Stamp {
            time: if ms.is_finite() {
                logged(9, 1, ms).time
            } else {
                Time::from_f64(LAST).unwrap()
            },
            actor: Actor::from_random(9),
        }),
        state: vec!["hostile"],
    };
    let winner = Tip {
        cuts: 7,
        ..Tip::new(0.0, Actor::from_random(9))
    };
    let cases = [
        (
            "actions of mine that I never made",
            root(vec![(own, 4)], 0.0),
            winner,
            "ERR_MALFORMED",
        ),
        (
            "a stamp from the future",
            root(vec![], f64::INFINITY),
            Tip { cuts: 0, ..winner },
            "ERR_CLOCK",
        ),
        (
            "a birth that is no time",
            root(vec![], 0.0),
            Tip {
                cuts: 0,
                born: f64::NAN,
                ..winner
            },
            "ERR_MALFORMED",
        ),
        (
            "fewer actions than its cuts fold",
            root(vec![(Actor::from_random(9), 3)], 0.0),
            winner,
            "ERR_MALFORMED",
        ),
        (
            "more cuts than can be",
            root(vec![], 0.0),
            Tip {
                cuts: 1 << 53,
                ..winner
            },
            "ERR_MALFORMED",
        ),
    ];
    for (what, checkpoint, tip, code) in cases {
        let mut room = pair();
        let delta = LogDelta {
            asker: Actor::from_random(2),
            vector: checkpoint.vector.clone(),
            tip,
            content: LogContent::default(),
            checkpoint: Some(checkpoint),
            actions: Vec::new(),
        };
        room.hear(0, 1, LogFrame::Delta(delta), NOW);
        assert_eq!(room[1].refused, [code], "{what}");
        assert!(room[1].state.is_empty(), "{what}");
    }
}

#[test]
fn frames_of_a_stranger_are_ignored() {
    let mut room = pair();
    let effects = room[1]
        .node
        .receive(77, &[], LogFrame::Append(vec![logged(9, 1, 0.0)]), NOW);
    assert!(effects.is_empty());
}

#[test]
fn a_neighbour_that_claims_what_it_never_sends_is_not_asked_for_ever() {
    let mut room = pair();
    let vector = [(Actor::from_random(99), 5)].into_iter().collect();
    let tip = room[1].node.tip();
    room.hear(
        0,
        1,
        LogFrame::Sync {
            vector,
            tip,
            asker: Actor::from_random(1),
            content: LogContent::default(),
        },
        NOW,
    );
    room.run(NOW);
    assert!(room.sent(1).next().is_none());
}

/// What `from` claims reaches window 0, whose neighbour is window 1; window 2 is who lies.
fn lied_to(claim: impl Fn(Actor) -> Frame) -> Room {
    let mut room = pair();
    room.windows.push(Window::new(3, NOW));
    room.act(0, |node| node.peer_up(2, NOW));
    room.dispatch(1, "before", NOW + 1.0);
    room.run(NOW + 1.0);
    let victim = room[1].node.actor();
    room.hear(2, 0, claim(victim), NOW + 2.0);
    room.run(NOW + 3.0);
    room.dispatch(1, "true", NOW + 4.0);
    room.run(NOW + 4.0);
    for at in 0..2 {
        room.act(at, |node| node.tick(NOW + 5.0));
    }
    room.run(NOW + 5.0);
    room
}

#[test]
fn who_speaks_in_anothers_name_does_not_silence_it() {
    let room = lied_to(|victim| {
        let mut actions = vec![logged(9, 1, 1.5), logged(9, 2, 1.75)];
        for (at, action) in actions.iter_mut().enumerate() {
            action.dot = Dot {
                actor: victim,
                seq: 2 + at as u64,
            };
        }
        LogFrame::Append(actions)
    });
    for window in &room.windows[..2] {
        assert_eq!(
            window.state,
            ["before", "hostile", "hostile", "true"],
            "the lie is the liar's to tell, and what was true is there too"
        );
    }
    assert_eq!(
        room[1].refused,
        ["ERR_MALFORMED"],
        "it was noticed by who was named"
    );
    assert!(room[0].refused.is_empty());
}

#[test]
fn who_claims_to_have_what_was_never_said_silences_nobody() {
    let room = lied_to(|victim| LogFrame::Ack {
        vector: [(victim, 40)].into_iter().collect(),
    });
    for window in &room.windows[..2] {
        assert_eq!(window.state, ["before", "true"]);
    }
}

#[test]
fn a_flood_of_writers_is_refused_before_memory_is_full_and_those_who_are_known_go_on() {
    let mut room = pair();
    room.dispatch(0, "before", NOW);
    room.run(NOW);
    let known = room[1].node.vector().len();
    let mut next = 100u64;
    while room[1].refused.is_empty() {
        let actions = (0..1024).map(|at| Logged {
            action: "throw",
            ..logged(next + at, 1, (next + at) as f64 / 64.0)
        });
        let frame = LogFrame::Append(actions.collect());
        room.hear(0, 1, frame, NOW + 200_000.0);
        room.lose_sent(1);
        next += 1024;
        assert!(next < 200_000, "writers without end");
    }
    assert_eq!(room[1].refused, ["ERR_LIMIT"]);
    let held = room[1].node.vector().len();
    assert!(held > known && held <= WRITERS);
    // Nor at once, in what somebody claims to have seen.
    let vector: VersionVector = (1..WRITERS as u64 + 10)
        .map(|at| (Actor::from_random(at << 20), 1))
        .collect();
    room.hear(0, 1, LogFrame::Ack { vector }, NOW + 200_000.0);
    assert_eq!(room[1].refused, ["ERR_LIMIT", "ERR_LIMIT"]);
    room.dispatch(1, "mine", NOW + 200_000.0);
    assert_eq!(room[1].state, ["before", "mine"]);
}
