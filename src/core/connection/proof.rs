//! What is known of the other end of a wire before it has said who it is, and what it still has to prove.

use std::rc::Rc;

use crate::core::grants::Grants;

/// What is known of the other end before it has said who it is.
#[derive(Clone)]
pub struct Proven<W> {
    /// What this window calls it, if it called for it.
    pub alias: Option<String>,
    /// What it is to this window: a frame, a popup, a worker...
    pub kind: String,
    /// As the browser reported it; empty where a wire proves none.
    pub origin: String,
    /// The number of the target it came by.
    pub target: Option<u32>,
    /// The window or worker it came from.
    pub from: Option<W>,
    /// What it may see and do by this way; None: everything.
    pub grants: Option<Rc<Grants>>,
    /// What is to be proven over the wire.
    pub proof: Proof,
}

/// What has to be proven over a wire because its origin proves nothing: that at its other end is the document that spoke, and
/// not the one that took its place in the window before the port arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    #[default]
    None,
    /// Our first word names this nonce of ours.
    Given(String),
    /// We say nothing until the other side has named this nonce of its.
    Awaited(String),
}
