//! The connections of one Parley: its hellos, its wires, its peers, and the targets of `connect`.
//!
//! Inputs are methods; what has to be done follows as [`Effect`]s, which [`Connections::take_effects`] hands out.

use super::blocklist::Blocklist;
use super::channel::Channel;
use super::discovery::Discovery;
use super::effect::Effect;
use super::hellos::Hellos;
use super::host::Host;
use super::names::Names;
use super::peers::Peers;
use super::sessions::Session;
use super::targets::Target;
use crate::core::id::PeerRef;
use crate::core::map::SmallMap;

/// The state of all connections of one Parley.
pub struct Connections<H: Host> {
    /// This Parley's own id.
    pub uid: String,
    /// Makes a random id.
    pub(super) fresh: Box<dyn Fn() -> String>,
    pub(super) next_number: u32,
    /// The peers.
    pub peers: Peers<H>,
    /// The ids of former ones.
    pub names: Names,
    /// Wires that are not peers yet, or are: by a number of their own.
    pub sessions: SmallMap<u32, Session<H>>,
    /// The targets of `connect`.
    pub targets: Vec<Target<H>>,
    /// Hellos and offers that were sent to windows.
    pub hellos: Hellos<H::Window>,
    /// Windows that `disconnect` blocked.
    pub blocked: Blocklist<H::Window>,
    /// Windows whose document has said goodbye, until it shows whether they close or navigate.
    pub leaving: Vec<(PeerRef, H::Window)>,
    /// This Parley on the channel.
    pub channel: Channel,
    /// In a worker: whether it holds the lock by which others notice its end.
    pub life_held: bool,
    /// `destroy` was called.
    pub is_ending: bool,
    /// The page has left, or is in the back/forward cache.
    pub left: bool,
    /// When states were last compared with all peers, ms.
    pub(super) compared: f64,
    /// Discovery at the start, until it is over.
    pub discovery: Option<Discovery<H::Window>>,
    /// The document is prerendered and not activated yet.
    pub is_prerendered: bool,
    /// Until when states that were made after discovery wait for a connection on its way, ms.
    pub(super) unsettled: Option<f64>,
    pub(super) effects: Vec<Effect<H>>,
}

impl<H: Host> Connections<H> {
    /// None yet, at `now`, ms. `fresh` makes a random id.
    pub fn new(uid: String, fresh: Box<dyn Fn() -> String>, now: f64) -> Connections<H> {
        Connections {
            uid,
            fresh,
            next_number: 0,
            peers: Peers::default(),
            names: Names::default(),
            sessions: SmallMap::new(),
            targets: Vec::new(),
            hellos: Hellos::default(),
            blocked: Blocklist::default(),
            leaving: Vec::new(),
            channel: Channel::default(),
            life_held: false,
            is_ending: false,
            left: false,
            compared: now,
            discovery: None,
            is_prerendered: false,
            unsettled: None,
            effects: Vec::new(),
        }
    }

    /// A number that no session or target has had.
    pub fn next_number(&mut self) -> u32 {
        self.next_number += 1;
        self.next_number
    }

    /// What is to be done, in this order.
    #[must_use]
    pub fn take_effects(&mut self) -> Vec<Effect<H>> {
        std::mem::take(&mut self.effects)
    }

    pub(super) fn reject(&mut self, origin: &str, code: &'static str) {
        let origin = origin.to_owned();
        self.effects.push(Effect::Reject { origin, code });
    }

    /// The target of this number.
    pub fn target(&mut self, number: u32) -> Option<&mut Target<H>> {
        self.targets.iter_mut().find(|target| target.number == number)
    }
}
