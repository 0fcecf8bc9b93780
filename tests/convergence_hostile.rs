//! Frames that lie or make no sense: refused whole, and nothing changes.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "network/room.rs"]
mod room;

use parley_sync::core::batch::{Batch, Delta, Entry};
use parley_sync::core::clock::{Clock, Time};
use parley_sync::core::id::Actor;
use parley_sync::core::register::{Dot, Stamp};
use parley_sync::core::sync::{ERR_CLOCK, ERR_MALFORMED, StateFrame};
use parley_sync::core::version::VersionVector;
use room::{NOON, Room};

fn stranger() -> Actor {
    Actor::from_random(99)
}

/// Milliseconds after noon that no clock shows.
const FUTURE: f64 = f64::INFINITY;

/// A reading of a clock that shows so many milliseconds after noon.
fn reading(ahead: f64) -> Time {
    if ahead == FUTURE {
        return Time::from_f64(9_007_199_254_740_991.0).unwrap();
    }
    Clock::new().tick(NOON + ahead)
}

fn batch(actor: Actor, seq: u64, deps: Vec<(Actor, u64)>, times: &[f64]) -> StateFrame<&'static str> {
    let entries = times.iter().enumerate();
    let entries = entries
        .map(|(at, &ahead)| (format!("k{at}").into(), Some("bad"), reading(ahead)))
        .collect();
    StateFrame::Batch(Batch {
        actor,
        seq,
        deps,
        entries,
    })
}

fn delta(
    since: &[(Actor, u64)],
    vector: &[(Actor, u64)],
    entries: &[(f64, Dot)],
) -> StateFrame<&'static str> {
    let entry = |&(ahead, dot): &(f64, Dot)| Entry {
        key: "k".into(),
        value: Some("bad"),
        stamp: Stamp {
            time: reading(ahead),
            actor: dot.actor,
        },
        dot,
    };
    StateFrame::Delta(Delta {
        since: since.iter().copied().collect(),
        vector: vector.iter().copied().collect(),
        entries: entries.iter().map(entry).collect(),
        whole: false,
        fingerprint: 0,
        content: 0,
    })
}

/// Two windows that agree on one key, at noon.
fn agreed() -> Room {
    let mut room = Room::with(2);
    room.connect_all();
    room.set(0, "x", "good");
    room.deliver_all();
    room.now = NOON;
    room.recount();
    room
}

#[test]
fn a_bad_frame_is_refused_whole() {
    let (me, other) = (Actor::from_random(2), stranger());
    let cases = [
        (
            "a reading from the future",
            batch(other, 1, vec![], &[0.0, FUTURE]),
            ERR_CLOCK,
        ),
        (
            "a delta from the future",
            delta(&[], &[(other, 1)], &[(FUTURE, Dot { actor: other, seq: 1 })]),
            ERR_CLOCK,
        ),
        (
            "a batch of this very window",
            batch(me, 1, vec![], &[0.0]),
            ERR_MALFORMED,
        ),
        (
            "a batch without a number",
            batch(other, 0, vec![], &[0.0]),
            ERR_MALFORMED,
        ),
        (
            "a cause that this window never wrote",
            batch(other, 1, vec![(me, 7)], &[0.0]),
            ERR_MALFORMED,
        ),
        (
            "a delta with a stray register",
            delta(&[], &[(other, 1)], &[(0.0, Dot { actor: other, seq: 2 })]),
            ERR_MALFORMED,
        ),
        (
            "a register without a dot",
            delta(&[], &[(other, 1)], &[(0.0, Dot { actor: other, seq: 0 })]),
            ERR_MALFORMED,
        ),
        (
            "a delta older than its start",
            delta(&[(other, 2)], &[(other, 1)], &[]),
            ERR_MALFORMED,
        ),
        (
            "a question of a window born at no time",
            StateFrame::Sync {
                vector: VersionVector::new(),
                born: (f64::NAN, other),
            },
            ERR_MALFORMED,
        ),
        (
            "a question of this very window",
            StateFrame::Sync {
                vector: VersionVector::new(),
                born: (NOON, me),
            },
            ERR_MALFORMED,
        ),
    ];
    for (name, frame, code) in cases {
        let mut room = agreed();
        let before = room.nodes[1].vector().clone();
        room.inject(0, 1, frame);
        assert_eq!(room.refused, [(1, code)], "{name}");
        assert_eq!(room.calls, [0, 0], "{name}");
        assert_eq!(*room.nodes[1].vector(), before, "{name}");
        room.agree(&[("x", "good")]);
        room.set(0, "x", "better");
        room.set(1, "y", "fine");
        room.deliver_all();
        room.agree(&[("x", "better"), ("y", "fine")]);
    }
}

#[test]
fn a_window_whose_numbers_were_used_up_goes_on_under_another_name() {
    let mut room = agreed();
    let victim = room.nodes[0].actor();
    let next = room.nodes[0].vector().get(victim) + 1;
    // Somebody speaks for window 0 to window 1, which cannot know.
    room.inject(0, 1, batch(victim, next, vec![], &[0.0]));
    assert_eq!(room.nodes[1].get("k0"), Some(&"bad"));
    // What it then writes itself looks like a repetition there.
    room.set(0, "x", "true");
    room.deliver_all();
    (0..room.nodes.len()).for_each(|at| room.tick(at));
    room.deliver_all();
    (0..room.nodes.len()).for_each(|at| room.tick(at));
    room.deliver_all();
    room.agree(&[("k0", "bad"), ("x", "true")]);
    room.set(0, "y", "and on");
    room.deliver_all();
    room.agree(&[("k0", "bad"), ("x", "true"), ("y", "and on")]);
}

