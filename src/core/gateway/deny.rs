//! Denial: a write that does not pass is vetoed in the view, and so in every window that it was spread to.

use super::pass::Decision;
use super::{Gateway, Received};
use crate::core::cell::{Part, VetoReason, parse};
use crate::core::id::Key;
use crate::core::lists::{Gather, List};
use crate::core::model::{CellChange, Model};
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::value::Value;

/// Writes of one writer that may lie under each other, and those of its neighbours.
pub(super) const ROUNDS: u32 = 8;

/// The cells of a frame to veto.
pub(super) struct Denials<V> {
    /// Their names.
    names: Vec<Key>,
    /// Writes that are not among the changes of the frame.
    writes: Vec<CellChange<V>>,
    /// Cells whose change in the frame is left out: it passes, or is among `writes`.
    replaced: Vec<Key>,
}

impl<V: Value> Denials<V> {
    pub(super) fn new() -> Self {
        Self {
            names: Vec::new(),
            writes: Vec::new(),
            replaced: Vec::new(),
        }
    }

    /// Puts them among the changes of the frame. Returns the names of the cells, sorted.
    pub(super) fn add_to(mut self, cells: &mut Vec<CellChange<V>>) -> Vec<Key> {
        order::sort(&mut self.replaced);
        cells.keep(|cell| self.replaced.binary_search(cell.name()).is_err());
        cells.take_in(self.writes);
        order::sort(&mut self.names);
        self.names
    }
}

impl<V: Value> Gateway<V> {
    /// Denies the write that a cell holds, and those of its history, as far as `is_denied` says so and the state does not hold
    /// them: they would be visible instead. Where no change of the frame has its base, that is what the state holds in the cell, if
    /// the peer may read it. Returns whether there is anything to veto.
    pub(super) fn deny(
        &self,
        (name, key, part): (&Key, &Key, &Part),
        is_denied: impl Fn(Stamp) -> bool,
        is_noted: bool,
        state: &Model<V>,
        denials: &mut Denials<V>,
    ) -> bool {
        let held = state.written_to(name).filter(|_| self.may_read(key));
        let write = self
            .view
            .refusable(name, held.and_then(|cell| self.outgoing(cell)));
        let own = write.as_ref().map(CellChange::write);
        let write = write.filter(|write| is_denied(write.write()));
        let history = self.view.slot_history(name).into_iter().map(|entry| entry.0);
        let mut carried: Vec<CellChange<V>> = history.gather();
        carried.keep(|one| {
            let stamp = one.write();
            Some(stamp) != own && is_denied(stamp) && !state.holds(name, part, stamp)
        });
        if write.is_none() && carried.is_empty() {
            return false;
        }
        denials.names.push(Key::clone(name));
        if !is_noted || write.is_none() {
            denials.replaced.push(Key::clone(name));
            denials.writes.take_in(write);
        }
        denials.writes.take_in(carried);
        true
    }

    /// Vetoes, in the view, what was received of those cells, and what is visible of those keys instead and does not pass
    /// either. Both are sorted.
    pub(super) fn refuse(
        &mut self,
        received: &mut Received<V>,
        names: &[Key],
        keys: &[Key],
        state: &Model<V>,
        now: f64,
    ) {
        if names.is_empty() {
            return;
        }
        let is_refused = |cell: &CellChange<V>| names.binary_search(cell.name()).is_ok();
        let (refused, kept) = std::mem::take(&mut received.cells)
            .into_iter()
            .partition(is_refused);
        received.cells = kept;
        received.absorb(self.view.veto(refused, VetoReason::Denied, now));
        for key in keys {
            // An earlier write may be of the same kind.
            for _ in 0..ROUNDS {
                if !self.differs(received, key, state) || !self.is_refusable(key, state, now) {
                    break;
                }
                let Some(effects) = self.view.veto_visible_write(key, VetoReason::Denied, now) else {
                    break;
                };
                received.absorb(effects);
            }
        }
    }

    /// Whether the visible write of a key came from the peer and does not pass. The state may not have what passed with it yet.
    fn is_refusable(&self, key: &Key, state: &Model<V>, now: f64) -> bool {
        let Some((name, write)) = self.view.visible_write(key) else {
            return false;
        };
        let (Some((_, part)), Some(cell)) = (parse(&name), self.view.written_to(&name)) else {
            return false;
        };
        let decision = self.incoming(cell, state, now);
        !state.holds(&name, &part, write) && matches!(decision, Decision::Deny | Decision::Unwritable)
    }
}
