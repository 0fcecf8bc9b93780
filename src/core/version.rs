//! What a replica has seen.

use super::id::Actor;
use super::register::Dot;

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
        self.seen.retain(|&(known, _)| known != actor);
    }

    /// Raises this vector to cover `other` too. Tells whether that was news.
    pub fn join(&mut self, other: &Self) -> bool {
        let mut news = false;
        for (actor, seq) in other.iter() {
            news |= self.advance(actor, seq);
        }
        news
    }

    /// What both have seen.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let both = self.iter().map(|(actor, seq)| (actor, seq.min(other.get(actor))));
        Self {
            seen: both.filter(|&(_, seq)| seq > 0).collect(),
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
        let mut vector = Self::new();
        for (actor, seq) in entries {
            vector.advance(actor, seq);
        }
        vector
    }
}
