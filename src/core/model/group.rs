//! Transactions that win or lose together.
//!
//! A group falls when a write that did not know of it beats one of its members: then none of its members counts. Whether
//! such a write counts may hang on its own group, which is later: so groups are judged from the latest to the earliest.

use std::rc::Rc;

use super::Model;
use super::composite::saw;
use crate::core::cell::{Cell, Part, Slot, root_name, suffix};
use crate::core::id::Key;
use crate::core::register::Stamp;
use crate::core::value::Value;

struct Group {
    stamp: Stamp,
    keys: Vec<Key>,
}

impl<V: Value> Model<V> {
    /// Whether a member of a group, fallen or not, stands on that key.
    pub(super) fn is_grouped(&self, key: &str) -> bool {
        self.slots_of(key)
            .iter()
            .any(|(_, slot, _)| !slot.group.is_empty())
    }

    /// Each slot of a key: which write it holds, the slot, and the stamp of its cell.
    fn slots_of(&self, key: &str) -> Vec<(Stamp, Rc<Slot<V>>, Stamp)> {
        let Some(composite) = self.keys.get(key) else {
            return Vec::new();
        };
        let held = composite.slots().filter_map(|(actor, name)| {
            let register = self.node.register(name)?;
            let Some(Cell::Slot(slot)) = &register.value else {
                return None;
            };
            let stamp = Stamp {
                time: slot.time,
                actor,
            };
            Some((stamp, Rc::clone(slot), register.stamp))
        });
        held.collect()
    }

    /// All keys whose showing may hang on what happened to those.
    pub(super) fn entangled(&self, keys: Vec<Key>) -> Vec<Key> {
        let mut all = keys;
        let mut at = 0;
        while let Some(key) = all.get(at).cloned() {
            for (_, slot, _) in self.slots_of(&key) {
                for member in &slot.group {
                    if !all.contains(member) {
                        all.push(Rc::clone(member));
                    }
                }
            }
            at += 1;
        }
        all
    }

    /// The groups on those keys, and on all that they hang on, that do not count.
    pub(super) fn fallen(&self, keys: &[Key]) -> Vec<Stamp> {
        let mut groups: Vec<Group> = Vec::new();
        for key in self.entangled(keys.to_vec()) {
            for (stamp, slot, _) in self.slots_of(&key) {
                if !slot.group.is_empty() && !groups.iter().any(|group| group.stamp == stamp) {
                    groups.push(Group {
                        stamp,
                        keys: slot.group.clone(),
                    });
                }
            }
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.stamp));
        let mut fallen = Vec::new();
        for group in groups {
            if group
                .keys
                .iter()
                .any(|key| self.beaten(key, group.stamp, &fallen))
            {
                fallen.push(group.stamp);
            }
        }
        fallen
    }

    /// Whether that write's slot on the key was vetoed, or beaten by one that did not know of it.
    fn beaten(&self, key: &Key, group: Stamp, fallen: &[Stamp]) -> bool {
        let vetoes = self.vetoes(key);
        if let Some((_, root)) = self.effective(&root_name(key), "", &vetoes)
            && root > group
            && root.actor != group.actor
        {
            return true;
        }
        self.slots_of(key).into_iter().any(|(stamp, slot, cell)| {
            let part = suffix(&Part::Slot(stamp.actor));
            let vetoed = vetoes.iter().any(|veto| veto.part == part && veto.stamp == cell);
            if stamp == group {
                return vetoed;
            }
            let counts = !vetoed && (slot.group.is_empty() || !fallen.contains(&stamp));
            counts && stamp > group && !saw(&slot.seen, stamp, group)
        })
    }
}
