//! The plain model: last write wins and increments, without transactions, vetoes, strategies or undo of concurrent writes.
//!
//! Most states need no more. A write that does ([`write_needs_more`], [`cell_needs_more`]) is deferred, see `deferred`, until
//! [`Model::of_plain`](super::Model::of_plain) takes over the state. Both models resolve the same cells to the same values.

use std::rc::Rc;

use super::composite::plain;
use super::counts::{Counted, with_added};
use super::deferred::{Command, Deferred};
use super::interface::{StateModel, change};
use super::steps::{Step, Steps};
use super::write::{check_numbers, joined};
use super::{How, ModelEffect, ModelEffects, NotANumber, Op, WriteId};
use crate::core::cell::{Cell, Part, is_plain, parse, root_name};
use crate::core::id::{Actor, Key};
use crate::core::lists::{Gather, List};
use crate::core::map::SmallMap;
use crate::core::register::Stamp;
use crate::core::replica::Stage;
use crate::core::sync::{ChangeOrigin, KeyChange, StateEffect, StateNode};
use crate::core::value::Value;

/// The plain model of one shared state in one window.
pub struct PlainModel<V> {
    pub(super) node: StateNode<Cell<V>>,
    /// Incremented keys.
    pub(super) counted: SmallMap<Key, Counted<V>>,
    pub(super) undos: Steps<V>,
    pub(super) next_write: u64,
    /// The deferred commands, if there are any.
    pub(super) deferred: Option<Deferred<V>>,
}

/// Whether a write needs the full model.
#[must_use]
pub fn write_needs_more<V>(ops: &[(Key, Op<V>)], how: How) -> bool {
    if how.joins_turn || how.may_roll_back {
        return true;
    }
    let mut set = ops.iter().filter(|op| matches!(op.1, Op::Set(_)));
    let first = set.next();
    how.is_transaction && set.any(|op| first.is_some_and(|first| first.0 != op.0))
}

/// Whether a cell of that name can only be read by the full model.
#[must_use]
pub fn cell_needs_more(name: &Key) -> bool {
    !is_plain(name) && !matches!(parse(name), None | Some((_, Part::Root | Part::Count(_))))
}

impl<V: Value> PlainModel<V> {
    /// A state made now.
    #[must_use]
    pub fn new(actor: Actor, born_ms: f64, initial: Vec<(Key, V)>) -> Self {
        let cells = initial.into_iter();
        let cells = cells.map(|(key, value)| (root_name(&key), Cell::Plain(value)));
        Self {
            node: StateNode::new(actor, born_ms, cells.gather()),
            counted: SmallMap::new(),
            undos: Steps::new(),
            next_write: 0,
            deferred: None,
        }
    }

    fn root(&self, key: &str) -> Option<&V> {
        let cell = if is_plain(key) {
            self.node.get(key)
        } else {
            self.node.get(&root_name(&Key::from(key)))
        };
        match cell {
            Some(Cell::Plain(value)) => Some(value),
            _ => None,
        }
    }

    /// Resolves an incremented key again.
    fn recount(&mut self, key: &Key) -> Option<KeyChange<V>> {
        let (value, to) = (self.root(key).cloned(), self.top(key));
        let added = self.counted.get(&**key)?.added(&self.node, to);
        let shown = with_added(value, added);
        let counted = self.counted.get_mut(&**key)?;
        let old = std::mem::replace(&mut counted.shown, shown);
        change(self, key, old)
    }

    /// Translates changes of cells to changes of keys.
    fn changes_of(&mut self, cells: Vec<KeyChange<Cell<V>>>) -> Vec<KeyChange<V>> {
        let mut recounted: Vec<Key> = Vec::new();
        for cell in &cells {
            let Some((key, Part::Count(actor))) = parse(&cell.key) else {
                continue;
            };
            if !self.counted.contains_key(&key) {
                // The value before, which the change of the root may be about.
                let root = root_name(&key);
                let change = cells.iter().find(|one| one.key == root);
                let shown = match change {
                    Some(change) => plain(change.old.as_ref()),
                    None => self.root(&key).cloned(),
                };
                self.counted.insert(Rc::clone(&key), Counted::new(shown));
            }
            if let Some(counted) = self.counted.get_mut(&*key) {
                counted.note(actor, &cell.key);
            }
            if !recounted.contains(&key) {
                recounted.push(key);
            }
        }
        let mut change_of = |cell: KeyChange<Cell<V>>| {
            let (key, part) = parse(&cell.key)?;
            if part != Part::Root {
                return None;
            }
            if self.counted.contains_key(&key) {
                if !recounted.contains(&key) {
                    recounted.push(key);
                }
                return None;
            }
            let (old, new) = (plain(cell.old.as_ref()), plain(cell.new.as_ref()));
            (old.is_some() || new.is_some()).then_some(KeyChange {
                key,
                old,
                new,
                was: cell.was,
                stamp: cell.stamp,
            })
        };
        // The standard library collects these in the place of those.
        let mut changes: Vec<KeyChange<V>> = cells.into_iter().filter_map(&mut change_of).collect();
        for key in recounted {
            changes.take_in(self.recount(&key));
        }
        if let Some(deferred) = &self.deferred {
            // Keys with a deferred write keep its value.
            changes.keep(|change| !deferred.visible.contains_key(&change.key));
        }
        changes
    }
}

