//! This window's own writes: which cells each becomes.

use std::rc::Rc;

use super::composite::Contribution;
use super::group::{Knot, fell};
use super::show::{binding, is_vetoed, latest};
use super::undo::Step;
use super::{How, Model, ModelEffect, ModelEffects, Op, Pending, Strategy, WriteId};
use crate::core::cell::{
    Cell, Count, Part, Slot, UNDER, Veto, Why, cell_name, parse, root_name, suffix, write_of,
};
use crate::core::clock::Time;
use crate::core::id::{Actor, Key};
use crate::core::merge::Merged;
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::replica::Stage;
use crate::core::sync::ChangeOrigin;
use crate::core::value::Value;

/// Cells to write, with their times.
pub(super) type Cells<V> = Vec<(Key, Option<Cell<V>>, Time)>;

/// A key cannot be counted up: it does not hold a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotANumber(pub Key);

impl<V: Value> Model<V> {
    /// Writes at once, here; the others are told by the next flush. Refused as a whole, or done as a whole.
    ///
    /// # Errors
    /// [`NotANumber`] if something is added to what is not a number.
    pub fn write(
        &mut self,
        ops: Vec<(Key, Op<V>)>,
        how: How,
        now: f64,
    ) -> Result<(WriteId, ModelEffects<V>), NotANumber> {
        for (key, op) in &ops {
            let number = |value: &V| value.as_number().is_some();
            if matches!(op, Op::Add(_)) && !self.get(key).is_none_or(number) {
                return Err(NotANumber(Rc::clone(key)));
            }
        }
        let step = how.undoable.then(|| self.before(&ops));
        let merged: Vec<(Key, Option<V>)> = ops
            .iter()
            .filter(|(key, op)| {
                how.may_fall && matches!(op, Op::Set(_)) && self.strategies.of(key) == Strategy::Merge
            })
            .map(|(key, _)| (Rc::clone(key), self.get(key).cloned()))
            .collect();
        self.next_write += 1;
        let id = WriteId(self.next_write);
        let ops = if how.is_transaction {
            last_of_each(ops)
        } else {
            ops
        };
        let effects = self.put(ops, how, id, now);
        let merged: Vec<_> = merged
            .into_iter()
            .map(|(key, old)| {
                let new = self.get(&key).cloned();
                (key, old, new)
            })
            .collect();
        if let Some(pending) = self.pending.last_mut().filter(|pending| pending.id == id) {
            pending.merged = merged;
        }
        if let Some(step) = step {
            self.after(step);
        }
        Ok((id, effects))
    }

    fn put(&mut self, ops: Vec<(Key, Op<V>)>, how: How, id: WriteId, now: f64) -> ModelEffects<V> {
        let plain = self.keys.is_empty()
            && !how.is_transaction
            && !how.joins_turn
            && !how.may_fall
            && !self.counts_writes
            && self.strategies.by_key.is_empty()
            && self.strategies.default == Strategy::LastWriteWins;
        let mut cells = Cells::with_capacity(ops.len());
        let mut merged: Vec<Key> = Vec::new();
        if self.strategies.merge_any() {
            merged.extend(ops.iter().map(|(key, _)| Rc::clone(key)));
            merged.retain(|key| self.strategies.of(key) == Strategy::Merge);
        }
        let added = ops.iter().filter_map(|(key, op)| match op {
            Op::Add(by) if how.may_fall => Some((Rc::clone(key), *by)),
            _ => None,
        });
        let added: Vec<(Key, f64)> = added.collect();
        if plain && ops.iter().all(|(_, op)| !matches!(op, Op::Add(_))) {
            for (key, op) in ops {
                let time = self.node.now(now);
                let value = match op {
                    Op::Set(value) => value.map(Cell::Plain),
                    Op::Add(_) => None,
                };
                cells.push((root_name(&key), value, time));
            }
        } else {
            let group = self.group_of(&ops, how);
            let shared = self.node.now(now);
            self.rejoin(&ops, how, &group, shared, now, &mut cells);
            self.seal_fallen(&ops, now, &mut cells);
            for (key, op) in ops {
                self.plan(key, op, how, &group, shared, now, &mut cells);
            }
            if self.counts_writes && !cells.is_empty() {
                let (name, sum) = self.writes_cell();
                let time = self.node.now(now);
                cells.push((
                    name,
                    Some(Cell::Count(Count {
                        to: None,
                        sum: sum + 1.0,
                    })),
                    time,
                ));
            }
        }
        if how.may_fall {
            let actor = self.node.actor();
            let written = cells.iter().filter_map(|(name, cell, time)| {
                let stamp = Stamp { time: *time, actor };
                Some((Rc::clone(name), write_of(&parse(name)?.1, cell.as_ref(), stamp)))
            });
            self.pending.push(Pending {
                id,
                cells: written.collect(),
                added,
                merged: Vec::new(),
            });
        }
        let (stage, origin) = match how.is_plain {
            true => (Stage::Silent, ChangeOrigin::Remote),
            false => (Stage::Open, how.origin),
        };
        let mut effects = self.put_cells(cells, stage, origin);
        // What waits for the engine that merges texts has no cells yet, and shows here all the same.
        let changes = self.refresh(merged);
        if !changes.is_empty() {
            effects.push(ModelEffect::Changed {
                changes,
                unsettled: Vec::new(),
                from: None,
                origin,
                cells: Vec::new(),
            });
        }
        effects
    }

