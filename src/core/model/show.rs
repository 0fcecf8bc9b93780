//! What a key shows: a function of its cells alone, so that windows which hold the same cells show the same.

use std::rc::Rc;

use super::composite::{Contribution, plain, saw};
use super::{Candidate, Model, Shown, Strategy};
use crate::core::cell::{Cell, Part, Veto, root_name, suffix};
use crate::core::id::{Actor, Key};
use crate::core::register::Stamp;
use crate::core::value::Value;

impl<V: Value> Model<V> {
    /// Writes of that key which do not count.
    pub(super) fn vetoes(&self, key: &str) -> Vec<Veto<V>> {
        let mut all = Vec::new();
        if let Some(composite) = self.keys.get(key) {
            for name in composite.vetoes() {
                if let Some(Cell::Veto(list)) = self.held(name) {
                    all.extend(list.iter().cloned());
                }
            }
        }
        all
    }

    /// What a cell holds.
    pub(super) fn held(&self, name: &str) -> Option<&Cell<V>> {
        self.node.get(name)
    }

    /// What a cell holds and since when, vetoed writes left out.
    pub(super) fn effective(
        &self,
        name: &str,
        part: &str,
        vetoes: &[Veto<V>],
    ) -> Option<(Option<Cell<V>>, Stamp)> {
        let register = self.node.register(name)?;
        let fallen = vetoes
            .iter()
            .filter(|veto| *veto.part == *part && veto.stamp == register.stamp);
        let mut is_fallen = false;
        let mut base: Option<&(Cell<V>, Stamp)> = None;
        for veto in fallen {
            is_fallen = true;
            // Windows that refused the same write may have held different ones before it: the latest stands.
            if let Some(one) = &veto.base
                && base.is_none_or(|base| one.1 > base.1)
            {
                base = Some(one);
            }
        }
        if is_fallen {
            return base.map(|(cell, stamp)| (Some(cell.clone()), *stamp));
        }
        Some((register.value.clone(), register.stamp))
    }

    /// The writes of that key that count. `fallen` are the groups that do not.
    pub(super) fn contributions(&self, key: &Key, fallen: &[Stamp]) -> Vec<Contribution<V>> {
        let vetoes = self.vetoes(key);
        let mut list = Vec::new();
        if let Some((cell, stamp)) = self.effective(&root_name(key), "", &vetoes) {
            list.push(Contribution {
                stamp,
                value: plain(cell.as_ref()),
                base: None,
                seen: Vec::new(),
                from: None,
            });
        }
        let Some(composite) = self.keys.get(&**key) else {
            return list;
        };
        for (actor, name) in composite.slots() {
            let Some(register) = self.node.register(name) else {
                continue;
            };
            let Some(Cell::Slot(slot)) = &register.value else {
                continue;
            };
            let stamp = Stamp {
                time: slot.time,
                actor,
            };
            let part = suffix(&Part::Slot(actor));
            let vetoed = vetoes
                .iter()
                .any(|veto| veto.part == part && veto.stamp == register.stamp);
            if vetoed || (!slot.group.is_empty() && fallen.contains(&stamp)) {
                if let Some((value, stamp)) = &slot.base {
                    list.push(Contribution {
                        stamp: *stamp,
                        value: value.clone(),
                        base: None,
                        seen: Vec::new(),
                        from: None,
                    });
                }
            } else {
                list.push(Contribution {
                    stamp,
                    value: slot.value.clone(),
                    base: slot.base.clone(),
                    seen: slot.seen.clone(),
                    from: (!slot.from.is_empty()).then(|| Rc::clone(&slot.from)),
                });
            }
        }
        list
    }

    /// What was added to that write of the key, by everyone.
    pub(super) fn added(&self, key: &str, to: Option<Stamp>) -> Option<f64> {
        let composite = self.keys.get(key)?;
        let vetoes = self.vetoes(key);
        let mut counts: Vec<(Actor, f64)> = composite
            .counts()
            .filter_map(|(actor, name)| {
                let part = suffix(&Part::Count(actor));
                match self.effective(name, &part, &vetoes)? {
                    (Some(Cell::Count(count)), _) if count.to == to => Some((actor, count.sum)),
                    _ => None,
                }
            })
            .collect();
        // In one order everywhere: sums of floating-point numbers depend on it.
        counts.sort_by_key(|count| count.0);
        (!counts.is_empty()).then(|| counts.iter().map(|count| count.1).sum())
    }

