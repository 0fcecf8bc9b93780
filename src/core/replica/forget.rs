//! Garbage collection of deletions (tombstones), beyond the bound `limits.tombstones`.
//!
//! A tombstone is needed only to beat older writes that may still arrive. Beyond the bound the oldest are dropped, no matter who
//! has seen them. That is safe because version vectors stay: of two windows that have seen the same writes, one that still shows
//! the key lacks a deletion that the other has dropped. Their digests of visible registers differ (compared at each digest
//! exchange and at the end of each delta), so both send their full state; and a window that holds a register which the other has
//! seen but no longer holds deletes it, as in sets without tombstones (Bieniusa et al., 2012).
//!
//! What this costs: a write that nobody had seen, older than a dropped deletion, brings its key back unless some window still
//! remembers the deletion; an increment of a deleted key can be lost when only some windows have dropped the deletion.
//!
//! Never dropped: the deletion of a key that this window was given as an initial value (the next window would bring it back); of
//! keys with several cells (their value depends on all of them); and of keys under 'highest-version' (the next write counts on
//! from it). Those are bounded by what a frame may add.

use super::{Replica, Slot, Stage, fingerprint_of};
use crate::core::change::KeyChange;
use crate::core::clock::Time;
use crate::core::fingerprint::Content;
use crate::core::id::{Actor, Key};
use crate::core::lists::{Gather, List};
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::version::VersionVector;

impl<V: Content> Replica<V> {
    /// Whether digests may be compared: the vector covers all registers.
    pub fn is_comparable(&mut self) -> bool {
        !self.has_open() && !self.has_silent()
    }

    /// Forgets the oldest deletions beyond the bound, and some more, so that it does not happen all the time.
    ///
    /// Kept are deletions of keys with several cells, whose value depends on all of them; of initial values, which the next
    /// window would bring back; and of keys whose times count writes, because the next write counts on.
    pub fn forget_deletions(&mut self) {
        let most = self.bounds.tombstones;
        let (_, deleted) = self.held();
        if deleted <= most {
            return;
        }
        let mut roots: Vec<&str> = self.slots.iter().filter_map(|slot| root_of(&slot.key)).gather();
        order::sort(&mut roots);
        let is_free = |slot: &Slot<V>| {
            slot.register.value.is_none()
                && slot.stage == Stage::Sent
                && !slot.is_own_initial
                && slot.register.stamp.time.is_reading()
                && !slot.key.as_bytes().contains(&0)
                && roots.binary_search(&&*slot.key).is_err()
        };
        let free = self.slots.iter().filter(|slot| is_free(slot));
        let mut stamps: Vec<Stamp> = free.map(|slot| slot.register.stamp).gather();
        order::sort(&mut stamps);
        let kept = most - most / 4;
        let surplus = deleted.saturating_sub(kept).min(stamps.len());
        // Deletions that must be kept are not searched again for every frame.
        self.surplus_at = (deleted - surplus).saturating_add(most).saturating_add(1);
        let Some(last) = surplus.checked_sub(1).and_then(|at| stamps.get(at)).copied() else {
            return;
        };
        let gone: Vec<bool> = self
            .slots
            .iter()
            .map(|slot| is_free(slot) && slot.register.stamp <= last)
            .gather();
        self.drop_slots(&gone, last.time);
    }

    /// Does the same between ticks, if so many have come that it cannot wait.
    pub fn forget_surplus(&mut self) {
        let most = self.bounds.tombstones.saturating_mul(2);
        if self.held().1 > most.max(self.surplus_at) {
            self.forget_deletions();
        }
    }

    /// Deletes what another window has seen and does not have. `there` is all that it has, ascending.
    pub fn drop_absent(&mut self, there: &[Key], vector: &VersionVector) -> Vec<KeyChange<V>> {
        let mut changes = Vec::new();
        let mut latest = None;
        let mut gone = Vec::with_capacity(self.slots.len());
        for slot in &self.slots {
            let absent = slot.stage == Stage::Sent
                && slot.register.value.is_some()
                && vector.contains(slot.register.dot)
                && there.binary_search(&slot.key).is_err();
            gone.push(absent);
            if absent {
                let stamp = slot.register.stamp;
                latest = latest.max(Some(stamp.time));
                changes.push(KeyChange {
                    key: slot.key.clone(),
                    old: slot.register.value.clone(),
                    new: None,
                    was: Some(stamp),
                    stamp,
                });
            }
        }
        if let Some(latest) = latest {
            self.drop_slots(&gone, latest);
        }
        changes
    }

