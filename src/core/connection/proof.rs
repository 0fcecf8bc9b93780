//! Proof of identity: the facts about the other end of a wire before it has joined, and what it still has to prove.

use std::rc::Rc;

use crate::core::grants::Grants;

/// The facts about the other end before it has joined.
#[derive(Clone)]
pub struct Proven<W> {
    /// The id that `connect` gave it, if any.
    pub alias: Option<String>,
    /// What it is to this window: a frame, a popup, a worker...
    pub kind: String,
    /// As the browser reported it; empty where a wire proves none.
    pub origin: String,
    /// The number of the target it came by.
    pub target: Option<u32>,
    /// The window or worker it came from.
    pub from: Option<W>,
    /// Its grants over this route; None: everything.
    pub grants: Option<Rc<Grants>>,
    /// What is to be proven over the wire.
    pub proof: Proof,
}

/// The proof that a wire needs where its origin proves nothing: that its other end is the document that said hello, and not
/// one that replaced it in the window before the port arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    #[default]
    None,
    /// This side's first frame names its own nonce.
    Given(String),
    /// This side sends nothing until the other side has named its nonce.
    Awaited(String),
}
