//! How far a log is cut, and whether two logs were cut alike.

use std::cmp::Ordering;

use super::super::id::Actor;
pub(super) use super::super::version::mix;
use super::super::version::{DIGEST_BITS, VersionVector};

/// Tips remembered, so that a peer that lags by less is known to have cut alike.
const REMEMBERED: usize = 64;

/// The last cut of a log. Among two that differ the greater wins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tip {
    /// How many cuts were made.
    pub cuts: u64,
    /// When the window was born in which this lineage began.
    pub born: f64,
    /// That window's first actor.
    pub actor: Actor,
    /// Of all that was folded, cut by cut; 53 bits.
    pub digest: u64,
}

impl Tip {
    /// The lineage of a window that has met nobody.
    pub fn new(born: f64, actor: Actor) -> Tip {
        Tip {
            cuts: 0,
            born,
            actor,
            digest: mix(born.to_bits(), actor.bits()) & DIGEST_BITS,
        }
    }

    /// The tip after one more cut, with all that is folded then.
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

    /// More cuts, then the elder lineage, then the greater digest.
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

/// How another window's cuts stand to this one's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// It cut as this one did, up to where it is.
    Behind,
    /// It has cut more often: whether alike, only it can tell.
    Ahead,
    /// It cut differently, or so long ago that the order is unknown.
    Apart,
}

/// This window's last tips.
pub(super) struct Lineage {
    /// Rising. So few that moving them up costs nothing.
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
