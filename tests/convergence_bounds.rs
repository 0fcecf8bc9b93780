//! What a state may hold: keys, names, deletions and writers; what happens at the bound, and how it gets better.
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

use parley_sync::core::batch::{Batch, Delta};
use parley_sync::core::clock::Clock;
use parley_sync::core::id::{Actor, Key};
use parley_sync::core::limits::{Bounds, KEY_BYTES, WRITERS};
use parley_sync::core::sync::{ERR_LIMIT, StateFrame};
use parley_sync::core::version::VersionVector;
use room::{NOON, Room};

const MINUTE: f64 = 60_000.0;

fn bounded(count: usize, keys: usize, tombstones: usize) -> Room {
    let mut room = Room::with(count);
    for node in &mut room.nodes {
        node.set_bounds(Bounds { keys, tombstones });
    }
    (0..count).for_each(|at| room.settle(at));
    room.connect_all();
    room
}

fn everyone_ticks(room: &mut Room) {
    (0..room.nodes.len()).for_each(|at| room.tick(at));
    room.deliver_all();
}

/// Writes, sends and lets arrive, as a turn does.
fn put(room: &mut Room, at: usize, key: &str, value: Option<&'static str>) {
    room.write(at, &[(key, value)]);
    room.flush(at);
    room.deliver_all();
}

#[test]
fn a_window_says_when_it_is_full() {
    let mut room = bounded(1, 3, 10);
    assert!(room.nodes[0].has_capacity(3) && !room.nodes[0].has_capacity(4));
    put(&mut room, 0, "a", Some("1"));
    put(&mut room, 0, "b", Some("1"));
    assert!(room.nodes[0].has_capacity(1) && !room.nodes[0].has_capacity(2));
    put(&mut room, 0, "a", None);
    assert!(room.nodes[0].has_capacity(2) && !room.nodes[0].has_capacity(3));
}

#[test]
fn windows_that_filled_up_at_the_same_time_agree() {
    let mut room = bounded(2, 4, 10);
    room.disconnect(0, 1);
    for key in ["a", "b", "c", "d"] {
        put(&mut room, 0, key, Some("zero"));
    }
    for key in ["e", "f", "g", "h"] {
        put(&mut room, 1, key, Some("one"));
    }
    room.connect(0, 1);
    room.deliver_all();
    assert_eq!(room.state(0).len(), 8);
    assert_eq!(room.state(0), room.state(1));
    assert_eq!(room.refused, []);
}

#[test]
fn a_window_at_its_bound_refuses_whole_frames_and_catches_up_when_keys_are_freed() {
    let mut room = bounded(2, 100, 10);
    room.nodes[1].set_bounds(Bounds {
        keys: 2,
        tombstones: 10,
    });
    let names: Vec<String> = (0..6).map(|at| format!("k{at}")).collect();
    for name in &names[..4] {
        put(&mut room, 0, name, Some("fits"));
    }
    assert_eq!((room.state(1).len(), room.refused.len()), (4, 0));
    room.write(
        0,
        &[
            ("k0", Some("later")),
            ("k4", Some("too much")),
            ("k5", Some("too much")),
        ],
    );
    room.flush(0);
    room.deliver_all();
    assert_eq!(room.refused, [(1, ERR_LIMIT)]);
    assert_eq!(room.state(1)[0], ("k0".into(), "fits"), "whole or not at all");
    // What follows rests on what was refused; nothing is lost, and it is said again and again.
    put(&mut room, 0, "k1", Some("later"));
    everyone_ticks(&mut room);
    assert!(room.refused.len() > 1);
    assert_eq!(room.state(1).len(), 4);
    put(&mut room, 0, "k2", None);
    put(&mut room, 1, "k3", None);
    everyone_ticks(&mut room);
    assert_eq!(room.state(1).len(), 4);
    assert_eq!(room.state(0), room.state(1));
}

