//! Where the view does not show what the state shows.
//!
//! That happens where the two do not hold the same writes: a transaction of which the peer sees a part fell by another part;
//! what was denied is later than what it hid.

use std::rc::Rc;

use super::{Gateway, Heard, LAYERS, same};
use crate::core::cell::{Cell, Why, parse};
use crate::core::id::Key;
use crate::core::model::{How, Model, Op, Strategy};
use crate::core::value::Value;

/// How often one key is put right before somebody has written it anew.
const TIMES: u32 = 4;

impl<V: Value> Gateway<V> {
    /// Makes the view show of these keys what the state shows, as far as they may be read.
    pub fn correct(&mut self, state: &Model<V>, keys: &[Key], now: f64) {
        for key in keys {
            if !self.may_read(key) {
                continue;
            }
            // What a function makes of its candidates is not decided here.
            if state.strategy(key) == Strategy::Custom || same(self.view.get(key), state.get(key)) {
                continue;
            }
            self.drop_fallen(state, key, now);
            if !self.may_write(key) && !same(self.view.get(key), state.get(key)) {
                self.write_over(state, key, now);
            }
        }
    }

    /// What the state holds and does not show is dropped; what it does not hold yet will come. Nothing is written over by
    /// that: a later write could make others fall.
    fn drop_fallen(&mut self, state: &Model<V>, key: &Key, now: f64) {
        for _ in 0..LAYERS {
            let Some((name, write)) = self.view.shown_by(key) else {
                return;
            };
            let Some((_, part)) = parse(&name) else {
                return;
            };
            let shows = state.shown_by(key);
            let is_shown = shows.is_some_and(|shown| shown.0 == name && shown.1 == write);
            if is_shown || !state.holds(&name, &part, write) {
                return;
            }
            if self.view.veto_shown(key, Why::Refused, now).is_none()
                || same(self.view.get(key), state.get(key))
            {
                return;
            }
        }
    }

    /// Of a key that may not be written nothing passes back, so it can be written over where nothing else helps.
    fn write_over(&mut self, state: &Model<V>, key: &Key, now: f64) {
        let times = self.corrected.get(&**key).copied().unwrap_or(0);
        if times < TIMES {
            self.corrected.insert(Rc::clone(key), times + 1);
            let op = Op::Set(state.get(key).cloned());
            // Only what is added can be refused.
            drop(self.view.write(vec![(Rc::clone(key), op)], How::default(), now));
        }
    }

    /// Whether a cell, whoever wrote it, holds what the state shows of its key: as another gateway's correction does.
    pub(super) fn restates(&self, name: &Key, key: &Key, state: &Model<V>) -> bool {
        self.may_read(key)
            && match self.view.written_to(name) {
                Some((_, Some(Cell::Plain(value)), _)) => same(Some(&value), state.get(key)),
                Some((_, Some(Cell::Slot(slot)), _)) => same(slot.value.as_ref(), state.get(key)),
                Some((_, None, _)) => state.get(key).is_none(),
                _ => false,
            }
    }

    /// Whether a key that the peer may not write shows otherwise than it should: as the state, if it may be read, and as
    /// before.
    pub(super) fn is_astray(&self, heard: &Heard<V>, key: &Key, state: &Model<V>) -> bool {
        let Some(change) = heard.before(key) else {
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
