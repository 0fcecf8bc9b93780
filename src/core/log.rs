//! One log of actions, in the same order in every window, without ever calling the reducer.
//!
//! # The order
//! A window holds a *root*, which is a state and the actions folded into it, and the *tail*: the actions since. The
//! state is the root's, then the tail in the order of its stamps. A stamp is a hybrid clock's reading and an actor, so an
//! effect comes after its cause; a late action is put in its place, and what comes after it is folded again from the
//! nearest state that was kept.
//!
//! # Forgetting
//! Memory is bounded: of a tail that has grown past what is kept, the oldest ([`Options::cut`] of them) move into the
//! root, once every neighbour is known to have seen them. Then nothing can come to stand before them, so windows that
//! cut at different moments cut the same. Each cut has a number and a digest of all that was folded up to it: a [`Tip`].
//! A neighbour that never says what it has seen (frozen, or flooded) is waited for up to [`Options::patience`].
//!
//! # When windows that were apart have folded different actions
//! Equal numbers with different digests say so. There is one winner: the greater number, then the elder lineage, then
//! the greater digest. The others take over its root, and keep of their own what its root lacks:
//! - an action that is still in somebody's tail is placed after the winner's root, by its stamp;
//! - an action that its window never sent to anybody, and that can no longer be placed because older ones of that
//!   window are folded away, is issued anew, under a new actor and with a new stamp;
//! - an action that others have too, and that cannot be placed for the same reason, waits for the older ones: some
//!   window may still have them one by one. If none has, it is lost with them, and so is what a side that loses has
//!   folded away.
//!
//! So windows that were apart merge exactly as long as none of the sides dispatched more than is kept
//! ([`Options::keep`]); past that they still agree, on what the winner has. The same holds for windows that are joined
//! only through others: what is kept has to outlast the way there.
//!
//! # When one action has two contents
//! A peer that lies may give two windows different actions under one actor and number, or different roots under one tip. On the
//! slow tick windows also compare a digest of the actions that they have ([`LogContent`]), and of the root's state when nothing
//! has happened since the tick before. Where one with the same tip and the same numbers has other contents, the greater digest
//! wins, and is taken over as above. If they still differ for long, the host receives an effect, once for each peer, see
//! [`difference`](super::difference). Windows that are cut differently compare when they are cut alike again.
//!
//! The rule serves a late joiner too: its lineage is the youngest, so it takes over the state and the position of who
//! was there, and adds what it dispatched before.

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
