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
//! | [`wires`] | wires that are moved by hand |
//! | [`jumps`] | clocks that are set, laid between the steps of any schedule |

pub mod event;
pub mod jumps;
pub mod links;
pub mod network;
pub mod random;
pub mod schedule;
pub mod shrink;
pub mod site;
pub mod wires;

pub use network::{Network, Outcome};
pub use random::Random;
pub use site::Space;
pub use wires::Wires;
