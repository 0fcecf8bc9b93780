//! The history of a log: its root, its tail and the states stored along it. Pure data, in the order of the log.

use std::collections::VecDeque;

use super::content::{digest, fingerprint_of};
use super::effect::{Fold, Step};
use super::frame::{Checkpoint, LogContent, Logged};
use crate::core::fingerprint::Content;
use crate::core::lists::Gather;
use crate::core::register::Stamp;
use crate::core::version::VersionVector;

/// Invariants: the tail ascends by stamp. `states` ascends by position and begins with the root's state; each of its states
/// is the root's after that many more actions of the tail.
pub(super) struct History<A, S> {
    /// The folded actions.
    root: Checkpoint<S>,
    position: u64,
    tail: VecDeque<TailEntry<A>>,
    states: Vec<(u64, S)>,
    /// States are stored at multiples of this number, and at multiples of a cut.
    every: u64,
    /// The number of actions in one cut.
    cut: usize,
    epoch: u32,
    /// The fingerprint of the root's state; 0 until it is computed.
    root_print: u64,
}

/// An action of the tail, and whether no fold has brought it to the host yet.
pub(super) struct TailEntry<A> {
    pub(super) logged: Logged<A>,
    pub(super) fresh: bool,
    /// Its fingerprint; 0 until it is computed.
    pub(super) fingerprint: u64,
}

impl<A> TailEntry<A> {
    pub(super) fn new(logged: Logged<A>, fresh: bool) -> TailEntry<A> {
        let fingerprint = 0;
        TailEntry {
            logged,
            fresh,
            fingerprint,
        }
    }
}

impl<A: Content, S: Content> History<A, S> {
    pub(super) fn new(root: Checkpoint<S>, every: u64, cut: usize) -> Self {
        let position = 0;
        let states = vec![(position, root.state.clone())];
        History {
            root,
            position,
            tail: VecDeque::new(),
            states,
            every: every.max(1),
            cut: cut.max(1),
            epoch: 0,
            root_print: 0,
        }
    }

    /// Computes the missing fingerprints, that of the root's state only with `root`.
    pub(super) fn work_out(&mut self, root: bool) {
        for held in self.tail.iter_mut().filter(|held| held.fingerprint == 0) {
            held.fingerprint = fingerprint_of(held);
        }
        if root && self.root_print == 0 {
            self.root_print = digest(self.root.state.fingerprint());
        }
    }

    /// The digests of the contents after so many more cuts. A digest is 0 if a fingerprint is missing, or if the state at
    /// that position is not stored.
    pub(super) fn content(&self, cuts: u64) -> LogContent {
        let cut = self
            .cut
            .saturating_mul(usize::try_from(cuts).unwrap_or(usize::MAX));
        let mut sum = 0u64;
        for held in self.tail.iter().skip(cut) {
            if held.fingerprint == 0 {
                return LogContent::default();
            }
            sum = sum.wrapping_add(held.fingerprint);
        }
        let position = self.position.saturating_add(cut as u64);
        let root = if cuts == 0 {
            self.root_print
        } else {
            let state = self.states.iter().find(|state| state.0 == position);
            state.map_or(0, |state| digest(state.1.fingerprint()))
        };
        LogContent {
            tail: digest(sum),
            root,
        }
    }

    pub(super) fn root(&self) -> &Checkpoint<S> {
        &self.root
    }

    pub(super) fn len(&self) -> usize {
        self.tail.len()
    }

    pub(super) fn states(&self) -> usize {
        self.states.len()
    }

    /// The number of actions from the beginning of the lineage to the end of the tail.
    pub(super) fn end(&self) -> u64 {
        self.position + self.tail.len() as u64
    }

    pub(super) fn tail(&self) -> impl DoubleEndedIterator<Item = &Logged<A>> {
        self.tail.iter().map(|held| &held.logged)
    }

    /// Whether an action with that stamp belongs before the tail, so that it comes too late.
    pub(super) fn is_late(&self, stamp: Stamp) -> bool {
        self.root.last.is_some_and(|last| stamp <= last)
    }

