//! Transactions over many keys.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod model_room;

use std::time::{Duration, Instant};

use model_room::{Room, transaction};
use parley_sync::core::model::Strategy;

fn names(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("item-{at}")).collect()
}

fn all<'a>(names: &'a [String], value: &'a str) -> Vec<(&'a str, &'a str)> {
    names.iter().map(|name| (name.as_str(), value)).collect()
}

const KEYS: usize = 1000;

/// A bound that no machine misses unless the work grows with the square of the keys and more.
fn costs_little(what: &str, act: impl FnOnce()) {
    let start = Instant::now();
    act();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(2), "{what} took {took:?}");
}

#[test]
fn a_transaction_over_a_thousand_keys_costs_little() {
    let keys = names(KEYS);
    let mut room = Room::new(3, Strategy::LastWriteWins, &[]);
    costs_little("a transaction", || {
        room.write(0, &all(&keys, "a"), transaction());
        room.meet();
    });
    room.agree(&all(&keys, "a"));
    costs_little("one over it", || {
        room.write(1, &all(&keys, "b"), transaction());
        room.meet();
    });
    room.agree(&all(&keys, "b"));
}

#[test]
fn a_transaction_over_a_thousand_keys_falls_at_little_cost() {
    let keys = names(KEYS);
    let mut room = Room::new(3, Strategy::LastWriteWins, &[]);
    room.write(0, &all(&keys, "a"), transaction());
    room.meet();
    room.part();
    room.write(0, &all(&keys, "b"), transaction());
    room.set(1, "item-7", "c");
    costs_little("its fall", || room.meet());
    let mut expected = all(&keys, "a");
    expected[7].1 = "c";
    room.agree(&expected);
    costs_little("writing over it", || {
        room.write(2, &all(&keys, "d"), transaction());
        room.meet();
    });
    room.agree(&all(&keys, "d"));
}
