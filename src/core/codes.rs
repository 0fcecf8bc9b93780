//! The codes of errors and refusals: part of the public contract, so each is written once.

/// An option is unknown, of the wrong type, or cannot be met.
pub const CONFIG: &str = "ERR_CONFIG";
/// An argument has the wrong type.
pub const ARGUMENT: &str = "ERR_ARGUMENT";
/// The Parley or state was destroyed.
pub const DESTROYED: &str = "ERR_DESTROYED";
/// No answer, or no connection, in time.
pub const TIMEOUT: &str = "ERR_TIMEOUT";
/// The caller's AbortSignal.
pub const ABORTED: &str = "ERR_ABORTED";
/// The other side closed, navigated or died.
pub const PEER_LOST: &str = "ERR_PEER_LOST";
/// The connection was ended from this side, or cannot be made.
pub const CONNECTION: &str = "ERR_CONNECTION";
/// The receiver has no handler for the type.
pub const NO_HANDLER: &str = "ERR_NO_HANDLER";
/// The receiver's handler threw or rejected.
pub const HANDLER: &str = "ERR_HANDLER";
/// No such peer.
pub const TARGET_NOT_FOUND: &str = "ERR_TARGET_NOT_FOUND";
/// Several peers, and none named.
pub const TARGET_AMBIGUOUS: &str = "ERR_TARGET_AMBIGUOUS";
/// A registered schema refused the payload.
pub const VALIDATION: &str = "ERR_VALIDATION";
/// The value cannot be cloned.
pub const SERIALIZATION: &str = "ERR_SERIALIZATION";
/// The sender's origin is not allowed.
pub const ORIGIN: &str = "ERR_ORIGIN";
/// A frame is not of the form this version knows.
pub const MALFORMED: &str = "ERR_MALFORMED";
/// More, larger or deeper than the limits allow.
pub const LIMIT: &str = "ERR_LIMIT";
/// The other side speaks another version of the wire format.
pub const WIRE_VERSION: &str = "ERR_WIRE_VERSION";
/// A grant does not cover it.
pub const DENIED: &str = "ERR_DENIED";
/// A second state of one name on one Parley.
pub const DUPLICATE_NAME: &str = "ERR_DUPLICATE_NAME";
/// A Parley of another copy of the package.
pub const DUPLICATE_PACKAGE: &str = "ERR_DUPLICATE_PACKAGE";
/// The wasm cannot run here: what it needs is missing, or compiling is refused. The package's JavaScript throws it.
pub const ENVIRONMENT: &str = "ERR_ENVIRONMENT";
/// `init()` of the slim entry has not settled. The package's JavaScript throws it.
pub const NOT_INITIALIZED: &str = "ERR_NOT_INITIALIZED";
/// The other side holds another version of what is shared under this name.
pub const SCHEMA_VERSION: &str = "ERR_SCHEMA_VERSION";
/// The other side settles a key differently, or does not sync it.
pub const CONFIG_MISMATCH: &str = "ERR_CONFIG_MISMATCH";
/// A stamp too far in the future.
pub const CLOCK: &str = "ERR_CLOCK";
/// Two windows have seen the same and hold something else: a window gave out two contents of one write.
pub const DIVERGED: &str = "ERR_DIVERGED";
/// A state cannot be kept in storage.
pub const STORAGE: &str = "ERR_STORAGE";
/// An action that is not shared changed what shared actions change too: windows differ there.
pub const UNSHARED: &str = "ERR_UNSHARED";
/// A window refused a write.
pub const REJECTED: &str = "ERR_REJECTED";
