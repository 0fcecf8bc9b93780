//! Correction of a view whose visible value differs from the state's.
//!
//! The two differ where they do not hold the same writes: a transaction was aborted through a member that is not exchanged with
//! the peer, or a denied write is later than the one it hid. Where the peer may write, the state vetoes what it aborted, so
//! all windows agree; where the peer may only read, the view is corrected.

use std::rc::Rc;

use super::deny::ROUNDS;
use super::{Gateway, Received, same};
use crate::core::cell::{Cell, VetoReason, parse};
use crate::core::id::Key;
use crate::core::lists::List;
use crate::core::model::{CellChange, How, Model, Op, Strategy};
use crate::core::value::Value;

/// How often one key is corrected before somebody writes it again.
const MAX_CORRECTIONS: u32 = 4;

impl<V: Value> Gateway<V> {
    /// Makes the visible values of these keys in the view equal to the state's, for keys that the peer may read and not write. Of
    /// the others see [`take_aborted`](Self::take_aborted).
    pub fn correct(&mut self, state: &Model<V>, keys: &[Key], now: f64) {
        self.changed.take_in(keys.iter().cloned());
        for key in keys {
            // A custom function resolves its candidates elsewhere.
            if !self.may_read(key)
                || self.may_write(key)
                || state.strategy(key) == Strategy::Custom
                || same(self.view.get(key), state.get(key))
            {
                continue;
            }
            self.drop_aborted(state, key, now);
            if !same(self.view.get(key), state.get(key)) {
                self.write_over(state, key, now);
            }
        }
    }

    /// The writes that the state has to [`veto`](Model::veto) as aborted before the peer agrees, see
    /// [`Model::aborted_parts`]. To be asked after every change, once `validate` has refused what it refuses.
    pub fn take_aborted(&mut self, state: &Model<V>) -> Vec<CellChange<V>> {
        let changed = std::mem::take(&mut self.changed);
        let is_exchanged = |key: &str| self.may_read(key) && self.may_write(key);
        let differs = |key: &Key| is_exchanged(key) && !same(self.view.get(key), state.get(key));
        state.aborted_parts(&changed, &differs, &is_exchanged)
    }

    /// Vetoes aborted writes: those that the state holds and does not show. A write that it does not hold yet will arrive.
    fn drop_aborted(&mut self, state: &Model<V>, key: &Key, now: f64) {
        for _ in 0..ROUNDS {
            let Some((name, write)) = self.view.visible_write(key) else {
                return;
            };
            let Some((_, part)) = parse(&name) else {
                return;
            };
            let shows = state.visible_write(key);
            let is_shown = shows.is_some_and(|shown| shown.0 == name && shown.1 == write);
            if is_shown || !state.holds(&name, &part, write) {
                return;
            }
            if self
                .view
                .veto_visible_write(key, VetoReason::Refused, now)
                .is_none()
                || same(self.view.get(key), state.get(key))
            {
                return;
            }
        }
    }

    /// Overwrites a key that the peer may not write, as the last resort: nothing of such a key passes back.
    fn write_over(&mut self, state: &Model<V>, key: &Key, now: f64) {
        let times = self.corrected.get(&**key).copied().unwrap_or(0);
        if times < MAX_CORRECTIONS {
            self.corrected.insert(Rc::clone(key), times + 1);
            let op = Op::Set(state.get(key).cloned());
            // Only what is added can be refused.
            drop(self.view.write(vec![(Rc::clone(key), op)], How::default(), now));
        }
    }

    /// Whether a cell, of any writer, holds the state's visible value of its key: as another gateway's correction does.
    pub(super) fn restates(&self, name: &Key, key: &Key, state: &Model<V>) -> bool {
        self.may_read(key)
            && match self.view.written_to(name) {
                Some((_, Some(Cell::Plain(value)), _)) => same(Some(&value), state.get(key)),
                Some((_, Some(Cell::Slot(slot)), _)) => same(slot.value.as_ref(), state.get(key)),
                Some((_, None, _)) => state.get(key).is_none(),
                _ => false,
            }
    }

    /// Whether the visible value of a key that the peer may not write differs from the expected one: the state's if the peer
    /// may read it, else the one before the frame.
    pub(super) fn differs(&self, received: &Received<V>, key: &Key, state: &Model<V>) -> bool {
        let Some(change) = received.before(key) else {
            return false;
        };
        let should = if self.may_read(key) {
            state.get(key)
        } else {
            change.old.as_ref()
        };
        state.strategy(key) == Strategy::Custom || !same(self.view.get(key), should)
    }
}
