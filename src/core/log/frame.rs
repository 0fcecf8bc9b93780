//! Frames that logs exchange.

use super::super::clock::Time;
use super::super::id::Actor;
use super::super::register::{Dot, Stamp};
use super::super::version::VersionVector;
use super::tip::Tip;

/// One action of the log.
#[derive(Clone)]
pub struct Logged<A> {
    /// The actor that dispatched it, and the number of the action, from 1 and without gaps.
    pub dot: Dot,
    /// When it was dispatched, by the hybrid logical clock.
    pub time: Time,
    /// What its window had seen of others since its previous action. These are applied first. Mostly empty.
    pub deps: Vec<(Actor, u64)>,
    /// The action itself, an opaque value.
    pub action: A,
}

impl<A> Logged<A> {
    /// Its position in the order of all actions.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            time: self.time,
            actor: self.dot.actor,
        }
    }
}

/// A state, and which actions are folded into it.
#[derive(Clone)]
pub struct Checkpoint<S> {
    /// The folded actions. The number of cuts in the delta's tip says how many they are.
    pub vector: VersionVector,
    /// The greatest stamp among them; `None` if there are none.
    pub last: Option<Stamp>,
    /// The state.
    pub state: S,
}

/// Digests of a log's contents, for a comparison with a log that has the same actions.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LogContent {
    /// Of the tail: 53 bits; 0 if it was not computed.
    pub tail: u64,
    /// Of the root's state: 53 bits; 0 if it was not computed.
    pub root: u64,
}

/// What another window lacks, as far as the sender has it.
#[derive(Clone)]
pub struct LogDelta<A, S> {
    /// The log that asked. A delta that answered another log, or an earlier log of this window, may lack something.
    pub asker: Actor,
    /// What the sender has seen.
    pub vector: VersionVector,
    /// The sender's last cut.
    pub tip: Tip,
    /// Digests of the sender's contents, if the receiver has others for the same actions.
    pub content: LogContent,
    /// The sender's root, if the receiver cannot continue from its own.
    pub checkpoint: Option<Checkpoint<S>>,
    /// By ascending stamp.
    pub actions: Vec<Logged<A>>,
}

/// One message between two logs.
#[derive(Clone)]
pub enum LogFrame<A, S> {
    /// Successive actions of one actor: one flush batch.
    Append(Vec<Logged<A>>),
    /// What the sender has seen, and a request for what it lacks. Always answered by a delta, even an empty one.
    Sync {
        /// What the sender has seen.
        vector: VersionVector,
        /// The sender's last cut.
        tip: Tip,
        /// The log that asks: the first actor it had.
        asker: Actor,
        /// Digests of the sender's contents, if they are computed.
        content: LogContent,
    },
    /// The answer.
    Delta(LogDelta<A, S>),
    /// An acknowledgement: what the sender has seen. Asks for nothing; it lets others truncate their logs.
    Ack {
        /// What the sender has seen.
        vector: VersionVector,
    },
}
