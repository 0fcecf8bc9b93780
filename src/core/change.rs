//! What a write did to one register: the replica returns it, and everything that reacts to changes reads it.

use super::id::Key;
use super::register::Stamp;

/// What a change did to one key. A deletion of what was not there is one too: its stamp is news.
#[derive(Clone)]
pub struct KeyChange<V> {
    /// Which key.
    pub key: Key,
    /// What it held; `None` if it was not there.
    pub old: Option<V>,
    /// What it holds; `None` if it is not there any more.
    pub new: Option<V>,
    /// The write that was there before.
    pub was: Option<Stamp>,
    /// The write that is there now.
    pub stamp: Stamp,
}
