//! Increments: what each writer added to a key, and to which write.

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

/// An incremented key in the plain model.
pub(super) struct Counted<V> {
    /// The writers and the names of their count cells.
    by: Vec<(Actor, Key)>,
    /// The visible value.
    pub(super) shown: Option<V>,
}

impl<V: Value> Counted<V> {
    pub(super) fn new(shown: Option<V>) -> Self {
        Self {
            by: Vec::new(),
            shown,
        }
    }

    /// Records a writer's cell.
    pub(super) fn note(&mut self, actor: Actor, name: &Key) {
        if !self.by.iter().any(|(known, _)| *known == actor) {
            self.by.push((actor, Rc::clone(name)));
            // Sorted, because sums of floating-point numbers depend on the order.
            order::sort_by_key(&mut self.by, |one| one.0);
        }
    }

    /// The sum of all increments of that write of the key.
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

/// A value with increments added.
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

/// A writer's count after it adds `by` to the write `to`; `before` is its count so far.
pub(super) fn add_to(before: Option<Count>, to: Option<Stamp>, by: f64) -> Count {
    let sum = before
        .filter(|count| count.to == to)
        .map_or(0.0, |count| count.sum)
        + by;
    Count { to, sum }
}

/// Takes the count out of cells that are about to be written: several increments of one turn become one cell.
pub(super) fn take_waiting<V>(cells: &mut Cells<V>, name: &Key) -> Option<Count> {
    let at = cells.iter().rposition(|cell| cell.0 == *name)?;
    match cells.remove(at) {
        (_, Some(Cell::Count(count)), _) => Some(*count),
        _ => None,
    }
}

impl<V: Value> PlainModel<V> {
    /// Plans the cell of an increment.
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
                Some(Cell::Count(count)) => Some(**count),
                _ => None,
            },
            waiting => waiting,
        };
        let to = binding(self.node.stamp(&crate::core::cell::root_name(key)));
        let count = add_to(before, to, by);
        (name, Some(Cell::count(count)), self.node.now(now))
    }
}
