//! Carries out the core's effects, in their order.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::StateHost;
use super::conflicts_part::started;
use super::entry::{JsEntry, key_of, value_of};
use crate::bindings::messenger::Messenger;
use crate::core::id::{Key, PeerRef};
use crate::core::lists::List;
use crate::core::model::{CellChange, ModelEffect, ModelEffects};
use crate::core::sync::{ChangeOrigin, KeyChange};
use crate::platform::host;

impl StateHost {
    pub(super) fn run(&self, effects: ModelEffects<JsEntry>) {
        if !effects.is_empty() {
            self.forget_conflicts();
        }
        self.note_hidden();
        self.forward_to_filtered_peers(&effects);
        for effect in effects {
            match effect {
                ModelEffect::Send { to, frame } => self.post(&to, &frame),
                ModelEffect::Changed {
                    mut changes,
                    unsettled,
                    from,
                    origin,
                    cells,
                } => {
                    for key in unsettled {
                        changes.take_in(started().and_then(|part| (part.settle)(self, &key)));
                    }
                    if let Some(from) = from {
                        changes = self.take_in_changes(from, origin, changes, &cells);
                        self.show(from, &changes);
                    } else {
                        changes = match started().filter(|_| origin == ChangeOrigin::Rollback) {
                            Some(part) => (part.validate_earlier)(self, origin, changes),
                            None => changes,
                        };
                    }
                    if !changes.is_empty() {
                        self.changed(&changes, origin, from);
                    }
                    self.store_soon();
                }
                ModelEffect::Restamped { .. } => self.store_soon(),
                ModelEffect::Contested { keys } => self.report_contested(&keys),
                ModelEffect::Lost { ids, keys, reason } => self.report_lost(&ids, &keys, reason),
                ModelEffect::Ready => {
                    self.become_ready();
                    self.admit_filtered_peers();
                }
                ModelEffect::Refused { from, code } => self.messenger.refused(from, code, &self.options.name),
            }
        }
        self.veto_aborted();
        // Own writes of this turn go to all windows together, when the turn ends.
        if self.batch.borrow().is_none() {
            self.flush_filtered_peers();
        }
        self.look_for_texts();
        self.check_outcomes();
        self.forget_hidden();
    }

    /// Returns the accepted part of a neighbour's changes.
    fn take_in_changes(
        &self,
        from: PeerRef,
        origin: ChangeOrigin,
        changes: Vec<KeyChange<JsEntry>>,
        cells: &[CellChange<JsEntry>],
    ) -> Vec<KeyChange<JsEntry>> {
        let unreadable = self.take_unreadable_cells();
        let Some(part) = started() else { return changes };
        let changes = match unreadable.is_empty() {
            true => changes,
            false => (part.drop_unreadable)(self, from, changes, cells, unreadable),
        };
        match self.options.validate {
            Some(_) => (part.validate)(self, from, origin, changes, cells),
            None => changes,
        }
    }

    /// Calls handlers of `name:update` messages with the changes, as `{ updates }`.
    fn show(&self, from: PeerRef, changes: &[KeyChange<JsEntry>]) {
        let Messenger::Hub(hub) = &self.messenger else {
            return;
        };
        if !changes.is_empty() {
            hub.show_update(&self.message, from, || {
                let (keys, values) = lists(changes);
                super::write::payload(&keys, &values)
            });
        }
    }
}

/// The keys and values of changes; undefined for a deletion.
pub(super) fn lists(changes: &[KeyChange<JsEntry>]) -> (Array, Array) {
    let (keys, values) = (Array::new(), Array::new());
    for change in changes {
        keys.push(&key_of(change.new.as_ref(), &change.key));
        values.push(&value_of(change.new.as_ref()));
    }
    (keys, values)
}

/// Calls the user's function to resolve a key.
pub(super) fn settle(state: &StateHost, key: &Key) -> Option<KeyChange<JsEntry>> {
    let function = state.options.function_of(key)?.clone();
    let open = state.node.borrow().unsettled(key)?;
    let mut value = value_of(open.first.as_ref());
    let name = JsValue::from_str(key);
    for (theirs, base) in open.rest {
        let arguments = Array::of4(
            &host::hand_out(&value),
            &host::hand_out(&value_of(theirs.as_ref())),
            &host::hand_out(&value_of(base.as_ref())),
            &name,
        );
        let settled = function
            .apply(&JsValue::UNDEFINED, &arguments)
            .and_then(|settled| host::own(&settled, key));
        value = match settled {
            Ok(settled) => settled,
            Err(error) => {
                // If the function throws, the later write is visible, in every window.
                state.report(&error);
                value_of(theirs.as_ref())
            }
        };
    }
    let held = (!value.is_undefined()).then(|| JsEntry::made(value));
    state.node.borrow_mut().settle(key, held)
}
