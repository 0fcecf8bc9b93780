//! Validation: calls the user's `validate` with resolved values, see `core::model::validate`.

use wasm_bindgen::JsValue;

use super::StateHost;
use super::effects::lists;
use super::entry::JsEntry;
use crate::core::id::{Key, PeerRef};
use crate::core::lists::List;
use crate::core::model::{CellChange, Model, Validator, validate as validate_changes};
use crate::core::sync::{ChangeOrigin, KeyChange};
use crate::platform::host;

/// The user's `validate`, called for the changes of a neighbour.
pub(super) struct Asked<'a> {
    pub(super) state: &'a StateHost,
    pub(super) validate: Option<&'a js_sys::Function>,
    /// Its PeerInfo.
    pub(super) from: JsValue,
}

/// Foreign writes hidden under a write of this window that may still be rolled back: the key, and the PeerInfo of their sender.
pub(super) type Hidden = Vec<(Key, JsValue)>;

impl Validator<JsEntry> for Asked<'_> {
    fn accepts(&mut self, changes: &[KeyChange<JsEntry>]) -> bool {
        let Some(validate) = self.validate else {
            return true;
        };
        let (keys, values) = lists(changes);
        let updates = host::hand_out(&host::object_of(&keys, &values));
        let said = validate.call2(&JsValue::UNDEFINED, &updates, &self.from);
        said.is_ok_and(|said| said.as_bool() != Some(false))
    }

    fn model<R: Default>(&mut self, act: impl FnOnce(&mut Model<JsEntry>) -> R) -> R {
        self.state
            .node
            .borrow_mut()
            .full_mut()
            .map(act)
            .unwrap_or_default()
    }

    fn settle(&mut self, key: &Key) -> Option<KeyChange<JsEntry>> {
        super::effects::settle(self.state, key)
    }
}

impl StateHost {
    /// Remembers the senders of writes that pending writes of this window hide.
    pub(super) fn note_hidden(&self) {
        let hidden = self.node.borrow_mut().take_hidden();
        if self.options.validate.is_none() {
            return;
        }
        let mut senders = self.hidden.borrow_mut();
        for (key, from) in hidden {
            let from = self.messenger.info(from);
            senders.keep(|one| one.0 != key);
            senders.push((key, from));
        }
    }

    /// Forgets them when no write is pending any more.
    pub(super) fn forget_hidden(&self) {
        if !self.node.borrow().has_pending() {
            self.hidden.borrow_mut().clear();
        }
    }
}

/// The accepted part of a neighbour's changes. A rejected write is vetoed in every window.
pub(super) fn validate(
    state: &StateHost,
    from: PeerRef,
    origin: ChangeOrigin,
    changes: Vec<KeyChange<JsEntry>>,
    cells: &[CellChange<JsEntry>],
) -> Vec<KeyChange<JsEntry>> {
    // A write that is visible because another was rolled back may never have been validated.
    match origin {
        ChangeOrigin::Remote | ChangeOrigin::Rollback => {
            ask(state, state.messenger.info(from), changes, cells)
        }
        _ => changes,
    }
}

/// The accepted part of the values that became visible when a write of this window was rolled back: it may have hidden
/// foreign writes.
pub(super) fn validate_earlier(
    state: &StateHost,
    origin: ChangeOrigin,
    changes: Vec<KeyChange<JsEntry>>,
) -> Vec<KeyChange<JsEntry>> {
    if origin != ChangeOrigin::Rollback || state.options.validate.is_none() {
        return changes;
    }
    let mut left = Vec::with_capacity(changes.len());
    for change in changes {
        let from = sender_of_earlier(state, &change.key);
        left.take_in(match from {
            Some(from) => ask(state, from, vec![change], &[]),
            None => vec![change],
        });
    }
    left
}

fn sender_of_earlier(state: &StateHost, key: &Key) -> Option<JsValue> {
    let hidden = state.hidden.borrow();
    let from = hidden.iter().find(|one| one.0 == *key)?.1.clone();
    state.node.borrow().has_writes_of_others(key).then_some(from)
}

fn ask(
    state: &StateHost,
    from: JsValue,
    changes: Vec<KeyChange<JsEntry>>,
    cells: &[CellChange<JsEntry>],
) -> Vec<KeyChange<JsEntry>> {
    let Some(validate) = state.options.validate.as_ref().filter(|_| !changes.is_empty()) else {
        return changes;
    };
    let mut asked = Asked {
        state,
        validate: Some(validate),
        from,
    };
    let checked = validate_changes(&mut asked, changes, cells, host::wall());
    if checked.refused {
        state.run(checked.rest);
        // The veto must be sent even if nothing else is written here.
        state.schedule_flush();
        state.flush_batch();
    }
    checked.changes
}
