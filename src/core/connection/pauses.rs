//! Pauses: how long a host waits after an effect before it carries it out, or before the input that follows it, ms.

/// Before [`Effect::CloseLater`](super::effect::Effect::CloseLater) closes: how long a port may be on its way to another window.
pub const PORT_ARRIVES: f64 = 100.0;
/// After [`Effect::RequestHelloLater`](super::effect::Effect::RequestHelloLater).
pub const HELLO_REQUESTED_AGAIN: f64 = super::target::SECOND;
/// After [`Effect::Probe`](super::effect::Effect::Probe): how long a peer has to answer when its frame may have loaded
/// another document.
pub const PROBE_TIMEOUT: f64 = 1000.0;
/// After [`Effect::AwaitHello`](super::effect::Effect::AwaitHello): how long the window of a peer that answers by its port has to
/// say hello. A page that has just loaded may be busy.
pub const HELLO_COMES: f64 = 3000.0;
/// After [`Effect::AwaitLastFrames`](super::effect::Effect::AwaitLastFrames): how long after a window was closed the last frames of
/// its document may arrive.
pub const LAST_FRAMES_COME: f64 = 500.0;
/// After [`Effect::WatchClosing`](super::effect::Effect::WatchClosing): how long after the goodbye of its document a window that
/// closes may still count as open.
pub const WINDOW_CLOSES: f64 = 200.0;
/// After the lock of a peer was released ([`Effect::WatchMember`](super::effect::Effect::WatchMember),
/// [`Effect::WatchLivenessLock`](super::effect::Effect::WatchLivenessLock)): how long its goodbye may still be on its way.
pub const GOODBYE_COMES: f64 = 50.0;
/// After the script of a worker threw: it may have created a Parley before, whose hello is on its way.
pub const WORKER_SAYS_HELLO: f64 = 100.0;
