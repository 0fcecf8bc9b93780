//! Values that another window cannot deserialise. The sender sends each value by itself. The receiver takes those that it
//! can read, with null for the others, and vetoes the writes of the others: they count in no window, and their writer gets
//! an error.

use std::cell::Cell;

use js_sys::Array;

use super::entry::JsEntry;
use super::validate::Asked;
use super::{StateHost, codec};
use crate::bindings::wire::list;
use crate::core::frame::Kind;
use crate::core::id::{Key, PeerRef};
use crate::core::lists::Gather;
use crate::core::model::{CellChange, drop_unreadable as drop_cells};
use crate::core::order;
use crate::core::sync::{KeyChange, StateFrame};
use crate::platform::cell::RefCell;
use crate::platform::host;

/// What is known while such a frame is sent or received.
pub(super) struct Unreadable {
    /// Frames are sent value by value.
    sends_apart: Cell<bool>,
    /// The unreadable cells of the frame that is being received.
    cells: RefCell<Vec<Key>>,
}

impl Unreadable {
    pub(super) fn none() -> Unreadable {
        Unreadable {
            sends_apart: Cell::new(false),
            cells: RefCell::new(Vec::new()),
        }
    }
}

impl StateHost {
    /// Posts a frame of the state to some of its neighbours.
    pub(super) fn post(&self, to: &[PeerRef], frame: &StateFrame<crate::core::cell::Cell<JsEntry>>) {
        let kind = frame.kind();
        let frame = codec::encode(&self.name_js, frame);
        self.announce(to, kind, &frame);
        if self.unreadable.sends_apart.get() {
            self.messenger.send_apart(to, &frame);
        } else {
            self.messenger.send(to, &frame);
        }
    }

    /// A peer could not read its last frame.
    pub(super) fn send_apart_to(&self, peer: PeerRef) {
        self.unreadable.sends_apart.set(true);
        if !self.resend_to_filtered_peer(peer) {
            self.decide(|model, _| model.with_node(|node| node.resend(peer)));
        }
        self.unreadable.sends_apart.set(false);
    }

    /// Receives a frame of which some values could not be read.
    pub(super) fn receive_unreadable(
        &self,
        from: PeerRef,
        also: &[PeerRef],
        kind: Kind,
        frame: &Array,
        missing: &Array,
    ) {
        let cells = (0..missing.length() / 2).filter_map(|at| -> Option<Key> {
            let (list_at, entry) = (missing.get(at * 2).as_f64()?, missing.get(at * 2 + 1).as_f64()?);
            let names = list(&frame.get((list_at as u32).checked_sub(1)?))?;
            Some(Key::from(names.get(entry as u32).as_string()?))
        });
        let mut cells: Vec<Key> = cells.gather();
        order::sort(&mut cells);
        cells.dedup();
        *self.unreadable.cells.borrow_mut() = cells;
        crate::bindings::shared::Shared::receive(self, from, also, kind, frame);
        self.unreadable.cells.borrow_mut().clear();
    }

    /// The unreadable cells of the frame that is being received, in order.
    pub(super) fn unreadable_cells(&self) -> Vec<Key> {
        self.unreadable.cells.borrow().clone()
    }

    /// Takes them, to handle them now.
    pub(super) fn take_unreadable_cells(&self) -> Vec<Key> {
        std::mem::take(&mut *self.unreadable.cells.borrow_mut())
    }
}

/// The changes of a neighbour, without the unreadable writes.
pub(super) fn drop_unreadable(
    state: &StateHost,
    from: PeerRef,
    changes: Vec<KeyChange<JsEntry>>,
    cells: &[CellChange<JsEntry>],
    names: Vec<Key>,
) -> Vec<KeyChange<JsEntry>> {
    let unreadable = cells
        .iter()
        .filter(|cell| names.binary_search(cell.name()).is_ok());
    let fresh: Vec<_> = {
        let node = state.node.borrow();
        // Another window may have vetoed it before.
        let Some(model) = node.full() else { return changes };
        let fresh = unreadable.filter(|cell| model.refusable(cell.name(), None).is_some());
        fresh.cloned().gather()
    };
    let mut asked = Asked {
        state,
        validate: None,
        from: state.messenger.info(from),
    };
    let checked = drop_cells(&mut asked, changes, fresh, host::wall());
    if checked.refused {
        state.run(checked.rest);
        // The veto must be sent even if nothing else is written here.
        state.schedule_flush();
        state.flush_batch();
    }
    checked.changes
}
