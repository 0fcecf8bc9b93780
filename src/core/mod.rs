//! Everything that decides, and nothing that touches a browser: no clock, no randomness, no I/O.
//! Time and random numbers are passed in; what is to be sent is returned.

pub mod batch;
pub mod calls;
pub mod cell;
pub mod change;
pub mod clock;
pub mod codes;
pub mod compat;
pub mod connection;
pub mod difference;
pub mod fingerprint;
pub mod frame;
pub mod gateway;

pub mod grants;
pub mod handling;
pub(crate) mod hex;
pub mod id;
pub mod inbox;
pub mod limits;
pub mod lists;
pub mod log;
pub mod map;
pub mod members;
pub mod merge;
pub mod model;
pub mod order;
pub mod origin;
pub mod persist;
pub mod register;
pub mod replica;
pub mod schema;
pub mod sync;
pub mod value;
pub mod version;
