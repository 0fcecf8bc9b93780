//! What is stored of a state, and what a window makes of it.
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

use std::collections::BTreeMap;

use parley_sync::core::clock::Time;
use parley_sync::core::id::{Actor, Key};
use parley_sync::core::persist::{DELETIONS, FORGET_AFTER_MS, Record, foreign_stamp, merge, stamp_in};
use parley_sync::core::register::Stamp;
use parley_sync::core::sync::ChangeOrigin::Storage;
use parley_sync_kit::Random;
use room::{NOON, Room};

fn stamp(time: i32, actor: u64) -> Stamp {
    Stamp {
        time: Time::from_f64(f64::from(time)).unwrap(),
        actor: Actor::from_random(actor),
    }
}

/// What no honest window can have made.
fn impossible() -> Stamp {
    Stamp {
        time: Time::from_f64(9_007_199_254_740_990.0).unwrap(),
        actor: Actor::from_random(7),
    }
}

/// The first reading of that millisecond.
fn at(ms: f64) -> Stamp {
    let mut clock = parley_sync::core::clock::Clock::new();
    Stamp {
        time: clock.tick(ms),
        actor: Actor::from_random(7),
    }
}

fn record<V>(key: &str, stamp: Stamp, value: Option<V>) -> Record<V> {
    Record {
        key: Key::from(key),
        stamp,
        value,
        cleared: false,
    }
}

fn cleared(key: &str, stamp: Stamp) -> Record<&'static str> {
    Record {
        cleared: true,
        ..record(key, stamp, None)
    }
}

#[test]
fn a_window_that_comes_back_goes_on_where_it_was() {
    let mut room = Room::with(1);
    room.set(0, "kept", "one");
    room.set(0, "gone", "two");
    room.write(0, &[("gone", None), ("unsent", Some("three"))]);
    let stored = room.store(0);
    let back = room.open(&[("kept", "initial"), ("gone", "initial"), ("new", "initial")]);
    room.restore(back, stored);
    let expected = [("kept", "one"), ("new", "initial"), ("unsent", "three")];
    assert_eq!(
        room.state(back),
        expected.map(|(key, value)| (key.to_owned(), value))
    );
    assert!(room.told[back].iter().all(|told| told.3 == Storage));
}

#[test]
fn what_others_have_is_not_told_again() {
    let mut room = Room::with(2);
    room.connect_all();
    room.settle(0);
    room.settle(1);
    room.set(0, "x", "one");
    room.set(0, "y", "two");
    room.deliver_all();
    let stored = room.store(0);
    room.disconnect(0, 1);
    let back = room.open(&[]);
    room.restore(back, stored);
    room.recount();
    room.connect(1, back);
    room.deliver_all();
    room.settle(back);
    room.tick(1);
    room.tick(back);
    room.deliver_all();
    assert_eq!(
        room.carried, 2,
        "the window that came back heard of both, and told neither"
    );
    assert_eq!(room.state(1), room.state(back));
}

#[test]
fn what_others_lack_is_told_as_soon_as_the_window_is_ready() {
    for answers_late in [false, true] {
        let mut room = Room::with(1);
        room.settle(0);
        let stored = vec![record("x", at(NOON - 1000.0), Some("stored"))];
        let back = room.open(&[]);
        if !answers_late {
            room.restore(back, stored.clone());
        }
        room.connect(0, back);
        room.deliver_all();
        if answers_late {
            room.restore(back, stored);
        }
        room.settle(back);
        room.deliver_all();
        assert_eq!(room.ready[back], 1);
        assert_eq!(
            room.state(0),
            [("x".to_owned(), "stored")],
            "late: {answers_late}"
        );
    }
}

#[test]
fn storage_that_answers_late_is_told_at_once() {
    let mut room = Room::with(2);
    room.connect_all();
    room.settle(0);
    room.settle(1);
    room.restore(1, vec![record("x", at(NOON - 1000.0), Some("stored"))]);
    room.deliver_all();
    assert_eq!(room.state(0), [("x".to_owned(), "stored")]);
    room.set(0, "y", "written");
    room.restore(1, vec![record("y", at(NOON - 1000.0), Some("stored"))]);
    room.deliver_all();
    room.agree(&[("x", "stored"), ("y", "written")]);
}

