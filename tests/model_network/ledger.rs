//! Every write that was made, by whom and in knowledge of what: what all windows should come to follows from that.

use parley_sync::core::cell::MAX_CARRIED_WRITES;
use parley_sync::core::id::Actor;
use parley_sync::core::register::Stamp;
use parley_sync::core::version::VersionVector;

use crate::values::Val;

/// One key of one write.
pub struct Write {
    pub key: usize,
    pub value: Option<Val>,
    pub stamp: Stamp,
    /// The batch that it left in, if it did.
    pub seq: u64,
    /// What its window had seen.
    pub known: VersionVector,
    /// Its transaction.
    pub group: Option<usize>,
    /// The batch that took it back.
    pub retracted: Option<(Actor, u64)>,
    /// It came to a window that refuses writes together with one that it refused.
    pub doubtful: bool,
}

/// Something added to the counter.
pub struct Added {
    pub actor: Actor,
    pub seq: u64,
    pub by: f64,
    pub doubtful: bool,
}

/// A transaction: the keys that win or lose together.
pub struct Group {
    pub stamp: Stamp,
    pub keys: Vec<usize>,
    /// The first of its writes.
    pub first: usize,
}

#[derive(Default)]
pub struct Ledger {
    pub writes: Vec<Write>,
    pub added: Vec<Added>,
    pub groups: Vec<Group>,
    /// Something was written without a frame: when others learn of it is not known here.
    pub plain: bool,
    pub refused: bool,
    pub retracted: bool,
    /// Distinct values so far.
    pub values: u32,
}

impl Ledger {
    /// Whether the writer of `by` knew of `of`.
    pub fn knew(&self, by: usize, of: usize) -> bool {
        let (late, early) = (&self.writes[by], &self.writes[of]);
        if late.stamp.actor == early.stamp.actor {
            return by > of;
        }
        late.known.get(early.stamp.actor) >= early.seq
    }

    pub fn find(&self, key: usize, stamp: Stamp) -> Option<usize> {
        self.writes
            .iter()
            .position(|write| write.key == key && write.stamp == stamp)
    }

    pub fn received(&self, write: &Write, seen: &VersionVector) -> bool {
        seen.get(write.stamp.actor) >= write.seq
    }

    pub fn taken_back(&self, write: &Write, seen: &VersionVector) -> bool {
        write.retracted.is_some_and(|(actor, seq)| seen.get(actor) >= seq)
    }

    /// The transactions that a write without knowledge of them beat, from the latest to the earliest.
    pub fn aborted(&self, seen: &VersionVector) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.groups.len())
            .filter(|&at| self.received(&self.writes[self.groups[at].first], seen))
            .collect();
        order.sort_by_key(|&at| std::cmp::Reverse(self.groups[at].stamp));
        let mut aborted = Vec::new();
        for at in order {
            let group = &self.groups[at];
            let beats = |by: usize| {
                let write = &self.writes[by];
                group.keys.contains(&write.key)
                    && write.stamp > group.stamp
                    && self.received(write, seen)
                    && !self.taken_back(write, seen)
                    && write.group.is_none_or(|group| !aborted.contains(&group))
                    && !self.knew(by, group.first)
            };
            let retracted = || self.taken_back(&self.writes[group.first], seen);
            if retracted() || (0..self.writes.len()).any(beats) {
                aborted.push(at);
            }
        }
        aborted
    }

    /// The writes of a key that are to be seen: arrived, not taken back, not aborted.
    pub fn good(&self, key: usize, aborted: &[usize], seen: &VersionVector) -> Vec<usize> {
        (0..self.writes.len())
            .filter(|&at| {
                let write = &self.writes[at];
                write.key == key
                    && self.received(write, seen)
                    && !self.taken_back(write, seen)
                    && write.group.is_none_or(|group| !aborted.contains(&group))
            })
            .collect()
    }

    /// Whether some window wrote more often to one key than its slot tells of, while another that had seen none of it wrote:
    /// what showed before all that, or what made it fall, may be known nowhere any more.
    pub fn is_deep(&self) -> bool {
        (0..self.writes.len()).any(|by| {
            self.writes.iter().enumerate().any(|(first, write)| {
                let later = self.writes.iter().enumerate().skip(first);
                let unseen = later.filter(|(at, other)| {
                    other.stamp.actor == write.stamp.actor && other.key == write.key && !self.knew(by, *at)
                });
                self.writes[by].stamp.actor != write.stamp.actor && unseen.count() > MAX_CARRIED_WRITES
            })
        })
    }

    /// Those of them that no other knew of, equal values once, the earliest first.
    pub fn maximal(&self, good: &[usize]) -> Vec<usize> {
        let mut list: Vec<usize> = good
            .iter()
            .copied()
            .filter(|&at| !good.iter().any(|&by| by != at && self.knew(by, at)))
            .collect();
        list.sort_by_key(|&at| self.writes[at].stamp);
        let mut distinct: Vec<usize> = Vec::new();
        for at in list {
            distinct.retain(|&other| self.writes[other].value != self.writes[at].value);
            distinct.push(at);
        }
        distinct
    }
}
