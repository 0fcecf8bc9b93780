//! The handles that a host gives the core. The core keeps them, compares them, asks them what they show, and hands them back.

/// The types of one host: a browser's, or a test's.
pub trait Host {
    /// A window or worker that steps of the handshake come from and go to.
    type Window: Window;
    /// What `connect` was called for: a frame element, a window or a worker.
    type Place: Place<Self::Window> + PartialEq;
    /// A port on its way here.
    type Port;
    /// A wire: a port that was taken, or a user's link.
    type Wire: Clone;
    /// The promise of a `connect` call.
    type Waiting;
    /// The strings of an identity, in the form in which the host hands them out.
    type Label: Label;
    /// What the host keeps of each peer.
    type Peer: Attached;
    /// What the host keeps of each target of `connect`.
    type Target;
}

/// A window or worker.
pub trait Window: Clone + PartialEq {
    /// Whether it is a worker, or a worker's page.
    fn is_worker(&self) -> bool;
    /// Whether it was closed.
    fn is_closed(&self) -> bool;
    /// Whether it is part of this very page, as its frames and workers are: it is suspended and resumed with it.
    fn is_same_page(&self) -> bool;
}

/// What `connect` was called for.
pub trait Place<W> {
    /// The window that is there now; None: its frame is not in the page, or it was closed.
    fn window(&self) -> Option<W>;
}

/// The strings of an identity, in the host's form.
pub trait Label: Clone {
    /// Made once for each name of a peer.
    fn new(alias: &str, kind: &str, origin: &str) -> Self;
}

/// What the host keeps of each peer.
pub trait Attached {
    /// Made when the peer is. `uid`: the peer's own id, which the channel knows it by.
    fn new(uid: &str) -> Self;
    /// The peer's own id is another from now on.
    fn rename(&mut self, uid: &str);
}
