//! What the native tests share. It knows no node: a suite says what its windows are, and what must hold in the end.
//!
//! # Layout
//! | module | what it has |
//! |---|---|
//! | [`random`] | a seeded generator of numbers, the same on every machine |
//! | [`schedule`] | plays many schedules of one suite, each from a seed; prints the one that fails |
//! | [`shrink`] | makes a failing schedule small |
//! | [`network`] | windows in a [`Space`]: wires with latency, loss, doubles and an order or none; deaths, freezes, partitions |
//! | [`links`], [`event`], [`site`] | what that consists of |
//! | [`setup`], [`moves`] | what a schedule of a network consists of, beside the suite's own |
//! | [`wires`] | wires that are moved by hand |
//! | [`mirror`] | a listener that holds a window to its word |
//! | [`jumps`] | clocks that are set, laid between the steps of any schedule |

pub mod event;
pub mod jumps;
pub mod links;
pub mod mirror;
pub mod moves;
pub mod network;
pub mod random;
pub mod schedule;
pub mod setup;
pub mod shrink;
pub mod site;
pub mod wires;

pub use mirror::Mirror;
pub use moves::Move;
pub use network::{Network, Outcome};
pub use random::Random;
pub use setup::Setup;
pub use site::Space;
pub use wires::Wires;
