//! Veto lists: the vetoes that each window keeps on a key, and when it may drop one.
//!
//! A veto is dropped once the key's cells do not contain its write any more. But another window may not have seen the veto
//! yet, and may name the write as the base of a write that it vetoes itself: then the write would come back without its
//! veto. So of the dropped vetoes on a slot the latest stays, as the *floor* of its list: earlier writes of that slot are
//! not taken from the lists of others.

use std::rc::Rc;

use super::Model;
use super::composite::Composite;
use super::write::Cells;
use crate::core::cell::{Cell, Part, Slot, Veto, cell_name, parse_suffix};
use crate::core::clock::Time;
use crate::core::id::{Actor, Key};
use crate::core::lists::{Gather, List};
use crate::core::map::SmallMap;
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::value::Value;

impl<V: Value> Model<V> {
    /// The vetoes on that key, without bases below the floor of another list.
    pub(super) fn vetoes(&self, key: &str) -> Vec<Veto<V>> {
        let mut lists: Vec<Rc<Vec<Veto<V>>>> = Vec::new();
        for name in self.keys.get(key).into_iter().flat_map(Composite::vetoes) {
            if let Some(Cell::Veto(list)) = self.held(name) {
                lists.push(Rc::clone(list));
            }
        }
        let floors = self.floors(key, &lists);
        let mut all: Vec<Veto<V>> = Vec::new();
        for (at, list) in lists.iter().enumerate() {
            for veto in list.iter() {
                let floors = floors.get(&*veto.part).map_or(&[][..], Vec::as_slice);
                let others = floors.iter().filter(|floor| floor.0 != at);
                let mut veto = veto.clone();
                if let (Some(floor), Some((Cell::Slot(slot), stamp))) =
                    (others.map(|one| one.1).max(), &veto.base)
                {
                    veto.base = above(slot, floor).map(|slot| (Cell::Slot(slot), *stamp));
                }
                all.push(veto);
            }
        }
        all
    }

    /// For each list and each slot that it vetoes: the latest vetoed write that is not in the slot itself. Empty if there
    /// is only one list.
    fn floors(&self, key: &str, lists: &[Rc<Vec<Veto<V>>>]) -> SmallMap<Key, Vec<(usize, Time)>> {
        let mut floors: SmallMap<Key, Vec<(usize, Time)>> = SmallMap::new();
        if lists.len() < 2 {
            return floors;
        }
        for (at, list) in lists.iter().enumerate() {
            for veto in list.iter() {
                let Some(Part::Slot(actor)) = parse_suffix(&veto.part) else {
                    continue;
                };
                let slot = self.slot(key, actor);
                if slot.is_some_and(|slot| slot.history().any(|entry| entry.time == veto.stamp.time)) {
                    continue;
                }
                if !floors.contains_key(&*veto.part) {
                    floors.insert(Rc::clone(&veto.part), Vec::new());
                }
                let Some(of_part) = floors.get_mut(&*veto.part) else {
                    continue;
                };
                match of_part.last_mut() {
                    Some(last) if last.0 == at => last.1 = last.1.max(veto.stamp.time),
                    _ => of_part.push((at, veto.stamp.time)),
                }
            }
        }
        floors
    }

    fn slot(&self, key: &str, actor: Actor) -> Option<&Rc<Slot<V>>> {
        match self.held(self.keys.get(key)?.slot(actor)?) {
            Some(Cell::Slot(slot)) => Some(slot),
            _ => None,
        }
    }

    /// Whether a write of this window in its slot of that key may still be rolled back, or was. The next write then carries
    /// the writes under it.
    pub(super) fn is_tentative(&self, key: &Key) -> bool {
        let me = self.node.actor();
        let name = cell_name(key, &Part::Slot(me));
        let mut pending = self.pending.iter().flat_map(|one| &one.cells);
        if pending.any(|one| one.0 == name) {
            return true;
        }
        let vetoes = match self.held(&cell_name(key, &Part::Veto(me))) {
            Some(Cell::Veto(list)) => list.iter(),
            _ => [].iter(),
        };
        let mut vetoes = vetoes.filter(|veto| veto.stamp.actor == me);
        let slot = self.slot(key, me);
        slot.is_some_and(|slot| vetoes.any(|veto| slot.history().any(|entry| entry.time == veto.stamp.time)))
    }

