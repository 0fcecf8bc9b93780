//! Relayed messages: which two targets of `connect` exchange messages by way of this window.
//!
//! A route is declared by the option `relay` of one of two targets, and leads both ways. Both ends are targets: the id of a peer that
//! came uncalled is only a claim. A route has one hop, because a relayed message is never relayed again.

use super::connections::Connections;
use super::host::Host;
use crate::core::id::PeerRef;

/// Why a message is not relayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// No option `relay` names these two.
    Undeclared,
    /// Nobody is connected at the other end now.
    NotConnected,
}

impl<H: Host> Connections<H> {
    /// The peer that a message of `from` to the target `to` is passed on to.
    pub fn route(&self, from: PeerRef, to: &str) -> Result<PeerRef, NoRoute> {
        let source = self.targets.iter().find(|target| target.peer == Some(from));
        let target = self.targets.iter().find(|target| target.alias() == to);
        let (Some(source), Some(target)) = (source, target) else {
            return Err(NoRoute::Undeclared);
        };
        let is_declared = source.relays_to(target.alias()) || target.relays_to(source.alias());
        if !is_declared {
            return Err(NoRoute::Undeclared);
        }
        let there = target
            .peer
            .filter(|&at| at != from && self.peers.get(at).is_some());
        there.ok_or(NoRoute::NotConnected)
    }
}
