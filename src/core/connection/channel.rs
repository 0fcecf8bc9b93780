//! The channel of the windows of one origin: who on it is a peer.

use super::connections::Connections;
use super::host::Host;
use super::policy::Policy;
use super::proof::{Proof, Proven};
use crate::core::codes;
use crate::core::id::PeerRef;

impl<H: Host> Connections<H> {
    /// The peer that the channel knows by this id.
    pub fn member(&self, uid: &str) -> Option<PeerRef> {
        self.peers.by_uid(uid).filter(|&at| self.peers.is_on_mesh(at))
    }

    /// A member says that it is there. The peer that it has become, if it was none.
    pub fn member_joined(
        &mut self,
        policy: &Policy,
        uid: &str,
        claimed: &str,
        kind: String,
        now: f64,
    ) -> Option<PeerRef> {
        if let Some(at) = self.member(uid) {
            self.rouse(at, now);
            return None;
        }
        let proven = Proven {
            alias: None,
            kind,
            origin: policy.own().to_owned(),
            target: None,
            from: None,
            grants: policy.grants_for(policy.own()),
            proof: Proof::None,
        };
        if self.peers.count() >= policy.most_peers {
            self.reject(&proven.origin, codes::LIMIT);
            return None;
        }
        Some(self.add_route(policy, uid, claimed, &proven, None, now))
    }
}
