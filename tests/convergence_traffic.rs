//! What agreement costs: frames, registers, and nothing that grows with the number of writes.
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
use parley_sync::core::clock::Clock;
use parley_sync::core::id::{Actor, Key};
use parley_sync::core::sync::{StateEffect, StateFrame, StateNode};
use room::{NOON, Room};

#[test]
fn a_write_costs_one_frame_a_neighbour() {
    let mut room = Room::with(2);
    room.connect_all();
    room.recount();
    room.set(0, "x", "one");
    room.deliver_all();
    assert_eq!((room.batches, room.syncs, room.deltas), (1, 0, 0));
}

#[test]
fn windows_that_agree_find_out_by_digests_alone() {
    let mut room = Room::with(3);
    room.connect_all();
    room.set(0, "x", "one");
    room.deliver_all();
    room.recount();
    room.tick(0);
    room.deliver_all();
    assert_eq!(
        (room.syncs, room.deltas, room.digests),
        (0, 0, 4),
        "a question and an answer each"
    );
}

#[test]
fn of_ten_windows_one_tells_a_late_one_everything() {
    let mut room = Room::with(10);
    (0..10).for_each(|at| room.settle(at));
    room.connect_all();
    let keys: Vec<String> = (0..1000).map(|at| format!("key {at}")).collect();
    let entries: Vec<_> = keys.iter().map(|key| (key.as_str(), Some("value"))).collect();
    room.write(0, &entries);
    room.flush(0);
    room.deliver_all();
    room.recount();
    let late = room.open(
        &entries
            .iter()
            .map(|&(key, _)| (key, "default"))
            .collect::<Vec<_>>(),
    );
    (0..10).for_each(|at| room.connect(at, late));
    room.settle(late);
    room.deliver_all();
    assert_eq!(room.carried, 1000);
    assert_eq!((room.calls[late], room.ready[late]), (1, 1));
    assert_eq!(room.state(late), room.state(0));
    assert!(room.deltas <= 30, "{} deltas for ten neighbours", room.deltas);
}

#[test]
fn a_broadcast_frame_is_not_relayed_to_those_who_got_it() {
    let mut room = Room::with(3);
    room.connect_all();
    room.write(0, &[("x", Some("one"))]);
    room.flush(0);
    let frame = room.lose(0, 1).unwrap();
    assert!(
        room.nodes[1]
            .receive(0, &[2], frame, room.now)
            .iter()
            .all(|it| !matches!(it, StateEffect::Send { .. }))
    );
}

#[test]
fn a_broadcast_frame_is_relayed_to_those_who_were_not_on_that_wire() {
    let mut room = Room::with(4);
    room.connect_all();
    room.write(0, &[("x", Some("one"))]);
    room.flush(0);
    let frame = room.lose(0, 1).unwrap();
    let effects = room.nodes[1].receive(0, &[2], frame, room.now);
    assert!(
        matches!(&effects[..], [StateEffect::Send { to, .. }, StateEffect::Changed { .. }] if *to == [3])
    );
}

#[test]
fn a_window_that_waits_for_an_answer_is_not_taken_to_follow_a_broadcast() {
    // Window 1 is new. Window 0, its elder, has asked it, and missed the first of two batches of window 2.
    let mut room = Room::with(3);
    room.connect(0, 1);
    room.deliver(0, 1);
    room.connect(1, 2);
    let stranger = Actor::from_random(9);
    for seq in 1..=2 {
        let entries = vec![(Key::from(["a", "b"][seq - 1]), Some("1"), Clock::new().tick(NOON))];
        let batch = Batch {
            actor: stranger,
            seq: seq as u64,
            deps: vec![],
            entries,
        };
        let also: &[u32] = if seq == 2 { &[0] } else { &[] };
        room.nodes[1].receive(2, also, StateFrame::Batch(batch), room.now);
    }
    room.recount();
    room.deliver(1, 0);
    room.deliver(0, 1);
    room.deliver(1, 0);
    assert_eq!(room.state(0), room.state(1));
    assert_eq!((room.state(0).len(), room.carried), (2, 2));
}

