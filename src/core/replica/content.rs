//! Fingerprint of all values of a replica, and the choice between two contents of one write.
//!
//! The fingerprint of a value is computed when that of the replica is asked for, once for each write, and never while it is
//! written or received. If no peer compares, values are never read.

use super::{Replica, fingerprint_of};
use crate::core::batch::Entry;
use crate::core::change::KeyChange;
use crate::core::fingerprint::Content;
use crate::core::register::Register;
use crate::core::version::{DIGEST_BITS, VersionVector, mix};

impl<V: Content> Replica<V> {
    /// A fingerprint of the values, 53 bits, never 0. It is equal in windows with the same
    /// [`fingerprint`](Self::fingerprint), unless a peer sent two contents of one write.
    pub fn content(&mut self) -> u64 {
        if self.content != 0 {
            return self.content;
        }
        let mut sum = 0u64;
        for slot in &mut self.slots {
            if slot.content == 0 {
                slot.content = content_of(&slot.key, &slot.register);
            }
            sum = sum.wrapping_add(slot.content);
        }
        self.content = (sum & DIGEST_BITS).max(1);
        self.content
    }

    /// The same if nothing has to be computed for it, else 0.
    pub fn known_content(&self) -> u64 {
        self.content
    }

    /// Compares a write that another window holds, which has seen `vector`. If the content here differs, keeps the one with
    /// the greater fingerprint, or always the one here. Returns whether that window must be sent what is here: a content
    /// that wins, a later write, or a deletion of the key.
    pub fn contest(
        &mut self,
        entry: &Entry<V>,
        vector: &VersionVector,
        keeps: bool,
        changes: &mut Vec<KeyChange<V>>,
    ) -> bool {
        let at = self.find(&entry.key);
        let Some(slot) = at.and_then(|at| self.slots.get_mut(at)) else {
            return self.vector.contains(entry.dot) && self.may_be_deleted(&entry.key, entry.stamp.time);
        };
        if slot.register.stamp != entry.stamp {
            return slot.register.stamp > entry.stamp && vector.contains(slot.register.dot);
        }
        let theirs = Register {
            value: entry.value.clone(),
            ..slot.register
        };
        let (ours, greater) = (
            content_of(&slot.key, &slot.register),
            content_of(&slot.key, &theirs),
        );
        if keeps || greater <= ours {
            return greater != ours;
        }
        let old = std::mem::replace(&mut slot.register, theirs).value;
        let fingerprint = fingerprint_of(&entry.key, entry.stamp);
        // A deletion has the least fingerprint, so this is a value.
        if old.is_none() {
            self.live += 1;
            self.fingerprint = self.fingerprint.wrapping_add(fingerprint);
        }
        slot.content = 0;
        self.content = 0;
        changes.push(KeyChange {
            key: entry.key.clone(),
            old,
            new: entry.value.clone(),
            was: Some(entry.stamp),
            stamp: entry.stamp,
        });
        false
    }
}

/// What a register adds to the content of its replica; 0 without a value.
fn content_of<V: Content>(key: &str, register: &Register<V>) -> u64 {
    let value = register.value.as_ref();
    value.map_or(0, |value| {
        mix(fingerprint_of(key, register.stamp), value.fingerprint()).max(1)
    })
}
