//! Writes of this window that can be undone, as both models keep them.

use std::rc::Rc;

use super::{Op, StateModel};
use crate::core::id::Key;
use crate::core::lists::Gather;
use crate::core::register::Stamp;
use crate::core::value::Value;

/// How many writes can be undone. The earliest are forgotten.
const STEPS: usize = 100;

/// One write that can be undone.
#[derive(Clone)]
pub(super) struct Step<V> {
    pub(super) items: Vec<Item<V>>,
}

#[derive(Clone)]
pub(super) struct Item<V> {
    pub(super) key: Key,
    /// What was added, if it was no plain write.
    pub(super) added: Option<f64>,
    pub(super) old: Option<V>,
    pub(super) new: Option<V>,
    /// The write that showed before.
    pub(super) was: Option<Stamp>,
    /// The write that showed after: it is undone only while it does.
    pub(super) stamp: Option<Stamp>,
}

/// Steps, the latest last.
pub(super) struct Steps<V> {
    pub(super) list: std::collections::VecDeque<Step<V>>,
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
    pub(super) fn relink(&mut self, key: &Key, from: Option<Stamp>, to: Option<Stamp>) {
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
    /// The write of these operations, which is about to be made.
    pub(super) fn before(model: &dyn StateModel<V>, ops: &[(Key, Op<V>)]) -> Self {
        let items = ops.iter().map(|(key, op)| Item {
            key: Rc::clone(key),
            added: match op {
                Op::Add(by) => Some(*by),
                Op::Set(_) => None,
            },
            old: model.get(key).cloned(),
            new: None,
            was: model.top(key),
            stamp: None,
        });
        Self {
            items: items.gather(),
        }
    }

    /// The write was made: notes what the keys show now.
    pub(super) fn settle(&mut self, model: &dyn StateModel<V>) {
        for item in &mut self.items {
            item.new = model.get(&item.key).cloned();
            item.stamp = model.top(&item.key);
        }
    }
}
