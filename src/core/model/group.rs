//! Transactions that win or lose together.
//!
//! A group falls when a write that did not know of it beats one of its members: then none of its members counts. Whether
//! such a write counts may hang on its own group, which is later: so groups are judged from the latest to the earliest.

use std::rc::Rc;

use super::Model;
use super::composite::saw;
use super::show::is_vetoed;
use crate::core::cell::{Cell, Part, Slot, root_name, suffix};
use crate::core::id::Key;
use crate::core::map::SmallMap;
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::value::Value;

struct Group {
    stamp: Stamp,
    keys: Vec<Key>,
}

impl<V: Value> Model<V> {
    /// Whether a member of a group, fallen or not, stands on that key, or stood there.
    pub(super) fn is_grouped(&self, key: &str) -> bool {
        self.named.get(key).is_some_and(|hosts| !hosts.is_empty())
    }

    /// Takes note of the groups that a cell on that key tells of.
    pub(super) fn note_groups(&mut self, key: &Key, cell: &Cell<V>) {
        match cell {
            Cell::Slot(slot) => {
                for layer in slot.layers() {
                    for member in &layer.group {
                        match self.named.get_mut(&**member) {
                            Some(hosts) if hosts.contains(key) => {}
                            Some(hosts) => hosts.push(Rc::clone(key)),
                            None => {
                                self.named.insert(Rc::clone(member), vec![Rc::clone(key)]);
                            }
                        }
                    }
                }
            }
            Cell::Veto(list) => {
                for veto in list.iter() {
                    if let Some((base @ Cell::Slot(_), _)) = &veto.base {
                        self.note_groups(key, base);
                    }
                }
            }
            _ => {}
        }
    }

    /// Each write in a slot of a key: which, the slot, and the suffix of its cell.
    pub(super) fn slots_of(&self, key: &str) -> Vec<(Stamp, Rc<Slot<V>>, Key)> {
        let Some(composite) = self.keys.get(key) else {
            return Vec::new();
        };
        let vetoes = self.vetoes(key);
        let mut all = Vec::new();
        for (actor, _) in composite.slots() {
            let part = suffix(&Part::Slot(actor));
            let layers = self.layers(key, actor, &vetoes).into_iter();
            all.extend(layers.map(|(stamp, slot)| (stamp, slot, Rc::clone(&part))));
        }
        all
    }

    /// All keys whose showing may hang on what happened to those.
    pub(super) fn entangled(&self, keys: Vec<Key>) -> Vec<Key> {
        let mut all = keys;
        let mut at = 0;
        // Each key and each group is looked at once: a transaction may have many members.
        let (mut asked, mut known) = (SmallMap::new(), SmallMap::new());
        for key in &all {
            known.insert(Rc::clone(key), ());
        }
        let mut groups: Vec<Stamp> = Vec::new();
        while let Some(key) = all.get(at).cloned() {
            // Those that name it, and those that they name: a member that has been written over names nobody any more.
            let hosts = self.named.get(&*key).map_or(&[][..], Vec::as_slice);
            for host in hosts {
                if asked.insert(Rc::clone(host), ()).is_some() {
                    continue;
                }
                for (stamp, slot, _) in self.slots_of(host) {
                    if slot.group.is_empty() || groups.contains(&stamp) {
                        continue;
                    }
                    groups.push(stamp);
                    for member in &slot.group {
                        if known.insert(Rc::clone(member), ()).is_none() {
                            all.push(Rc::clone(member));
                        }
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
        order::sort_by_key(&mut groups, |group| std::cmp::Reverse(group.stamp));
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

    /// Whether that write was vetoed on the key, or beaten there by one that did not know of it.
    fn beaten(&self, key: &Key, group: Stamp, fallen: &[Stamp]) -> bool {
        let vetoes = self.vetoes(key);
        if let Some((_, root)) = self.effective(&root_name(key), "", &vetoes)
            && root > group
            && root.actor != group.actor
        {
            return true;
        }
        let own = suffix(&Part::Slot(group.actor));
        if is_vetoed(&vetoes, &own, group) {
            return true;
        }
        // Written over by its own writer, and what it was written over with fell: nothing of it is left on this key.
        let mut is_there = false;
        for (stamp, slot, part) in self.slots_of(key) {
            if stamp < group || fallen.contains(&stamp) || is_vetoed(&vetoes, &part, stamp) {
                continue;
            }
            if stamp != group && !saw(&slot.seen, stamp, group) {
                return true;
            }
            is_there = true;
        }
        !is_there
    }
}
