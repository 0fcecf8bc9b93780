//! Vetoes: writes that are taken back, by their writer (rollback) or by a window that rejects them (validation).

use std::rc::Rc;

use super::write::Cells;
use super::{CellChange, Model, ModelEffects, WriteId};
use crate::core::cell::{
    Cell, Count, Part, Veto, VetoReason, cell_name, parse, parse_suffix, suffix, write_of,
};
use crate::core::id::Key;
use crate::core::lists::{Gather, List};
use crate::core::merge::unapply;
use crate::core::register::Stamp;
use crate::core::replica::Stage;
use crate::core::sync::ChangeOrigin;
use crate::core::value::Value;

/// A write of this window that can still be rolled back.
pub(super) struct Pending<V> {
    pub(super) id: WriteId,
    /// Its cells, with the stamps of the write.
    pub(super) cells: Vec<(Key, Stamp)>,
    /// Its increments.
    pub(super) added: Vec<(Key, f64)>,
    /// The values before and after, for keys that merge.
    pub(super) merged: Vec<(Key, Option<V>, Option<V>)>,
}

impl<V: Value> Model<V> {
    /// Rolls back a write of this window in all windows, and nothing that came after it. Does nothing if the write is
    /// final.
    pub fn retract(&mut self, id: WriteId, now: f64) -> ModelEffects<V> {
        let Some(at) = self.pending.iter().position(|pending| pending.id == id) else {
            return Vec::new();
        };
        let pending = self.pending.remove(at);
        let mut cells = Cells::new();
        if self.counts_writes {
            let (name, sum) = self.writes_cell();
            let time = self.node.now(now);
            let count = Count {
                to: None,
                sum: sum - 1.0,
            };
            cells.push((name, Some(Cell::count(count)), time));
        }
        for (key, by) in pending.added {
            self.plan_add(&key, -by, now, &mut cells);
        }
        for (key, old, new) in pending.merged {
            let by = self.strategies.identity_of(&key);
            let next = unapply(self.get(&key), old.as_ref(), new.as_ref(), &by);
            self.plan_merge(&key, next.as_ref(), false, now, &mut cells);
        }
        // Increments and merged parts are taken out by their difference, so later increments stay.
        let slots = pending.cells.into_iter().filter_map(|(name, stamp)| {
            let (key, part) = parse(&name)?;
            let veto = Veto {
                part: suffix(&part),
                stamp,
                base: None,
                reason: VetoReason::Refused,
            };
            matches!(part, Part::Slot(_)).then_some((key, veto))
        });
        for (key, veto) in slots.gather() {
            self.plan_vetoes(&key, vec![veto], now, &mut cells);
        }
        self.put_cells(cells, Stage::Open, ChangeOrigin::Rollback)
    }

    /// The write is final: it cannot be rolled back any more.
    pub fn confirm(&mut self, id: WriteId) {
        self.pending.keep(|pending| pending.id != id);
    }

    /// Vetoes those writes, in every window.
    pub fn veto(&mut self, changes: Vec<CellChange<V>>, reason: VetoReason, now: f64) -> ModelEffects<V> {
        let mut by_key: Vec<(Key, Vec<Veto<V>>)> = Vec::new();
        for CellChange { name, stamp, base } in changes {
            let Some((key, part)) = parse(&name) else {
                continue;
            };
            if matches!(part, Part::Veto(_) | Part::Writes(_)) {
                continue;
            }
            // What was there before may be vetoed itself. Then what was there before that counts.
            let base = base.and_then(|(cell, stamp)| self.unvetoed(&key, &part, cell, stamp));
            let veto = Veto {
                part: suffix(&part),
                stamp,
                base,
                reason,
            };
            match by_key.iter_mut().find(|one| one.0 == key) {
                Some(one) => one.1.push(veto),
                None => by_key.push((key, vec![veto])),
            }
        }
        let mut cells = Cells::new();
        for (key, vetoes) in by_key {
            self.plan_vetoes(&key, vetoes, now, &mut cells);
        }
        self.put_cells(cells, Stage::Open, ChangeOrigin::Rollback)
    }

    fn unvetoed(&self, key: &Key, part: &Part, cell: Cell<V>, stamp: Stamp) -> Option<(Cell<V>, Stamp)> {
        let part = suffix(part);
        let vetoes = self.vetoes(key);
        let mut held = Some((cell, stamp));
        // Terminates, because each step goes to an earlier write.
        while let Some((cell, stamp)) = held {
            let Some(veto) = vetoes
                .iter()
                .find(|veto| veto.part == part && veto.stamp == stamp)
            else {
                return Some((cell, stamp));
            };
            held = veto.base.clone().filter(|base| base.1 < stamp);
        }
        None
    }

    /// Own writes that others have just vetoed: those that could still be rolled back, and the keys of the others. `reason`
    /// becomes that of the last one that was not a simple rejection.
    pub(super) fn lost(
        &mut self,
        change: &crate::core::sync::KeyChange<Cell<V>>,
        reason: &mut VetoReason,
    ) -> (Vec<WriteId>, Option<Key>) {
        let mut lost = Vec::new();
        let Some((key, Part::Veto(by))) = parse(&change.key) else {
            return (lost, None);
        };
        let me = self.node.actor();
        let Some(Cell::Veto(list)) = &change.new else {
            return (lost, None);
        };
        let before = match &change.old {
            Some(Cell::Veto(before)) => Some(before),
            _ => None,
        };
        let mut final_ones = false;
        for veto in list
            .iter()
            .filter(|veto| by != me && veto.stamp.actor == me && veto.reason != VetoReason::Aborted)
        {
            let known = before.is_some_and(|before| {
                before
                    .iter()
                    .any(|one| one.part == veto.part && one.stamp == veto.stamp)
            });
            let Some(part) = parse_suffix(&veto.part).filter(|_| !known) else {
                continue;
            };
            if veto.reason != VetoReason::Refused {
                *reason = veto.reason;
            }
            let cell = cell_name(&key, &part);
            let count = lost.len();
            self.pending.keep(|pending| {
                let hit = pending
                    .cells
                    .iter()
                    .any(|one| one.0 == cell && one.1 == veto.stamp);
                if hit && !lost.contains(&pending.id) {
                    lost.push(pending.id);
                }
                !hit
            });
            final_ones |= lost.len() == count;
        }
        let key = (final_ones && lost.is_empty()).then_some(key);
        (lost, key)
    }

    /// What the cells of incoming writes held before.
    pub(super) fn note_cells(changes: &[crate::core::sync::KeyChange<Cell<V>>]) -> Vec<CellChange<V>> {
        changes
            .iter()
            .filter_map(|change| {
                let part = parse(&change.key)?.1;
                let base = change.old.clone().zip(change.was);
                Some(CellChange {
                    name: Rc::clone(&change.key),
                    stamp: write_of(&part, change.new.as_ref(), change.stamp),
                    base: base.map(|(cell, stamp)| {
                        let stamp = write_of(&part, Some(&cell), stamp);
                        (cell, stamp)
                    }),
                })
            })
            .gather()
    }
}
