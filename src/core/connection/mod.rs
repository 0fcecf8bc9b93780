//! How windows find each other, connect, and notice that the other is gone. Windows, workers and wires are handles; inputs are
//! what happened and the time in milliseconds, outputs are effects. [`connections`] holds it together.

pub mod adoption;
pub mod blocklist;
pub mod channel;
pub mod claims;
pub mod connect;
pub mod connections;
pub mod destroy;
pub mod discovery;
pub mod effect;
pub mod ends;
pub mod half_open;
pub mod handshake;
pub mod heartbeat;
pub mod hellos;
pub mod host;
pub mod identity;
pub mod incoming;
pub mod liveness;
pub mod names;
pub mod page;
pub mod pauses;
pub mod peers;
pub mod policy;
pub mod probes;
pub mod proof;
pub mod readiness;
pub mod relay;
pub mod routes;
pub mod sessions;
pub mod suspension;
pub mod target;
pub mod targets;
pub mod unusable;
pub mod waiting;