#[test]
fn a_full_window_takes_in_the_deletions_of_all_that_it_never_had() {
    let mut room = bounded(2, 1000, 1000);
    room.nodes[1].set_bounds(Bounds {
        keys: 2,
        tombstones: 2,
    });
    let names: Vec<String> = (0..100).map(|at| format!("k{at}")).collect();
    for name in &names {
        put(&mut room, 0, name, Some("flood"));
    }
    assert!(!room.refused.is_empty() && room.state(1).len() == 4);
    for name in &names {
        put(&mut room, 0, name, None);
    }
    put(&mut room, 0, "freed", Some("yes"));
    everyone_ticks(&mut room);
    room.agree(&[("freed", "yes")]);
    assert!(room.nodes[1].held().1 <= 4);
}

#[test]
fn no_frame_makes_a_window_hold_more_than_twice_its_bound() {
    let mut room = bounded(2, 10, 10);
    let stranger = Actor::from_random(99);
    for round in 0..50u64 {
        let entries = (0..7)
            .map(|at| {
                let value = (round % 2 == 0).then_some("junk");
                (
                    Key::from(format!("r{round}k{at}")),
                    value,
                    Clock::new().tick(NOON),
                )
            })
            .collect();
        let seq = room.nodes[1].vector().get(stranger) + 1;
        let batch = Batch {
            actor: stranger,
            seq,
            deps: vec![],
            entries,
        };
        room.inject(0, 1, StateFrame::Batch(batch));
        room.deliver_all();
        let (live, deleted) = room.nodes[1].held();
        assert!(
            live <= 20 && deleted <= 20 + 20,
            "{live} keys, {deleted} deletions"
        );
    }
    assert!(room.refused.iter().all(|one| *one == (1, ERR_LIMIT)) && !room.refused.is_empty());
    // Everyone else goes on.
    everyone_ticks(&mut room);
    assert_eq!(room.nodes[0].held().0, room.nodes[1].held().0);
    put(&mut room, 1, "r0k0", Some("mine"));
    assert_eq!(room.nodes[0].get("r0k0"), Some(&"mine"));
}

#[test]
fn the_length_of_a_name_is_bounded() {
    let mut room = bounded(2, 10, 10);
    for (at, (length, fits)) in [(KEY_BYTES, true), (KEY_BYTES + 1, false)]
        .into_iter()
        .enumerate()
    {
        let batch = Batch {
            actor: Actor::from_random(90 + at as u64),
            seq: 1,
            deps: vec![],
            entries: vec![(Key::from("x".repeat(length)), Some("v"), Clock::new().tick(NOON))],
        };
        room.inject(0, 1, StateFrame::Batch(batch));
        assert_eq!(room.refused.is_empty(), fits);
    }
    // Nor do many long ones get round it.
    let batch = Batch {
        actor: Actor::from_random(95),
        seq: 1,
        deps: vec![],
        entries: (0..3)
            .map(|at| {
                (
                    Key::from(format!("{at}{}", "y".repeat(30_000))),
                    Some("v"),
                    Clock::new().tick(NOON),
                )
            })
            .collect(),
    };
    room.inject(0, 1, StateFrame::Batch(batch));
    assert_eq!(room.refused, [(1, ERR_LIMIT), (1, ERR_LIMIT)]);
}

#[test]
fn a_vector_of_more_writers_than_there_can_be_is_refused() {
    let mut room = bounded(2, 10, 10);
    let vector: VersionVector = (1..=WRITERS as u64 + 1)
        .map(|at| (Actor::from_random(at << 20), 1))
        .collect();
    room.inject(
        0,
        1,
        StateFrame::Sync {
            vector: vector.clone(),
            born: (NOON, Actor::from_random(9)),
        },
    );
    room.inject(
        0,
        1,
        StateFrame::Delta(Delta {
            since: VersionVector::new(),
            vector,
            entries: vec![],
            whole: false,
            fingerprint: 0,
            content: 0,
        }),
    );
    assert_eq!(room.refused, [(1, ERR_LIMIT), (1, ERR_LIMIT)]);
    assert!(room.nodes[1].vector().len() <= 2);
}

