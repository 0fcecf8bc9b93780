//! The ordered action log of a store: all windows hold the same actions in the same order. The host runs the reducer.
//!
//! # The order
//! A window holds a *root*, which is a state and the actions folded into it, and the *tail*: the actions since. The state
//! is that of the root, then the tail in the order of its stamps. A stamp is a reading of a hybrid logical clock and an
//! actor, so an effect comes after its cause. A late action is inserted at its position, and the actions after it are
//! folded again from the nearest stored state.
//!
//! # Truncation
//! Memory is bounded. When the tail has outgrown what is kept, its oldest actions ([`Options::cut`] of them) move into the
//! root, once every neighbour is known to have seen them. No action can then be inserted before them, so windows that cut
//! at different moments cut the same actions. Each cut has a number and a digest of all that was folded up to it: a
//! [`Tip`]. A neighbour that never acknowledges (frozen, or flooded) delays this up to [`Options::patience`].
//!
//! # When windows that were disconnected have folded different actions
//! Equal cut numbers with different digests show this. One side wins: the greater number of cuts, then the older lineage,
//! then the greater digest. The others take over its root. Of their own actions that the root lacks
//! - an action that is still in some tail is placed after the winner's root, by its stamp;
//! - an action that was never sent, and whose predecessors are folded away, is dispatched again, with a new actor and a new
//!   stamp;
//! - an action that others have too, and whose predecessors are folded away, waits for them: some window may still have
//!   them in its tail. If none has, the action is lost, and so is what the losing side has folded away.
//!
//! So disconnected windows merge exactly as long as no side dispatched more than is kept ([`Options::keep`]). Beyond that
//! they still agree, on the winner's state. The same holds for windows that are connected only through others; what is kept
//! has to cover that delay too.
//!
//! # When one action has two contents
//! A malicious peer may give two windows different actions with the same dot, or different roots with the same tip. On the
//! slow tick windows therefore also compare a digest of the actions that they have ([`LogContent`]), and of the root's
//! state if nothing has happened since the last tick. If the tips and the seen actions are equal and the contents are not,
//! the greater digest wins and is taken over as above. If they still differ for long, the host receives an effect, once for
//! each peer, see [`difference`](super::difference). Windows with different cuts compare when their cuts are equal again.
//!
//! The same rule serves a late joiner. Its lineage is the youngest, so it takes over the state and the position of the
//! others, and adds the actions that it dispatched before.

mod capacity;
mod check;
mod content;
mod effect;
mod exchange;
mod frame;
mod history;
mod integrate;
mod node;
mod peers;
mod takeover;
mod tip;

pub use effect::{Fold, LogEffect, Step};
pub use frame::{Checkpoint, LogContent, LogDelta, LogFrame, Logged};
pub use node::{LogNode, Options};
pub use tip::Tip;
