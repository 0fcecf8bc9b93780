//! State replication: one node in each window, which decides what to send, to whom, and when listeners hear of a change.
//!
//! Sans-IO: every call returns the effects that the host carries out, in order. A send precedes the change that it belongs
//! to, so a write that a listener makes in response cannot overtake its cause.
//!
//! # Protocol
//!
//! - **Registers.** Each key is a last-write-wins register with a stamp: a hybrid logical clock reading, then the actor. An actor
//!   is one state during one lifetime of one window.
//! - **Batches.** The writes of one turn form a batch with a dot (actor, sequence number). A receiver applies a batch once it has
//!   applied everything that the writer had seen: causal delivery. A frame is checked whole, then applied whole or refused whole.
//! - **Anti-entropy.** Peers exchange version vectors when they connect, and each sends what the other lacks as one delta, which
//!   names the point from which it is complete. This repairs late windows, lost frames and suspended pages. The
//!   comparison runs again when a page returns or is shown, and every 5 s while it is visible (2 s over a user's link).
//! - **Digests.** A peer that is believed to be equal gets three digests instead of a vector: of the vector, of the visible
//!   registers (name and stamp, kept up to date as they change), and of their contents (worked out when they are compared). Where
//!   the first differs, the peers exchange vectors; where another does, their full state.
//! - **Relay.** A window passes a new batch on to every neighbour that has not acknowledged it, so windows that are only
//!   connected through others agree too.
//! - **Initial values** are registers with a stamp before any real time, and the elder window's win. So windows that began with
//!   different initial values agree, and any write beats them.
//! - **Wrong clocks.** Every clock reading is observed, and the next write here is later. A reading that no honest window
//!   can have made refuses the whole frame, see [`clock`](super::clock). Both also hold for a reading inside a cell.
//! - **Dots used twice** (by a forging peer, or by a window that lost its memory) show up as different contents under one dot, or as a
//!   vector that claims more than this window ever wrote. The window then writes those registers again as a new actor, so it does
//!   not matter which peer has seen which of the two.
//! - **Two contents of one write** (by a forging peer: same name, same stamp) show up in the digest of contents. The one with the greater
//!   [`fingerprint`](super::fingerprint) wins. Peers that differ for long all the same receive [`ERR_DIVERGED`],
//!   see [`difference`](super::difference).

mod adopt;
mod compare;
mod node;
mod peers;
mod receive;
mod reissue;
mod restore;
mod spread;

pub use super::change::KeyChange;
pub use node::StateNode;

use super::batch::{Batch, Delta};
use super::frame::Kind;
use super::id::{Actor, Key, PeerRef};
use super::register::Stamp;
use super::version::VersionVector;

/// A time that no honest window can have made, see [`Time::is_ahead`](super::clock::Time::is_ahead).
pub const ERR_CLOCK: &str = "ERR_CLOCK";
/// A state would hold more than it may.
pub const ERR_LIMIT: &str = "ERR_LIMIT";
/// A neighbour has seen the same and holds other values, and exchanging the full state has not changed that.
pub const ERR_DIVERGED: &str = "ERR_DIVERGED";
/// A frame contradicts itself, or claims writes of this window.
pub const ERR_MALFORMED: &str = "ERR_MALFORMED";

/// The frames that windows exchange about one state.
#[derive(Clone)]
pub enum StateFrame<V> {
    /// The writes of one turn.
    Batch(Batch<V>),
    /// "This is what I have seen; send me the rest." Answered by a delta, even an empty one.
    Sync {
        /// What the sender has seen.
        vector: VersionVector,
        /// When the sender's replica was made, and its actor: who of two is the elder.
        born: (f64, Actor),
    },
    /// What the receiver lacks.
    Delta(Delta<V>),
    /// A digest exchange: compares version vector and visible values at a constant cost. A peer with equal digests answers
    /// alike, one with another vector by a [`Sync`](Self::Sync), one with the same vector and other values by its full state.
    Digest {
        /// The digest of what the sender has seen.
        seen: u64,
        /// The digest of its visible registers.
        fingerprint: u64,
        /// A digest of the values of these registers; 0 from windows of an older build.
        content: u64,
        /// This is an answer, which is not answered again.
        is_answer: bool,
    },
}

impl<V> StateFrame<V> {
    /// Its kind on the wire.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            StateFrame::Batch(_) => Kind::Batch,
            StateFrame::Sync { .. } => Kind::Sync,
            StateFrame::Delta(_) => Kind::Delta,
            StateFrame::Digest { .. } => Kind::Digest,
        }
    }
}

/// Where a change came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeOrigin {
    /// This window.
    Local,
    /// Another window.
    Remote,
    /// A write was taken back.
    Rollback,
    /// Storage: an earlier document of this window, or a window that is not connected.
    Storage,
}

/// Effects: what the host has to do.
#[derive(Clone)]
pub enum StateEffect<V> {
    /// Post a frame to these neighbours. Others may receive it too (on a broadcast wire).
    Send {
        /// The recipients; never empty.
        to: Vec<PeerRef>,
        /// The frame.
        frame: StateFrame<V>,
    },
    /// Notify the listeners: all these keys changed at once.
    Changed {
        /// What changed; never empty.
        changes: Vec<KeyChange<V>>,
        /// From which neighbour it came.
        from: Option<PeerRef>,
        /// Where it came from.
        origin: ChangeOrigin,
    },
    /// Writes of this window have new stamps and the same values. Storage must be updated; listeners are not notified.
    Restamped {
        /// The keys, with the stamps before and now; never empty.
        writes: Vec<(Key, Stamp, Stamp)>,
    },
    /// The state of the windows that were there before has arrived, or there were none. Emitted once.
    Ready,
    /// A neighbour's frame was refused; nothing of it was applied.
    Refused {
        /// Its sender.
        from: PeerRef,
        /// The code: [`ERR_CLOCK`], [`ERR_LIMIT`] or [`ERR_MALFORMED`]; [`ERR_DIVERGED`] if a frame only revealed that.
        code: &'static str,
    },
}
