//! Garbage collection of writers: which actors are dropped from version vectors, and for how long that is remembered.
//!
//! An actor that has no register left and of which nothing was seen for two minutes of the clock is dropped. For ten more
//! minutes it is removed from the vectors that others send, so that windows which drop it at different moments do not add
//! it again. If it writes again, the rest is requested as after any gap. A window that others have dropped takes a new
//! actor for its next write. Ten thousand windows that pass through a group leave some two hundred writers in it, and none
//! once all are quiet (`tests/convergence_bounds.rs`).

use crate::core::id::Actor;
use crate::core::lists::{Gather, List};
use crate::core::order;

/// The length of a round, ms. Rounds begin at multiples of it, so all windows collect at the same moments of the clock.
const ROUND_MS: f64 = 60_000.0;
/// A writer is collected after this many rounds in which nothing of it was seen.
const SILENT_ROUNDS: u64 = 2;
/// A collected writer is remembered for this many rounds.
const REMEMBERED_ROUNDS: u64 = 10;
/// At most this many collected writers are remembered.
const MAX_COLLECTED: usize = 32_768;

/// When each writer was last heard of, and which writers were collected lately.
#[derive(Default)]
pub struct WriterCollector {
    /// The round of the clock that is under way.
    round: u64,
    /// Each writer with the round in which it was last heard of, sorted by actor.
    heard: Vec<(Actor, u64)>,
    /// Each collected writer with its last number that was seen and the round in which it was collected, sorted by actor.
    gone: Vec<(Actor, u64, u64)>,
}

impl WriterCollector {
    /// Records that something of that writer was seen in this round.
    pub fn heard(&mut self, actor: Actor) {
        match self.heard.binary_search_by_key(&actor, |one| one.0) {
            Ok(at) => {
                if let Some(one) = self.heard.get_mut(at) {
                    one.1 = self.round;
                }
            }
            Err(at) => self.heard.insert(at, (actor, self.round)),
        }
    }

    /// Does the same for many writers, which are sorted.
    pub fn heard_all(&mut self, actors: &[Actor]) {
        let (round, before) = (self.round, std::mem::take(&mut self.heard));
        let others = before
            .into_iter()
            .filter(|one| actors.binary_search(&one.0).is_err());
        self.heard = others.chain(actors.iter().map(|&actor| (actor, round))).gather();
        order::sort(&mut self.heard);
    }

    /// Whether a round has begun since the last call.
    pub fn begins_round(&mut self, now: f64) -> bool {
        let round = (now / ROUND_MS).max(0.0) as u64;
        if self.round == 0 {
            // In the first round no writer may seem to have been silent since the epoch.
            self.heard.iter_mut().for_each(|one| one.1 = round);
        }
        let begins = round > self.round;
        self.round = round.max(self.round);
        begins
    }

    /// Whether nothing was heard of that writer for [`SILENT_ROUNDS`] rounds.
    pub fn is_silent(&self, actor: Actor) -> bool {
        let heard = self.heard.binary_search_by_key(&actor, |one| one.0);
        let last = heard
            .ok()
            .and_then(|at| self.heard.get(at))
            .map_or(0, |one| one.1);
        last + SILENT_ROUNDS <= self.round
    }

    /// Collects those of the `unused` writers that are silent, or every one with `all`. Returns them in the same order.
    /// `unused` is sorted and gives the last number of each.
    pub fn collect(&mut self, unused: impl Iterator<Item = (Actor, u64)>, all: bool) -> Vec<Actor> {
        let round = self.round;
        self.gone.keep(|one| one.2 + REMEMBERED_ROUNDS > round);
        let mut gone = Vec::new();
        for (actor, seq) in unused {
            if all || self.is_silent(actor) {
                gone.push(actor);
                self.gone.push((actor, seq, round));
            }
        }
        order::sort_by(&mut self.gone, |a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        self.gone.dedup_by_key(|one| one.0);
        if self.gone.len() > MAX_COLLECTED {
            order::sort_by(&mut self.gone, |a, b| b.2.cmp(&a.2));
            self.gone.truncate(MAX_COLLECTED);
            order::sort_by(&mut self.gone, |a, b| a.0.cmp(&b.0));
        }
        self.heard.keep(|one| gone.binary_search(&one.0).is_err());
        gone
    }

    /// The last number that was seen of a collected writer; 0 if it was not collected, or too long ago.
    pub fn get(&self, actor: Actor) -> u64 {
        self.find(actor)
            .and_then(|at| self.gone.get(at))
            .map_or(0, |one| one.1)
    }

    /// Returns the same number and stops remembering the writer as collected.
    pub fn take(&mut self, actor: Actor) -> u64 {
        self.find(actor).map_or(0, |at| self.gone.remove(at).1)
    }

    fn find(&self, actor: Actor) -> Option<usize> {
        self.gone.binary_search_by_key(&actor, |one| one.0).ok()
    }
}
