//! Readiness: whether discovery is over, and whether a connection is on its way that is worth waiting for.

use super::connections::Connections;
use super::discovery::Progress;
use super::host::Host;

impl<H: Host> Connections<H> {
    /// Checks whether discovery awaits a peer; None if there is no discovery. It is dropped once it is over.
    pub fn check_discovery(&mut self, now: f64) -> Option<Progress> {
        let mut discovery = self.discovery.take()?;
        let progress = discovery.check(now, |relative| self.is_under_way(relative));
        if progress != Progress::Over {
            self.discovery = Some(discovery);
        }
        Some(progress)
    }

    /// Whether a relative is being connected: by a port that it has not joined yet, or because `connect` was called for it.
    fn is_under_way(&self, relative: &H::Window) -> bool {
        let mut joining = self.sessions.values().filter(|session| session.peer.is_none());
        let mut awaited = self.targets.iter().filter(|target| target.is_awaited());
        joining.any(|session| session.proven.from.as_ref() == Some(relative))
            || awaited.any(|target| target.is_at(relative))
    }

    /// Whether the other side of a port or link has yet to join, and may be expected to: for `patience`, ms.
    pub fn is_being_joined(&self, now: f64, patience: f64) -> bool {
        let mut sessions = self.sessions.values();
        sessions.any(|session| session.peer.is_none() && now < session.since + patience)
    }
}