    /// Inserts an action at its position, and drops the stored states that lack it.
    pub(super) fn insert(&mut self, held: TailEntry<A>) {
        let stamp = held.logged.stamp();
        if self.tail.back().is_none_or(|last| last.logged.stamp() < stamp) {
            self.tail.push_back(held);
            return;
        }
        let place = self.tail.partition_point(|other| other.logged.stamp() < stamp);
        self.tail.insert(place, held);
        let before = self.position + place as u64;
        while self.states.pop_if(|(position, _)| *position > before).is_some() {}
        // The epoch changes even if no state was dropped: the host may be about to record one of the old order.
        self.epoch = self.epoch.wrapping_add(1);
    }

    /// The actions that the host has to fold to reach the state of the whole tail.
    pub(super) fn fold(&mut self, replaced: bool) -> Fold<A, S> {
        let (position, start) = match self.states.last() {
            Some((position, state)) => (*position, state.clone()),
            None => (self.position, self.root.state.clone()),
        };
        let done = usize::try_from(position - self.position).unwrap_or(usize::MAX);
        let steps = self.tail.iter_mut().skip(done).map(|held| Step {
            action: held.logged.action.clone(),
            fresh: std::mem::take(&mut held.fresh),
        });
        Fold {
            epoch: self.epoch,
            start,
            position,
            replaced,
            steps: steps.gather(),
        }
    }

    /// Stores the state after `position` actions if the epoch is the current one. Between the positions that are stored for
    /// good, only the last state is kept.
    pub(super) fn record(&mut self, epoch: u32, position: u64, state: S) {
        let Some((last, _)) = self.states.last() else {
            return;
        };
        let last = *last;
        if epoch != self.epoch || position <= last || position > self.end() {
            return;
        }
        let for_good =
            last == self.position || last.is_multiple_of(self.every) || last.is_multiple_of(self.cut as u64);
        if !for_good {
            self.states.pop();
        }
        self.states.push((position, state));
    }

    /// Drops every state but the root's, so that the next fold runs over the whole tail.
    pub(super) fn rewind(&mut self) {
        self.states.truncate(1);
        self.epoch = self.epoch.wrapping_add(1);
    }

    /// The number of actions folded into the root.
    pub(super) fn forgotten(&self) -> u64 {
        self.position
    }

    /// What the root will cover after one more cut; `None` if the tail is shorter than a cut.
    pub(super) fn after_cut(&self) -> Option<VersionVector> {
        if self.tail.len() < self.cut {
            return None;
        }
        let mut vector = self.root.vector.clone();
        for logged in self.tail().take(self.cut) {
            vector.advance(logged.dot.actor, logged.dot.seq);
        }
        Some(vector)
    }

    /// Moves the oldest actions into the root. Returns false, and does nothing, while the host has not recorded the state
    /// at that position.
    pub(super) fn cut(&mut self, vector: VersionVector) -> bool {
        let position = self.position + self.cut as u64;
        let Ok(at) = self
            .states
            .binary_search_by_key(&position, |&(position, _)| position)
        else {
            return false;
        };
        let Some((_, state)) = self.states.get(at) else {
            return false;
        };
        self.root.state = state.clone();
        self.root_print = 0;
        self.root.vector = vector;
        let last = self.tail.drain(..self.cut.min(self.tail.len())).last();
        if let Some(stamp) = last.map(|held| held.logged.stamp()) {
            // A late action may be the first of the tail though it is older than the root.
            self.root.last = self.root.last.max(Some(stamp));
        }
        self.position = position;
        self.states.drain(..at);
        true
    }

    /// Continues from another window's root. Returns the old tail, by ascending stamp.
    pub(super) fn replace(&mut self, root: Checkpoint<S>, position: u64) -> Vec<TailEntry<A>> {
        self.states.clear();
        self.root_print = 0;
        self.states.push((position, root.state.clone()));
        self.root = root;
        self.position = position;
        self.epoch = self.epoch.wrapping_add(1);
        std::mem::take(&mut self.tail).into()
    }
}