#[test]
fn a_frame_that_comes_twice_costs_nothing() {
    let mut room = Room::with(3);
    room.connect_all();
    room.set(0, "x", "one");
    let twice = room.lose(0, 1).unwrap();
    room.inject(0, 1, twice.clone());
    room.deliver_all();
    room.recount();
    room.inject(0, 1, twice);
    assert_eq!(
        (room.batches, room.syncs, room.deltas, room.calls[1]),
        (0, 0, 0, 0)
    );
}

#[test]
fn a_delta_passes_on_without_a_question() {
    // Window 1 has an open batch when it hears by a delta what window 2 has not: both go in one.
    let mut room = Room::with(3);
    room.connect(1, 2);
    room.deliver_all();
    room.set(0, "x", "one");
    room.recount();
    room.write(1, &[("y", Some("two"))]);
    room.connect(0, 1);
    room.deliver_all();
    room.agree(&[("x", "one"), ("y", "two")]);
    assert_eq!(room.syncs, 2, "one each way as the two met");
}

#[test]
fn frames_sent_from_a_lost_neighbour_do_not_leave_a_question_open() {
    let mut room = Room::with(3);
    room.connect_all();
    room.set(0, "a", "1");
    room.lose(0, 2).unwrap();
    room.lose(1, 2);
    room.set(0, "b", "2");
    // Window 2 misses the first, asks window 0, which dies before it answers.
    room.deliver(0, 1);
    room.deliver(0, 1);
    while room.lose(1, 2).is_some() {}
    room.deliver(0, 2);
    room.disconnect(0, 2);
    room.disconnect(0, 1);
    room.deliver_all();
    assert_eq!(room.state(2), room.state(1));
    assert_eq!(room.state(2).len(), 2);
}

#[test]
fn a_million_writes_to_one_key_leave_nothing_behind() {
    let mut node: StateNode<u32> = StateNode::new(Actor::from_random(1), NOON, vec![]);
    let mut other: StateNode<u32> = StateNode::new(Actor::from_random(2), NOON, vec![]);
    node.peer_up(2, NOON);
    other.peer_up(1, NOON);
    node.receive(
        2,
        &[],
        StateFrame::Sync {
            vector: Default::default(),
            born: (NOON, other.actor()),
        },
        NOON,
    );
    let key = Key::from("count");
    for turn in 0..1_000u32 {
        let now = NOON + f64::from(turn);
        for write in 0..1_000 {
            node.write(vec![(key.clone(), Some(turn * 1_000 + write))], now);
        }
        for effect in node.flush(now) {
            let StateEffect::Send {
                frame: StateFrame::Batch(batch),
                ..
            } = effect
            else {
                panic!("not a batch")
            };
            assert_eq!((batch.entries.len(), batch.deps.len()), (1, 0));
            other.receive(1, &[], StateFrame::Batch(batch), now);
        }
    }
    assert_eq!((node.iter().count(), other.get("count")), (1, Some(&999_999)));
    assert_eq!((node.vector().len(), other.vector().len()), (1, 1));
}

#[test]
fn many_keys_are_all_found() {
    let mut node: StateNode<usize> = StateNode::new(Actor::from_random(1), NOON, vec![]);
    let keys: Vec<Key> = (0..20_000)
        .map(|at| Key::from(format!("{}{at}", "item.".repeat(at % 4))))
        .collect();
    for (at, key) in keys.iter().enumerate() {
        node.write(vec![(key.clone(), Some(at))], NOON);
    }
    assert!(
        keys.iter()
            .enumerate()
            .all(|(at, key)| node.get(key) == Some(&at))
    );
    assert_eq!(
        (node.get(""), node.get("item"), node.iter().count()),
        (None, None, 20_000)
    );
}
