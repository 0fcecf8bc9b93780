//! Deduplication: which of one sender's messages have been seen. A message is handled once, however often it arrives.

use crate::core::lists::List;

/// Ids remembered one by one. A retry comes within a few timeouts of its first try; at the highest rate a port
/// carries that leaves room for retries of a burst, at 8 bytes each.
const REMEMBERED: usize = 1024;

/// The ids seen from one sender.
///
/// Ids mostly rise, with gaps (a sender numbers all its messages, also those to others). What rises costs O(1). An id
/// older than everything remembered counts as seen: at most once is the promise, so doubt means no.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// Rising. The first `gone` of them are remembered no longer: removed together, so that it costs little each time.
    seen: Vec<u64>,
    gone: usize,
    /// Every id up to here counts as seen.
    floor: u64,
    capacity: usize,
}

impl Default for Inbox {
    fn default() -> Self {
        Inbox::new(REMEMBERED)
    }
}

impl Inbox {
    /// Remembers the `capacity` highest ids, and at least one.
    pub fn new(capacity: usize) -> Inbox {
        Inbox {
            seen: Vec::new(),
            gone: 0,
            floor: 0,
            capacity: capacity.max(1),
        }
    }

    /// Whether this is the first arrival of `id`; from now on it counts as seen. Ids start at 1.
    pub fn first(&mut self, id: u64) -> bool {
        if id <= self.floor {
            return false;
        }
        if self.seen.last().is_none_or(|&last| last < id) {
            self.seen.push(id);
        } else {
            match self.seen.binary_search(&id) {
                Ok(_) => return false,
                Err(place) => self.seen.insert(place, id),
            }
        }
        if self.seen.len() - self.gone > self.capacity
            && let Some(&oldest) = self.seen.get(self.gone)
        {
            self.floor = oldest;
            self.gone += 1;
            if self.gone > self.capacity / 2 {
                self.seen.keep(|&id| id > oldest);
                self.gone = 0;
            }
        }
        true
    }

    /// Takes `id` back, so that a retry of a message that was refused for a passing reason is handled after all.
    /// Does nothing for an id that is no longer remembered.
    pub fn forget(&mut self, id: u64) {
        if id > self.floor
            && let Ok(place) = self.seen.binary_search(&id)
        {
            self.seen.remove(place);
        }
    }
}
