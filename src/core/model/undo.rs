//! Undo and redo of this window's own writes. Each is an ordinary write, so it converges.

use std::rc::Rc;

use super::steps::Step;
use super::{How, Model, ModelEffects, Op, Strategy, same};
use crate::core::id::Key;
use crate::core::merge::unapply;
use crate::core::value::Value;

impl<V: Value> Model<V> {
    /// Undoes the latest own write that is still visible somewhere. `None` if there is none.
    pub fn undo(&mut self, now: f64) -> Option<ModelEffects<V>> {
        self.undo_or_redo(now, true)
    }

    /// Redoes what was undone last. `None` if nothing was undone, or a write came after.
    pub fn redo(&mut self, now: f64) -> Option<ModelEffects<V>> {
        self.undo_or_redo(now, false)
    }

    fn undo_or_redo(&mut self, now: f64, is_undo: bool) -> Option<ModelEffects<V>> {
        loop {
            let steps = if is_undo { &mut self.undos } else { &mut self.redos };
            let step = steps.list.pop_back()?;
            let ops = self.inverse(&step);
            if ops.is_empty() {
                continue;
            }
            let mut back = Step::before(self, &ops);
            let how = How {
                undoable: false,
                is_transaction: ops.len() > 1,
                ..How::default()
            };
            // An increment counts only if the value is still a number; others were left out.
            let (_, effects) = self.write(ops, how, now).ok()?;
            back.settle(self);
            for item in &back.items {
                let done = step.items.iter().find(|done| done.key == item.key);
                if let Some(done) = done.filter(|done| done.added.is_none()) {
                    self.undos.relink(&item.key, done.was, item.stamp);
                    self.redos.relink(&item.key, done.was, item.stamp);
                }
            }
            let steps = if is_undo { &mut self.redos } else { &mut self.undos };
            steps.push(back);
            return Some(effects);
        }
    }

    /// The writes that undo a step, without keys that others have written since.
    fn inverse(&self, step: &Step<V>) -> Vec<(Key, Op<V>)> {
        let mut ops = Vec::with_capacity(step.items.len());
        for item in &step.items {
            let key = Rc::clone(&item.key);
            let current = self.get(&key);
            if let Some(by) = &item.added {
                if current.is_none_or(|value| value.as_number().is_some()) {
                    ops.push((key, Op::Add(-**by)));
                }
            } else if self.strategies.of(&key) == Strategy::Merge {
                let by = self.strategies.identity_of(&key);
                let next = unapply(current, item.old.as_ref(), item.new.as_ref(), &by);
                if !same(current, next.as_ref()) {
                    ops.push((key, Op::Set(next)));
                }
            } else if self.top(&key) == item.stamp && !same(current, item.old.as_ref()) {
                ops.push((key, Op::Set(item.old.clone())));
            }
        }
        ops
    }
}
