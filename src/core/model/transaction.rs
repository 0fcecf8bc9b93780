//! Transactions: all members count, or none.
//!
//! A transaction is aborted when a concurrent write beats one of its members. Whether that write counts may depend on its
//! own transaction, which is later: so transactions are resolved from the latest to the earliest.
//!
//! The result is computed once for each change, for all keys that are connected through transactions, and cached with each key.

use std::rc::Rc;

use super::Model;
use super::composite::saw;
use super::resolve::is_vetoed;
use crate::core::cell::{Cell, Part, Slot, root_name, suffix};
use crate::core::id::Key;
use crate::core::lists::{Gather, List};
use crate::core::map::SmallMap;
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::value::Value;

/// A transaction component: keys that are connected through groups, so that they are resolved together.
#[derive(Default)]
pub(super) struct Component {
    pub(super) keys: Vec<Key>,
    /// The aborted groups on them, the latest first.
    pub(super) aborted: Vec<Stamp>,
}

/// Whether that group is aborted. `aborted` is sorted, the latest first.
pub(super) fn is_aborted(aborted: &[Stamp], group: Stamp) -> bool {
    aborted.binary_search_by(|one| group.cmp(one)).is_ok()
}

/// The writes to one key that matter for its transactions.
struct Field<V> {
    root: Option<Stamp>,
    slots: Vec<Entry<V>>,
    /// Groups with a vetoed write here.
    vetoed: Vec<Stamp>,
}

struct Entry<V> {
    stamp: Stamp,
    slot: Rc<Slot<V>>,
    is_vetoed: bool,
}

/// The position of each key of a search, in the order of discovery.
#[derive(Default)]
struct Found {
    keys: Vec<Key>,
    at: SmallMap<Key, usize>,
}

impl Found {
    fn add(&mut self, key: &Key) -> usize {
        if let Some(at) = self.at.get(&**key) {
            return *at;
        }
        let at = self.keys.len();
        self.at.insert(Rc::clone(key), at);
        self.keys.push(Rc::clone(key));
        at
    }
}

/// A group: the keys that its members name, and those that have its members.
struct Group {
    members: Vec<usize>,
    /// The last list of members, because mostly all members name the same.
    list: Rc<[Key]>,
}

impl<V: Value> Model<V> {
    /// Whether the key has, or had, a member of a group, aborted or not.
    pub(super) fn is_grouped(&self, key: &str) -> bool {
        !self.components.is_empty() && self.components.contains_key(key)
    }

    /// The aborted groups of the key's component.
    pub(super) fn aborted(&self, key: &str) -> &[Stamp] {
        self.components
            .get(key)
            .map_or(&[], |component| &component.aborted)
    }

    /// Records the groups that a cell of that key names.
    pub(super) fn note_groups(&mut self, key: &Key, cell: &Cell<V>) {
        let has_group = |slot: &Rc<Slot<V>>| slot.history().any(|entry| !entry.group.is_empty());
        let has_group = match cell {
            Cell::Slot(slot) => has_group(slot),
            Cell::Veto(list) => list
                .iter()
                .any(|veto| matches!(&veto.base, Some((Cell::Slot(slot), _)) if has_group(slot))),
            _ => false,
        };
        if has_group && !self.components.contains_key(key) {
            self.components.insert(Rc::clone(key), Rc::default());
        }
    }

    /// Each write in a slot of a key: its stamp, the slot, and the suffix of its cell.
    pub(super) fn slots_of(&self, key: &str) -> Vec<(Stamp, Rc<Slot<V>>, Key)> {
        let Some(composite) = self.keys.get(key) else {
            return Vec::new();
        };
        let vetoes = self.vetoes(key);
        let mut all = Vec::new();
        for (actor, _) in composite.slots() {
            let part = suffix(&Part::Slot(actor));
            let history = self.history(key, actor, &vetoes).into_iter();
            all.take_in(history.map(|(stamp, slot)| (stamp, slot, Rc::clone(&part))));
        }
        all
    }

    /// Computes again which groups on those keys are aborted. Returns them with the keys whose aborted groups changed; the
    /// visible values of other keys have not changed.
    pub(super) fn regroup(&mut self, mut touched: Vec<Key>) -> Vec<Key> {
        let mut found = Found::default();
        for key in touched.iter().filter(|key| self.is_grouped(key)) {
            found.add(key);
        }
        let asked = found.keys.len();
        if asked == 0 {
            return touched;
        }
        // Each key, group and old component is visited once.
        let mut fields: Vec<Field<V>> = Vec::new();
        let mut groups: SmallMap<Stamp, Group> = SmallMap::new();
        let mut before: Vec<*const Component> = Vec::new();
        while let Some(key) = found.keys.get(fields.len()).cloned() {
            let at = fields.len();
            if let Some(component) = self.components.get(&*key)
                && component.keys.len() > 1
                && !before.contains(&Rc::as_ptr(component))
            {
                before.push(Rc::as_ptr(component));
                for other in &component.keys {
                    found.add(other);
                }
            }
            let field = self.field(&key);
            for Entry { stamp, slot, .. } in field.slots.iter().filter(|one| !one.slot.group.is_empty()) {
                if let Some(group) = groups.get_mut(stamp) {
                    if !Rc::ptr_eq(&group.list, &slot.group) && group.list != slot.group {
                        group.list = Rc::clone(&slot.group);
                        group.members.take_in(slot.group.iter().map(|key| found.add(key)));
                    }
                    group.members.push(at);
                    continue;
                }
                let mut members: Vec<usize> = slot.group.iter().map(|key| found.add(key)).gather();
                members.push(at);
                let list = Rc::clone(&slot.group);
                groups.insert(*stamp, Group { members, list });
            }
            fields.push(field);
        }
        for (_, group) in groups.iter_mut() {
            order::sort(&mut group.members);
            group.members.dedup();
        }
        let mut aborted: Vec<Stamp> = Vec::new();
        for (stamp, group) in groups.iter().rev() {
            let mut members = group.members.iter().filter_map(|at| fields.get(*at));
            if members.any(|field| field.beats(*stamp, &aborted)) {
                aborted.push(*stamp);
            }
        }
        for key in self.union_components(&found, &groups, &aborted) {
            if found.at.get(&*key).is_some_and(|at| *at >= asked) {
                touched.push(key);
            }
        }
        touched
    }

