//! Hidden writes: writes of others that arrive while a write of this window on the same key may still be rolled back.
//!
//! They become visible only if it is rolled back. The host then asks `validate` about them, with the peer that they came
//! from.

use super::{Model, Strategy};
use crate::core::cell::{Cell, parse};
use crate::core::id::{Key, PeerRef};
use crate::core::lists::{Gather, List};
use crate::core::sync::KeyChange;
use crate::core::value::Value;

impl<V: Value> Model<V> {
    /// Records the keys of those cells on which a write of this window is pending. Merged values are visible at once.
    pub(super) fn note_hidden(&mut self, cells: &[KeyChange<Cell<V>>], from: Option<PeerRef>) {
        let Some(from) = from.filter(|_| !self.pending.is_empty()) else {
            return;
        };
        let names = self.pending.iter().flat_map(|one| &one.cells);
        let mut keys: Vec<Key> = names.filter_map(|(name, _)| Some(parse(name)?.0)).gather();
        keys.keep(|key| self.strategies.of(key) != Strategy::Merge);
        for change in cells {
            let key = parse(&change.key).map(|parsed| parsed.0);
            self.hidden
                .take_in(key.filter(|key| keys.contains(key)).map(|key| (key, from)));
        }
    }

    /// Returns, once, the keys that others wrote to while a write of this window was pending, and the peer that sent each.
    pub fn take_hidden(&mut self) -> Vec<(Key, PeerRef)> {
        std::mem::take(&mut self.hidden)
    }

    /// Whether a write of this window may still be rolled back.
    #[must_use]
    pub fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }
}
