//! A peer that gives two windows two contents of one write: they agree all the same, on the same one everywhere.
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

use parley_sync::core::batch::Batch;
use parley_sync::core::clock::{Clock, Time};
use parley_sync::core::id::Actor;
use parley_sync::core::sync::{ERR_DIVERGED, StateFrame};
use room::{NOON, Room, Value};

fn liar() -> Actor {
    Actor::from_random(99)
}

fn time() -> Time {
    Clock::new().tick(NOON + 50.0)
}

fn batch(actor: Actor, seq: u64, entries: &[(&str, Option<Value>)]) -> StateFrame<Value> {
    let entries = entries.iter().map(|&(key, value)| (key.into(), value, time()));
    StateFrame::Batch(Batch {
        actor,
        seq,
        deps: Vec::new(),
        entries: entries.collect(),
    })
}

/// Honest windows in a line, of which the first and the last hear the liar, who comes after them.
fn line(count: usize) -> Room {
    let mut room = Room::with(count + 1);
    for at in 1..count {
        room.connect(at - 1, at);
    }
    (0..count).for_each(|at| room.settle(at));
    room.deliver_all();
    room
}

fn tick_all(room: &mut Room, count: usize) {
    (0..count).for_each(|at| room.tick(at));
    room.deliver_all();
}

fn agree(room: &Room, count: usize) -> Vec<(String, Value)> {
    for at in 1..count {
        assert_eq!(room.state(at), room.state(0), "window {at}");
    }
    room.state(0)
}

/// Whichever window has which of the two, all come to show the same one.
#[test]
fn windows_that_hold_two_contents_of_one_write_agree() {
    let mut shown = Vec::new();
    for (first, last) in [("this", "that"), ("that", "this")] {
        let mut room = line(3);
        room.inject(3, 0, batch(liar(), 1, &[("k", Some(first))]));
        room.inject(3, 2, batch(liar(), 1, &[("k", Some(last))]));
        assert_ne!(room.state(0), room.state(2), "they do not even differ");
        room.deliver_all();
        for _ in 0..3 {
            tick_all(&mut room, 3);
        }
        shown.push(agree(&room, 3));
        assert!(room.refused.is_empty());
        let listeners: Vec<_> = (0..3).filter(|&at| room.told[at].len() > 1).collect();
        assert!(!listeners.is_empty(), "somebody has been told of another value");
    }
    assert_eq!(shown[0], shown[1], "which one wins hangs on the contents alone");
}

#[test]
fn a_value_here_and_a_deletion_there_agree() {
    let mut room = line(2);
    room.inject(
        2,
        0,
        batch(liar(), 1, &[("k", Some("here")), ("other", Some("x"))]),
    );
    room.inject(2, 1, batch(liar(), 1, &[("k", None), ("other", Some("x"))]));
    room.deliver_all();
    for _ in 0..2 {
        tick_all(&mut room, 2);
    }
    assert_eq!(
        agree(&room, 2).len(),
        2,
        "the value wins, as every content wins over none"
    );
}

/// In the name of a window that has written that very thing.
#[test]
fn a_window_whose_write_was_forged_agrees_with_the_others() {
    for forged in ["more", "less"] {
        let mut room = line(2);
        room.disconnect(0, 1);
        room.set(0, "k", "mine");
        let written = room.nodes[0].stamp("k").unwrap();
        room.inject(
            2,
            1,
            StateFrame::Batch(Batch {
                actor: written.actor,
                seq: 1,
                deps: Vec::new(),
                entries: vec![("k".into(), Some(forged), written.time)],
            }),
        );
        room.connect(0, 1);
        room.deliver_all();
        assert_ne!(room.state(0), room.state(1), "they do not even differ");
        tick_all(&mut room, 2);
        agree(&room, 2);
        room.set(0, "k", "later");
        room.deliver_all();
        room.agree_on(2, &[("k", "later")]);
    }
}

/// More than a window tells anew at once: the rest is found by the next comparison.
#[test]
fn a_hundred_lies_later_they_agree() {
    let mut room = line(3);
    for seq in 1..=100 {
        let key = format!("k{seq}");
        let (one, other) = (format!("{key}a"), format!("{key}b"));
        room.inject(3, 0, batch(liar(), seq, &[(&one, Some("u"))]));
        room.inject(
            3,
            2,
            batch(liar(), seq, &[(&other, Some("v")), (&one, Some("w"))]),
        );
    }
    room.deliver_all();
    for _ in 0..4 {
        tick_all(&mut room, 3);
    }
    assert_eq!(agree(&room, 3).len(), 200, "nothing of it was lost");
}

/// A neighbour that says it holds something else whatever it is told: it is told everything ever less often, and the host hears
/// of it once.
#[test]
fn who_cannot_be_made_to_agree_is_told_of() {
    let mut room = line(2);
    room.set(0, "k", "fine");
    room.deliver_all();
    room.recount();
    for _ in 0..40 {
        let seen = room.nodes[0].vector().digest();
        room.tick(0);
        let mine = room.digest_frame(1).expect("a comparison");
        let StateFrame::Digest {
            fingerprint, content, ..
        } = mine
        else {
            panic!("no comparison of digests")
        };
        let content = content ^ 2;
        room.inject(
            1,
            0,
            StateFrame::Digest {
                seen,
                fingerprint,
                content,
                is_answer: false,
            },
        );
        room.lose_all(0, 1);
    }
    assert_eq!(room.refused, [(0, ERR_DIVERGED)]);
    assert_eq!(
        room.carried, 7,
        "the one key was sent in ticks 1, 2, 3, 4, 8, 16 and 32"
    );
}

/// Two windows to which the liar has told two contents of one write.
fn deceived() -> Room {
    let mut room = line(2);
    room.inject(2, 0, batch(liar(), 1, &[("k", Some("this"))]));
    room.inject(2, 1, batch(liar(), 1, &[("k", Some("that"))]));
    room.deliver_all();
    assert_ne!(room.state(0), room.state(1), "they do not even differ");
    room.recount();
    room
}

/// They compare for ever, and what would make them agree never arrives: both are told, each once.
#[test]
fn windows_that_stay_different_are_both_told() {
    let mut room = deceived();
    for _ in 0..40 {
        (0..2).for_each(|at| room.tick(at));
        for (from, to) in [(0, 1), (1, 0)] {
            while let Some(frame) = room.lose(from, to) {
                if matches!(frame, StateFrame::Digest { .. }) {
                    room.inject(from, to, frame);
                }
            }
        }
    }
    room.refused.sort_unstable();
    assert_eq!(room.refused, [(0, ERR_DIVERGED), (1, ERR_DIVERGED)]);
}

/// A window that was busy finds many comparisons of another's at once: that says no more than one of them.
#[test]
fn comparisons_that_pile_up_are_no_proof_of_anything() {
    let mut room = deceived();
    for _ in 0..50 {
        room.tick(0);
    }
    room.deliver_all();
    tick_all(&mut room, 2);
    agree(&room, 2);
    assert!(room.refused.is_empty());
    // What comes to differ later is counted from the start.
    room.inject(2, 0, batch(liar(), 2, &[("l", Some("this"))]));
    room.inject(2, 1, batch(liar(), 2, &[("l", Some("that"))]));
    (0..2).for_each(|_| tick_all(&mut room, 2));
    agree(&room, 2);
    assert!(room.refused.is_empty());
}
