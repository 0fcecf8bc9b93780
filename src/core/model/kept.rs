//! What waits for the model with conflicts: what a window did that needs it, and all it did since.

use std::rc::Rc;

use super::counts::with_added;
use super::interface::{StateModel, change};
use super::{How, ModelEffect, ModelEffects, Op, PlainModel, WriteId};
use crate::core::id::Key;
use crate::core::lists::{Gather, List};
use crate::core::map::SmallMap;
use crate::core::sync::{ChangeOrigin, KeyChange};
use crate::core::value::Value;

/// What a window did that needs the other model, and all it did since.
pub(super) struct Kept<V> {
    pub(super) commands: Vec<Command<V>>,
    /// What they have the keys show.
    pub(super) shown: SmallMap<Key, Option<V>>,
}

/// One of them.
pub(super) enum Command<V> {
    Write(Vec<(Key, Op<V>)>, How, WriteId),
    ApplyPlain(Vec<(Key, Option<V>)>),
    TurnBack(bool),
    Retract(WriteId),
    Confirm(WriteId),
}

impl<V: Value> PlainModel<V> {
    /// Keeps all that this window does from now on for the other model.
    pub fn keep(&mut self) {
        self.kept.get_or_insert_with(|| Kept {
            commands: Vec::new(),
            shown: SmallMap::new(),
        });
    }

    /// Whether something is kept for the other model.
    #[must_use]
    pub fn keeps(&self) -> bool {
        self.kept.is_some()
    }

    /// Drops what is kept: the keys show what they hold.
    pub fn drop_kept(&mut self) -> ModelEffects<V> {
        let Some(kept) = self.kept.take() else {
            return Vec::new();
        };
        let mut changes = Vec::new();
        for (key, old) in kept.shown.iter() {
            changes.take_in(change(self, key, old.clone()));
        }
        effects(changes, ChangeOrigin::Rollback)
    }

    /// Takes a write along to the other model. It shows at once.
    pub(super) fn keep_write(&mut self, ops: Vec<(Key, Op<V>)>, how: How) -> (WriteId, ModelEffects<V>) {
        self.next_write += 1;
        let id = WriteId(self.next_write);
        let shown = ops.iter().map(|(key, op)| {
            let op = match op {
                Op::Set(value) => Op::Set(value.clone()),
                Op::Add(by) => Op::Add(*by),
            };
            (Rc::clone(key), op)
        });
        let effects = self.show_kept(shown.gather(), how.origin);
        self.push(Command::Write(ops, how, id));
        (id, effects)
    }

    /// The same of updates that came without a frame.
    pub(super) fn keep_plain(&mut self, entries: Vec<(Key, Option<V>)>) -> ModelEffects<V> {
        let ops = entries
            .iter()
            .map(|(key, value)| (Rc::clone(key), Op::Set(value.clone())));
        let effects = self.show_kept(ops.gather(), ChangeOrigin::Remote);
        self.push(Command::ApplyPlain(entries));
        effects
    }

    /// Whether something can be taken back, or done again, once the other model is there.
    pub(super) fn keep_turn(&mut self, is_undo: bool) -> Option<ModelEffects<V>> {
        let commands = self.kept.as_ref().map_or(&[][..], |kept| &kept.commands);
        let (mut undos, mut redos) = (self.undos.list.len(), 0_usize);
        for command in commands {
            match command {
                Command::Write(_, how, _) if how.undoable => (undos, redos) = (undos + 1, 0),
                Command::TurnBack(true) => (undos, redos) = (undos.saturating_sub(1), redos + 1),
                Command::TurnBack(false) => (undos, redos) = (undos + 1, redos.saturating_sub(1)),
                _ => {}
            }
        }
        if (if is_undo { undos } else { redos }) == 0 {
            return None;
        }
        self.push(Command::TurnBack(is_undo));
        Some(Vec::new())
    }

    fn show_kept(&mut self, ops: Vec<(Key, Op<V>)>, origin: ChangeOrigin) -> ModelEffects<V> {
        self.keep();
        let mut changes = Vec::with_capacity(ops.len());
        for (key, op) in ops {
            let old = self.get(&key).cloned();
            let value = match op {
                Op::Set(value) => value,
                Op::Add(by) => with_added(old.clone(), Some(by)),
            };
            if let Some(kept) = &mut self.kept {
                kept.shown.insert(Rc::clone(&key), value);
            }
            changes.take_in(change(self, &key, old));
        }
        effects(changes, origin)
    }

    pub(super) fn push(&mut self, command: Command<V>) {
        self.keep();
        if let Some(kept) = &mut self.kept {
            kept.commands.push(command);
        }
    }
}

fn effects<V>(changes: Vec<KeyChange<V>>, origin: ChangeOrigin) -> ModelEffects<V> {
    let mut effects = Vec::new();
    effects.take_in(ModelEffect::changed(changes, None, origin));
    effects
}