impl<V: Value> StateModel<V> for PlainModel<V> {
    fn node(&self) -> &StateNode<Cell<V>> {
        &self.node
    }

    fn node_mut(&mut self) -> &mut StateNode<Cell<V>> {
        &mut self.node
    }

    fn translate(&mut self, effects: Vec<StateEffect<Cell<V>>>) -> ModelEffects<V> {
        let mut out = Vec::with_capacity(effects.len());
        for effect in effects {
            match effect {
                StateEffect::Send { to, frame } => out.push(ModelEffect::Send { to, frame }),
                StateEffect::Changed {
                    changes,
                    from,
                    origin,
                } => {
                    let changes = self.changes_of(changes);
                    out.take_in(ModelEffect::changed(changes, from, origin));
                }
                StateEffect::Restamped { writes } => out.push(ModelEffect::Restamped { writes }),
                StateEffect::Ready => out.push(ModelEffect::Ready),
                StateEffect::Refused { from, code } => out.push(ModelEffect::Refused { from, code }),
            }
        }
        out
    }

    fn get(&self, key: &str) -> Option<&V> {
        if let Some(shown) = self
            .deferred
            .as_ref()
            .and_then(|deferred| deferred.visible.get(key))
        {
            return shown.as_ref();
        }
        match self.counted.get(key) {
            Some(counted) => counted.shown.as_ref(),
            None => self.root(key),
        }
    }

    fn top(&self, key: &Key) -> Option<Stamp> {
        self.node.stamp(&root_name(key))
    }

    fn iter(&self) -> Box<dyn Iterator<Item = (Key, &V)> + '_> {
        let is_deferred = |key: &Key| {
            let deferred = self.deferred.as_ref();
            deferred.is_some_and(|deferred| deferred.visible.contains_key(key))
        };
        let roots = self.node.iter().filter_map(move |(name, cell)| {
            let Cell::Plain(value) = cell else { return None };
            let (key, part) = parse(name)?;
            let is_root = part == Part::Root && !self.counted.contains_key(&key) && !is_deferred(&key);
            is_root.then_some((key, value))
        });
        let counted = self.counted.iter().filter(move |(key, _)| !is_deferred(key));
        let counted = counted.map(|(key, counted)| (key, &counted.shown));
        let deferred = self.deferred.iter().flat_map(|deferred| deferred.visible.iter());
        let others = counted.chain(deferred);
        Box::new(roots.chain(others.filter_map(|(key, shown)| Some((Rc::clone(key), shown.as_ref()?)))))
    }

    fn write(
        &mut self,
        ops: Vec<(Key, Op<V>)>,
        how: How,
        now: f64,
    ) -> Result<(WriteId, ModelEffects<V>), NotANumber> {
        check_numbers(self, &ops)?;
        if self.deferred.is_some() || write_needs_more(&ops, how) {
            return Ok(self.defer_write(ops, how));
        }
        let step = how.undoable.then(|| Step::before(self, &ops));
        self.next_write += 1;
        let ops = joined(ops, how);
        let mut cells = Vec::with_capacity(ops.len());
        for (key, op) in ops {
            match op {
                Op::Set(value) => cells.push((root_name(&key), value.map(Cell::Plain), self.node.now(now))),
                Op::Add(by) => {
                    let cell = self.plan_add(&key, by, now, &mut cells);
                    cells.push(cell);
                }
            }
        }
        let effects = self.node.write_at(cells, Stage::Open, how.origin);
        let effects = self.translate(effects);
        if let Some(mut step) = step {
            step.settle(self);
            self.undos.push(step);
        }
        Ok((WriteId(self.next_write), effects))
    }

    fn apply_plain(&mut self, entries: Vec<(Key, Option<V>)>, now: f64) -> ModelEffects<V> {
        if self.deferred.is_some() {
            return self.defer_plain(entries);
        }
        let mut cells = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            cells.push((root_name(&key), value.map(Cell::Plain), self.node.now(now)));
        }
        let effects = self.node.write_at(cells, Stage::Silent, ChangeOrigin::Remote);
        self.translate(effects)
    }

    fn undo_or_redo(&mut self, is_undo: bool, _now: f64) -> Option<ModelEffects<V>> {
        self.defer_undo(is_undo)
    }

    fn retract(&mut self, id: WriteId, _now: f64) -> ModelEffects<V> {
        // Without deferred commands the write has been dropped already.
        if self.deferred.is_some() {
            self.push(Command::Retract(id));
        }
        Vec::new()
    }

    fn confirm(&mut self, id: WriteId) {
        if self.deferred.is_some() {
            self.push(Command::Confirm(id));
        }
    }

    fn plain_mut(&mut self) -> Option<&mut PlainModel<V>> {
        Some(self)
    }
}
