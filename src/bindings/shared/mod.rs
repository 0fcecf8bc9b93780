//! The common interface of states and stores towards their messenger, and flush batches that are sent as one message.

mod flush_batch;
pub(crate) mod registry;

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::core::frame::Kind;
use crate::core::grants::Grants;
use crate::core::id::PeerRef;
use crate::core::schema::FIRST_VERSION;
pub(crate) use flush_batch::{FlushBatch, after, settle_batch};

/// Something shared under a name: a state or a store. The messenger tells it what happens; it decides by its core.
pub(crate) trait Shared {
    /// Unique on its Parley.
    fn name(&self) -> &str;
    /// Whether a peer with such grants takes part: in all of it, unless more is known.
    fn takes_part(&self, grants: &Grants) -> bool {
        grants.may_share(self.name())
    }
    /// The type its updates are broadcast under.
    fn message(&self) -> &str;
    fn peer_up(&self, peer: PeerRef);
    fn peer_down(&self, peer: PeerRef);
    /// The first look round is over.
    fn settle(&self);
    /// The prerendered document it is in was activated: from now on others are heard.
    fn activated(&self) {}
    /// Whether it still waits for what others have.
    fn is_waiting(&self) -> bool;
    /// Sends what waits, now: the page may be gone in a moment.
    fn flush(&self);
    /// The turn's frames go out, in place of the payload that stands for them.
    fn flush_to_peers(&self);
    /// Compares with every peer and repairs.
    fn tick(&self);
    fn receive(&self, from: PeerRef, also: &[PeerRef], kind: Kind, frame: &Array);
    /// The same of a frame of which something could not be deserialised here: `missing` has the first two steps to each such
    /// place in it, where null stands.
    fn receive_part(&self, from: PeerRef, also: &[PeerRef], kind: Kind, frame: &Array, missing: &Array);
    /// That peer could not deserialise what it was sent: it is sent it again, each value by itself.
    fn unreadable_by(&self, peer: PeerRef);
    /// The version of what it shares.
    fn version(&self) -> u32 {
        FIRST_VERSION
    }
    /// A frame that is of another version. It is not let in.
    fn receive_other(&self, _from: PeerRef, _version: u32, _kind: Kind, _frame: &Array) {}
    /// A message of its own type that nobody of this package sent: hand-written code speaks.
    fn plain_update(&self, from: PeerRef, payload: &JsValue);
    /// What the inspector shows: the name, whether it is a store, and what it holds; with `deep` more, see its implementation.
    fn inspect(&self, deep: bool) -> JsValue;
    fn hub_destroyed(&self);
}
