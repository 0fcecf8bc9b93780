//! The state as the target of its persistence adapter: exports and imports registers.

use std::rc::{Rc, Weak};

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};

use super::cell_codec::{cell_in, cell_out};
use super::{JsEntry, StateHost};
use crate::bindings::persist::{Persist, PersistTarget, Record};
use crate::core::cell::{Cell, Slot, parse};
use crate::core::id::{Actor, Key};
use crate::core::lists::{Gather, List};
use crate::core::model::cell_needs_more;
use crate::core::persist::Record as CoreRecord;
use crate::core::register::Stamp;
use crate::platform::host;

impl StateHost {
    /// Opens the storage, if the options say so: reads it, and stores from now on.
    pub(super) fn open_storage(&self) {
        if let Some(options) = self.options.persist.clone() {
            let target: Weak<StateHost> = self.weak();
            self.persist.replace(Some(Persist::open(target, options)));
        }
    }

    /// Does the same for a state that had to wait.
    pub(super) fn open_storage_late(&self) {
        if self.storage().is_none() && !self.messenger.is_prerendered() && !self.is_early() {
            self.open_storage();
        }
    }

    /// Reads the storage again, because it could not be translated before.
    pub(super) fn read_storage_again(&self) {
        if let Some(persist) = self.storage().filter(|_| self.reads_storage_again.take()) {
            persist.reread();
        }
    }

    /// Stores the last changes.
    pub(super) fn close_storage(&self) {
        if let Some(persist) = self.storage() {
            persist.stop();
        }
    }

    fn storage(&self) -> Option<Rc<Persist>> {
        self.persist.borrow().clone()
    }

    /// Something changed that may have to be stored.
    pub(super) fn store_soon(&self) {
        if let Some(persist) = self.storage() {
            persist.changed();
        }
    }

    /// Whether the other windows' contents are here and only storage delays readiness.
    pub(super) fn storage_holds_ready(&self) -> bool {
        self.storage().is_some_and(|persist| persist.holds_ready())
    }

    /// Every key was deleted or reset: nothing of the earlier contents stays stored.
    pub(super) fn empty_storage(&self) {
        if let Some(persist) = self.storage() {
            persist.emptied();
        }
    }

    /// Deletes every key in every window, and empties the storage.
    pub(crate) fn clear(&self) -> Result<Promise, JsValue> {
        self.check_alive()?;
        let shown: js_sys::Object = self.state().unchecked_into();
        let keys = js_sys::Object::keys(&shown);
        let keys = keys.iter().filter_map(|key| key.as_string());
        let promise = self.delete(keys.map(Key::from).gather())?;
        if self.transaction.borrow().is_none() {
            self.empty_storage();
        }
        Ok(promise)
    }

    /// Decodes stored registers to cells. What is malformed is left out, and stays stored.
    pub(super) fn cells(&self, records: Vec<Record>) -> Vec<CoreRecord<Cell<JsEntry>>> {
        let mut cells = Vec::with_capacity(records.len());
        for record in records {
            let synced = parse(&record.key).is_some_and(|(key, _)| self.options.is_synced(&key));
            let value = record.value.unwrap_or(JsValue::UNDEFINED);
            let cell = cell_in(&JsValue::from_str(&record.key), value).filter(|_| synced);
            if let Some((key, value)) = cell
                && let Some(value) = self.believed(value, record.stamp)
            {
                cells.push(CoreRecord {
                    key,
                    stamp: record.stamp,
                    value,
                    cleared: record.cleared,
                });
            }
        }
        cells
    }

    /// A stored cell without times in the future. A write keeps its value and counts as made at its stamp; of any other
    /// cell nothing is left.
    fn believed(&self, cell: Option<Cell<JsEntry>>, stamp: Stamp) -> Option<Option<Cell<JsEntry>>> {
        let latest = cell.as_ref().and_then(Cell::latest);
        if self.node.borrow_mut().witnessed(latest, host::wall()) {
            return Some(cell);
        }
        let Some(Cell::Slot(slot)) = cell else {
            return None;
        };
        Some(Some(Cell::Slot(Rc::new(Slot {
            time: stamp.time,
            value: slot.value.clone(),
            base: None,
            under: None,
            seen: Vec::new(),
            group: Rc::default(),
            from: Rc::clone(&slot.from),
        }))))
    }
}

impl PersistTarget for StateHost {
    fn export(&self) -> Vec<Record> {
        let node = self.node.borrow();
        let synced = node
            .node()
            .export()
            .filter(|record| parse(&record.key).is_some_and(|(key, _)| self.options.is_synced(&key)));
        synced
            .map(|record| Record {
                key: record.key,
                stamp: record.stamp,
                value: record.value.as_ref().map(|cell| cell_out(Some(cell))),
                cleared: record.cleared,
            })
            .gather()
    }

    fn import(&self, records: Vec<Record>) {
        let mut cells = self.cells(records);
        // Otherwise windows would exchange through a shared storage what they do not exchange directly. What is stored at
        // the start is this window's own, perhaps with other options.
        if self.storage().is_some_and(|storage| !storage.is_loading()) {
            cells.keep(|cell| parse(&cell.key).is_none_or(|(key, _)| !self.is_excluded(&key)));
        }
        self.import_cells(cells);
    }

    fn is_bare(&self) -> bool {
        let (node, initial) = (self.node.borrow(), self.initial.borrow());
        let is_as_begun = |key: &Key, held: &JsEntry| {
            let begun = initial.iter().find(|(initial, _)| initial == key);
            begun.is_some_and(|(_, begun)| host::same(&begun.value, &held.value))
        };
        node.iter().all(|(key, held)| is_as_begun(&key, held))
    }

    fn shown(&self, records: &[Record]) -> Option<Vec<(Key, JsValue)>> {
        if records.iter().any(|record| cell_needs_more(&record.key)) && !self.require_more() {
            self.reads_storage_again.set(true);
            return None;
        }
        // As a window resolves them that has nothing else.
        let mut alone = self.bare_model(Actor::from_random(1));
        let cells = self.cells(records.to_vec());
        drop(alone.with_node(|node| node.import(cells, host::wall())));
        let shown = alone.iter().map(|(key, held)| (key, held.value.clone()));
        Some(shown.gather())
    }

    fn loaded(&self) {
        self.become_ready();
    }

    fn report(&self, error: &JsValue) {
        self.messenger.report(error);
    }
}
