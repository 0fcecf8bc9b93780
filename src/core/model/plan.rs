//! The cells that a write to one key becomes: its root, a slot beside others, parts of a merge tree, or a count.

use std::rc::Rc;

use super::composite::Contribution;
use super::counts::{add_to, take_waiting};
use super::resolve::{binding, is_vetoed, latest};
use super::transaction::{Component, is_aborted};
use super::write::Cells;
use super::{How, Model, Op, Strategy};
use crate::core::cell::{
    Cell, MAX_CARRIED_WRITES, Part, Slot, Veto, VetoReason, cell_name, root_name, suffix,
};
use crate::core::clock::Time;
use crate::core::id::{Actor, Key};
use crate::core::lists::{Gather, List};
use crate::core::merge::{MergeTree, Node};
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::value::Value;

impl<V: Value> Model<V> {
    /// Plans the cells of one write.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn plan(
        &mut self,
        key: Key,
        op: Op<V>,
        how: How,
        group: &Rc<[Key]>,
        shared: Time,
        now: f64,
        cells: &mut Cells<V>,
    ) {
        let strategy = self.strategies.of(&key);
        let value = match op {
            Op::Add(by) => return self.plan_add(&key, by, now, cells),
            // A key that was only incremented by windows that do not merge it has no parts to delete.
            Op::Set(value) if strategy == Strategy::Merge && (value.is_some() || !self.is_counted(&key)) => {
                return self.plan_merge(&key, value.as_ref(), how.is_typed, now, cells);
            }
            Op::Set(value) => value,
        };
        let grouped = group.contains(&key);
        let keeps_all = matches!(strategy, Strategy::Manual | Strategy::Custom);
        let entangled = self.is_grouped(&key);
        let time = match strategy {
            Strategy::HighestVersion => Time::after(self.latest_time(&key)),
            _ if grouped => shared,
            _ => self.node.now(now),
        };
        if !(grouped || keeps_all || entangled || how.may_roll_back) {
            cells.push((root_name(&key), value.map(Cell::Plain), time));
            return;
        }
        let contributions = self.visible_writes(&key);
        let me = self.node.actor();
        let slot = Slot {
            time,
            value,
            base: self.base_of(&key, &contributions, me),
            under: self.under_of(&key, cells).filter(|under| {
                grouped || how.may_roll_back || !under.group.is_empty() || self.is_tentative(&key)
            }),
            seen: self.seen_of(&key, &contributions, me),
            group: if grouped { Rc::clone(group) } else { Rc::default() },
            from: if strategy == Strategy::Manual {
                Rc::clone(&self.name)
            } else {
                Rc::from("")
            },
        };
        // Only this window writes the cell, so its stamp only has to be newer.
        let stamp = self.node.now(now);
        let stamp = if strategy == Strategy::HighestVersion {
            stamp
        } else {
            stamp.max(time)
        };
        cells.push((
            cell_name(&key, &Part::Slot(me)),
            Some(Cell::Slot(Rc::new(slot))),
            stamp,
        ));
    }

    /// The time of the latest known write to that key, also of aborted ones: a write that was rolled back does not free its
    /// time for the next.
    fn latest_time(&self, key: &Key) -> Option<Time> {
        let root = self.node.register(&root_name(key)).map(|root| root.stamp.time);
        let list = self.contributions(key, &[]);
        let slots = self.slots_of(key);
        let times = list.iter().map(|one| one.stamp.time);
        times
            .chain(root)
            .chain(slots.iter().map(|slot| slot.0.time))
            .max()
    }

    /// The visible value and its write. Others have not seen this window's unsent write; for them its base counts.
    fn base_of(&self, key: &Key, list: &[Contribution<V>], me: Actor) -> Option<(Option<V>, Stamp)> {
        let top = latest(list)?;
        let keeps_all = matches!(self.strategies.of(key), Strategy::Manual | Strategy::Custom);
        if keeps_all
            && top.stamp.actor == me
            && let Some(base) = &top.base
        {
            return Some(base.clone());
        }
        let shown = self.get(key).cloned();
        Some((shown, top.stamp))
    }

    /// This window's own visible writes to the key, as many as may be rolled back, without those that `cells` are about to
    /// veto.
    fn under_of(&self, key: &Key, cells: &Cells<V>) -> Option<Rc<Slot<V>>> {
        let (me, aborted, is_tentative) = (self.node.actor(), self.aborted(key), self.is_tentative(key));
        let (name, part) = (cell_name(key, &Part::Slot(me)), suffix(&Part::Slot(me)));
        let mut vetoes = self.vetoes(key);
        let own = cell_name(key, &Part::Veto(me));
        for (name, cell, _) in cells {
            if let (true, Some(Cell::Veto(list))) = (*name == own, cell) {
                vetoes.take_in(list.iter().cloned());
            }
        }
        let history = self.history(key, me, &vetoes);
        let mut kept: Vec<&(Stamp, Rc<Slot<V>>)> = Vec::new();
        for entry @ (stamp, slot) in &history {
            if is_vetoed(&vetoes, &part, *stamp) || is_aborted(aborted, *stamp) {
                continue;
            }
            let mut pending = self.pending.iter().flat_map(|one| &one.cells);
            let may_roll_back = !slot.group.is_empty() || pending.any(|one| one.0 == name && one.1 == *stamp);
            kept.push(entry);
            if !(may_roll_back || is_tentative) || kept.len() >= MAX_CARRIED_WRITES {
                break;
            }
        }
        // A write known as what another replaced counts as a lone write. No member of a group may be known so.
        let is_lone = |of: Stamp| {
            !history
                .iter()
                .any(|(stamp, slot)| *stamp == of && !slot.group.is_empty())
        };
        let mut under: Option<Rc<Slot<V>>> = None;
        for (_, slot) in kept.into_iter().rev() {
            let base = slot.base.clone().filter(|base| is_lone(base.1));
            under = Some(Rc::new(Slot {
                base,
                under,
                ..(**slot).clone()
            }));
        }
        under
    }

    /// The latest known write of each writer, also of aborted ones.
    fn seen_of(&self, key: &Key, list: &[Contribution<V>], me: Actor) -> Vec<(Actor, Time)> {
        let mut seen: Vec<(Actor, Time)> = Vec::new();
        let mut note = |stamp: Stamp| {
            if stamp.time.is_initial() || stamp.actor == me {
                return;
            }
            match seen.iter_mut().find(|one| one.0 == stamp.actor) {
                Some(one) => one.1 = one.1.max(stamp.time),
                None => seen.push((stamp.actor, stamp.time)),
            }
        };
        for one in list {
            note(one.stamp);
        }
        if let Some(root) = self.node.register(&root_name(key)) {
            note(root.stamp);
        }
        if let Some(composite) = self.keys.get(&**key) {
            for (actor, name) in composite.slots() {
                if let Some(Cell::Slot(slot)) = self.held(name) {
                    note(Stamp {
                        time: slot.time,
                        actor,
                    });
                }
            }
        }
        order::sort(&mut seen);
        seen
    }

    /// Records the abort of a group before one of its keys is overwritten: the overwritten write may be the cause of the
    /// abort.
    pub(super) fn record_aborts(&mut self, ops: &[(Key, Op<V>)], now: f64, cells: &mut Cells<V>) {
        let mut sealed: Vec<Rc<Component>> = Vec::new();
        for (key, op) in ops {
            if !matches!(op, Op::Set(_)) || self.strategies.of(key) == Strategy::Merge {
                continue;
            }
            let Some(component) = self
                .components
                .get(&**key)
                .filter(|component| !component.aborted.is_empty())
            else {
                continue;
            };
            if sealed.iter().any(|done| Rc::ptr_eq(done, component)) {
                continue;
            }
            let component = Rc::clone(component);
            for member in &component.keys {
                let dead = self.slots_of(member).into_iter();
                let dead = dead
                    .filter(|(stamp, slot, _)| {
                        !slot.group.is_empty() && is_aborted(&component.aborted, *stamp)
                    })
                    .map(|(stamp, _, part)| Veto {
                        part,
                        stamp,
                        base: None,
                        reason: VetoReason::Aborted,
                    })
                    .gather();
                self.plan_vetoes(member, dead, now, cells);
            }
            sealed.push(component);
        }
    }

    pub(super) fn plan_merge(
        &mut self,
        key: &Key,
        next: Option<&V>,
        is_typed: bool,
        now: f64,
        cells: &mut Cells<V>,
    ) {
        let me = self.node.actor();
        let texts = self.texts.clone();
        let writes = self.tree_of(key).diff_as(next, me, texts.as_deref(), is_typed);
        self.stamp_tree(key, writes, now, cells);
    }

    /// Whether the key has counts and no merge tree.
    fn is_counted(&self, key: &str) -> bool {
        let composite = self.keys.get(key);
        composite.is_some_and(|one| one.tree.is_none() && one.counts().next().is_some())
    }

    /// The merge tree of a key, with the write to the key as a whole.
    pub(super) fn tree_of(&mut self, key: &Key) -> &mut MergeTree<V> {
        let contributions = self.visible_writes(key);
        let plain = latest(&contributions).map(|one| (one.value.clone(), one.stamp));
        let tree = self.tree_at(key);
        tree.set_plain(plain);
        tree
    }

    pub(super) fn stamp_tree(
        &mut self,
        key: &Key,
        writes: Vec<(Key, Option<Node<V>>)>,
        now: f64,
        cells: &mut Cells<V>,
    ) {
        for (rest, node) in writes {
            let time = self.node.now(now);
            cells.push((cell_name(key, &Part::Tree(rest)), node.map(Cell::node), time));
        }
    }

    pub(super) fn plan_add(&mut self, key: &Key, by: f64, now: f64, cells: &mut Cells<V>) {
        let me = self.node.actor();
        if self.strategies.of(key) == Strategy::Merge
            && let Ok(writes) = self.tree_of(key).add(by, me)
        {
            return self.stamp_tree(key, writes, now, cells);
        }
        let name = cell_name(key, &Part::Count(me));
        let to = binding(latest(&self.visible_writes(key)).map(|one| one.stamp));
        let before = match take_waiting(cells, &name) {
            None => {
                let vetoes = self.vetoes(key);
                match self.effective(&name, &suffix(&Part::Count(me)), &vetoes) {
                    Some((Some(Cell::Count(count)), _)) => Some(*count),
                    _ => None,
                }
            }
            waiting => waiting,
        };
        let count = add_to(before, to, by);
        let time = self.node.now(now);
        cells.push((name, Some(Cell::count(count)), time));
    }
}
