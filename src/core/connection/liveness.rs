//! Liveness: the regular look at every peer.

use super::connections::Connections;
use super::heartbeat::Beat;
use super::host::Host;
use crate::core::id::PeerRef;

/// Whom to ask whether they are there, and who is gone.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// To be asked.
    pub ask: Vec<PeerRef>,
    /// To be left: they have been silent for too long.
    pub silent: Vec<PeerRef>,
    /// Whether a question stayed unanswered: what was sent with it may be lost as well.
    pub is_unanswered: bool,
}

impl<H: Host> Connections<H> {
    /// The regular look at `now`, ms. `precise`: the clock that pings carry.
    pub fn beat(&mut self, now: f64, precise: f64) -> Pulse {
        let mut pulse = Pulse::default();
        for at in self.peers.refs() {
            let Some(peer) = self.peers.get_mut(at) else {
                continue;
            };
            match peer.heartbeat.beat(now, precise, peer.on_mesh) {
                Beat::Quiet => {}
                Beat::Ask => pulse.ask.push(at),
                Beat::AskAgain => {
                    pulse.is_unanswered = true;
                    pulse.ask.push(at);
                }
                Beat::GiveUp => pulse.silent.push(at),
            }
        }
        pulse
    }
}
