//! Batches and deltas: the writes of one turn, and everything that another window lacks.

use super::clock::Time;
use super::id::{Actor, Key};
use super::register::{Dot, Stamp};
use super::version::VersionVector;

/// Writes that one actor made and sends together. Each window shows all of them at once or none.
#[derive(Clone)]
pub struct Batch<V> {
    /// Who wrote.
    pub actor: Actor,
    /// Which of its batches, from 1 and without holes.
    pub seq: u64,
    /// What the writer had seen of others since its previous batch: it has to be applied first.
    pub deps: Vec<(Actor, u64)>,
    /// Key, value (`None` to delete) and time of each write.
    pub entries: Vec<(Key, Option<V>, Time)>,
}

/// One register as another window holds it.
#[derive(Clone)]
pub struct Entry<V> {
    /// Which key.
    pub key: Key,
    /// Its value; `None` if deleted.
    pub value: Option<V>,
    /// When it was written, and by whom.
    pub stamp: Stamp,
    /// In which batch it came.
    pub dot: Dot,
}

/// Everything the sender has that a replica which has seen `since` lacks.
///
/// Complete only for a replica that covers `since`; there it may be applied at any time, however late or often.
#[derive(Clone)]
pub struct Delta<V> {
    /// What the receiver was thought to have seen, of what the sender has seen too.
    pub since: VersionVector,
    /// What the sender has seen, and the receiver will have seen.
    pub vector: VersionVector,
    /// The sender's registers whose dot `since` does not cover.
    pub entries: Vec<Entry<V>>,
    /// These are all registers that the sender has: what `vector` covers and is not among them was deleted, and the
    /// deletion forgotten.
    pub whole: bool,
    /// The fingerprint of what the sender shows: a window that has seen the same shows the same, or one of them lacks a
    /// deletion that the other has forgotten.
    pub fingerprint: u64,
    /// A digest of which contents that has, where the sender knows without working it out; else 0.
    pub content: u64,
}
