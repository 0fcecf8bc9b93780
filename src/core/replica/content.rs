//! The fingerprint of all values that a replica holds, and two contents of one write.
//!
//! A value's own fingerprint is worked out when somebody asks for that of the whole, and once for each write: never while it is
//! written or received. The values of a replica whose peers do not compare are not looked into at all.

use super::{Replica, fingerprint_of};
use crate::core::batch::Entry;
use crate::core::change::KeyChange;
use crate::core::fingerprint::Content;
use crate::core::register::Register;
use crate::core::version::{DIGEST_BITS, VersionVector, mix};

impl<V: Content> Replica<V> {
    /// 53 bits, never 0, that tell which contents the values here have: of windows with the same [`fingerprint`](Self::fingerprint) they are the
    /// same, unless somebody gave out two contents of one write.
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

    /// The same if nothing has to be worked out for it, else 0.
    pub fn known_content(&self) -> u64 {
        self.content
    }

    /// Another window, which has seen `vector`, holds that write. If the content here is another, the one with the greater
    /// fingerprint is kept, or the one here in any case. Whether that window should hear of what is here: a content that wins, a
    /// later write, or that the key was deleted.
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
        // A deletion has the least fingerprint there is: this is a value.
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

/// What a register adds to the content of its replica; nothing if it holds no value.
fn content_of<V: Content>(key: &str, register: &Register<V>) -> u64 {
    let value = register.value.as_ref();
    value.map_or(0, |value| {
        mix(fingerprint_of(key, register.stamp), value.fingerprint()).max(1)
    })
}
