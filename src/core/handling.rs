//! Messages being handled: the questions of one peer that are not answered yet, by number.

use crate::core::lists::List;

/// Entries by rising number. Finding, adding and taking one are a binary search; nothing moves but when an older number
/// comes after a newer one, and when the holes that were left outnumber what is there.
#[derive(Clone, Debug)]
pub struct Handling<T> {
    slots: Vec<(u64, Option<T>)>,
    live: usize,
}

impl<T> Default for Handling<T> {
    fn default() -> Self {
        Handling {
            slots: Vec::new(),
            live: 0,
        }
    }
}

impl<T> Handling<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Adds one under a number that is not in use.
    pub fn insert(&mut self, number: u64, entry: T) {
        let place = match self.slots.last() {
            Some((last, _)) if *last >= number => self.slots.binary_search_by(|slot| slot.0.cmp(&number)),
            _ => Err(self.slots.len()),
        };
        match place {
            Err(place) => self.slots.insert(place, (number, Some(entry))),
            Ok(place) => {
                let Some(slot) = self.slots.get_mut(place) else {
                    return;
                };
                if slot.1.replace(entry).is_some() {
                    return;
                }
            }
        }
        self.live += 1;
    }

    /// The one under a number.
    pub fn get(&self, number: u64) -> Option<&T> {
        let place = self.slots.binary_search_by(|slot| slot.0.cmp(&number)).ok()?;
        self.slots.get(place)?.1.as_ref()
    }

    /// Takes out the one under a number.
    pub fn take(&mut self, number: u64) -> Option<T> {
        let place = self.slots.binary_search_by(|slot| slot.0.cmp(&number)).ok()?;
        let entry = self.slots.get_mut(place)?.1.take()?;
        self.live -= 1;
        if self.live == 0 {
            self.slots.clear();
        } else if self.slots.len() > 2 * self.live + 16 {
            self.slots.keep(|slot| slot.1.is_some());
        }
        Some(entry)
    }

    /// All of them, the oldest first.
    pub fn into_entries(self) -> impl Iterator<Item = T> {
        self.slots.into_iter().filter_map(|slot| slot.1)
    }
}
