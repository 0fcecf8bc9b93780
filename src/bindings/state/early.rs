//! Early states: a state that needs the full model before its part of the wasm is loaded. It queues incoming events, and
//! defers its own commands: they are visible here, and are written and sent when the part is loaded.

use std::cell::Cell as Slot;
use std::rc::Weak;

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;

use super::conflicts_part::part;
use super::{JsEntry, StateHost, StateOptions};
use crate::bindings::shared::Shared;
use crate::core::cell::Cell;
use crate::core::frame::Kind;
use crate::core::id::{Key, PeerRef};
use crate::core::lists::List;
use crate::core::model::{How, Op, Strategy, cell_needs_more, write_needs_more};
use crate::core::persist::Record;
use crate::core::sync::StateFrame;
use crate::platform::cell::RefCell;
use crate::platform::{callback, host, promise};

/// How far the part is loaded for one state, and the queued events.
pub(super) struct Early {
    loading: Slot<Loading>,
    events: RefCell<Vec<Event>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Loading {
    No,
    Asked,
    /// Loading failed; the queued events are handled without the part.
    Failed,
}

/// A queued event.
pub(super) enum Event {
    Up(PeerRef),
    Down(PeerRef),
    Settle,
    Frame(PeerRef, Vec<PeerRef>, Kind, Array),
    Partly(PeerRef, Vec<PeerRef>, Kind, Array, Array),
    Other(PeerRef, u32, Kind, Array),
    Update(PeerRef, JsValue),
    Import(Vec<Record<Cell<JsEntry>>>),
}

impl Early {
    pub(super) fn none() -> Early {
        Early {
            loading: Slot::new(Loading::No),
            events: RefCell::new(Vec::new()),
        }
    }
}

impl StateOptions {
    /// Whether a state with these options needs the full model from the beginning.
    pub(super) fn needs_more(&self) -> bool {
        let differs = |strategy: &Strategy| *strategy != Strategy::LastWriteWins;
        differs(&self.strategies.default)
            || self.strategies.by_key.values().any(differs)
            || self.validate.is_some()
            || self.together
            || self.counted
    }
}

/// Whether a frame has cells that only the full model can read.
pub(super) fn frame_needs_more(frame: &StateFrame<Cell<JsEntry>>) -> bool {
    match frame {
        StateFrame::Batch(batch) => batch.entries.iter().any(|entry| cell_needs_more(&entry.0)),
        StateFrame::Delta(delta) => delta.entries.iter().any(|entry| cell_needs_more(&entry.key)),
        StateFrame::Sync { .. } | StateFrame::Digest { .. } => false,
    }
}

impl StateHost {
    /// Whether the state waits for the part.
    pub(super) fn is_early(&self) -> bool {
        self.early.loading.get() == Loading::Asked
    }

    /// Queues an event if the state waits for the part. Returns whether it does.
    pub(super) fn postpone(&self, event: impl FnOnce() -> Event) -> bool {
        let is_early = self.is_early();
        if is_early {
            self.early.events.borrow_mut().push(event());
        }
        is_early
    }

    /// The state needs the full model. Returns whether it has it now; otherwise it waits for the part, or loading failed.
    pub(super) fn require_more(&self) -> bool {
        if self.node.borrow().full().is_some() {
            return true;
        }
        if part().is_some() {
            self.part_come();
            return true;
        }
        if self.early.loading.get() == Loading::No {
            self.load_part();
        }
        false
    }

    fn load_part(&self) {
        self.early.loading.set(Loading::Asked);
        let loading: Promise = match host::load_part("conflicts") {
            Ok(loading) => loading,
            Err(error) => return self.part_failed(&error),
        };
        let (come, failed): (Weak<StateHost>, Weak<StateHost>) = (self.weak(), self.weak());
        let come = callback::reaction(move |_| {
            if let Some(state) = come.upgrade() {
                state.part_come();
            }
        });
        let failed = callback::reaction(move |error| {
            if let Some(state) = failed.upgrade() {
                state.part_failed(&error);
            }
        });
        promise::then(&loading, &come, Some(&failed));
    }