    /// Drops those registers as if they had been deleted, and the deletion forgotten. Writes that are not sent yet stay.
    pub fn drop_named(&mut self, is_named: impl Fn(&Key) -> bool) {
        let is_gone = |slot: &Slot<V>| slot.stage == Stage::Sent && is_named(&slot.key);
        let gone: Vec<bool> = self.slots.iter().map(is_gone).gather();
        let dropped = self.slots.iter().zip(&gone).filter(|one| *one.1);
        if let Some(latest) = dropped.map(|one| one.0.register.stamp.time).max() {
            self.drop_slots(&gone, latest);
        }
    }

    /// Whether a write to an unknown key is older than a forgotten deletion.
    pub fn may_be_deleted(&self, key: &str, time: Time) -> bool {
        self.forgotten.is_some_and(|forgotten| time <= forgotten) && self.register(key).is_none()
    }

    /// Whether any deletion was forgotten here.
    pub fn has_forgotten(&self) -> bool {
        self.forgotten.is_some()
    }

    fn drop_slots(&mut self, gone: &[bool], until: Time) {
        self.forgotten = self.forgotten.max(Some(until));
        let slots = std::mem::take(&mut self.slots);
        for (slot, gone) in slots.into_iter().zip(gone) {
            if !gone {
                self.slots.push(slot);
                continue;
            }
            self.names -= slot.key.len();
            if slot.register.value.is_some() {
                self.live -= 1;
                self.fingerprint = self
                    .fingerprint
                    .wrapping_sub(fingerprint_of(&slot.key, slot.register.stamp));
            }
        }
        self.slots.shrink_to_fit();
        let keys = self.slots.iter().map(|slot| &*slot.key);
        self.index.rebuild(self.slots.len(), keys);
        self.content = 0;
        let at = |stage| {
            let slots = self.slots.iter().enumerate();
            slots
                .filter(move |(_, slot)| slot.stage == stage)
                .map(|(at, _)| at as u32)
        };
        (self.open, self.silent) = (at(Stage::Open).gather(), at(Stage::Silent).gather());
    }

    /// Drops writers that have no register left and that were silent for a while, or all without registers if `all`.
    /// Returns them, ascending.
    ///
    /// A later write of one of them is merged by its stamp; a batch of it is requested as after any gap.
    pub fn forget_writers(&mut self, now: f64, all: bool) -> Vec<Actor> {
        // A call with `all` does not wait for a round, and may have another clock.
        if !all && !self.collector.begins_round(now) {
            return Vec::new();
        }
        let mut used: Vec<Actor> = Vec::new();
        for slot in self.slots.iter().filter(|slot| slot.stage == Stage::Sent) {
            if used.last() != Some(&slot.register.dot.actor) {
                used.push(slot.register.dot.actor);
            }
        }
        order::sort(&mut used);
        let is_silent = self.own_seq() > 0 && self.collector.is_silent(self.actor);
        if is_silent && used.binary_search(&self.actor).is_err() && self.is_comparable() {
            // The others drop this window's actor too. It takes another for its next write, or their vectors would never
            // equal this one.
            self.actor = self.actor.successor();
        }
        used.push(self.actor);
        order::sort(&mut used);
        let unused = self
            .vector
            .iter()
            .filter(|(actor, _)| used.binary_search(actor).is_err());
        let gone = self.collector.collect(unused, all);
        self.vector.forget_all(&gone);
        self.fresh.keep(|actor| gone.binary_search(actor).is_err());
        gone
    }

    /// Whether everything of that writer up to `seq` has been seen, even if the writer was dropped since.
    pub fn has_seen(&self, actor: Actor, seq: u64) -> bool {
        self.vector.get(actor) >= seq || self.collector.get(actor) >= seq
    }

    /// A dropped writer has written again.
    pub fn recall(&mut self, actor: Actor) {
        let seq = self.collector.take(actor);
        if seq > 0 {
            self.vector.advance(actor, seq);
            self.collector.heard(actor);
        }
    }

    /// Removes the writers that were dropped here from another window's vector. If a forged vector claimed numbers before
    /// the writer used them, that window has something else than what was dropped.
    pub fn strip(&self, vector: &mut VersionVector) {
        let gone = vector
            .iter()
            .filter(|&(actor, seq)| self.vector.get(actor) == 0 && self.collector.get(actor) == seq);
        let gone: Vec<Actor> = gone.map(|(actor, _)| actor).gather();
        vector.forget_all(&gone);
    }
}

/// The key whose cell this is; `None` for the key's own register.
fn root_of(name: &str) -> Option<&str> {
    name.split_once('\0').map(|(root, _)| root)
}
