//! Hash index from keys to slots.

use crate::core::fingerprint::hash;
use crate::core::version::mix;

/// The table's first size; a power of two, as every later one.
const SMALLEST: usize = 16;

/// An open-addressing table of slot numbers. The keys stay in the slots, and the caller compares them.
///
/// Smaller in WebAssembly than the standard map, which has a random seed and a growth strategy for every type. The hash is
/// seeded by the window's random actor, so that keys which collide here do not collide elsewhere.
pub struct KeyIndex {
    /// Slot number + 1; 0 is free. Never full, so every probe ends.
    table: Vec<u32>,
    used: usize,
    seed: u64,
}

impl KeyIndex {
    /// An empty table.
    pub fn new(seed: u64) -> Self {
        Self {
            table: Vec::new(),
            used: 0,
            seed,
        }
    }

    /// The slot of `key`. `is` says whether a slot holds that key.
    pub fn find(&self, key: &str, is: impl Fn(usize) -> bool) -> Option<usize> {
        for place in self.probe(key) {
            match self.table.get(place) {
                Some(&taken) if taken > 0 => {
                    let slot = taken as usize - 1;
                    if is(slot) {
                        return Some(slot);
                    }
                }
                _ => return None,
            }
        }
        None
    }

    /// Adds `key`, which must be new, with that slot. `keys` yields every key by slot, with or without the new one; it is
    /// read only when the table grows.
    pub fn insert<'a>(&mut self, key: &str, slot: usize, keys: impl Iterator<Item = &'a str>) {
        if (self.used + 1) * 4 > self.table.len() * 3 {
            self.lay_out((self.table.len() * 2).max(SMALLEST), keys.take(slot));
        }
        self.put(key, slot);
    }

    /// Rebuilds the table with these `count` keys, by slot.
    pub fn rebuild<'a>(&mut self, count: usize, keys: impl Iterator<Item = &'a str>) {
        let size = (count * 4 / 3 + 1).next_power_of_two().max(SMALLEST);
        self.lay_out(size, keys);
    }

    fn lay_out<'a>(&mut self, size: usize, keys: impl Iterator<Item = &'a str>) {
        self.table.clear();
        self.table.resize(size, 0);
        self.table.shrink_to_fit();
        self.used = 0;
        for (slot, key) in keys.enumerate() {
            self.put(key, slot);
        }
    }

    fn put(&mut self, key: &str, slot: usize) {
        for place in self.probe(key) {
            if let Some(free @ 0) = self.table.get_mut(place) {
                *free = slot as u32 + 1;
                self.used += 1;
                return;
            }
        }
    }

    /// The positions where `key` may be, the first one first, each once.
    fn probe(&self, key: &str) -> impl Iterator<Item = usize> + use<> {
        let size = self.table.len();
        let mask = size.wrapping_sub(1);
        // Hashed once more: the low bits alone put numbered keys ("card-1", "card-2") beside each other, twenty probes for
        // one of 10,000.
        let start = mix(hash(key.as_bytes(), self.seed), 0) as usize;
        (0..size).map(move |step| start.wrapping_add(step) & mask)
    }
}