    /// The part is loaded: moves to the full model, and handles the queued events.
    fn part_come(&self) {
        let waited = self.early.loading.replace(Loading::No) == Loading::Asked;
        let Some(part) = part().filter(|_| !self.destroyed.get()) else {
            return;
        };
        let effects = {
            let mut node = self.node.borrow_mut();
            let Some(plain) = node.plain_mut() else { return };
            let (model, effects) = (part.upgrade)(self, plain);
            *node = model;
            effects
        };
        self.run(effects);
        if waited {
            self.open_storage_late();
            self.read_storage_again();
            self.go_on();
        }
    }

    /// Handles the queued events, in order.
    fn go_on(&self) {
        for event in std::mem::take(&mut *self.early.events.borrow_mut()) {
            match event {
                Event::Up(peer) => self.peer_up(peer),
                Event::Down(peer) => self.peer_down(peer),
                Event::Settle => self.settle(),
                Event::Frame(from, also, kind, frame) => self.receive(from, &also, kind, &frame),
                Event::Partly(from, also, kind, frame, missing) => {
                    self.receive_part(from, &also, kind, &frame, &missing);
                }
                Event::Other(from, version, kind, frame) => self.receive_other(from, version, kind, &frame),
                Event::Update(from, payload) => self.plain_update(from, &payload),
                Event::Import(records) => self.import_cells(records),
            }
        }
        if self.batch.borrow().is_some() {
            self.flush_batch();
        } else if !self.node.borrow().open_keys().is_empty() {
            self.schedule_flush();
        }
        self.admit_filtered_peers();
        if self.node.borrow().node().is_ready() {
            self.become_ready();
        }
    }

    /// Loading failed: rolls back the deferred writes and rejects their promises. A state that needs the part for
    /// everything stops taking part. Another continues with what it can read, and requests again what it cannot.
    fn part_failed(&self, error: &JsValue) {
        self.early.loading.set(Loading::Failed);
        if self.destroyed.get() {
            return;
        }
        self.report(error);
        let effects = match self.node.borrow_mut().plain_mut() {
            Some(plain) => plain.drop_deferred(),
            None => Vec::new(),
        };
        if let Some(batch) = self.batch.borrow_mut().take() {
            batch.promise.reject(error);
        }
        self.run(effects);
        if self.options.needs_more() {
            self.early.events.borrow_mut().clear();
            self.messenger.stop(&self.options.name);
            self.ready.resolve(&JsValue::UNDEFINED);
        } else {
            self.go_on();
            self.early.loading.set(Loading::No);
            // A listener may have written something that needs the part.
            if self.keeps_writes() {
                self.require_more();
            }
        }
    }

    /// Whether this window's commands are deferred.
    pub(super) fn keeps_writes(&self) -> bool {
        let mut node = self.node.borrow_mut();
        node.plain_mut().is_some_and(|plain| plain.is_deferring())
    }

    /// Imports stored cells, once they can be read.
    pub(super) fn import_cells(&self, records: Vec<Record<Cell<JsEntry>>>) {
        if self.is_early()
            || records.iter().any(|record| cell_needs_more(&record.key)) && !self.require_more()
        {
            let (mut now, mut later) = (Vec::new(), Vec::new());
            for record in records {
                let is_later = self.is_early() || cell_needs_more(&record.key);
                (if is_later { &mut later } else { &mut now }).push(record);
            }
            self.early
                .events
                .borrow_mut()
                .take_in((!later.is_empty()).then_some(Event::Import(later)));
            return self.import_now(now);
        }
        self.import_now(records);
    }

    fn import_now(&self, records: Vec<Record<Cell<JsEntry>>>) {
        if !records.is_empty() && !self.destroyed.get() {
            self.decide(|model, now| model.with_node(|node| node.import(records, now)));
        }
    }

    /// Loads the part if a write needs it. A state that needs it by its options has requested it before.
    pub(super) fn load_for(&self, ops: &[(Key, Op<JsEntry>)], how: How) {
        if write_needs_more(ops, how) {
            self.require_more();
        }
    }
}
