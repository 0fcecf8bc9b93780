//! Increments: what each writer added to a key, and to which write of it.

use std::rc::Rc;

use super::PlainModel;
use super::resolve::binding;
use super::write::Cells;
use crate::core::cell::{Cell, Count, Part, cell_name};
use crate::core::clock::Time;
use crate::core::id::{Actor, Key};
use crate::core::lists::Gather;
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::sync::StateNode;
use crate::core::value::Value;

/// A key that something was added to, in a model without conflicts.
pub(super) struct Counted<V> {
    /// Who added, and the name of the cell that says what.
    by: Vec<(Actor, Key)>,
    /// What it shows.
    pub(super) shown: Option<V>,
}

impl<V: Value> Counted<V> {
    pub(super) fn new(shown: Option<V>) -> Self {
        Self {
            by: Vec::new(),
            shown,
        }
    }

    /// Takes note of a writer's cell.
    pub(super) fn note(&mut self, actor: Actor, name: &Key) {
        if !self.by.iter().any(|(known, _)| *known == actor) {
            self.by.push((actor, Rc::clone(name)));
            // In one order everywhere: sums of floating-point numbers depend on it.
            order::sort_by_key(&mut self.by, |one| one.0);
        }
    }

    /// What was added to that write of the key, by everyone.
    pub(super) fn added(&self, node: &StateNode<Cell<V>>, to: Option<Stamp>) -> Option<f64> {
        let to = binding(to);
        let sums = self.by.iter().filter_map(|(_, name)| match node.get(name) {
            Some(Cell::Count(count)) if count.to == to => Some(count.sum),
            _ => None,
        });
        let sums = sums.gather();
        (!sums.is_empty()).then(|| sums.iter().sum())
    }
}

/// A value, and what was added to it since.
pub(super) fn with_added<V: Value>(value: Option<V>, added: Option<f64>) -> Option<V> {
    match (added, &value) {
        (Some(added), None) => Some(V::of_number(added)),
        (Some(added), Some(held)) => match held.as_number() {
            Some(number) => Some(V::of_number(number + added)),
            None => value,
        },
        (None, _) => value,
    }
}

/// The count of a writer of one key after it has added so much more to the write `to`; `before` is what it held.
pub(super) fn add_to(before: Option<Count>, to: Option<Stamp>, by: f64) -> Count {
    let sum = before
        .filter(|count| count.to == to)
        .map_or(0.0, |count| count.sum)
        + by;
    Count { to, sum }
}

/// The count among cells that are about to be written, taken out: several additions in one turn, before the first is a register.
pub(super) fn take_waiting<V>(cells: &mut Cells<V>, name: &Key) -> Option<Count> {
    let at = cells.iter().rposition(|cell| cell.0 == *name)?;
    match cells.remove(at) {
        (_, Some(Cell::Count(count)), _) => Some(count),
        _ => None,
    }
}

impl<V: Value> PlainModel<V> {
    /// The cell that adds to a key.
    pub(super) fn plan_add(
        &mut self,
        key: &Key,
        by: f64,
        now: f64,
        cells: &mut Cells<V>,
    ) -> (Key, Option<Cell<V>>, Time) {
        let name = cell_name(key, &Part::Count(self.node.actor()));
        let before = match take_waiting(cells, &name) {
            None => match self.node.get(&name) {
                Some(Cell::Count(count)) => Some(*count),
                _ => None,
            },
            waiting => waiting,
        };
        let to = binding(self.node.stamp(&crate::core::cell::root_name(key)));
        let count = add_to(before, to, by);
        (name, Some(Cell::Count(count)), self.node.now(now))
    }
}