#[test]
fn a_stamp_that_nobody_can_have_made_is_refused_by_itself_and_drags_no_clock_along() {
    let mut room = Room::with(1);
    let future = record("evil", impossible(), Some("evil"));
    let initial = record(
        "born",
        Stamp {
            time: Time::initial(NOON),
            ..at(NOON)
        },
        Some("initial"),
    );
    let honest = record("good", at(NOON - 1.0), Some("good"));
    room.restore(0, vec![future, initial, honest]);
    assert_eq!(room.state(0), [("good".to_owned(), "good")]);
    room.set(0, "x", "now");
    assert!(room.nodes[0].stamp("x").unwrap().time.millis() < NOON + 10_000.0);
}

#[test]
fn what_is_written_after_a_stored_write_is_later_than_it() {
    // The clock of the window's earlier life was ahead.
    let (key, year) = ("x", 31_536_000_000.0);
    let cases = [
        (200_000.0, false),
        (200_000.0, true),
        (year, false),
        (9_000.0 * year, false),
    ];
    for (ahead, is_cleared) in cases {
        let mut room = Room::with(1);
        let stored = Record {
            cleared: is_cleared,
            ..record(key, at(NOON + ahead), None)
        };
        let before = stored.stamp;
        room.restore(0, vec![stored]);
        room.set(0, key, "new");
        assert!(
            room.nodes[0].stamp(key).unwrap() > before,
            "cleared: {is_cleared}"
        );
    }
}

#[test]
fn after_a_clear_a_new_window_begins_anew_and_an_old_one_cannot_bring_anything_back() {
    let mut room = Room::new();
    let fresh = room.open(&[("theme", "initial")]);
    let old = room.open(&[]);
    room.set(old, "theme", "dark");
    let tombstone = cleared("theme", at(room.now + 1.0));
    room.now += 2.0;
    room.restore(fresh, vec![tombstone.clone()]);
    assert_eq!(room.state(fresh), [("theme".to_owned(), "initial")]);
    let merged = merge(room.store(old), vec![tombstone], room.now);
    assert!(!merged.lacking && merged.records[0].cleared);
    room.restore(old, merged.news);
    assert_eq!(room.state(old), []);
}

#[test]
fn stamps_that_cannot_be_believed() {
    let now = NOON;
    let real = at(NOON).time.as_f64();
    assert_eq!(stamp_in(real, 7.0, now), Some(at(NOON)));
    assert_eq!(stamp_in(0.0, 1.0, now), Some(foreign_stamp()));
    let wrong = at(f64::INFINITY);
    let believed = stamp_in(wrong.time.as_f64(), 7.0, now);
    assert_eq!(believed, Some(wrong), "a clock may show anything");
    let max = 9_007_199_254_740_991.0;
    for time in [
        -1.0,
        0.5,
        max - 1.0,
        max,
        max + 1.0,
        f64::NAN,
        f64::INFINITY,
        -f64::INFINITY,
    ] {
        assert_eq!(stamp_in(time, 7.0, now), None, "time {time}");
    }
    for actor in [0.0, -1.0, 1.5, max + 1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(stamp_in(real, actor, now), None, "actor {actor}");
    }
    assert!(Time::initial(now) < foreign_stamp().time);
    assert!(foreign_stamp() < stamp(1, 1));
}

/// Random records of few keys, so that writes meet; equal stamps have equal values, as honest ones have.
fn some(random: &mut Random) -> Vec<Record<u64>> {
    let count = random.below(12);
    let one = |_| {
        let (key, time, actor) = (random.below(5), random.below(6), random.between(1, 2));
        let id = (key * 100 + time * 10) as u64 + u64::from(actor);
        let mark = record(&format!("k{key}"), stamp(time as i32, u64::from(actor)), Some(id));
        let value = mark.value.filter(|id| id % 3 > 0);
        Record {
            value,
            cleared: value.is_none() && random.percent(30),
            ..mark
        }
    };
    (0..count).map(one).collect()
}

