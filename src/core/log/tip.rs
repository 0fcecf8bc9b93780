//! Tips: how far a log is cut, and whether two logs were cut alike.

use std::cmp::Ordering;

use super::super::id::Actor;
pub(super) use super::super::version::mix;
use super::super::version::{DIGEST_BITS, VersionVector};

/// The number of own tips remembered, to tell whether a peer that lags by fewer cuts has cut alike.
const REMEMBERED: usize = 64;

/// The last cut of a log. Of two different ones the greater wins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tip {
    /// The number of cuts.
    pub cuts: u64,
    /// When the window was made in which this lineage began, ms.
    pub born: f64,
    /// That window's first actor.
    pub actor: Actor,
    /// A digest of all folded actions, cut by cut; 53 bits.
    pub digest: u64,
}

impl Tip {
    /// The tip of a log without cuts.
    pub fn new(born: f64, actor: Actor) -> Tip {
        Tip {
            cuts: 0,
            born,
            actor,
            digest: mix(born.to_bits(), actor.bits()) & DIGEST_BITS,
        }
    }

    /// The tip after one more cut. `folded` is what that cut folds.
    pub(super) fn next(self, folded: &VersionVector) -> Tip {
        let sum = folded.iter().fold(0, |sum: u64, (actor, seq)| {
            sum.wrapping_add(mix(actor.bits(), seq))
        });
        Tip {
            cuts: self.cuts + 1,
            digest: mix(self.digest, sum) & DIGEST_BITS,
            ..self
        }
    }

    /// Whether it wins: more cuts, then the older lineage, then the greater digest.
    pub fn wins_over(&self, other: &Tip) -> bool {
        let elder = other
            .born
            .total_cmp(&self.born)
            .then(other.actor.cmp(&self.actor));
        let order = self
            .cuts
            .cmp(&other.cuts)
            .then(elder)
            .then(self.digest.cmp(&other.digest));
        order == Ordering::Greater
    }
}

/// The relation of another window's cuts to this one's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// It has the same cuts, as far as it has any.
    Behind,
    /// It has more cuts. Only that window can tell whether the common ones are the same.
    Ahead,
    /// It has other cuts, or lags so far that this is unknown.
    Apart,
}

/// The last tips of this window.
pub(super) struct Lineage {
    /// Ascending. So few that removing the first costs nothing.
    tips: Vec<Tip>,
    tip: Tip,
}

impl Lineage {
    pub(super) fn new(tip: Tip) -> Lineage {
        Lineage { tips: vec![tip], tip }
    }

    pub(super) fn len(&self) -> usize {
        self.tips.len()
    }

    pub(super) fn tip(&self) -> Tip {
        self.tip
    }

    pub(super) fn cut(&mut self, folded: &VersionVector) {
        self.tip = self.tip.next(folded);
        self.tips.push(self.tip);
        if self.tips.len() > REMEMBERED {
            self.tips.remove(0);
        }
    }

    pub(super) fn relation(&self, other: &Tip) -> Relation {
        if other.cuts > self.tip.cuts {
            Relation::Ahead
        } else if self.tips.contains(other) {
            Relation::Behind
        } else {
            Relation::Apart
        }
    }
}
