//! Resolution: the visible value of a key, as a function of its cells alone. Windows with the same cells resolve the same
//! value.

use std::rc::Rc;

use super::composite::{Contribution, plain, saw};
use super::counts::with_added;
use super::transaction::is_aborted;
use super::translate::Resolved;
use super::{Candidate, Model, Strategy};
use crate::core::cell::{Cell, Part, Slot, Veto, root_name, suffix};
use crate::core::id::{Actor, Key};
use crate::core::lists::{Gather, List};
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::value::Value;

impl<V: Value> Model<V> {
    /// The content of a cell.
    pub(super) fn held(&self, name: &str) -> Option<&Cell<V>> {
        self.node.get(name)
    }

    /// The content of a cell without vetoed writes, and its stamp. For a vetoed write it is what the vetoing window had
    /// there before.
    pub(super) fn effective(
        &self,
        name: &str,
        part: &str,
        vetoes: &[Veto<V>],
    ) -> Option<(Option<Cell<V>>, Stamp)> {
        let register = self.node.register(name)?;
        if !is_vetoed(vetoes, part, register.stamp) {
            return Some((register.value.clone(), register.stamp));
        }
        // Windows that vetoed the same write may have had different ones before it. The latest counts.
        bases(vetoes, part)
            .filter(|base| base.1 < register.stamp && !is_vetoed(vetoes, part, base.1))
            .max_by_key(|base| base.1)
            .map(|(cell, stamp)| (Some(cell.clone()), *stamp))
    }

    /// The visible writes of a key.
    pub(super) fn visible_writes(&self, key: &Key) -> Vec<Contribution<V>> {
        self.contributions(key, self.aborted(key))
    }

