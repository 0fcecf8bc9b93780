//! Registers: the value of one key, with the stamp of the write it is of.

use super::clock::Time;
use super::id::{Actor, Key};

/// When a write was made, and by whom: a total order over all writes of all windows. The greater wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Stamp {
    /// When.
    pub time: Time,
    /// By whom; settles equal times.
    pub actor: Actor,
}

/// Which batch a write travelled in. Writes that are seen together share one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dot {
    /// Who sent the batch.
    pub actor: Actor,
    /// Which of its batches, from 1; 0 while the write has not been sent.
    pub seq: u64,
}

impl Dot {
    /// Any order that is the same in every window.
    #[must_use]
    pub fn order(self) -> (Actor, u64) {
        (self.actor, self.seq)
    }
}

/// The last write to one key. `value` is `None` once deleted; the stamp of a deletion stays, or an old write would
/// bring the key back.
#[derive(Clone, PartialEq, Debug)]
pub struct Register<V> {
    /// What the key holds.
    pub value: Option<V>,
    /// When it was written, and by whom.
    pub stamp: Stamp,
    /// In which batch it came.
    pub dot: Dot,
}

/// One register as it is stored.
#[derive(Clone, PartialEq, Debug)]
pub struct Record<V> {
    /// The register's name.
    pub key: Key,
    /// Which write it is of.
    pub stamp: Stamp,
    /// What was written; `None` for a deletion.
    pub value: Option<V>,
    /// Whether it is how everything was left when the state was cleared.
    pub cleared: bool,
}
