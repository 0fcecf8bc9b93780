//! Outgoing writes: flush batches, deltas, and the dots that both carry.

use super::{Replica, Slot, Stage};
use crate::core::batch::{Batch, Delta};
use crate::core::fingerprint::Content;
use crate::core::id::{Actor, Key};
use crate::core::lists::Gather;
use crate::core::version::VersionVector;

impl<V: Content> Replica<V> {
    /// Whether a write waits for the next flush.
    pub fn has_open(&self) -> bool {
        self.open
            .iter()
            .any(|&slot| self.stage(slot) == Some(Stage::Open))
    }

    /// The writes that wait for the next flush; `None` for a deletion. Writes that lost are not among them.
    pub fn open_writes(&self) -> impl Iterator<Item = (&Key, Option<&V>)> {
        let slots = self.open.iter().filter_map(|&slot| self.slots.get(slot as usize));
        slots
            .filter(|slot| slot.stage == Stage::Open)
            .map(|slot| (&slot.key, slot.register.value.as_ref()))
    }

    /// Whether there are writes that were not sent to any window.
    pub fn has_silent(&mut self) -> bool {
        while let Some(&last) = self.silent.last() {
            if self.stage(last) == Some(Stage::Silent) {
                return true;
            }
            self.silent.pop();
        }
        false
    }

    /// Closes the open batch. Writes that lost meanwhile are not in it.
    pub fn take_open(&mut self) -> Option<Batch<V>> {
        let open = std::mem::take(&mut self.open);
        let dot = self.next_dot();
        let mut entries = Vec::with_capacity(open.len());
        for slot in open {
            if let Some(slot) = self
                .slots
                .get_mut(slot as usize)
                .filter(|slot| slot.stage == Stage::Open)
            {
                slot.stage = Stage::Sent;
                slot.register.dot = dot;
                entries.push((
                    slot.key.clone(),
                    slot.register.value.clone(),
                    slot.register.stamp.time,
                ));
            }
        }
        if entries.is_empty() {
            return None;
        }
        self.vector.advance(dot.actor, dot.seq);
        self.collector.heard(dot.actor);
        let deps = self
            .fresh
            .drain(..)
            .map(|actor| (actor, self.vector.get(actor)))
            .filter(|&(_, seq)| seq > 0)
            .gather();
        Some(Batch {
            actor: dot.actor,
            seq: dot.seq,
            deps,
            entries,
        })
    }

    /// Assigns the next dots to all writes that have none, so that a delta can carry them.
    pub fn assign_dots(&mut self) {
        let dot = self.next_dot();
        let open = std::mem::take(&mut self.open);
        let silent = std::mem::take(&mut self.silent);
        for slot in open.into_iter().chain(silent) {
            if let Some(slot) = self
                .slots
                .get_mut(slot as usize)
                .filter(|slot| slot.stage != Stage::Sent)
            {
                slot.stage = Stage::Sent;
                slot.register.dot = dot;
                self.vector.advance(dot.actor, dot.seq);
                self.collector.heard(dot.actor);
            }
        }
    }

    /// Rotates the actor, and assigns new dots to all writes of the old one.
    ///
    /// For when a peer has seen more of this actor than it wrote: the contents of those dots are unknown here, and new
    /// writes with them would be taken for repetitions. A new actor loses nothing, and a forged write is a write like any
    /// other.
    pub fn rotate_actor(&mut self, actor: Actor) {
        let old = std::mem::replace(&mut self.actor, actor);
        // What others have of the old actor is unknown, even under equal dots. It is requested again.
        self.vector.forget(old);
        let dot = self.next_dot();
        for slot in &mut self.slots {
            if slot.stage == Stage::Sent && slot.register.dot.actor == old {
                slot.register.dot = dot;
                self.vector.advance(dot.actor, dot.seq);
            }
        }
    }

    /// Assigns dots of this window to the writes of `actor`. Its dots were used twice, so a peer that has seen them may
    /// have seen other writes.
    /// seen something else.
    pub fn reassign_dots(&mut self, actor: Actor) {
        for (at, slot) in self.slots.iter_mut().enumerate() {
            if slot.stage == Stage::Sent && slot.register.dot.actor == actor {
                slot.stage = Stage::Silent;
                self.silent.push(at as u32);
            }
        }
    }

    /// All that a replica which has seen `since` lacks. No write may be open or silent.
    pub fn delta(&self, since: VersionVector) -> Delta<V> {
        let complete = since.covers(&self.vector);
        let lacking = self
            .slots
            .iter()
            .filter(|slot| !complete && !since.contains(slot.register.dot));
        let entries = lacking.map(Slot::entry).gather();
        Delta {
            since,
            vector: self.vector.clone(),
            entries,
            whole: false,
            fingerprint: self.fingerprint(),
            content: self.known_content(),
        }
    }

    /// All registers, for a replica that has seen the same and has other values.
    pub fn whole(&self) -> Delta<V> {
        Delta {
            since: VersionVector::new(),
            vector: self.vector.clone(),
            entries: self.slots.iter().map(Slot::entry).gather(),
            whole: true,
            fingerprint: self.fingerprint(),
            content: self.known_content(),
        }
    }
}
