//! Persistence: a state's registers with their stamps, merged with what is already stored.
//!
//! Storage holds no version vector. To the other windows a restored register is one that was never sent, and if a peer turns
//! out to have that very write, its number is adopted.
//!
//! - **Deletions** are stored beside the values, under a key of their own, so that a state without values leaves no item. They are
//!   kept for 30 days, at most 10,000 of them. Without them an old window could bring back what was deleted.
//! - **After `clear()` or `reset()`** the registers are marked as cleared: they beat every older write, wherever it turns up again,
//!   but not the initial values of a window that begins anew.
//! - **Stamps are checked.** A value whose stamp no write can have, or that came without one, counts as older than every write: so
//!   nothing wins for ever, and nothing is lost to a clock that was wrong.
//! - **Damage.** What cannot be read is set aside before anything is written in its place. Data of a newer form or version is left
//!   untouched.

pub mod removal;

use std::cmp::Ordering;

use super::clock::{Clock, Time};
use super::id::Actor;
pub use super::register::Record;
use super::register::Stamp;
use crate::core::lists::{Gather, List};
use crate::core::order;

/// For how long a deletion is stored. A window that neither read the storage nor met another window for so long may bring
/// the key back; without an end, keys that are used once would fill the storage with them.
pub const FORGET_AFTER_MS: f64 = 30.0 * 86_400_000.0;
/// How many deletions are stored, the latest ones.
pub const DELETIONS: usize = 10_000;

/// What came of laying together what is held and what is stored.
pub struct MergedRecords<V> {
    /// What is to be stored, by key.
    pub records: Vec<Record<V>>,
    /// What is stored and not held.
    pub news: Vec<Record<V>>,
    /// Something of `records` is not stored.
    pub lacking: bool,
}

/// A stamp as it was read. `None` if it is none of a write that can have been made: initial values are not stored, and a time
/// that is ahead ([`Time::is_ahead`]) would win for ever. One that only a wrong clock can have shown is kept: what is written
/// after it was read is later.
#[must_use]
pub fn stamp_in(time: f64, actor: f64, now: f64) -> Option<Stamp> {
    let stamp = Stamp {
        time: Time::from_f64(time)?,
        actor: Actor::from_f64(actor)?,
    };
    (!stamp.time.is_initial() && !stamp.time.is_ahead(now)).then_some(stamp)
}

/// The stamp of values that came without one: later than any initial value, earlier than any write, and the same in every
/// window that reads them. A value whose own stamp cannot be believed gets it too: it was somebody's, and is not lost.
#[must_use]
pub fn foreign_stamp() -> Stamp {
    // Neither can fail; initial values would be beaten by these anyway.
    Stamp {
        time: Time::from_f64(0.0).unwrap_or(Time::initial(0.0)),
        actor: Actor::from_random(1),
    }
}

/// Later than any write of this window until now, earlier than any to come; of nobody.
#[must_use]
pub fn stamp_of_now(now: f64) -> Stamp {
    Stamp {
        time: Clock::new().tick(now),
        actor: Actor::from_random(1),
    }
}

/// Lays what is held and what is stored together: of each register the write with the greater stamp.
#[must_use]
pub fn merge<V: Clone>(held: Vec<Record<V>>, stored: Vec<Record<V>>, now: f64) -> MergedRecords<V> {
    let mut all: Vec<(Record<V>, bool)> = Vec::with_capacity(held.len() + stored.len());
    all.take_in(held.into_iter().map(|record| (record, false)));
    all.take_in(stored.into_iter().map(|record| (record, true)));
    order::sort_by(&mut all, order);
    let mut kept: Vec<(Record<V>, bool)> = Vec::with_capacity(all.len());
    let mut news = Vec::new();
    let mut rest = all.into_iter().peekable();
    while let Some((mut best, mut is_stored)) = rest.next() {
        // By key and then by stamp, so the last of a key wins; of the same write, what was stored comes last.
        let (mut beaten, mut is_held) = (false, !is_stored);
        while let Some((next, next_stored)) = rest.next_if(|(next, _)| next.key == best.key) {
            if next.stamp == best.stamp {
                is_stored = (is_stored && best.cleared >= next.cleared)
                    || (next_stored && next.cleared >= best.cleared);
                best.cleared |= next.cleared;
                is_held |= !next_stored;
            } else {
                beaten |= is_stored;
                (is_stored, is_held) = (next_stored, !next_stored);
                best = next;
            }
        }
        if !is_held {
            news.push(best.clone());
        }
        // A deletion is forgotten only where nothing is stored that it would have to beat.
        let forgotten = best.value.is_none() && !beaten && now - best.stamp.time.millis() > FORGET_AFTER_MS;
        if !forgotten {
            kept.push((best, is_stored));
        }
    }
    forget_surplus(&mut kept);
    MergedRecords {
        lacking: kept.iter().any(|(_, is_stored)| !is_stored),
        records: kept.into_iter().map(|(record, _)| record).gather(),
        news,
    }
}

fn order<V>(a: &(Record<V>, bool), b: &(Record<V>, bool)) -> Ordering {
    let by_write = a.0.key.cmp(&b.0.key).then(a.0.stamp.cmp(&b.0.stamp));
    by_write.then(a.1.cmp(&b.1))
}

/// Leaves the latest [`DELETIONS`].
fn forget_surplus<V>(kept: &mut Vec<(Record<V>, bool)>) {
    let deletions = kept.iter().filter(|(record, _)| record.value.is_none());
    let mut stamps: Vec<Stamp> = deletions.map(|(record, _)| record.stamp).gather();
    let Some(surplus) = stamps.len().checked_sub(DELETIONS).filter(|&surplus| surplus > 0) else {
        return;
    };
    order::sort(&mut stamps);
    if let Some(&oldest) = stamps.get(surplus) {
        kept.keep(|(record, _)| record.value.is_some() || record.stamp >= oldest);
    }
}