    pub(super) fn put_cells(
        &mut self,
        cells: Cells<V>,
        stage: Stage,
        origin: ChangeOrigin,
    ) -> ModelEffects<V> {
        let effects = self.node.write_at(cells, stage, origin);
        self.translate(effects)
    }

    /// The members of a transaction: keys that are settled by which write is the later. Others are kept or merged
    /// whatever happens.
    fn group_of(&mut self, ops: &[(Key, Op<V>)], how: How) -> Rc<[Key]> {
        let mut group = Vec::new();
        if how.joins_turn && self.node.pending() {
            group.clone_from(&self.turn);
        }
        if how.is_transaction {
            for (key, op) in ops {
                let alone = matches!(op, Op::Add(_)) || self.strategies.of(key) != Strategy::LastWriteWins;
                if !alone && !group.contains(key) {
                    group.push(Rc::clone(key));
                }
            }
        }
        if how.joins_turn {
            self.turn.clone_from(&group);
        } else if group.len() < 2 {
            group.clear();
        }
        Rc::from(group)
    }

    /// What this turn wrote before becomes a member of the larger transaction, as it stands.
    fn rejoin(
        &mut self,
        ops: &[(Key, Op<V>)],
        how: How,
        group: &Rc<[Key]>,
        shared: Time,
        now: f64,
        cells: &mut Cells<V>,
    ) {
        if !how.joins_turn {
            return;
        }
        for key in group.iter().filter(|key| !ops.iter().any(|op| op.0 == **key)) {
            let name = cell_name(key, &Part::Slot(self.node.actor()));
            let Some(Cell::Slot(slot)) = self.held(&name) else {
                continue;
            };
            let (was, actor) = (slot.time, self.node.actor());
            let slot = Slot {
                time: shared,
                group: Rc::clone(group),
                ..(**slot).clone()
            };
            let written = self.pending.iter_mut().flat_map(|one| &mut one.cells);
            for (_, stamp) in written.filter(|one| one.0 == name && one.1.time == was) {
                *stamp = Stamp { time: shared, actor };
            }
            let time = self.node.now(now).max(shared);
            cells.push((name, Some(Cell::Slot(Rc::new(slot))), time));
        }
    }