#[test]
fn deletions_are_forgotten_and_a_window_that_was_away_learns_of_them_all_the_same() {
    let mut room = bounded(3, 1000, 8);
    let names: Vec<String> = (0..100).map(|at| format!("k{at}")).collect();
    for name in &names {
        put(&mut room, 0, name, Some("there"));
    }
    assert_eq!(room.state(2).len(), 100);
    room.disconnect(0, 2);
    room.disconnect(1, 2);
    for name in &names[..90] {
        put(&mut room, 1, name, None);
    }
    everyone_ticks(&mut room);
    for at in 0..2 {
        let (live, deleted) = room.nodes[at].held();
        assert_eq!(live, 10);
        assert!(deleted <= 8, "window {at} remembers {deleted}");
    }
    put(&mut room, 2, "k5", Some("written without knowing"));
    room.connect(0, 2);
    room.deliver_all();
    everyone_ticks(&mut room);
    assert_eq!(room.state(2).len(), 11);
    assert_eq!(room.state(0), room.state(2));
    assert_eq!(room.state(1), room.state(2));
}

#[test]
fn the_deletion_of_an_initial_value_is_not_forgotten() {
    let mut room = Room::new();
    for _ in 0..2 {
        let at = room.open(&[("setting", "default")]);
        room.nodes[at].set_bounds(Bounds {
            keys: 1000,
            tombstones: 4,
        });
        room.settle(at);
    }
    room.connect_all();
    put(&mut room, 0, "setting", None);
    for at in 0..100 {
        let name = format!("k{at}");
        put(&mut room, 0, &name, Some("v"));
        put(&mut room, 1, &name, None);
    }
    everyone_ticks(&mut room);
    let late = room.open(&[("setting", "default")]);
    room.settle(late);
    room.connect(0, late);
    room.connect(1, late);
    room.deliver_all();
    room.agree(&[]);
}

#[test]
fn ten_thousand_windows_leave_no_trace_in_what_is_compared() {
    let mut room = bounded(2, 100_000, 64);
    // As presence does: each window writes an entry of its own, and somebody deletes it when it is gone.
    let mut most = 0;
    for at in 0..10_000u64 {
        let stranger = Actor::from_random(1_000_000 + at * 7_919);
        let name = format!("window {at}");
        let batch = Batch {
            actor: stranger,
            seq: 1,
            deps: vec![],
            entries: vec![(
                Key::from(name.as_str()),
                Some("here"),
                Clock::new().tick(room.now),
            )],
        };
        room.inject(0, 1, StateFrame::Batch(batch));
        room.deliver_all();
        put(&mut room, 1, &name, None);
        room.now += 500.0;
        if at % 10 == 9 {
            everyone_ticks(&mut room);
            most = most.max(room.nodes[0].vector().len());
        }
    }
    assert!(most < 500, "{most} writers are remembered");
    let (live, deleted) = room.nodes[0].held();
    assert!(live == 0 && deleted <= 64, "{live} keys, {deleted} deletions");
    // What a tick costs: two numbers to each neighbour.
    room.recount();
    room.tick(0);
    room.deliver_all();
    assert_eq!((room.syncs, room.deltas, room.digests), (0, 0, 2));
    // What one who comes is told.
    let late = room.open(&[]);
    room.settle(late);
    room.connect(0, late);
    room.deliver_all();
    assert!(room.carried <= 64 && room.nodes[late].vector().len() < 500);
    // When the last of them has been silent for some minutes, only those that deleted are left.
    for _ in 0..4 {
        room.now += MINUTE;
        everyone_ticks(&mut room);
    }
    assert!(room.nodes[0].vector().len() <= 3);
}

#[test]
fn a_writer_that_was_silent_for_long_is_heard_again() {
    let mut room = bounded(3, 1000, 4);
    put(&mut room, 2, "a", Some("early"));
    put(&mut room, 1, "a", Some("written over"));
    for _ in 0..5 {
        room.now += MINUTE;
        everyone_ticks(&mut room);
    }
    let silent = room.nodes[2].actor();
    assert_eq!(room.nodes[0].vector().get(silent), 0, "forgotten");
    put(&mut room, 2, "b", Some("late"));
    assert_eq!(room.refused, []);
    room.agree(&[("a", "written over"), ("b", "late")]);
    for _ in 0..20 {
        room.now += MINUTE;
        everyone_ticks(&mut room);
    }
    put(&mut room, 0, "c", Some("on"));
    put(&mut room, 2, "a", Some("and on"));
    room.agree(&[("a", "and on"), ("b", "late"), ("c", "on")]);
}
