//! Values that somebody else removed from storage: `localStorage.clear()`, a user who clears the site's data.
//!
//! A window of this package never just drops a stored value: it stores a later value or a deletion in its place, and says so
//! where no value is left. But two windows that write at the same moment may overwrite each other for an instant. So a value
//! that is missing was removed by somebody else only where all values are missing, or where the storage was begun anew.

use super::{Record, foreign_stamp};
use crate::core::cell::{self, Part};
use crate::core::clock::{Clock, Time};
use crate::core::id::{Actor, Key};
use crate::core::lists::Gather;
use crate::core::order;
use crate::core::register::Stamp;

/// Two windows that find nothing stored may both begin the storage: within that time, ms, it counts as begun once.
pub const CONCURRENT_MS: f64 = 2000.0;

/// What a window last saw stored.
#[derive(Clone, Default, Debug)]
pub struct Seen {
    /// When that storage was begun, if it says so.
    since: Option<f64>,
    /// The values, by key: which, and of which write.
    values: Vec<(Key, Stamp)>,
    /// They were read. What was only written may never have been stored: there are storages that fail without an error.
    is_confirmed: bool,
}

impl Seen {
    /// Takes those of the records that hold a value.
    #[must_use]
    pub fn new<V>(since: Option<f64>, records: &[Record<V>], is_confirmed: bool) -> Self {
        let values = records.iter().filter(|record| record.value.is_some());
        let mut values: Vec<_> = values.map(|one| (one.key.clone(), one.stamp)).gather();
        order::sort(&mut values);
        Self {
            since,
            values,
            is_confirmed,
        }
    }

    /// Whether no value was seen, so none can be removed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether it was read, not only written.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.is_confirmed
    }

    /// When that storage was begun, if it says so.
    #[must_use]
    pub fn since(&self) -> Option<f64> {
        self.since
    }

    /// Whether that very write was stored, or a later one.
    fn has(&self, key: &Key, stamp: Stamp) -> bool {
        let at = self.values.binary_search_by(|(known, _)| known.cmp(key));
        let found = at.ok().and_then(|at| self.values.get(at));
        found.is_some_and(|(_, stored)| *stored >= stamp)
    }
}

/// What is stored now.
pub struct Found<'a, V> {
    /// The item with the values is not there, and no window of this package took it away.
    pub is_gone: bool,
    /// When this storage was begun, if it says so.
    pub since: Option<f64>,
    /// Values and deletions.
    pub records: &'a [Record<V>],
}

impl<V> Found<'_, V> {
    /// Whether values may be missing here because somebody removed them.
    fn is_emptied_since(&self, seen: &Seen) -> bool {
        let begun_anew = match (seen.since, self.since) {
            (Some(before), Some(now)) => (before - now).abs() > CONCURRENT_MS,
            _ => false,
        };
        seen.is_confirmed && (self.is_gone || begun_anew)
    }
}

/// Puts deletions in the place of held values that were stored and have been removed by somebody else, and returns those
/// deletions. What was written since and is not stored yet stays.
pub fn remove<V: Clone>(
    held: &mut [Record<V>],
    seen: &Seen,
    found: &Found<'_, V>,
    now: f64,
) -> Vec<Record<V>> {
    if seen.is_empty() || !found.is_emptied_since(seen) {
        return Vec::new();
    }
    let records = found.records.iter();
    let mut known: Vec<(&Key, Stamp)> = records.map(|one| (&one.key, one.stamp)).gather();
    order::sort(&mut known);
    let is_covered = |record: &Record<V>| {
        let at = known.partition_point(|one| *one < (&record.key, record.stamp));
        known.get(at).is_some_and(|one| *one.0 == record.key)
    };
    // How many writes were made is nothing that anybody wrote.
    let counts_writes = |key: &Key| matches!(cell::parse(key), Some((_, Part::Writes(_))));
    let mut removed: Vec<&mut Record<V>> = held
        .iter_mut()
        .filter(|record| record.value.is_some() && seen.has(&record.key, record.stamp))
        .filter(|record| !is_covered(record) && !counts_writes(&record.key))
        .gather();
    let mut clock = Clock::new();
    for record in &removed {
        // What is held was let in: none is ahead.
        let _ = clock.observe(record.stamp.time, now);
    }
    let time = clock.tick(now);
    for record in &mut removed {
        record.value = None;
        record.cleared = true;
        record.stamp = Stamp {
            time: after(record.stamp, time),
            actor: nobody(),
        };
    }
    removed.into_iter().map(|record| record.clone()).gather()
}

/// Now; where writes are counted and no clock is read, the next number.
fn after(stamp: Stamp, now: Time) -> Time {
    if stamp.time.is_reading() || stamp == foreign_stamp() {
        now
    } else {
        Time::after(Some(stamp.time))
    }
}

/// Whether that is a deletion by [`remove`], in whatever window: the next window to begin finds an empty storage, and has its
/// initial values.
#[must_use]
pub fn is_removal<V>(record: &Record<V>) -> bool {
    record.value.is_none() && record.stamp.actor == nobody()
}

/// The writer of what was found and not made.
fn nobody() -> Actor {
    foreign_stamp().actor
}
