//! What logs tell each other.

use super::super::clock::Time;
use super::super::id::Actor;
use super::super::register::{Dot, Stamp};
use super::super::version::VersionVector;
use super::tip::Tip;

/// One action of the log.
#[derive(Clone)]
pub struct Logged<A> {
    /// Who dispatched it, and which of its actions it is, from 1 and without holes.
    pub dot: Dot,
    /// When it was dispatched.
    pub time: Time,
    /// What its window had seen of others since its previous action: it is applied first. Mostly empty.
    pub deps: Vec<(Actor, u64)>,
    /// The action itself, which nothing here looks into.
    pub action: A,
}

impl<A> Logged<A> {
    /// Its place in the order of all actions.
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
    /// The folded actions. How many they are follows from the number of the delta's tip.
    pub vector: VersionVector,
    /// The greatest stamp among them; `None` if there are none.
    pub last: Option<Stamp>,
    /// The state.
    pub state: S,
}

/// Which contents the actions of a log have, for comparing with a log that has the same ones.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LogContent {
    /// Of the actions that are not folded away: 53 bits; 0 where nothing was worked out.
    pub tail: u64,
    /// Of the state into which the others are folded: 53 bits; 0 where it was not worked out.
    pub root: u64,
}

/// What another window lacks, as far as the sender has it.
#[derive(Clone)]
pub struct LogDelta<A, S> {
    /// Who asked: what is meant for another, or for the log that was here before, is less than this one may lack.
    pub asker: Actor,
    /// What the sender has seen.
    pub vector: VersionVector,
    /// The sender's last cut.
    pub tip: Tip,
    /// Which contents the sender has, where the receiver has others under the same names.
    pub content: LogContent,
    /// The sender's root, if the receiver cannot go on from its own.
    pub checkpoint: Option<Checkpoint<S>>,
    /// By rising stamp.
    pub actions: Vec<Logged<A>>,
}

/// One message between two logs.
#[derive(Clone)]
pub enum LogFrame<A, S> {
    /// Successive actions of one actor: one turn's worth.
    Append(Vec<Logged<A>>),
    /// What the sender has; asks for what it lacks. Always answered by a delta, an empty one included.
    Sync {
        /// What the sender has seen.
        vector: VersionVector,
        /// The sender's last cut.
        tip: Tip,
        /// Which log asks: the actor it began with.
        asker: Actor,
        /// Which contents the sender has, where that is worked out.
        content: LogContent,
    },
    /// The answer.
    Delta(LogDelta<A, S>),
    /// What the sender has; asks for nothing. Lets others forget.
    Ack {
        /// What the sender has seen.
        vector: VersionVector,
    },
}
