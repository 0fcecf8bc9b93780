//! What a log wants done.

use super::super::id::PeerRef;
use super::frame::LogFrame;

/// What the host does next, in this order.
pub enum LogEffect<A, S> {
    /// Hand this frame to these neighbours; it is the same for all, so one broadcast may do.
    ///
    /// A handle stands for one connection: what has not been handed over when it ends must not go to the next one.
    Send {
        /// To whom.
        to: Vec<PeerRef>,
        /// What.
        frame: LogFrame<A, S>,
    },
    /// Run the reducer over these actions; the result is the state.
    Fold(Fold<A, S>),
    /// The state of who was there before has arrived, or nobody was. Once.
    Ready,
    /// A frame was refused whole; nothing of it was applied.
    Refused {
        /// Whose.
        from: PeerRef,
        /// Why, as an error's code.
        code: &'static str,
    },
}

/// Actions to run the reducer over.
///
/// After each step the host hands the state back with [`LogNode::record`](super::LogNode::record), and only then calls
/// anyone. An action on which the reducer throws leaves the state as it was, in every window alike. A fold that was
/// overtaken by a later one is still carried out: the later one starts from a state that was handed back, and ends in
/// the right one.
pub struct Fold<A, S> {
    /// To be handed back with the states: those of an overtaken fold are not kept.
    pub epoch: u32,
    /// The state to start from.
    pub start: S,
    /// How many actions made it.
    pub position: u64,
    /// Whether the state was taken over from another window: it changed even if no step is fresh.
    pub replaced: bool,
    /// The actions, up to the end of the log.
    pub steps: Vec<Step<A>>,
}

/// One action to fold.
pub struct Step<A> {
    /// The action.
    pub action: A,
    /// Whether this is its first time here: subscribers hear of it once, however often it is folded.
    pub fresh: bool,
}
