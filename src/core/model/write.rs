//! This window's own writes: checks them, and writes the cells that `plan` makes of them.

use std::rc::Rc;

use super::resolve::latest;
use super::steps::Step;
use super::{How, Model, ModelEffect, ModelEffects, Op, Pending, StateModel, Strategy, WriteId};
use crate::core::cell::{Cell, Count, Part, Slot, cell_name, parse, root_name, write_of};
use crate::core::clock::Time;
use crate::core::id::Key;
use crate::core::lists::{Gather, List};
use crate::core::register::Stamp;
use crate::core::replica::Stage;
use crate::core::sync::ChangeOrigin;
use crate::core::value::Value;

/// Cells to write, with their times.
pub(super) type Cells<V> = Vec<(Key, Option<Cell<V>>, Time)>;

/// The error of an increment whose key does not hold a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotANumber(pub Key);

impl<V: Value> Model<V> {
    /// Applies a write here at once; the next flush sends it. Applied as a whole, or refused as a whole.
    ///
    /// # Errors
    /// [`NotANumber`] if an increment meets a value that is not a number.
    pub fn write(
        &mut self,
        ops: Vec<(Key, Op<V>)>,
        how: How,
        now: f64,
    ) -> Result<(WriteId, ModelEffects<V>), NotANumber> {
        check_numbers(self, &ops)?;
        let step = how.undoable.then(|| Step::before(self, &ops));
        let merged: Vec<(Key, Option<V>)> = ops
            .iter()
            .filter(|(key, op)| {
                how.may_roll_back && matches!(op, Op::Set(_)) && self.strategies.of(key) == Strategy::Merge
            })
            .map(|(key, _)| (Rc::clone(key), self.get(key).cloned()))
            .gather();
        self.next_write += 1;
        let id = WriteId(self.next_write);
        let effects = self.put(joined(ops, how), how, id, now);
        let merged: Vec<_> = merged
            .into_iter()
            .map(|(key, old)| {
                let new = self.get(&key).cloned();
                (key, old, new)
            })
            .gather();
        if let Some(pending) = self.pending.last_mut().filter(|pending| pending.id == id) {
            pending.merged = merged;
        }
        if let Some(mut step) = step {
            step.settle(self);
            self.undos.push(step);
            self.redos.clear();
        }
        Ok((id, effects))
    }

    fn put(&mut self, ops: Vec<(Key, Op<V>)>, how: How, id: WriteId, now: f64) -> ModelEffects<V> {
        let plain = self.keys.is_empty()
            && !how.is_transaction
            && !how.joins_turn
            && !how.may_roll_back
            && !self.counts_writes
            && self.strategies.by_key.is_empty()
            && self.strategies.default == Strategy::LastWriteWins;
        let mut cells = Cells::with_capacity(ops.len());
        let mut merged: Vec<Key> = Vec::new();
        if self.strategies.merge_any() {
            merged.take_in(ops.iter().map(|(key, _)| Rc::clone(key)));
            merged.keep(|key| self.strategies.of(key) == Strategy::Merge);
        }
        let added = ops.iter().filter_map(|(key, op)| match op {
            Op::Add(by) if how.may_roll_back => Some((Rc::clone(key), *by)),
            _ => None,
        });
        let added: Vec<(Key, f64)> = added.gather();
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
            self.record_aborts(&ops, now, &mut cells);
            for (key, op) in ops {
                self.plan(key, op, how, &group, shared, now, &mut cells);
            }
            if self.counts_writes && !cells.is_empty() {
                let (name, sum) = self.writes_cell();
                let time = self.node.now(now);
                cells.push((
                    name,
                    Some(Cell::count(Count {
                        to: None,
                        sum: sum + 1.0,
                    })),
                    time,
                ));
            }
        }
        if how.may_roll_back {
            let actor = self.node.actor();
            let written = cells.iter().filter_map(|(name, cell, time)| {
                let stamp = Stamp { time: *time, actor };
                Some((Rc::clone(name), write_of(&parse(name)?.1, cell.as_ref(), stamp)))
            });
            self.pending.push(Pending {
                id,
                cells: written.gather(),
                added,
                merged: Vec::new(),
            });
        }
        let (stage, origin) = match how.is_plain {
            true => (Stage::Silent, ChangeOrigin::Remote),
            false => (Stage::Open, how.origin),
        };
        let mut effects = self.put_cells(cells, stage, origin);
        // Pending edits of texts have no cells yet, and are visible in this window all the same.
        let changes = self.refresh(merged);
        effects.take_in(ModelEffect::changed(changes, None, origin));
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

    /// The members of a transaction: the keys whose strategy lets the later write win. Other writes are kept or merged
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

    /// Adds what this turn wrote before to the transaction, unchanged.
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

    pub(super) fn writes_cell(&self) -> (Key, f64) {
        let name = cell_name(&Key::from(""), &Part::Writes(self.node.actor()));
        let sum = match self.held(&name) {
            Some(Cell::Count(count)) => count.sum,
            _ => 0.0,
        };
        (name, sum)
    }

    /// Applies updates that came without a frame, as if another window had written them now. They are not broadcast.
    pub fn apply_plain(&mut self, entries: Vec<(Key, Option<V>)>, now: f64) -> ModelEffects<V> {
        let ops = entries
            .into_iter()
            .map(|(key, value)| (key, Op::Set(value)))
            .gather();
        let how = How {
            is_plain: true,
            ..How::default()
        };
        self.put(ops, how, WriteId(0), now)
    }

    /// The visible write.
    #[must_use]
    pub fn top(&self, key: &Key) -> Option<Stamp> {
        latest(&self.visible_writes(key)).map(|one| one.stamp)
    }
}

/// Refuses a write with an increment of a value that is not a number.
pub(super) fn check_numbers<V: Value>(
    model: &dyn StateModel<V>,
    ops: &[(Key, Op<V>)],
) -> Result<(), NotANumber> {
    for (key, op) in ops {
        let number = |value: &V| value.as_number().is_some();
        if matches!(op, Op::Add(_)) && !model.get(key).is_none_or(number) {
            return Err(NotANumber(Rc::clone(key)));
        }
    }
    Ok(())
}

/// The operations of a write. A transaction has one for each key.
pub(super) fn joined<V: Value>(ops: Vec<(Key, Op<V>)>, how: How) -> Vec<(Key, Op<V>)> {
    match how.is_transaction {
        true => last_of_each(ops),
        false => ops,
    }
}

/// One operation for each key: the last write, with the increments after it.
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