    /// What the key shows.
    pub(super) fn show(&mut self, key: &Key, fallen: &[Stamp]) -> Shown<V> {
        let list = self.contributions(key, fallen);
        let strategy = self.strategies.of(key);
        if strategy == Strategy::Custom {
            let candidates = live(list);
            if candidates.len() > 1 {
                return Shown::Unsettled;
            }
            return Shown::Value(self.with_added(key, latest(&candidates)));
        }
        if strategy == Strategy::Merge && self.keys.get(&**key).is_some_and(|one| one.tree.is_some()) {
            let texts = self.texts.clone();
            return Shown::Value(self.tree_of(key).show(texts.as_deref()));
        }
        Shown::Value(self.with_added(key, latest(&list)))
    }

    /// A write's value, and what was added to it since.
    fn with_added(&self, key: &str, write: Option<&Contribution<V>>) -> Option<V> {
        let value = write.and_then(|write| write.value.clone());
        let Some(added) = self.added(key, binding(write.map(|write| write.stamp))) else {
            return value;
        };
        match &value {
            None => Some(V::of_number(added)),
            Some(held) => match held.as_number() {
                Some(number) => Some(V::of_number(number + added)),
                None => value,
            },
        }
    }

    /// The writes of a key that did not know of each other, the earliest first.
    pub(super) fn live_of(&self, key: &Key) -> Vec<Contribution<V>> {
        let fallen = self.fallen(std::slice::from_ref(key));
        live(self.contributions(key, &fallen))
    }

    /// What is to be chosen from under 'manual', the earliest first; one or none if there is nothing to choose.
    #[must_use]
    pub fn candidates(&self, key: &Key) -> Vec<Candidate<V>> {
        self.live_of(key)
            .into_iter()
            .map(|one| Candidate {
                value: one.value,
                stamp: one.stamp,
                from: one.from,
            })
            .collect()
    }
}

/// Increments are bound to a write; to initial values of whichever window, and to nothing, as if they were one.
pub(super) fn binding(stamp: Option<Stamp>) -> Option<Stamp> {
    stamp.filter(|stamp| !stamp.time.is_initial())
}

/// The later of all.
pub(super) fn latest<V>(list: &[Contribution<V>]) -> Option<&Contribution<V>> {
    list.iter().max_by_key(|one| one.stamp)
}

/// Those that nobody else knew of, equal ones once, the earliest first.
fn live<V: Value>(list: Vec<Contribution<V>>) -> Vec<Contribution<V>> {
    let marks: Vec<(Stamp, Vec<(Actor, crate::core::clock::Time)>)> =
        list.iter().map(|one| (one.stamp, one.seen.clone())).collect();
    let initial_only = list.iter().all(|one| one.stamp.time.is_initial());
    let mut live: Vec<Contribution<V>> = list
        .into_iter()
        .filter(|one| {
            !marks.iter().any(|(stamp, seen)| {
                *stamp != one.stamp
                    && if one.stamp.time.is_initial() {
                        !initial_only && !stamp.time.is_initial()
                    } else {
                        saw(seen, *stamp, one.stamp)
                    }
            })
        })
        .collect();
    live.sort_by_key(|one| one.stamp);
    let mut distinct: Vec<Contribution<V>> = Vec::with_capacity(live.len());
    for one in live {
        let same = distinct
            .iter()
            .position(|other| match (&other.value, &one.value) {
                (None, None) => true,
                (Some(a), Some(b)) => a.same(b),
                _ => false,
            });
        match same {
            // The later stands for both.
            Some(at) => {
                distinct.remove(at);
                distinct.push(one);
            }
            None => distinct.push(one),
        }
    }
    distinct
}
