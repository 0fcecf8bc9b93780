//! Effects of the log: what the host has to do.

use super::super::id::PeerRef;
use super::frame::LogFrame;

/// What the host does next, in this order.
pub enum LogEffect<A, S> {
    /// Post this frame to these neighbours. It is the same for all, so one broadcast may do.
    ///
    /// A peer handle stands for one connection. If that ends first, the frame must not go to the next one.
    Send {
        /// The recipients.
        to: Vec<PeerRef>,
        /// The frame.
        frame: LogFrame<A, S>,
    },
    /// Run the reducer over these actions. The result is the state.
    Fold(Fold<A, S>),
    /// The state of the windows that were there before has arrived, or there were none. Emitted once.
    Ready,
    /// A frame was refused as a whole.
    Refused {
        /// Its sender.
        from: PeerRef,
        /// The code of the error.
        code: &'static str,
    },
}

/// Actions for the reducer.
///
/// After each step the host hands the state back with [`LogNode::record`](super::LogNode::record), and only then notifies
/// listeners. An action on which the reducer throws leaves the state as it was, in every window alike. A fold is carried
/// out even if a later one has been emitted: the later one starts from a recorded state and ends in the right one.
pub struct Fold<A, S> {
    /// To be handed back with the states. States of an outdated fold are not kept.
    pub epoch: u32,
    /// The state to start from.
    pub start: S,
    /// The number of actions folded into it.
    pub position: u64,
    /// Whether the state was taken over from another window. Then it changed even if no step is fresh.
    pub replaced: bool,
    /// The actions from there to the end of the log.
    pub steps: Vec<Step<A>>,
}

/// One action to fold.
pub struct Step<A> {
    /// The action.
    pub action: A,
    /// Whether the action is folded for the first time. Listeners receive it once, however often it is folded.
    pub fresh: bool,
}
