//! The host environment: hand-written JavaScript, promises, callbacks, errors. It knows the core, and no ring outside of it.

pub(crate) mod callback;
pub(crate) mod cell;
pub(crate) mod error;
pub(crate) mod host;
mod packed;
pub(crate) mod promise;
mod random;