/// The greatest write of each key.
fn greatest(records: &[&[Record<u64>]]) -> BTreeMap<String, (Stamp, Option<u64>)> {
    let mut map: BTreeMap<String, (Stamp, Option<u64>)> = BTreeMap::new();
    for record in records.iter().flat_map(|records| records.iter()) {
        let entry = map
            .entry(record.key.to_string())
            .or_insert((record.stamp, record.value));
        if entry.0 < record.stamp {
            *entry = (record.stamp, record.value);
        }
    }
    map
}

#[test]
fn merging_keeps_the_greatest_write_of_each_key() {
    let mut random = Random::new(0x5707);
    // Times from 2020 on: nothing is old enough to be forgotten.
    let now = 1_577_836_800_000.0;
    for round in 0..20_000 {
        let (held, stored) = (some(&mut random), some(&mut random));
        let merged = merge(held.clone(), stored.clone(), now);
        let all = greatest(&[&held, &stored]);
        assert_eq!(greatest(&[&merged.records]), all, "round {round}");
        assert_eq!(merged.records.len(), all.len(), "round {round}: each key once");
        assert_eq!(
            greatest(&[&held, &merged.news]),
            all,
            "round {round}: the news are all that is lacked"
        );
        let of_disk = greatest(&[&stored]);
        let lacks = |record: &Record<u64>| {
            let same = |other: &&Record<u64>| other.key == record.key && other.stamp == record.stamp;
            of_disk
                .get(&*record.key)
                .is_none_or(|found| found.0 < record.stamp)
                || !stored
                    .iter()
                    .filter(same)
                    .any(|other| other.cleared == record.cleared)
        };
        assert_eq!(merged.lacking, merged.records.iter().any(lacks), "round {round}");
        // Two windows that store in turn end with the same, whoever is last, and then rest.
        let again = merge(stored.clone(), held.clone(), now);
        assert_eq!(again.records, merged.records, "round {round}");
        let rest = merge(held, merged.records.clone(), now);
        assert!(!rest.lacking && rest.records == merged.records, "round {round}");
    }
}

#[test]
fn deletions_are_forgotten_after_a_time_unless_something_older_is_stored() {
    let now = NOON + FORGET_AFTER_MS + 1.0;
    let deletion = record("x", at(NOON), None);
    let merged = merge(vec![deletion.clone()], vec![deletion.clone()], now);
    assert!(merged.records.is_empty() && !merged.lacking && merged.news.is_empty());
    let merged = merge(vec![deletion.clone()], vec![], NOON + FORGET_AFTER_MS - 1.0);
    assert!(merged.records == [deletion.clone()] && merged.lacking);
    let revived = record("x", at(NOON - 1.0), Some("old"));
    let merged = merge(vec![deletion.clone()], vec![revived], now);
    assert!(merged.records == [deletion] && merged.lacking && merged.news.is_empty());
}

#[test]
fn no_more_deletions_are_stored_than_the_limit() {
    let deletion = |n: usize| record(&format!("k{n}"), stamp(n as i32 + 1, 1), None);
    let mut held: Vec<Record<&str>> = (0..DELETIONS + 500).map(deletion).collect();
    held.push(record("value", stamp(1, 1), Some("old, but a value")));
    let merged = merge(held.clone(), vec![], 1_577_836_800_000.0);
    assert_eq!(merged.records.len(), DELETIONS + 1);
    assert!(
        merged
            .records
            .iter()
            .all(|record| record.value.is_some() || record.stamp.time.as_f64() > 500.0)
    );
    let rest = merge(held, merged.records, 1_577_836_800_000.0);
    assert!(!rest.lacking, "what is not stored on purpose is not missed");
}
