//! Readiness: whether discovery is over, and which connection on its way states wait for that were made later.

use super::connections::Connections;
use super::discovery::{Progress, UNDER_WAY};
use super::effect::Effect;
use super::host::Host;

impl<H: Host> Connections<H> {
    /// Ends discovery when it awaits nobody any more. When to check again, ms.
    pub fn discovery_due(&mut self, now: f64) -> f64 {
        let Some(mut discovery) = self.discovery.take() else {
            return f64::INFINITY;
        };
        match discovery.check(now, |relative| self.is_under_way(relative)) {
            Progress::Until(end) => {
                self.discovery = Some(discovery);
                end
            }
            Progress::Over => {
                self.effects.push(Effect::Ready);
                self.effects.push(Effect::Settle);
                f64::INFINITY
            }
        }
    }

    /// Whether a relative is being connected: by a port that it has not joined yet, or because `connect` was called for it.
    fn is_under_way(&self, relative: &H::Window) -> bool {
        let mut joining = self.sessions.values().filter(|session| session.peer.is_none());
        let mut awaited = self.targets.iter().filter(|target| target.is_awaited());
        joining.any(|session| session.proven.from.as_ref() == Some(relative))
            || awaited.any(|target| target.is_at(relative))
    }

    /// A state was made. Whether it awaits no peer but those that are connected. Otherwise [`Effect::Settle`] follows: after discovery,
    /// or once no connection is on its way.
    pub fn state_made(&mut self, now: f64, patience: f64) -> bool {
        if self.discovery.is_some() {
            return false;
        }
        if self.unsettled.is_none() && self.is_being_joined(now, patience) {
            self.unsettled = Some(now + patience);
        }
        self.unsettled.is_none()
    }

    /// Ends the wait of states that were made after discovery, once no connection is on its way, and after `patience`, ms. When to check
    /// again, ms.
    pub fn settle_due(&mut self, now: f64, patience: f64) -> f64 {
        let Some(latest) = self.unsettled else {
            return f64::INFINITY;
        };
        if now < latest && self.is_being_joined(now, patience) {
            return now + UNDER_WAY;
        }
        self.unsettled = None;
        self.effects.push(Effect::Settle);
        f64::INFINITY
    }

    /// Whether the other side of a port or link has yet to join, and may be expected to: for `patience`, ms.
    pub fn is_being_joined(&self, now: f64, patience: f64) -> bool {
        let mut sessions = self.sessions.values();
        sessions.any(|session| session.peer.is_none() && now < session.since + patience)
    }
}