    /// The cells of one write.
    #[allow(clippy::too_many_arguments)]
    fn plan(
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
            // What was only counted up where nobody merges has no parts to delete.
            Op::Set(value) if strategy == Strategy::Merge && (value.is_some() || !self.is_counted(&key)) => {
                return self.plan_merge(&key, value.as_ref(), now, cells);
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
        if !(grouped || keeps_all || entangled || how.may_fall) {
            cells.push((root_name(&key), value.map(Cell::Plain), time));
            return;
        }
        let contributions = self.standing(&key);
        let me = self.node.actor();
        let slot = Slot {
            time,
            value,
            base: self.base_of(&key, &contributions, me),
            under: self
                .under_of(&key, cells)
                .filter(|under| grouped || how.may_fall || !under.group.is_empty() || self.is_on_trial(&key)),
            seen: self.seen_of(&key, &contributions, me),
            group: if grouped { Rc::clone(group) } else { Rc::default() },
            from: if strategy == Strategy::Manual {
                Rc::clone(&self.name)
            } else {
                Rc::from("")
            },
        };
        // A cell that only this window writes: its stamp tells nothing but that it is newer.
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

    /// Of the writes to that key the latest known here, fallen ones too: a write that falls does not give its place to
    /// the next.
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

    /// What shows now, and which write that is. What this window wrote over others' heads is not what others had
    /// seen: under its own unseen write lies that write's base.
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

    /// This window's own writes to the key that stand, as far down as one may fall; without those that `cells` are about to
    /// veto.
    fn under_of(&self, key: &Key, cells: &Cells<V>) -> Option<Rc<Slot<V>>> {
        let (me, fallen, on_trial) = (self.node.actor(), self.fallen(key), self.is_on_trial(key));
        let (name, part) = (cell_name(key, &Part::Slot(me)), suffix(&Part::Slot(me)));
        let mut vetoes = self.vetoes(key);
        let own = cell_name(key, &Part::Veto(me));
        for (name, cell, _) in cells {
            if let (true, Some(Cell::Veto(list))) = (*name == own, cell) {
                vetoes.extend(list.iter().cloned());
            }
        }
        let layers = self.layers(key, me, &vetoes);
        let mut kept: Vec<&(Stamp, Rc<Slot<V>>)> = Vec::new();
        for layer @ (stamp, slot) in &layers {
            if is_vetoed(&vetoes, &part, *stamp) || fell(fallen, *stamp) {
                continue;
            }
            let mut pending = self.pending.iter().flat_map(|one| &one.cells);
            let may_fall = !slot.group.is_empty() || pending.any(|one| one.0 == name && one.1 == *stamp);
            kept.push(layer);
            if !(may_fall || on_trial) || kept.len() >= UNDER {
                break;
            }
        }
        // A write that is known as what another replaced is taken for one by itself: no member of a group may be known so.
        let is_lone = |of: Stamp| {
            !layers
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

    /// Of each writer its latest write known here, fallen ones too.
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

    /// Before a key of a fallen group is written over, what made the group fall is written down: it may be what is
    /// written over.
    fn seal_fallen(&mut self, ops: &[(Key, Op<V>)], now: f64, cells: &mut Cells<V>) {
        let mut sealed: Vec<Rc<Knot>> = Vec::new();
        for (key, op) in ops {
            if !matches!(op, Op::Set(_)) || self.strategies.of(key) == Strategy::Merge {
                continue;
            }
            let Some(knot) = self.knots.get(&**key).filter(|knot| !knot.fallen.is_empty()) else {
                continue;
            };
            if sealed.iter().any(|done| Rc::ptr_eq(done, knot)) {
                continue;
            }
            let knot = Rc::clone(knot);
            for member in &knot.keys {
                let dead = self.slots_of(member).into_iter();
                let dead = dead
                    .filter(|(stamp, slot, _)| !slot.group.is_empty() && fell(&knot.fallen, *stamp))
                    .map(|(stamp, _, part)| Veto {
                        part,
                        stamp,
                        base: None,
                        why: Why::Fell,
                    })
                    .collect();
                self.plan_vetoes(member, dead, now, cells);
            }
            sealed.push(knot);
        }
    }

    pub(super) fn plan_merge(&mut self, key: &Key, next: Option<&V>, now: f64, cells: &mut Cells<V>) {
        let me = self.node.actor();
        let texts = self.texts.clone();
        let planned = self.tree_of(key).plan(next, me, texts.as_deref());
        self.stamp_tree(key, planned, now, cells);
    }

    /// Whether the key has counts, and no parts.
    fn is_counted(&self, key: &str) -> bool {
        let composite = self.keys.get(key);
        composite.is_some_and(|one| one.tree.is_none() && one.counts().next().is_some())
    }

    /// The parts of a key, and what was written to it as a whole.
    pub(super) fn tree_of(&mut self, key: &Key) -> &mut Merged<V> {
        let contributions = self.standing(key);
        let plain = latest(&contributions).map(|one| (one.value.clone(), one.stamp));
        let tree = self.tree_at(key);
        tree.set_plain(plain);
        tree
    }

    pub(super) fn stamp_tree(
        &mut self,
        key: &Key,
        planned: Vec<(Key, Option<crate::core::merge::Node<V>>)>,
        now: f64,
        cells: &mut Cells<V>,
    ) {
        for (rest, node) in planned {
            let time = self.node.now(now);
            cells.push((cell_name(key, &Part::Tree(rest)), node.map(Cell::Node), time));
        }
    }

    pub(super) fn plan_add(&mut self, key: &Key, by: f64, now: f64, cells: &mut Cells<V>) {
        let me = self.node.actor();
        if self.strategies.of(key) == Strategy::Merge
            && let Ok(planned) = self.tree_of(key).add(by, me)
        {
            return self.stamp_tree(key, planned, now, cells);
        }
        let name = cell_name(key, &Part::Count(me));
        let to = binding(latest(&self.standing(key)).map(|one| one.stamp));
        // Several additions in one turn, before the first of them is a register.
        let waiting = cells.iter().rposition(|cell| cell.0 == name);
        let before = match waiting.map(|at| cells.remove(at)) {
            Some((_, Some(Cell::Count(count)), _)) => Some(count),
            _ => {
                let vetoes = self.vetoes(key);
                match self.effective(&name, &suffix(&Part::Count(me)), &vetoes) {
                    Some((Some(Cell::Count(count)), _)) => Some(count),
                    _ => None,
                }
            }
        };
        let sum = before
            .filter(|count| count.to == to)
            .map_or(0.0, |count| count.sum)
            + by;
        let time = self.node.now(now);
        cells.push((name, Some(Cell::Count(Count { to, sum })), time));
    }

    pub(super) fn writes_cell(&self) -> (Key, f64) {
        let name = cell_name(&Key::from(""), &Part::Writes(self.node.actor()));
        let sum = match self.held(&name) {
            Some(Cell::Count(count)) => count.sum,
            _ => 0.0,
        };
        (name, sum)
    }

    /// Applies updates that came without a frame, as if another window had written them now. Not broadcast.
    pub fn apply_plain(&mut self, entries: Vec<(Key, Option<V>)>, now: f64) -> ModelEffects<V> {
        let ops = entries
            .into_iter()
            .map(|(key, value)| (key, Op::Set(value)))
            .collect();
        let how = How {
            is_plain: true,
            ..How::default()
        };
        self.put(ops, how, WriteId(0), now)
    }

    /// What undoing needs to know, before the write.
    fn before(&self, ops: &[(Key, Op<V>)]) -> Step<V> {
        Step::before(ops, |key| (self.get(key).cloned(), self.top(key)))
    }

    /// The write that shows.
    #[must_use]
    pub fn top(&self, key: &Key) -> Option<Stamp> {
        latest(&self.standing(key)).map(|one| one.stamp)
    }

    fn after(&mut self, mut step: Step<V>) {
        step.settle(|key| (self.get(key).cloned(), self.top(key)));
        self.undos.push(step);
        self.redos.clear();
    }
}

/// One write for each key: the last, with what was added after it.
fn last_of_each<V: Value>(ops: Vec<(Key, Op<V>)>) -> Vec<(Key, Op<V>)> {
    let mut kept: Vec<(Key, Op<V>)> = Vec::with_capacity(ops.len());
    for (key, op) in ops {
        let Some(at) = kept.iter().position(|one| one.0 == key) else {
            kept.push((key, op));
            continue;
        };
        let before = kept.remove(at).1;
        let op = match (before, op) {
            (Op::Add(first), Op::Add(by)) => Op::Add(first + by),
            (Op::Set(value), Op::Add(by)) => {
                let number = value.as_ref().and_then(V::as_number).unwrap_or(0.0);
                Op::Set(Some(V::of_number(number + by)))
            }
            (_, set) => set,
        };
        kept.push((key, op));
    }
    kept
}
