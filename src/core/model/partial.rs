//! Transactions that a peer receives in part: some of their keys are not exchanged with it.
//!
//! Such a peer sees the rest as a smaller transaction or a lone write, and cannot learn that the transaction was aborted
//! through the other keys. There the rest would count, and could abort other transactions. So the window that filters
//! vetoes the writes to the keys that are exchanged.
//!
//! Any two windows then agree on each key that they exchange, whatever other keys they do not:
//!
//! - They hold the same cells of that key, with their vetoes. A veto stays as long as its write, so it does not matter who
//!   wrote it, and when.
//! - Take the latest transaction that counts in one of them and not in the other. Later writes count in both or in neither.
//!   So the key that aborts it in one is not known as its member in the other: a window between them filters that key, and
//!   holds all that aborts the transaction. That window has vetoed the rest, and the veto is among the cells of the other.
//!
//! The price: such a transaction stays aborted even if what aborted it is aborted or rolled back itself. So nothing is
//! vetoed as long as the peer has the same visible values as the state.

use std::rc::Rc;

use super::resolve::is_vetoed;
use super::transaction::{Component, is_aborted};
use super::{CellChange, Model};
use crate::core::cell::{cell_name, parse_suffix};
use crate::core::id::Key;
use crate::core::lists::List;
use crate::core::register::Stamp;
use crate::core::value::Value;

impl<V: Value> Model<V> {
    /// The writes to [`veto`](Self::veto) as aborted, so that a peer agrees on the keys for which `is_exchanged` holds: for
    /// each of `keys`, or a key that depends on it through transactions, that `differs` there.
    #[must_use]
    pub fn aborted_parts(
        &self,
        keys: &[Key],
        differs: &dyn Fn(&Key) -> bool,
        is_exchanged: &dyn Fn(&str) -> bool,
    ) -> Vec<CellChange<V>> {
        let mut parts = Vec::new();
        let mut done: Vec<*const Component> = Vec::new();
        for key in keys {
            let Some(component) = self.components.get(&**key) else {
                continue;
            };
            if component.aborted.is_empty() || done.contains(&Rc::as_ptr(component)) {
                continue;
            }
            done.push(Rc::as_ptr(component));
            if component.keys.iter().any(differs) {
                self.parts_of(component, is_exchanged, &mut parts);
            }
        }
        parts
    }

    /// Of each aborted transaction of `component` with a key that is not exchanged: its writes to the other keys.
    fn parts_of(
        &self,
        component: &Component,
        is_exchanged: &dyn Fn(&str) -> bool,
        parts: &mut Vec<CellChange<V>>,
    ) {
        let mut writes: Vec<(&Key, Stamp, Key)> = Vec::new();
        let mut partial: Vec<Stamp> = Vec::new();
        for key in &component.keys {
            let vetoes = self.vetoes(key);
            for (stamp, slot, part) in self.slots_of(key) {
                if !is_aborted(&component.aborted, stamp) {
                    continue;
                }
                if slot.group.iter().any(|key| !is_exchanged(key)) {
                    partial.push(stamp);
                }
                if is_exchanged(key) && !is_vetoed(&vetoes, &part, stamp) {
                    writes.push((key, stamp, part));
                }
            }
        }
        writes.keep(|write| partial.contains(&write.1));
        parts.take_in(writes.iter().filter_map(|(key, stamp, part)| {
            Some(CellChange {
                name: cell_name(key, &parse_suffix(part)?),
                stamp: *stamp,
                base: None,
            })
        }));
    }
}
