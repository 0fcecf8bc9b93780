//! Any records in storage, and any stamps: what two windows make of them comes to rest, nothing of it lies in the future, and
//! what is written afterwards wins.

use parley_sync::core::id::{Actor, Key};
use parley_sync::core::persist::{Record, foreign_stamp, merge, stamp_in};
use parley_sync::core::register::Stamp;

use super::room::{NOON, Room, Value};
use crate::choices::Choices;

const KEYS: [&str; 4] = ["a", "b", "", "__proto__"];
const VALUES: [Option<Value>; 4] = [Some("u"), Some("v"), None, Some("w")];

fn number(choices: &mut Choices) -> f64 {
    let near = (NOON - 1_577_836_800_000.0) * 4096.0;
    match choices.below(10) {
        0 => f64::from_bits(choices.u64()),
        1 => f64::NAN,
        2 => choices.pick(&[f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.5, -1.0, 0.0]),
        3 => choices.pick(&[9_007_199_254_740_991.0, 9_007_199_254_740_992.0, 1e300]),
        4 => near + 4096.0 * 299_999.0,
        5 => near + 4096.0 * 300_001.0,
        _ => near - 4096.0 * 1_000.0 * f64::from(choices.byte()) + f64::from(choices.byte() % 3),
    }
}

/// As the glue reads one: a stamp that cannot be believed counts as none.
fn record(choices: &mut Choices) -> Record<Value> {
    let (time, actor) = (
        number(choices),
        choices.pick(&[1.0, 2.0, 3.0, 0.0, -1.0, f64::NAN, 0.5, 9e15]),
    );
    let believed = stamp_in(time, actor, NOON);
    if let Some(stamp) = believed {
        assert!(
            !stamp.time.is_ahead(NOON) && !stamp.time.is_initial(),
            "{time} is believed"
        );
        assert!(
            stamp.time.as_f64() == time && stamp.actor.as_f64() == actor,
            "{time} changed"
        );
    }
    choices.note(1, usize::from(believed.is_some()));
    let key = choices.pick(&KEYS);
    let stamp = believed.unwrap_or(foreign_stamp());
    Record {
        key: Key::from(key),
        stamp,
        value: content(stamp, key),
        cleared: choices.once(6),
    }
}

/// One write has one content.
fn content(stamp: Stamp, key: &str) -> Option<Value> {
    VALUES[((stamp.time.as_f64() as u64 ^ stamp.actor.bits() ^ key.len() as u64) % 4) as usize]
}

fn records(choices: &mut Choices) -> Vec<Record<Value>> {
    (0..choices.below(12)).map(|_| record(choices)).collect()
}

fn same(one: &[Record<Value>], other: &[Record<Value>]) -> bool {
    one.len() == other.len()
        && one.iter().all(|a| {
            let found = other.iter().find(|b| b.key == a.key);
            found.is_some_and(|b| (a.stamp, a.value, a.cleared) == (b.stamp, b.value, b.cleared))
        })
}

fn laying_together(choices: &mut Choices) {
    let (held, stored) = (records(choices), records(choices));
    let merged = merge(held.clone(), stored.clone(), NOON);
    choices.note(2, merged.news.len());
    choices.note(3, merged.records.len());
    for record in held.iter().chain(&stored) {
        let kept = merged.records.iter().find(|kept| kept.key == record.key);
        let is_later = kept.is_some_and(|kept| kept.stamp >= record.stamp);
        // Only a deletion may be forgotten, and what it beat with it.
        let forgotten = kept.is_none()
            && held
                .iter()
                .chain(&stored)
                .any(|other| other.key == record.key && other.value.is_none());
        assert!(is_later || forgotten, "a write was lost");
    }
    let mut keys: Vec<&Key> = merged.records.iter().map(|record| &record.key).collect();
    keys.dedup();
    assert_eq!(keys.len(), merged.records.len(), "one record for each key");
    // What was written is what is read: then there is nothing to do. Of deletions less may be left: one that is not stored, and
    // beats nothing that is, may be forgotten.
    let again = merge(merged.records.clone(), merged.records.clone(), NOON);
    assert!(
        !again.lacking && again.news.is_empty(),
        "it does not come to rest"
    );
    let other = merge(stored, held, NOON);
    let values = |records: &[Record<Value>]| -> Vec<Record<Value>> {
        let values = records.iter().filter(|record| record.value.is_some());
        values.cloned().collect()
    };
    let kept = values(&merged.records);
    assert!(
        same(&values(&again.records), &kept),
        "it changes by being written"
    );
    assert!(
        same(&values(&other.records), &kept),
        "it hangs on whose the record is"
    );
}

fn two_windows(choices: &mut Choices) {
    let mut room = Room::with(2);
    room.now = NOON;
    let disk = records(choices);
    let disk = merge(Vec::new(), disk, NOON).records;
    room.set(0, "a", "held");
    for at in 0..2 {
        room.restore(at, disk.clone());
        room.settle(at);
    }
    room.connect_all();
    for at in [0, 1, 0] {
        room.tick(at);
        room.deliver_all();
    }
    assert_eq!(room.state(0), room.state(1), "both read the same");
    room.set(1, "a", "after");
    room.deliver_all();
    assert_eq!(room.state(0), room.state(1));
    assert_eq!(
        room.nodes[0].get("a"),
        Some(&"after"),
        "a write after what was stored"
    );
    assert!(Actor::from_f64(0.0).is_none());
}

pub fn run(choices: &mut Choices) {
    if choices.once(2) {
        two_windows(choices);
    } else {
        laying_together(choices);
    }
}
