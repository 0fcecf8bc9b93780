//! Values that somebody else removed from storage.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use parley_sync::core::cell::{Part, cell_name};
use parley_sync::core::clock::{Clock, Time};
use parley_sync::core::id::{Actor, Key};
use parley_sync::core::persist::removal::{CONCURRENT_MS, Found, Seen, is_removal, remove};
use parley_sync::core::persist::{Record, foreign_stamp};
use parley_sync::core::register::Stamp;

const NOON: f64 = 1_790_000_000_000.0;
const BEGUN: f64 = NOON - 86_400_000.0;

fn stamp(ms: f64) -> Stamp {
    Stamp {
        time: Clock::new().tick(ms),
        actor: Actor::from_random(7),
    }
}

fn value(key: &str, stamp: Stamp) -> Record<&'static str> {
    Record {
        key: Key::from(key),
        stamp,
        value: Some("value"),
        cleared: false,
    }
}

fn deletion(key: &str, stamp: Stamp) -> Record<&'static str> {
    Record {
        value: None,
        ..value(key, stamp)
    }
}

fn seen(records: &[Record<&'static str>]) -> Seen {
    Seen::new(Some(BEGUN), records, true)
}

/// The keys that count as removed.
fn removed(
    mut held: Vec<Record<&'static str>>,
    seen: &Seen,
    is_gone: bool,
    since: Option<f64>,
    records: &[Record<&'static str>],
) -> Vec<String> {
    let before = held.clone();
    let found = Found {
        is_gone,
        since,
        records,
    };
    let removed = remove(&mut held, seen, &found, NOON);
    for record in &removed {
        assert!(is_removal(record) && record.cleared);
        let was = before.iter().find(|one| one.key == record.key).unwrap();
        assert!(record.stamp > was.stamp, "it beats what it removes");
        assert!(held.contains(record), "and stands in its place");
    }
    removed.iter().map(|record| record.key.to_string()).collect()
}

#[test]
fn what_was_stored_and_is_gone_is_removed_and_what_was_written_since_stays() {
    let (old, new) = (stamp(NOON - 5000.0), stamp(NOON - 10.0));
    let stored = seen(&[value("again", old), value("token", old), deletion("gone", old)]);
    let held = vec![
        value("again", new),
        deletion("gone", old),
        value("never stored", new),
        value("token", old),
    ];
    assert_eq!(removed(held.clone(), &stored, true, None, &[]), ["token"]);
    assert_eq!(
        removed(held.clone(), &stored, false, Some(BEGUN), &[]),
        [""; 0],
        "two windows may overwrite each other: what is missing is stored again"
    );
    let none = Seen::default();
    assert_eq!(
        removed(held, &none, true, None, &[]),
        [""; 0],
        "nothing was stored yet"
    );
}

#[test]
fn a_storage_that_never_gave_anything_back_was_not_emptied() {
    let old = stamp(NOON - 5000.0);
    let written = Seen::new(Some(BEGUN), &[value("x", old)], false);
    assert_eq!(removed(vec![value("x", old)], &written, true, None, &[]), [""; 0]);
}

#[test]
fn what_another_window_deleted_or_wrote_meanwhile_is_no_removal() {
    let (old, new) = (stamp(NOON - 5000.0), stamp(NOON - 10.0));
    let held = vec![value("a", old), value("b", old), value("c", old)];
    let stored = seen(&held);
    let found = [deletion("a", new), value("b", old)];
    assert_eq!(removed(held, &stored, true, None, &found), ["c"]);
}

#[test]
fn a_storage_begun_anew_was_emptied_but_not_one_that_two_windows_begin() {
    let old = stamp(NOON - 5000.0);
    let held = vec![value("token", old)];
    let stored = seen(&held);
    let found = [value("other", stamp(NOON))];
    for (since, expected) in [
        (Some(NOON), &["token"][..]),
        (Some(BEGUN - 2.0 * CONCURRENT_MS), &["token"]),
        (Some(BEGUN + CONCURRENT_MS), &[]),
        (Some(BEGUN - CONCURRENT_MS), &[]),
        (None, &[]),
    ] {
        assert_eq!(removed(held.clone(), &stored, false, since, &found), expected);
    }
    let unknown = Seen::new(None, &held, true);
    assert_eq!(removed(held, &unknown, false, Some(NOON), &found), [""; 0]);
}

#[test]
fn counted_and_foreign_stamps_are_beaten_too_and_nobody_counts_backwards() {
    let counted = Stamp {
        time: Time::after(Some(Time::after(None))),
        actor: Actor::from_random(9),
    };
    let writes = cell_name(&Key::from(""), &Part::Writes(Actor::from_random(3)));
    let held = vec![
        value(&writes, counted),
        value("counted", counted),
        value("foreign", foreign_stamp()),
    ];
    assert_eq!(
        removed(held.clone(), &seen(&held), true, None, &[]),
        ["counted", "foreign"]
    );
    let mut counted = vec![value("counted", counted)];
    let found = Found {
        is_gone: true,
        since: None,
        records: &[],
    };
    let stored = seen(&counted);
    let made = remove(&mut counted, &stored, &found, NOON);
    assert!(
        !made[0].stamp.time.is_reading(),
        "where writes are counted it is the next"
    );
}