    /// The visible writes if the groups in `aborted` are aborted.
    pub(super) fn contributions(&self, key: &Key, aborted: &[Stamp]) -> Vec<Contribution<V>> {
        let vetoes = self.vetoes(key);
        let mut list = Vec::new();
        if let Some((cell, stamp)) = self.effective(&root_name(key), "", &vetoes) {
            list.push(Contribution {
                part: Key::from(""),
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
        for (actor, _) in composite.slots() {
            let part = suffix(&Part::Slot(actor));
            let history = self.history(key, actor, &vetoes);
            let stands = history.iter().find(|(stamp, slot)| {
                !is_vetoed(&vetoes, &part, *stamp) && (slot.group.is_empty() || !is_aborted(aborted, *stamp))
            });
            if let Some((stamp, slot)) = stands {
                list.push(Contribution {
                    part,
                    stamp: *stamp,
                    value: slot.value.clone(),
                    base: slot.base.clone(),
                    seen: slot.seen.clone(),
                    from: (!slot.from.is_empty()).then(|| Rc::clone(&slot.from)),
                });
            }
        }
        list
    }

    /// The write history of one writer's slot, the latest first: the write it holds, those it carries, what it replaced if
    /// that was its own, and what vetoing windows had there before.
    pub(super) fn history(&self, key: &str, actor: Actor, vetoes: &[Veto<V>]) -> Vec<(Stamp, Rc<Slot<V>>)> {
        let name = self.keys.get(key).and_then(|composite| composite.slot(actor));
        let Some(Cell::Slot(slot)) = name.and_then(|name| self.held(name)) else {
            return Vec::new();
        };
        let with_stamp = |slot: &Rc<Slot<V>>| {
            let stamp = Stamp {
                time: slot.time,
                actor,
            };
            (stamp, Rc::clone(slot))
        };
        let mut history: Vec<_> = slot.history().map(with_stamp).gather();
        let part = suffix(&Part::Slot(actor));
        for (cell, _) in bases(vetoes, &part) {
            if let Cell::Slot(base) = cell {
                history.take_in(
                    base.history()
                        .map(with_stamp)
                        .filter(|one| one.1.time < slot.time),
                );
            }
        }
        let settled = matches!(
            self.strategies.of(key),
            Strategy::LastWriteWins | Strategy::HighestVersion
        );
        if settled {
            // Where concurrent writes are all kept, this does not count: what the replaced write knew is unknown here.
            let replaced: Vec<_> = history
                .iter()
                .filter_map(|(stamp, slot)| replaced(*stamp, slot))
                .filter(|(stamp, _)| !is_vetoed(vetoes, "", *stamp))
                .gather();
            history.take_in(replaced);
        }
        // Of several entries for one write, the most complete comes first.
        order::sort_by_key(&mut history, |entry| std::cmp::Reverse(entry.0));
        history.dedup_by_key(|entry| entry.0);
        history
    }

    /// The sum of all increments of that write of the key.
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
            .gather();
        // Sorted, because sums of floating-point numbers depend on the order.
        order::sort_by_key(&mut counts, |count| count.0);
        (!counts.is_empty()).then(|| counts.iter().map(|count| count.1).sum())
    }

    /// Resolves the key: its visible value, or `Unsettled` if the function of the strategy `custom` has to choose.
    pub(super) fn resolve(&mut self, key: &Key) -> Resolved<V> {
        let list = self.visible_writes(key);
        let strategy = self.strategies.of(key);
        if strategy == Strategy::Custom {
            let candidates = live(list);
            if candidates.len() > 1 {
                return Resolved::Unsettled;
            }
            return Resolved::Value(self.with_added(key, latest(&candidates)));
        }
        if strategy == Strategy::Merge && self.keys.get(&**key).is_some_and(|one| one.tree.is_some()) {
            let texts = self.texts.clone();
            return Resolved::Value(self.tree_of(key).resolve(texts.as_deref()));
        }
        Resolved::Value(self.with_added(key, latest(&list)))
    }

    /// The value of a write, with its increments.
    fn with_added(&self, key: &str, write: Option<&Contribution<V>>) -> Option<V> {
        let value = write.and_then(|write| write.value.clone());
        with_added(value, self.added(key, binding(write.map(|write| write.stamp))))
    }

    /// The concurrent writes of a key, the earliest first.
    pub(super) fn live_of(&self, key: &Key) -> Vec<Contribution<V>> {
        live(self.visible_writes(key))
    }

    /// The candidates of a 'manual' key, the earliest first; at most one if there is no conflict.
    #[must_use]
    pub fn candidates(&self, key: &Key) -> Vec<Candidate<V>> {
        self.live_of(key)
            .into_iter()
            .map(|one| Candidate {
                value: one.value,
                stamp: one.stamp,
                from: one.from,
            })
            .gather()
    }
}

/// The write that an increment belongs to. All initial values, and no value, count as one write.
pub(super) fn binding(stamp: Option<Stamp>) -> Option<Stamp> {
    stamp.filter(|stamp| !stamp.time.is_initial())
}

/// The latest write.
pub(super) fn latest<V>(list: &[Contribution<V>]) -> Option<&Contribution<V>> {
    list.iter().max_by_key(|one| one.stamp)
}

/// The writes that no other one knew of, the earliest first; of equal values only the latest.
pub(super) fn live<V: Value>(list: Vec<Contribution<V>>) -> Vec<Contribution<V>> {
    let marks: Vec<(Stamp, Vec<(Actor, crate::core::clock::Time)>)> =
        list.iter().map(|one| (one.stamp, one.seen.clone())).gather();
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
        .gather();
    order::sort_by_key(&mut live, |one| one.stamp);
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
            // The later one represents both.
            Some(at) => {
                distinct.remove(at);
                distinct.push(one);
            }
            None => distinct.push(one),
        }
    }
    distinct
}

/// What a write replaced, as a write by itself, if its writer had written that too.
fn replaced<V: Clone>(by: Stamp, slot: &Slot<V>) -> Option<(Stamp, Rc<Slot<V>>)> {
    let (value, stamp) = slot.base.as_ref()?;
    let own = stamp.actor == by.actor && *stamp < by && !stamp.time.is_initial();
    own.then(|| {
        let before = Slot {
            time: stamp.time,
            value: value.clone(),
            base: None,
            under: None,
            seen: slot.seen.clone(),
            group: Rc::default(),
            from: Rc::from(""),
        };
        (*stamp, Rc::new(before))
    })
}

/// Whether that write was rejected or rolled back.
pub(super) fn is_vetoed<V>(vetoes: &[Veto<V>], part: &str, stamp: Stamp) -> bool {
    vetoes
        .iter()
        .any(|veto| veto.stamp == stamp && *veto.part == *part)
}

/// What the vetoing windows had in a cell before.
fn bases<'a, V>(vetoes: &'a [Veto<V>], part: &'a str) -> impl Iterator<Item = &'a (Cell<V>, Stamp)> {
    vetoes
        .iter()
        .filter(move |veto| *veto.part == *part)
        .filter_map(|veto| veto.base.as_ref())
}
