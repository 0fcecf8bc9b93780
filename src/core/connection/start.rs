//! The start of a Parley: it says hello to its relatives, joins the channel and awaits the peers that were there before. In a prerendered
//! document the last two wait until it is activated: it cannot reach the channel before, and its states exchange nothing.

use super::connections::Connections;
use super::discovery::Discovery;
use super::effect::Effect;
use super::host::Host;
use crate::core::id::PeerRef;
use crate::core::lists::List;

impl<H: Host> Connections<H> {
    /// This Parley starts. `relatives`: the windows that may be waiting for it.
    pub fn start(&mut self, relatives: Vec<H::Window>, is_prerendered: bool) {
        self.send_hello_to_relatives(&relatives);
        self.is_prerendered = is_prerendered;
        match is_prerendered {
            true => self.discovery = Some(Discovery::postponed(relatives)),
            false => self.effects.push(Effect::Discover(relatives)),
        }
    }

    /// The prerendered document is activated: its states compare with the peers that are there, and discovery begins.
    pub fn activated(&mut self) {
        if self.is_ending || !std::mem::take(&mut self.is_prerendered) {
            return;
        }
        // It is not over yet: nobody was asked. The one that follows takes its place.
        let postponed = self.discovery.replace(Discovery::postponed(Vec::new()));
        self.effects.push(Effect::Activated);
        let peers = self.peers.refs().into_iter();
        self.effects.take_in(peers.map(Effect::Exchange));
        let relatives = postponed.map(Discovery::into_relatives).unwrap_or_default();
        self.effects.push(Effect::Discover(relatives));
    }

    /// Discovery begins. `on_channel`: a channel was joined. `patience`: see [`Connections::is_being_joined`]. When it is over at the
    /// latest, or is to be checked, ms.
    pub fn discover(&mut self, relatives: Vec<H::Window>, on_channel: bool, now: f64, patience: f64) -> f64 {
        self.discovery = Some(Discovery::begin(now, relatives, on_channel, patience));
        self.discovery_due(now)
    }

    /// States and a connected peer may exchange what they have.
    pub(super) fn exchange(&mut self, at: PeerRef) {
        if !self.is_prerendered {
            self.effects.push(Effect::Exchange(at));
        }
    }
}
