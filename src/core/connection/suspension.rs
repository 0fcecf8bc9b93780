//! Suspended peers: their page is frozen, or in the back/forward cache. They are not gone: whatever they say resumes them.

use super::connections::Connections;
use super::effect::Effect;
use super::host::Host;
use crate::core::frame::{Kind, Reason, Sleep};
use crate::core::id::PeerRef;
use crate::core::lists::List;

/// How long a page in the back/forward cache is waited for, ms. Nothing tells when it is thrown out of there, and most of
/// them never return; one that does later is connected anew, which is a reconnection as well.
const CACHED: f64 = 60_000.0;
/// The same of a frozen page, ms: its lock or its window tells when it ends, except over a port that somebody handed on.
const FROZEN: f64 = 3_600_000.0;

impl<H: Host> Connections<H> {
    /// A frame of a peer came, which may sleep: whatever it says resumes it, but for a farewell, whose reason is `said`. Whether
    /// the frame is to be looked at.
    pub fn hears(&mut self, from: PeerRef, kind: Kind, said: Reason, now: f64) -> bool {
        let is_asleep = self.peers.sleep_of(from).is_some();
        match kind {
            Kind::Sleep if is_asleep => return false,
            Kind::Bye if is_asleep => {
                self.lose_peer(from, said);
                return false;
            }
            _ => self.rouse(from, now),
        }
        true
    }

    /// Its page goes to sleep.
    pub fn said_sleep(&mut self, from: PeerRef, sleep: Sleep, now: f64) {
        let longest = match sleep {
            Sleep::Frozen => FROZEN,
            Sleep::Cached => CACHED,
        };
        self.suspend(from, sleep, now + longest);
    }

    /// Suspends a peer until `until` at the most, ms.
    pub(super) fn suspend(&mut self, at: PeerRef, sleep: Sleep, until: f64) {
        let Some(peer) = self.peers.lay_down(at, sleep, until) else {
            return;
        };
        if sleep == Sleep::Cached {
            peer.on_mesh = false;
        }
        // By then one of the two may have given up its port: what the other offers next is taken.
        if let Some(window) = &peer.window {
            self.greetings.reopen(window, &peer.uid);
        }
        self.effects.push(Effect::Suspended(at, sleep));
    }

    /// A peer that may have slept has said something.
    pub fn rouse(&mut self, at: PeerRef, now: f64) {
        if self.peers.wake(at, now) {
            self.woken(at);
        }
    }

    /// It is connected again.
    pub(super) fn woken(&mut self, at: PeerRef) {
        let target = self.targets.iter_mut().find(|target| target.peer == Some(at));
        let waiting = target.and_then(|target| target.waiting.take());
        self.effects
            .take_in(waiting.map(|waiting| Effect::Resolve(waiting, at)));
        self.effects.push(Effect::Woken(at));
    }

    /// Gives those up who have slept too long.
    pub(super) fn sleepers_due(&mut self, now: f64) {
        for at in self.peers.overdue(now) {
            self.lose_peer(at, Reason::Timeout);
        }
    }
}
