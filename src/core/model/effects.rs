//! What goes into a [`Model`](super::Model) and comes out of it: writes, their ids, candidates, and effects for the host.

use std::rc::Rc;

use crate::core::cell::{Cell, VetoReason, parse};
use crate::core::id::{Key, PeerRef};
use crate::core::register::Stamp;
use crate::core::sync::{ChangeOrigin, KeyChange, StateFrame};

/// What a write does to a key.
#[derive(Clone, Debug)]
pub enum Op<V> {
    /// Holds that from now on; `None` deletes it.
    Set(Option<V>),
    /// Holds so much more.
    Add(f64),
}

/// How a write is made.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// Its keys win or lose together.
    pub is_transaction: bool,
    /// It joins the transaction of the writes since the last flush.
    pub joins_turn: bool,
    /// It may be rolled back: its id stays valid until it is confirmed or rolled back.
    pub may_roll_back: bool,
    /// `undo` takes it back.
    pub undoable: bool,
    /// Somebody typed: a text is edited however much of it changes, it is never replaced by another.
    pub is_typed: bool,
    /// It came without a frame, as if from another window; not broadcast.
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

/// One write of this window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WriteId(pub(super) u64);

/// A cell that a write of another window changed: what it takes to refuse it.
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

/// One of the writes to choose from.
#[derive(Clone, Debug)]
pub struct Candidate<V> {
    /// What it wrote; `None` if it deleted.
    pub value: Option<V>,
    /// When, and which replica.
    pub stamp: Stamp,
    /// The window that wrote, as it is known to its peers.
    pub from: Option<Rc<str>>,
}

/// What the host has to do, in this order.
pub enum ModelEffect<V> {
    /// Hand a frame to these neighbours.
    Send {
        /// To whom; never empty.
        to: Vec<PeerRef>,
        /// What.
        frame: StateFrame<Cell<V>>,
    },
    /// Tell the listeners. Keys in `unsettled` first go through the host's function, then
    /// [`Model::settle`](super::Model::settle): its result is what changed, if anything.
    Changed {
        /// What changed.
        changes: Vec<KeyChange<V>>,
        /// Keys whose value a function has to say.
        unsettled: Vec<Key>,
        /// From which neighbour it came.
        from: Option<PeerRef>,
        /// Who wrote it.
        origin: ChangeOrigin,
        /// To refuse it: for [`validate`](super::validate()). Empty for own writes.
        cells: Vec<CellChange<V>>,
    },
    /// These keys have other candidates to choose from than before, more than one.
    Contested {
        /// Which.
        keys: Vec<Key>,
    },
    /// Somebody refused writes of this window; they have been taken back.
    Lost {
        /// Those that could still be rolled back.
        ids: Vec<WriteId>,
        /// The keys of the others.
        keys: Vec<Key>,
        /// Why: of several reasons one that is not a simple refusal.
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
        /// Whose frame.
        from: PeerRef,
        /// Why.
        code: &'static str,
    },
}

impl<V> ModelEffect<V> {
    /// The effect of changes whose values and writers are known; None if there are none.
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
