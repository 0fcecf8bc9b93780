//! Transactions over many keys.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod allocated;
mod model_room;

use allocated::{assert_linear, total};
use model_room::{Room, transaction};
use parley_sync::core::model::Strategy;

fn names(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("item-{at}")).collect()
}

fn all<'a>(names: &'a [String], value: &'a str) -> Vec<(&'a str, &'a str)> {
    names.iter().map(|name| (name.as_str(), value)).collect()
}

const KEYS: usize = 1000;

fn empty() -> Room {
    Room::new(3, Strategy::LastWriteWins, &[])
}

fn write_all(room: &mut Room, at: usize, keys: &[String], value: &str) {
    room.write(at, &all(keys, value), transaction());
    room.meet();
}

#[test]
fn a_transaction_over_a_thousand_keys_costs_little() {
    assert_linear("a transaction", KEYS, |count| {
        let (keys, mut room) = (names(count), empty());
        let cost = total(|| write_all(&mut room, 0, &keys, "a"));
        room.agree(&all(&keys, "a"));
        cost
    });
}

#[test]
fn a_transaction_over_another_costs_little() {
    assert_linear("a transaction over another", KEYS, |count| {
        let (keys, mut room) = (names(count), empty());
        write_all(&mut room, 0, &keys, "a");
        let cost = total(|| write_all(&mut room, 1, &keys, "b"));
        room.agree(&all(&keys, "b"));
        cost
    });
}

/// A transaction over all keys, written apart from a write that aborts it.
fn conflict(keys: &[String]) -> Room {
    let mut room = empty();
    write_all(&mut room, 0, keys, "a");
    room.part();
    room.write(0, &all(keys, "b"), transaction());
    room.set(1, "item-7", "c");
    room
}

#[test]
fn a_transaction_over_a_thousand_keys_falls_at_little_cost() {
    assert_linear("the fall of a transaction", KEYS, |count| {
        let keys = names(count);
        let mut room = conflict(&keys);
        let cost = total(|| room.meet());
        let mut expected = all(&keys, "a");
        expected[7].1 = "c";
        room.agree(&expected);
        cost
    });
}

#[test]
fn writing_over_a_transaction_that_fell_costs_little() {
    assert_linear("a transaction over one that fell", KEYS, |count| {
        let keys = names(count);
        let mut room = conflict(&keys);
        room.meet();
        let cost = total(|| write_all(&mut room, 2, &keys, "d"));
        room.agree(&all(&keys, "d"));
        cost
    });
}
