//! Deferred commands: the plain model queues the first command that needs the model with conflicts, and every one after it.
//!
//! The queued writes are visible at once. `of_plain` carries the commands out when the other model takes over.

use std::rc::Rc;

use super::counts::with_added;
use super::interface::{StateModel, change};
use super::{How, ModelEffect, ModelEffects, Op, PlainModel, WriteId};
use crate::core::id::Key;
use crate::core::lists::{Gather, List};
use crate::core::map::SmallMap;
use crate::core::sync::{ChangeOrigin, KeyChange};
use crate::core::value::Value;

/// The queue, and the values that its writes give the keys.
pub(super) struct Deferred<V> {
    pub(super) commands: Vec<Command<V>>,
    /// The visible value of each key that a queued command wrote.
    pub(super) visible: SmallMap<Key, Option<V>>,
}

/// One deferred command.
pub(super) enum Command<V> {
    Write(Vec<(Key, Op<V>)>, How, WriteId),
    ApplyPlain(Vec<(Key, Option<V>)>),
    UndoOrRedo(bool),
    Retract(WriteId),
    Confirm(WriteId),
}

impl<V: Value> PlainModel<V> {
    /// Queues every command of this window from now on.
    pub fn start_deferring(&mut self) {
        self.deferred.get_or_insert_with(|| Deferred {
            commands: Vec::new(),
            visible: SmallMap::new(),
        });
    }

    /// Whether commands are queued.
    #[must_use]
    pub fn is_deferring(&self) -> bool {
        self.deferred.is_some()
    }

    /// Drops the queue, and returns the changes that make the stored values visible again.
    pub fn drop_deferred(&mut self) -> ModelEffects<V> {
        let Some(deferred) = self.deferred.take() else {
            return Vec::new();
        };
        let mut changes = Vec::new();
        for (key, old) in deferred.visible.iter() {
            changes.take_in(change(self, key, old.clone()));
        }
        effects(changes, ChangeOrigin::Rollback)
    }

    /// Queues a write and makes it visible. Returns its id and the changes.
    pub(super) fn defer_write(&mut self, ops: Vec<(Key, Op<V>)>, how: How) -> (WriteId, ModelEffects<V>) {
        self.next_write += 1;
        let id = WriteId(self.next_write);
        let visible = ops.iter().map(|(key, op)| {
            let op = match op {
                Op::Set(value) => Op::Set(value.clone()),
                Op::Add(by) => Op::Add(*by),
            };
            (Rc::clone(key), op)
        });
        let effects = self.apply_deferred(visible.gather(), how.origin);
        self.push(Command::Write(ops, how, id));
        (id, effects)
    }

    /// Queues updates that came without a frame, from a plain messenger.
    pub(super) fn defer_plain(&mut self, entries: Vec<(Key, Option<V>)>) -> ModelEffects<V> {
        let ops = entries
            .iter()
            .map(|(key, value)| (Rc::clone(key), Op::Set(value.clone())));
        let effects = self.apply_deferred(ops.gather(), ChangeOrigin::Remote);
        self.push(Command::ApplyPlain(entries));
        effects
    }

    /// Queues an undo or redo. `None` if, after the queued commands, there will be nothing to undo or redo.
    pub(super) fn defer_undo(&mut self, is_undo: bool) -> Option<ModelEffects<V>> {
        let commands = self
            .deferred
            .as_ref()
            .map_or(&[][..], |deferred| &deferred.commands);
        let (mut undos, mut redos) = (self.undos.list.len(), 0_usize);
        for command in commands {
            match command {
                Command::Write(_, how, _) if how.undoable => (undos, redos) = (undos + 1, 0),
                Command::UndoOrRedo(true) => (undos, redos) = (undos.saturating_sub(1), redos + 1),
                Command::UndoOrRedo(false) => (undos, redos) = (undos + 1, redos.saturating_sub(1)),
                _ => {}
            }
        }
        if (if is_undo { undos } else { redos }) == 0 {
            return None;
        }
        self.push(Command::UndoOrRedo(is_undo));
        Some(Vec::new())
    }

    fn apply_deferred(&mut self, ops: Vec<(Key, Op<V>)>, origin: ChangeOrigin) -> ModelEffects<V> {
        self.start_deferring();
        let mut changes = Vec::with_capacity(ops.len());
        for (key, op) in ops {
            let old = self.get(&key).cloned();
            let value = match op {
                Op::Set(value) => value,
                Op::Add(by) => with_added(old.clone(), Some(by)),
            };
            if let Some(deferred) = &mut self.deferred {
                deferred.visible.insert(Rc::clone(&key), value);
            }
            changes.take_in(change(self, &key, old));
        }
        effects(changes, origin)
    }

    pub(super) fn push(&mut self, command: Command<V>) {
        self.start_deferring();
        if let Some(deferred) = &mut self.deferred {
            deferred.commands.push(command);
        }
    }
}

fn effects<V>(changes: Vec<KeyChange<V>>, origin: ChangeOrigin) -> ModelEffects<V> {
    let mut effects = Vec::new();
    effects.take_in(ModelEffect::changed(changes, None, origin));
    effects
}
