//! Garbage collection of writers: which actors are dropped from version vectors, and for how long that is remembered.
//!
//! An actor of whom no register is left, and of whom nothing was heard for two minutes of the clock, is dropped. For ten more
//! minutes it is left out of what others say, so that windows which drop it at different moments do not remind each other for
//! ever. If it writes again, the rest is requested as after any gap. A window that others have dropped takes a new actor for its
//! next write. Ten thousand windows that pass through a group leave some two hundred writers in it, and none once all is quiet
//! (`tests/convergence_bounds.rs`).

use crate::core::id::Actor;
use crate::core::lists::{Gather, List};
use crate::core::order;

/// Windows forget at the same moments of the clock, ms.
const TURN_MS: f64 = 60_000.0;
/// Turns without a word after which a writer is forgotten, and after which it is forgotten that it was.
const SILENT: u64 = 2;
const REMEMBERED: u64 = 10;
/// As many at most.
const MOST: usize = 32_768;

/// When writers were heard, and those that were forgotten.
#[derive(Default)]
pub struct Retired {
    turn: u64,
    /// Rising.
    heard: Vec<(Actor, u64)>,
    /// Rising: up to where each was seen, and when it was forgotten.
    gone: Vec<(Actor, u64, u64)>,
}

impl Retired {
    /// Something of that writer was seen.
    pub fn heard(&mut self, actor: Actor) {
        match self.heard.binary_search_by_key(&actor, |one| one.0) {
            Ok(at) => {
                if let Some(one) = self.heard.get_mut(at) {
                    one.1 = self.turn;
                }
            }
            Err(at) => self.heard.insert(at, (actor, self.turn)),
        }
    }

    /// The same for many, rising.
    pub fn heard_all(&mut self, actors: &[Actor]) {
        let (turn, before) = (self.turn, std::mem::take(&mut self.heard));
        let others = before
            .into_iter()
            .filter(|one| actors.binary_search(&one.0).is_err());
        self.heard = others.chain(actors.iter().map(|&actor| (actor, turn))).gather();
        order::sort(&mut self.heard);
    }

    /// Whether a turn has begun since this was last asked.
    pub fn turn(&mut self, now: f64) -> bool {
        let turn = (now / TURN_MS).max(0.0) as u64;
        if self.turn == 0 {
            // The first: nobody is to seem silent since the beginning of time.
            self.heard.iter_mut().for_each(|one| one.1 = turn);
        }
        let begins = turn > self.turn;
        self.turn = turn.max(self.turn);
        begins
    }

    /// Whether nothing was heard of that writer for a while.
    pub fn is_silent(&self, actor: Actor) -> bool {
        let heard = self.heard.binary_search_by_key(&actor, |one| one.0);
        let last = heard
            .ok()
            .and_then(|at| self.heard.get(at))
            .map_or(0, |one| one.1);
        last + SILENT <= self.turn
    }

    /// Of those writers, who is forgotten now; rising as they do.
    pub fn retire(&mut self, unused: impl Iterator<Item = (Actor, u64)>, all: bool) -> Vec<Actor> {
        let turn = self.turn;
        self.gone.keep(|one| one.2 + REMEMBERED > turn);
        let mut gone = Vec::new();
        for (actor, seq) in unused {
            if all || self.is_silent(actor) {
                gone.push(actor);
                self.gone.push((actor, seq, turn));
            }
        }
        order::sort_by(&mut self.gone, |a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        self.gone.dedup_by_key(|one| one.0);
        if self.gone.len() > MOST {
            order::sort_by(&mut self.gone, |a, b| b.2.cmp(&a.2));
            self.gone.truncate(MOST);
            order::sort_by(&mut self.gone, |a, b| a.0.cmp(&b.0));
        }
        self.heard.keep(|one| gone.binary_search(&one.0).is_err());
        gone
    }

    /// Up to where a forgotten writer was seen; 0 if it was not forgotten, or too long ago.
    pub fn get(&self, actor: Actor) -> u64 {
        self.find(actor)
            .and_then(|at| self.gone.get(at))
            .map_or(0, |one| one.1)
    }

    /// The same, and it is forgotten no longer.
    pub fn take(&mut self, actor: Actor) -> u64 {
        self.find(actor).map_or(0, |at| self.gone.remove(at).1)
    }

    fn find(&self, actor: Actor) -> Option<usize> {
        self.gone.binary_search_by_key(&actor, |one| one.0).ok()
    }
}