    /// Adds to this window's vetoes on that key, and drops those whose write has been overwritten.
    pub(super) fn plan_vetoes(&mut self, key: &Key, more: Vec<Veto<V>>, now: f64, cells: &mut Cells<V>) {
        let name = cell_name(key, &Part::Veto(self.node.actor()));
        let waiting = cells.iter().rposition(|cell| cell.0 == name);
        let held = match waiting.and_then(|at| cells.get(at)) {
            Some((_, Some(Cell::Veto(list)), _)) => Some(Rc::clone(list)),
            _ => match self.held(&name) {
                Some(Cell::Veto(list)) => Some(Rc::clone(list)),
                _ => None,
            },
        };
        let held = held.map_or_else(Vec::new, |list| (*list).clone());
        let before = held.len();
        let (mut list, gone): (Vec<Veto<V>>, Vec<Veto<V>>) =
            held.into_iter().partition(|veto| self.still_stands(key, veto));
        list.take_in(latest_of_each(gone));
        let kept = list.len();
        for veto in more {
            if !list
                .iter()
                .any(|one| one.part == veto.part && one.stamp == veto.stamp)
            {
                list.push(veto);
            }
        }
        if list.len() == kept && (kept == before || kept > 0) {
            return;
        }
        if let Some(at) = waiting {
            cells.remove(at);
        }
        let time = self.node.now(now);
        cells.push((name, Some(Cell::Veto(Rc::new(list))), time));
    }

    fn still_stands(&self, key: &Key, veto: &Veto<V>) -> bool {
        let Some(part) = parse_suffix(&veto.part) else {
            return false;
        };
        let name = cell_name(key, &part);
        match part {
            Part::Slot(actor) => {
                let vetoes = self.vetoes(key);
                let history = self.history(key, actor, &vetoes);
                history.iter().any(|entry| entry.0 == veto.stamp)
            }
            _ => {
                let register = self.node.register(&name);
                let is_held = register.is_some_and(|register| register.stamp == veto.stamp);
                is_held || (part == Part::Root && self.is_named_as_replaced(key, veto.stamp))
            }
        }
    }

    /// Whether a slot of its writer names that write as what another replaced: it is visible if that one is vetoed.
    fn is_named_as_replaced(&self, key: &str, write: Stamp) -> bool {
        let Some(slot) = self.slot(key, write.actor) else {
            return false;
        };
        slot.history()
            .any(|entry| entry.base.as_ref().is_some_and(|base| base.1 == write))
    }
}

/// Of vetoes whose writes are gone, the latest of each slot.
fn latest_of_each<V>(mut gone: Vec<Veto<V>>) -> Vec<Veto<V>> {
    gone.keep(|veto| matches!(parse_suffix(&veto.part), Some(Part::Slot(_))));
    order::sort_by_key(&mut gone, |veto| std::cmp::Reverse(veto.stamp));
    let mut floors: Vec<Veto<V>> = Vec::new();
    for veto in gone {
        if !floors.iter().any(|one| one.part == veto.part) {
            floors.push(Veto { base: None, ..veto });
        }
    }
    floors
}

/// A slot without the writes of its history up to that time.
fn above<V: Clone>(slot: &Rc<Slot<V>>, floor: Time) -> Option<Rc<Slot<V>>> {
    if slot.time <= floor {
        return None;
    }
    let mut history: Vec<&Rc<Slot<V>>> = slot.history().gather();
    if history.iter().all(|entry| entry.time > floor) {
        return Some(Rc::clone(slot));
    }
    history.keep(|entry| entry.time > floor);
    let mut under = None;
    for entry in history.into_iter().rev() {
        let entry = Slot {
            under,
            ..(**entry).clone()
        };
        under = Some(Rc::new(entry));
    }
    under
}
