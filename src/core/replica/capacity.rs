//! Capacity of a replica: how many keys it accepts, from this window and from frames.
//!
//! This window's own writes are bounded by `limits.keys`: beyond it a write is refused with ERR_LIMIT before anything is applied.
//! Frames are accepted up to twice that, so that windows which fill up without knowing of each other still agree. Beyond it a
//! frame is refused whole: the version vector does not move, so the rest is requested again at every comparison and taken once it
//! fits. A frame that frees keys is always accepted.

use super::Replica;
use crate::core::clock::Time;
use crate::core::fingerprint::Content;
use crate::core::limits::{Bounds, KEY_BYTES, KEY_BYTES_MEAN, WRITERS};
use crate::core::version::VersionVector;

impl<V: Content> Replica<V> {
    /// Sets the bounds from now on. What the replica holds already stays.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds;
    }

    /// The bounds.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// The number of registers with a value, and of deletions that are remembered.
    pub fn held(&self) -> (usize, usize) {
        (self.live, self.slots.len() - self.live)
    }

    /// Whether this window may write so many new keys.
    pub fn has_capacity(&self, more: usize) -> bool {
        self.live.saturating_add(more) <= self.bounds.keys
    }

    /// Whether the writes of one frame fit; each comes with whether it has a value, and its time. Counts what they add at
    /// most: a frame names a key once. A deletion of an unknown key does not count if it may be forgotten at once: a window
    /// that was full for long receives many.
    pub fn takes<'a>(&self, writes: impl Iterator<Item = (&'a str, bool, Time)> + Clone) -> bool {
        let mut bytes = self.names;
        for (key, ..) in writes.clone() {
            if key.len() > KEY_BYTES {
                return false;
            }
            bytes = bytes.saturating_add(key.len());
        }
        let (live, deleted) = self.most();
        let most = live.saturating_mul(KEY_BYTES_MEAN).max(KEY_BYTES);
        let count = writes.clone().count();
        if self.slots.len().saturating_add(count) <= live && bytes <= most {
            return true;
        }
        let (mut alive, mut dead, mut bytes) = (self.live, self.slots.len() - self.live, self.names);
        for (key, is_value, time) in writes {
            let is_passing = !is_value && time.is_reading() && !key.as_bytes().contains(&0);
            match self.register(key).map(|register| register.value.is_some()) {
                None if is_passing => {}
                None => {
                    bytes = bytes.saturating_add(key.len());
                    *(if is_value { &mut alive } else { &mut dead }) += 1;
                }
                Some(false) if is_value => {
                    alive += 1;
                    dead = dead.saturating_sub(1);
                }
                Some(true) if !is_value => {
                    dead += 1;
                    alive = alive.saturating_sub(1);
                }
                _ => {}
            }
        }
        let frees = alive <= self.live;
        // A frame that frees keys is accepted even if there are too many, or the window could never recover.
        (alive <= live || frees) && (dead <= deleted || dead <= self.slots.len() - self.live) && bytes <= most
    }

    /// Whether the writers of that vector fit beside those that are known.
    pub fn knows_writers(&self, vector: &VersionVector) -> bool {
        let more = vector.iter().filter(|&(actor, _)| self.vector.get(actor) == 0);
        self.vector.len() + more.count() <= WRITERS
    }

    /// The bounds for frames: values, and deletions before the oldest are forgotten.
    fn most(&self) -> (usize, usize) {
        let Bounds { keys, tombstones } = self.bounds;
        let keys = keys.saturating_mul(2);
        (keys, keys.saturating_add(tombstones.saturating_mul(2)))
    }
}
