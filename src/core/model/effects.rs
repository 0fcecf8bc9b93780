//! Inputs and outputs of a [`Model`](super::Model): writes, their ids, candidates, and effects for the host.

use std::rc::Rc;

use crate::core::cell::{Cell, VetoReason, parse};
use crate::core::id::{Key, PeerRef};
use crate::core::register::Stamp;
use crate::core::sync::{ChangeOrigin, KeyChange, StateFrame};

/// An operation on a key.
#[derive(Clone, Debug)]
pub enum Op<V> {
    /// Sets the value; `None` deletes it.
    Set(Option<V>),
    /// Adds a number.
    Add(f64),
}

/// How a write is made.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// It is a transaction: all keys or none.
    pub is_transaction: bool,
    /// It joins the transaction of the writes since the last flush.
    pub joins_turn: bool,
    /// It may be rolled back: its id stays valid until it is confirmed or rolled back.
    pub may_roll_back: bool,
    /// `undo` takes it back.
    pub undoable: bool,
    /// It comes from typing: every change of a text is an edit, however large, and never a replacement.
    pub is_typed: bool,
    /// It came without a frame. It is not broadcast.
    pub is_plain: bool,
    /// The origin that listeners receive.
    pub origin: ChangeOrigin,
}

impl Default for How {
    fn default() -> Self {
        Self {
            is_transaction: false,
            joins_turn: false,
            may_roll_back: false,
            undoable: false,
            is_typed: false,
            is_plain: false,
            origin: ChangeOrigin::Local,
        }
    }
}

/// The id of a write of this window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WriteId(pub(super) u64);

/// A cell that another window changed, with what is needed to veto it.
#[derive(Clone, Debug)]
pub struct CellChange<V> {
    pub(super) name: Key,
    pub(super) stamp: Stamp,
    pub(super) base: Option<(Cell<V>, Stamp)>,
}

impl<V> CellChange<V> {
    /// The key it belongs to.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        parse(&self.name).map(|(key, _)| key)
    }
}

/// One of several concurrent writes to choose from.
#[derive(Clone, Debug)]
pub struct Candidate<V> {
    /// The value; `None` for a deletion.
    pub value: Option<V>,
    /// Its stamp.
    pub stamp: Stamp,
    /// The id of the window that wrote it.
    pub from: Option<Rc<str>>,
}

/// What the host has to do, in this order.
pub enum ModelEffect<V> {
    /// Post a frame to these neighbours.
    Send {
        /// The recipients; never empty.
        to: Vec<PeerRef>,
        /// The frame.
        frame: StateFrame<Cell<V>>,
    },
    /// Notify the listeners. For keys in `unsettled` the host first calls its function, then
    /// [`Model::settle`](super::Model::settle), which returns the change, if any.
    Changed {
        /// What changed.
        changes: Vec<KeyChange<V>>,
        /// Keys that the function of 'custom' has to resolve.
        unsettled: Vec<Key>,
        /// From which neighbour it came.
        from: Option<PeerRef>,
        /// Where it came from.
        origin: ChangeOrigin,
        /// The changed cells, for [`validate`](super::validate()). Empty for own writes.
        cells: Vec<CellChange<V>>,
    },
    /// These keys have new candidates, more than one.
    Contested {
        /// The keys.
        keys: Vec<Key>,
    },
    /// Other windows vetoed writes of this window.
    Lost {
        /// The ids of those that could still be rolled back.
        ids: Vec<WriteId>,
        /// The keys of the others.
        keys: Vec<Key>,
        /// The reason. Of several, one that is not a simple rejection.
        reason: VetoReason,
    },
    /// See [`StateEffect::Restamped`](crate::core::sync::StateEffect::Restamped).
    Restamped {
        /// See there; names of cells.
        writes: Vec<(Key, Stamp, Stamp)>,
    },
    /// See [`StateEffect::Ready`](crate::core::sync::StateEffect::Ready).
    Ready,
    /// See [`StateEffect::Refused`](crate::core::sync::StateEffect::Refused).
    Refused {
        /// Its sender.
        from: PeerRef,
        /// The code of the error.
        code: &'static str,
    },
}

impl<V> ModelEffect<V> {
    /// The effect of changes whose values are known; `None` if there are none.
    pub(super) fn changed(
        changes: Vec<KeyChange<V>>,
        from: Option<PeerRef>,
        origin: ChangeOrigin,
    ) -> Option<Self> {
        (!changes.is_empty()).then_some(Self::Changed {
            changes,
            unsettled: Vec::new(),
            from,
            origin,
            cells: Vec::new(),
        })
    }
}

/// Effects, in order.
pub type ModelEffects<V> = Vec<ModelEffect<V>>;
