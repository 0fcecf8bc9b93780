//! Undo and redo of this window's own writes. Each is an ordinary write, so it converges.

use std::rc::Rc;

use super::{How, Model, ModelEffects, Op, Strategy, same};
use crate::core::id::Key;
use crate::core::lists::Gather;
use crate::core::merge::unapply;
use crate::core::register::Stamp;
use crate::core::value::Value;

/// How many writes can be undone. The earliest are forgotten.
const STEPS: usize = 100;

/// One write that can be undone.
#[derive(Clone)]
pub(super) struct Step<V> {
    items: Vec<Item<V>>,
}

#[derive(Clone)]
struct Item<V> {
    key: Key,
    /// What was added, if it was no plain write.
    added: Option<f64>,
    old: Option<V>,
    new: Option<V>,
    /// The write that showed before.
    was: Option<Stamp>,
    /// The write that showed after: it is undone only while it does.
    stamp: Option<Stamp>,
}

/// Steps, the latest last.
pub(super) struct Steps<V> {
    list: std::collections::VecDeque<Step<V>>,
}

impl<V> Steps<V> {
    pub(super) fn new() -> Self {
        Self {
            list: std::collections::VecDeque::new(),
        }
    }

    pub(super) fn push(&mut self, step: Step<V>) {
        if self.list.len() >= STEPS {
            self.list.pop_front();
        }
        self.list.push_back(step);
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    /// A write was made anew under another stamp: what was undone or done before it rests on that one now.
    fn relink(&mut self, key: &Key, from: Option<Stamp>, to: Option<Stamp>) {
        for step in &mut self.list {
            for item in step.items.iter_mut().filter(|item| item.key == *key) {
                if item.stamp == from {
                    item.stamp = to;
                }
                if item.was == from {
                    item.was = to;
                }
            }
        }
    }
}

impl<V: Value> Step<V> {
    pub(super) fn before(ops: &[(Key, Op<V>)], held: impl Fn(&Key) -> (Option<V>, Option<Stamp>)) -> Self {
        let items = ops.iter().map(|(key, op)| {
            let (old, was) = held(key);
            Item {
                key: Rc::clone(key),
                added: match op {
                    Op::Add(by) => Some(*by),
                    Op::Set(_) => None,
                },
                old,
                new: None,
                was,
                stamp: None,
            }
        });
        Self {
            items: items.gather(),
        }
    }

    /// Takes note of how things stand after the write.
    pub(super) fn settle(&mut self, held: impl Fn(&Key) -> (Option<V>, Option<Stamp>)) {
        for item in &mut self.items {
            let (new, stamp) = held(&item.key);
            item.new = new;
            item.stamp = stamp;
        }
    }
}

impl<V: Value> Model<V> {
    /// Takes back the latest own write that still shows somewhere. `None` if there is none.
    pub fn undo(&mut self, now: f64) -> Option<ModelEffects<V>> {
        self.turn_back(now, true)
    }

    /// Does again what was undone last. `None` if nothing was, or a write came after.
    pub fn redo(&mut self, now: f64) -> Option<ModelEffects<V>> {
        self.turn_back(now, false)
    }

    fn turn_back(&mut self, now: f64, is_undo: bool) -> Option<ModelEffects<V>> {
        loop {
            let steps = if is_undo { &mut self.undos } else { &mut self.redos };
            let step = steps.list.pop_back()?;
            let ops = self.inverse(&step);
            if ops.is_empty() {
                continue;
            }
            let mut back = Step::before(&ops, |key| (self.get(key).cloned(), self.top(key)));
            let how = How {
                undoable: false,
                is_transaction: ops.len() > 1,
                ..How::default()
            };
            // Only numbers are added to that were numbers when they were added to; others were left out.
            let (_, effects) = self.write(ops, how, now).ok()?;
            back.settle(|key| (self.get(key).cloned(), self.top(key)));
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

    /// The writes that take a step back, without what others have written over since.
    fn inverse(&self, step: &Step<V>) -> Vec<(Key, Op<V>)> {
        let mut ops = Vec::with_capacity(step.items.len());
        for item in &step.items {
            let key = Rc::clone(&item.key);
            let current = self.get(&key);
            if let Some(by) = item.added {
                if current.is_none_or(|value| value.as_number().is_some()) {
                    ops.push((key, Op::Add(-by)));
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
