//! What JavaScript sees: arguments checked, users' code called, nothing decided.

pub(crate) mod args;
pub(crate) mod grants;
pub(crate) mod hub;
pub(crate) mod messenger;
pub(crate) mod options;
pub mod parley;
pub mod persist;
pub(crate) mod sending;
pub(crate) mod shared;
pub mod state;
pub mod store;
pub(crate) mod wire;