    /// Stores with each key its component and the aborted groups. Returns the keys where the aborted groups changed.
    fn union_components(
        &mut self,
        found: &Found,
        groups: &SmallMap<Stamp, Group>,
        aborted: &[Stamp],
    ) -> Vec<Key> {
        let mut heads: Vec<usize> = (0..found.keys.len()).gather();
        for (_, group) in groups.iter() {
            let Some(&first) = group.members.first() else {
                continue;
            };
            for &at in &group.members {
                let (a, b) = (head(&mut heads, first), head(&mut heads, at));
                if let Some(head) = heads.get_mut(a.max(b)) {
                    *head = a.min(b);
                }
            }
        }
        // By their first key: the roots of the components come in order, each before the other keys of its component.
        let mut components: Vec<Component> = Vec::new();
        let mut of: Vec<usize> = Vec::with_capacity(heads.len());
        for (at, key) in found.keys.iter().enumerate() {
            let first = of.get(head(&mut heads, at)).copied();
            let place = first.unwrap_or(components.len());
            match components.get_mut(place) {
                Some(component) => component.keys.push(Rc::clone(key)),
                None => components.push(Component {
                    keys: vec![Rc::clone(key)],
                    aborted: Vec::new(),
                }),
            }
            of.push(place);
        }
        for (stamp, group) in groups.iter().rev().filter(|one| is_aborted(aborted, *one.0)) {
            let place = group.members.first().and_then(|at| of.get(*at));
            if let Some(component) = place.and_then(|at| components.get_mut(*at)) {
                component.aborted.push(*stamp);
            }
        }
        let mut changed = Vec::new();
        for component in components {
            let component = Rc::new(component);
            for key in &component.keys {
                let before = self.components.insert(Rc::clone(key), Rc::clone(&component));
                let same = before.map_or(component.aborted.is_empty(), |before| {
                    before.aborted == component.aborted
                });
                if !same {
                    changed.push(Rc::clone(key));
                }
            }
        }
        changed
    }

    fn field(&self, key: &Key) -> Field<V> {
        let vetoes = self.vetoes(key);
        let root = self.effective(&root_name(key), "", &vetoes);
        let mut field = Field {
            root: root.map(|root| root.1),
            slots: Vec::new(),
            vetoed: Vec::new(),
        };
        let Some(composite) = self.keys.get(&**key) else {
            return field;
        };
        for (actor, _) in composite.slots() {
            let part = suffix(&Part::Slot(actor));
            for (stamp, slot) in self.history(key, actor, &vetoes) {
                field.slots.push(Entry {
                    stamp,
                    slot,
                    is_vetoed: is_vetoed(&vetoes, &part, stamp),
                });
            }
        }
        let own = |veto: &crate::core::cell::Veto<V>| veto.part == suffix(&Part::Slot(veto.stamp.actor));
        field
            .vetoed
            .take_in(vetoes.iter().filter(|veto| own(veto)).map(|veto| veto.stamp));
        order::sort(&mut field.vetoed);
        field
    }
}

impl<V> Field<V> {
    /// Whether that group was vetoed here, or beaten by a concurrent write.
    fn beats(&self, group: Stamp, aborted: &[Stamp]) -> bool {
        let beaten = |root: Stamp| root > group && root.actor != group.actor;
        if self.root.is_some_and(beaten) || self.vetoed.binary_search(&group).is_ok() {
            return true;
        }
        // If its own writer overwrote it, and the group of that write is aborted, nothing of it is left on this key.
        let mut is_there = false;
        for Entry {
            stamp,
            slot,
            is_vetoed,
        } in &self.slots
        {
            if *stamp < group || *is_vetoed || is_aborted(aborted, *stamp) {
                continue;
            }
            if *stamp != group && !saw(&slot.seen, *stamp, group) {
                return true;
            }
            is_there = true;
        }
        !is_there
    }
}

/// The root of a component (union-find).
fn head(heads: &mut [usize], at: usize) -> usize {
    let mut at = at;
    while let Some(&next) = heads.get(at)
        && next != at
    {
        let over = heads.get(next).copied().unwrap_or(next);
        if let Some(short) = heads.get_mut(at) {
            *short = over;
        }
        at = over;
    }
    at
}
