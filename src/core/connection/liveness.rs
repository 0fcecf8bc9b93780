//! Liveness: the regular look at every peer.

use super::connections::Connections;
use super::effect::Effect;
use super::heartbeat::Beat;
use super::host::Host;
use crate::core::frame::Reason;

/// How often peers are looked at, ms.
pub const BEAT: f64 = 1000.0;
/// How often a visible page compares its states with its peers, ms. Wires lose nothing by themselves, but frames that a
/// BroadcastChannel delivers while the page waits in window.open() were seen to get lost (Chromium), as lock grants do.
const COMPARE: f64 = 5000.0;
/// The same with a user's link, which may lose frames, ms.
const COMPARE_LOSSY: f64 = 2000.0;

impl<H: Host> Connections<H> {
    /// The regular look at `now`, ms. `precise`: the clock that pings carry. `is_hidden`: whether the page is. When to look again, ms.
    pub fn beat(&mut self, now: f64, precise: f64, is_hidden: bool) -> f64 {
        if !self.gone().is_empty() {
            self.effects.push(Effect::AwaitLastFrames);
        }
        self.drop_overdue(now);
        let awaited = self.check_awaited(now);
        // What was sent with a ping that stays unanswered may be lost as well.
        let mut compares = false;
        for at in self.peers.refs() {
            let Some(peer) = self.peers.get_mut(at) else {
                continue;
            };
            let beat = peer.heartbeat.beat(now, precise, peer.on_mesh);
            compares |= beat == Beat::AskAgain;
            self.effects.push(match beat {
                Beat::Quiet => continue,
                Beat::Ask | Beat::AskAgain => Effect::Ping(at),
                Beat::GiveUp => Effect::Leave(at, Reason::Timeout),
            });
        }
        if self.peers.count() == 0 {
            return awaited;
        }
        compares |= self.is_to_compare(now) && !is_hidden;
        if compares {
            self.effects.push(Effect::Compare);
        }
        awaited.min(now + BEAT)
    }

    /// The slow tick: whatever was lost on any wire, for any reason, is found and repaired.
    fn is_to_compare(&mut self, now: f64) -> bool {
        let is_lossy = self.sessions.values().any(|session| session.again.is_some());
        let pause = if is_lossy { COMPARE_LOSSY } else { COMPARE };
        let is_due = now - self.compared >= pause;
        if is_due {
            self.compared = now;
        }
        is_due
    }

    /// Drops the peers whose window is closed, once their last frames have had time to arrive.
    pub fn lose_gone(&mut self) {
        for at in self.gone() {
            self.lose_peer(at, Reason::Closed);
        }
    }
}
