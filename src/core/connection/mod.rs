//! How windows find each other, connect, and notice that the other is gone. Windows, workers and wires are handles `W` that
//! can only be compared; inputs are what happened and the time in milliseconds.

pub mod blocklist;
pub mod discovery;
pub mod greetings;
pub mod half_open;
pub mod handshake;
pub mod heartbeat;
pub mod identity;
pub mod target;
