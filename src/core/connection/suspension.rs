//! Suspended peers: their page is frozen, or in the back/forward cache. They are not lost: any frame from them resumes them.

use super::connections::Connections;
use super::effect::Effect;
use super::host::Host;
use crate::core::frame::{Kind, Reason, Suspension};
use crate::core::id::PeerRef;

/// How long a page in the back/forward cache is waited for, ms. No event reports its eviction, and most such
/// pages never return; one that returns later reconnects.
const CACHED: f64 = 60_000.0;
/// The same of a frozen page, ms: its lock or its window shows when it ends, except over a port that was passed on.
const FROZEN: f64 = 3_600_000.0;

impl<H: Host> Connections<H> {
    /// A frame arrived from a peer that may be suspended: any frame resumes it, except a goodbye, whose reason is `said`.
    /// Returns whether to process the frame.
    pub fn peer_frame_arrived(&mut self, from: PeerRef, kind: Kind, said: Reason, now: f64) -> bool {
        let is_suspended = self.peers.suspension_of(from).is_some();
        match kind {
            Kind::Suspend if is_suspended => return false,
            Kind::Bye if is_suspended => {
                self.lose_peer(from, said);
                return false;
            }
            _ => self.resume(from, now),
        }
        true
    }

    /// The peer announced that its page is frozen or enters the cache.
    pub fn said_suspended(&mut self, from: PeerRef, suspension: Suspension, now: f64) {
        let longest = match suspension {
            Suspension::Frozen => FROZEN,
            Suspension::Cached => CACHED,
        };
        self.suspend(from, suspension, now + longest);
    }

    /// Suspends a peer until `until` at the most, ms.
    pub(super) fn suspend(&mut self, at: PeerRef, suspension: Suspension, until: f64) {
        let Some(peer) = self.peers.suspend(at, suspension, until) else {
            return;
        };
        if suspension == Suspension::Cached {
            peer.on_mesh = false;
        }
        // By then one of the two may have given up its port: what the other offers next is taken.
        if let Some(window) = &peer.window {
            self.hellos.reopen(window, &peer.uid);
        }
        self.effects.push(Effect::Suspended(at, suspension));
    }

    /// A peer that may be suspended has sent a frame: resumes it.
    pub fn resume(&mut self, at: PeerRef, now: f64) {
        if self.peers.resume(at, now) {
            self.resumed(at);
        }
    }

    /// It is connected again.
    pub(super) fn resumed(&mut self, at: PeerRef) {
        let target = self.targets.iter_mut().find(|target| target.peer == Some(at));
        let calls = target.map(|target| std::mem::take(&mut target.calls));
        for call in calls.unwrap_or_default() {
            self.effects.push(Effect::Resolve(call.waiting, at));
        }
        self.effects.push(Effect::Resumed(at));
        self.exchange(at);
        self.effects.push(Effect::Ping(at));
    }

    /// Drops peers that were suspended too long.
    pub(super) fn drop_overdue(&mut self, now: f64) {
        for at in self.peers.overdue(now) {
            self.lose_peer(at, Reason::Timeout);
        }
    }
}
