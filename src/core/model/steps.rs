//! Undo steps: this window's writes that can be undone. Both models use them.

use std::rc::Rc;

use super::{Op, StateModel};
use crate::core::id::Key;
use crate::core::register::Stamp;
use crate::core::value::Value;

/// At most this many steps are kept; the earliest are dropped.
const STEPS: usize = 100;

/// One key of a step.
#[derive(Clone)]
pub(super) struct Step<V> {
    pub(super) items: Vec<Item<V>>,
}

#[derive(Clone)]
pub(super) struct Item<V> {
    pub(super) key: Key,
    /// The increment, if it was one. Most are not, and a step may have as many items as the state has keys.
    pub(super) added: Option<Box<f64>>,
    pub(super) old: Option<V>,
    pub(super) new: Option<V>,
    /// The visible write before.
    pub(super) was: Option<Stamp>,
    /// The visible write after. The step is undone only while this one is visible.
    pub(super) stamp: Option<Stamp>,
}

/// The steps, the latest last.
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

    /// A write got another stamp: steps that refer to it now refer to the new stamp.
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
    /// The step of these operations, before they are written.
    pub(super) fn before(model: &dyn StateModel<V>, ops: &[(Key, Op<V>)]) -> Self {
        let mut items = Vec::with_capacity(ops.len());
        for (key, op) in ops {
            items.push(Item {
                key: Rc::clone(key),
                added: match op {
                    Op::Add(by) => Some(Box::new(*by)),
                    Op::Set(_) => None,
                },
                old: model.get(key).cloned(),
                new: None,
                was: model.top(key),
                stamp: None,
            });
        }
        Self { items }
    }

    /// Records the visible writes after the write.
    pub(super) fn settle(&mut self, model: &dyn StateModel<V>) {
        for item in &mut self.items {
            item.new = model.get(&item.key).cloned();
            item.stamp = model.top(&item.key);
        }
    }
}
