//! Version vectors: what a replica has seen.

use super::id::Actor;
use super::order;
use super::register::Dot;
use crate::core::lists::{Gather, List};

/// Digests cross to JavaScript as exact numbers.
pub const DIGEST_BITS: u64 = (1 << 53) - 1;

/// The finaliser of splitmix64 over both: a digest against accidents, not against an attacker.
#[must_use]
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.rotate_left(32) ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// For each actor, the sequence number up to which everything it wrote has been seen.
///
/// A vector of a replica is closed under causes: it covers a batch only if it covers what the batch's writer had seen.
/// Kept as a sorted list: windows are few, and comparing or joining two is one pass.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct VersionVector {
    seen: Vec<(Actor, u64)>,
}

impl VersionVector {
    /// A vector that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Up to where `actor` has been seen; 0 if not at all.
    #[must_use]
    pub fn get(&self, actor: Actor) -> u64 {
        self.find(actor)
            .ok()
            .and_then(|at| self.seen.get(at))
            .map_or(0, |&(_, seq)| seq)
    }

    /// Raises `actor` to `seq`; never lowers it. Tells whether that was news.
    pub fn advance(&mut self, actor: Actor, seq: u64) -> bool {
        match self.find(actor) {
            Ok(at) => match self.seen.get_mut(at) {
                Some((_, seen)) if *seen < seq => {
                    *seen = seq;
                    true
                }
                _ => false,
            },
            Err(_) if seq == 0 => false,
            Err(at) => {
                self.seen.insert(at, (actor, seq));
                true
            }
        }
    }

    /// As if nothing of `actor` had been seen.
    pub fn forget(&mut self, actor: Actor) {
        self.seen.keep(|&(known, _)| known != actor);
    }

    /// Forgets all that `gone` names, which rises by actor.
    pub fn forget_all(&mut self, gone: &[Actor]) {
        if !gone.is_empty() {
            self.seen.keep(|(known, _)| gone.binary_search(known).is_err());
        }
    }

    /// Raises this vector to cover `other` too, in one pass. Tells whether that was news.
    pub fn join(&mut self, other: &Self) -> bool {
        if self.covers(other) {
            return false;
        }
        let both = std::mem::take(&mut self.seen);
        *self = both.into_iter().chain(other.iter()).collect();
        true
    }

    /// 53 bits that differ if the vector does: for comparing with a neighbour that is thought to have seen the same.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let sum = self
            .iter()
            .fold(0u64, |sum, (actor, seq)| sum.wrapping_add(mix(actor.bits(), seq)));
        sum & DIGEST_BITS
    }

    /// What both have seen.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let both = self.iter().map(|(actor, seq)| (actor, seq.min(other.get(actor))));
        Self {
            seen: both.filter(|&(_, seq)| seq > 0).gather(),
        }
    }

    /// Whether everything that `other` has seen has been seen.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let mut own = self.iter();
        other.iter().all(|(actor, seq)| {
            own.find(|&(known, _)| known >= actor)
                .is_some_and(|found| found.0 == actor && found.1 >= seq)
        })
    }

    /// Whether the batch of that dot has been seen. The dot 0 of a write that is not sent is never seen.
    #[must_use]
    pub fn contains(&self, dot: Dot) -> bool {
        dot.seq > 0 && dot.seq <= self.get(dot.actor)
    }

    /// Each actor and how much of it has been seen, by actor.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Actor, u64)> + '_ {
        self.seen.iter().copied()
    }

    /// How many actors have been seen.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether nothing has been seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    fn find(&self, actor: Actor) -> Result<usize, usize> {
        self.seen.binary_search_by_key(&actor, |&(known, _)| known)
    }
}

impl FromIterator<(Actor, u64)> for VersionVector {
    fn from_iter<I: IntoIterator<Item = (Actor, u64)>>(entries: I) -> Self {
        let mut all: Vec<(Actor, u64)> = entries.into_iter().filter(|&(_, seq)| seq > 0).gather();
        // Sorted once: what crossed a wire may come in the worst of orders.
        order::sort(&mut all);
        let mut seen: Vec<(Actor, u64)> = Vec::with_capacity(all.len());
        for (actor, seq) in all {
            match seen.last_mut() {
                Some(last) if last.0 == actor => last.1 = seq,
                _ => seen.push((actor, seq)),
            }
        }
        Self { seen }
    }
}