#[test]
fn a_liar_does_not_rename_a_window_for_ever() {
    let mut room = agreed();
    for _ in 0..100 {
        let me = room.nodes[1].actor();
        let seq = room.nodes[1].vector().get(me) + 1;
        let lie = StateFrame::Sync {
            vector: [(me, seq)].into_iter().collect(),
            born: (NOON, stranger()),
        };
        room.inject(0, 1, lie);
    }
    assert!(room.nodes[1].vector().len() < 30);
    room.set(1, "x", "mine");
    room.deliver_all();
    assert_eq!(room.nodes[0].get("x"), Some(&"mine"));
}

#[test]
fn what_comes_under_a_number_that_was_seen_reaches_everybody_or_nobody() {
    let mut room = agreed();
    let other = room.nodes[0].actor();
    let seen = room.nodes[1].vector().get(other);
    let again = delta(
        &[],
        &[(other, seen)],
        &[(
            1.0,
            Dot {
                actor: other,
                seq: seen,
            },
        )],
    );
    room.inject(0, 1, again);
    room.deliver_all();
    assert_eq!(room.state(0), room.state(1));
}

#[test]
fn a_refused_reading_does_not_drag_the_clock() {
    let mut room = agreed();
    room.inject(0, 1, batch(stranger(), 1, vec![], &[FUTURE]));
    room.set(1, "x", "mine");
    let stamp = room.nodes[1].stamp("x").unwrap();
    assert!(stamp.time.millis() < NOON + 1_000.0);
}

#[test]
fn whatever_time_is_let_in_the_next_write_is_later() {
    let century = 3_155_760_000_000.0;
    let scale_ends = 2_051_244_000_000.0 * 4096.0;
    let ahead = [301_000.0, century, 80.0 * century, -century].map(reading);
    let named = [scale_ends - 1.0, scale_ends].map(|time| Time::from_f64(time).unwrap());
    for time in ahead.into_iter().chain(named) {
        let mut room = agreed();
        let entries = vec![("k0".into(), Some("bad"), time)];
        let frame = StateFrame::Batch(Batch {
            actor: stranger(),
            seq: 1,
            deps: vec![],
            entries,
        });
        room.inject(0, 1, frame);
        assert_eq!(room.nodes[1].get("k0"), Some(&"bad"), "{time:?}");
        for value in ["later", "and later"] {
            room.set(1, "k0", value);
            room.deliver_all();
            assert_eq!(room.nodes[0].get("k0"), Some(&value), "{time:?}");
        }
        assert_eq!(room.refused, [], "{time:?}");
    }
}

#[test]
fn where_only_a_liar_can_have_come_nobody_is_let_ahead_of_the_clock() {
    let mut room = agreed();
    let scale_ends = 2_051_244_000_000.0 * 4096.0;
    let since_2020 = NOON - 1_577_836_800_000.0;
    let ahead = |ms: f64| Time::from_f64(scale_ends + (since_2020 + ms) * 256.0).unwrap();
    for (seq, ms, refused) in [(1, -1e9, 0), (2, 299_000.0, 0), (3, 301_000.0, 1), (3, 1e12, 2)] {
        let entries = vec![("k0".into(), Some("bad"), ahead(ms))];
        let frame = StateFrame::Batch(Batch {
            actor: stranger(),
            seq,
            deps: vec![],
            entries,
        });
        room.inject(0, 1, frame);
        assert_eq!(room.refused.len(), refused, "{ms}");
    }
    // An honest clock that has come there shows what it showed before.
    room.set(1, "k0", "later");
    let time = room.nodes[1].stamp("k0").unwrap().time;
    assert!(!time.is_ahead(NOON + 1_000.0) && (time.millis() - NOON).abs() < 400_000.0);
}

#[test]
fn a_neighbour_that_is_refused_does_not_start_a_storm() {
    let mut room = agreed();
    for seq in 1..100 {
        room.inject(0, 1, batch(stranger(), seq, vec![], &[FUTURE]));
    }
    for seq in 5..100 {
        room.inject(0, 1, batch(stranger(), seq, vec![], &[0.0]));
    }
    assert_eq!(room.syncs, 1, "one question, not again before the answer");
}

#[test]
fn an_echo_of_own_writes_is_ignored() {
    let mut room = Room::with(2);
    room.connect_all();
    room.set(0, "x", "one");
    let echo = room.lose(0, 1).unwrap();
    room.recount();
    room.inject(1, 0, echo);
    assert_eq!((room.calls[0], room.refused.len()), (0, 0));
}

#[test]
fn frames_may_come_before_the_host_announces_their_sender() {
    let mut room = Room::with(2);
    room.set(0, "x", "one");
    let born = (NOON, Actor::from_random(1));
    room.inject(
        0,
        1,
        StateFrame::Sync {
            vector: VersionVector::new(),
            born,
        },
    );
    room.connect_all();
    room.agree(&[("x", "one")]);
}

#[test]
fn numbers_off_the_wire_are_checked() {
    let bad = [f64::NAN, f64::INFINITY, -1.0, 0.5, 9_007_199_254_740_992.0];
    for number in bad {
        assert!(Actor::from_f64(number).is_none(), "{number}");
    }
    assert!(Actor::from_f64(0.0).is_none());
    assert!(Actor::from_f64(9_007_199_254_740_991.0).is_some());
    for number in [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.5,
        9_007_199_254_740_992.0,
        -9_007_199_254_740_992.0,
    ] {
        assert!(Time::from_f64(number).is_none(), "{number}");
    }
}
