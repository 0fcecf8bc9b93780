//! Transition from the plain model to the full one: same cells, then the deferred commands.

use std::rc::Rc;

use super::deferred::{Command, Deferred};
use super::interface::change;
use super::{Model, ModelEffect, ModelEffects, PlainModel, Strategies, WriteId};
use crate::core::id::Key;
use crate::core::lists::{Gather, List};
use crate::core::map::SmallMap;
use crate::core::sync::{ChangeOrigin, KeyChange};
use crate::core::value::Value;

impl<V: Value> Model<V> {
    /// Takes the node out of `plain`, which is empty afterwards, and carries out its deferred commands. `name` is the id of
    /// this window.
    ///
    /// If a key merges, the plain model has deferred everything since the beginning, so the initial values become parts
    /// here.
    pub fn of_plain(
        plain: &mut PlainModel<V>,
        name: &str,
        strategies: Strategies,
        counts_writes: bool,
        now: f64,
    ) -> (Self, ModelEffects<V>) {
        let before: Vec<(Key, Option<V>)> = {
            use super::StateModel;
            let deferred = plain.deferred.iter().flat_map(|deferred| deferred.visible.keys());
            let keys = deferred.chain(plain.counted.keys());
            keys.map(|key| (Rc::clone(key), plain.get(key).cloned())).gather()
        };
        let empty = PlainModel::new(plain.node.actor(), plain.node.born(), Vec::new());
        let PlainModel {
            mut node,
            undos,
            next_write,
            deferred,
            ..
        } = std::mem::replace(plain, empty);
        if strategies.merge_any() {
            let initial = node.registers().filter_map(|(name, held)| {
                let (key, _) = crate::core::cell::parse(name)?;
                let value = super::composite::plain(held.value.as_ref())?;
                held.stamp.time.is_initial().then_some((key, value))
            });
            let initial = initial.gather();
            node.begin_with(Self::initial_cells(initial, &strategies));
        }
        let mut model = Self::over(node, name, strategies);
        model.counts_writes = counts_writes;
        model.undos = undos;
        let mut effects = Vec::new();
        let deferred = deferred.unwrap_or_else(|| Deferred {
            commands: Vec::new(),
            visible: SmallMap::new(),
        });
        for command in deferred.commands {
            effects.take_in(model.carry_out(command, now));
        }
        model.next_write = next_write;
        // The values before the first of the commands.
        let mut touched = before;
        let (mut open, mut rest) = (Vec::new(), Vec::new());
        for effect in effects {
            match effect {
                ModelEffect::Changed {
                    changes, unsettled, ..
                } => {
                    for change in changes {
                        if !touched.iter().any(|one| one.0 == change.key) {
                            touched.push((change.key, change.old));
                        }
                    }
                    open.take_in(unsettled);
                }
                other => rest.push(other),
            }
        }
        let mut changes: Vec<KeyChange<V>> = Vec::new();
        for (key, old) in touched {
            changes.take_in(change(&model, &key, old));
        }
        if !(changes.is_empty() && open.is_empty()) {
            rest.push(ModelEffect::Changed {
                changes,
                unsettled: open,
                from: None,
                origin: ChangeOrigin::Local,
                cells: Vec::new(),
            });
        }
        (model, rest)
    }

    fn carry_out(&mut self, command: Command<V>, now: f64) -> ModelEffects<V> {
        match command {
            Command::Write(ops, how, WriteId(id)) => {
                self.next_write = id.saturating_sub(1);
                // The write was checked when it was deferred: its increments are of numbers only.
                self.write(ops, how, now)
                    .map_or_else(|_| Vec::new(), |done| done.1)
            }
            Command::ApplyPlain(entries) => self.apply_plain(entries, now),
            Command::UndoOrRedo(true) => self.undo(now).unwrap_or_default(),
            Command::UndoOrRedo(false) => self.redo(now).unwrap_or_default(),
            Command::Retract(id) => self.retract(id, now),
            Command::Confirm(id) => {
                self.confirm(id);
                Vec::new()
            }
        }
    }
}
