//! The ways to a peer: a wire of its own, or the mesh. A new way is one to a peer that is known, or makes a new one.

use std::rc::Rc;

use super::Hub;
use super::peers::{Identity, Peer, State};
use super::session::Proven;
use crate::core::connection::identity::id_for;
use crate::core::grants::Grants;
use crate::core::id::PeerRef;
use crate::core::origin::OPAQUE;
use crate::platform::host;
use crate::transport::Wire;

/// Ids remembered, to tell a return from a first arrival: a tab that stays for weeks meets thousands.
const KNOWN_KEPT: usize = 256;

impl Hub {
    /// What a peer may see and do; None: everything.
    pub(super) fn restrictions(&self, proven: &Proven) -> Option<Rc<Grants>> {
        let grants = proven.grants.clone();
        grants.or_else(|| self.config.grants.of(&proven.origin))
    }

    /// A wire or the mesh leads to the Parley `uid`: a new peer, or another way to one that is known.
    pub(crate) fn add_route(
        &self,
        uid: &str,
        claimed: &str,
        proven: &Proven,
        wire: Option<Rc<dyn Wire>>,
    ) -> PeerRef {
        let own = self.config.own_origin.as_deref();
        // What is opaque is like nothing, not even itself.
        let is_kin = own.is_some_and(|own| own == proven.origin && own != OPAQUE);
        let grants = self.restrictions(proven);
        let now = host::now();
        let (at, identity, is_new, woken, again, replaced) = {
            let mut inner = self.inner.borrow_mut();
            let known = inner.peers.by_uid(uid);
            let mut uid = uid.to_owned();
            let known = known.filter(|at| {
                let Some(peer) = inner.peers.any_mut(*at) else {
                    return false;
                };
                let same = peer.may_be_reached_by(proven, wire.is_none());
                if !same && wire.is_none() {
                    // The mesh knows its members by these; whoever called itself so without being one is renamed.
                    peer.rename(host::random_id());
                } else if !same {
                    uid = host::random_id();
                }
                same
            });
            // By this, too, it could be called: it must not be what somebody else is called.
            if known.is_none() && wire.is_some() && inner.is_name(&uid) {
                uid = host::random_id();
            }
            let uid = uid.as_str();
            let alias = inner.alias_for(uid, claimed, proven);
            let mut replaced = None;
            let woken = known.is_some_and(|at| inner.peers.wake(at, now));
            let at = known.unwrap_or_else(|| {
                let identity = Identity::new(&alias, &proven.kind, &proven.origin, is_kin);
                let limits = self.config.limits_for(&proven.origin);
                inner
                    .peers
                    .add(Peer::new(identity, uid.to_owned(), limits, grants.clone(), now))
            });
            if let Some(peer) = inner.peers.get_mut(at) {
                if proven.from.is_some() {
                    peer.window.clone_from(&proven.from);
                }
                if known.is_some()
                    && let Some(grants) = &grants
                {
                    let before = peer.grants.take();
                    peer.grants =
                        Some(before.map_or_else(|| grants.clone(), |other| Rc::new(other.and(grants))));
                }
                match wire {
                    Some(wire) => replaced = peer.wire.replace(wire),
                    None => peer.on_mesh = true,
                }
                if proven.alias.is_some() && known.is_some() {
                    // What connect() calls it, and sees it as, goes before what it calls itself.
                    let latency = peer.identity.latency;
                    peer.identity = Identity::new(&alias, &proven.kind, &proven.origin, is_kin);
                    peer.identity.latency = latency;
                }
            }
            let again = inner.known_before.contains(&alias);
            if !again {
                if inner.known_before.len() >= KNOWN_KEPT {
                    inner.known_before.remove(0);
                }
                inner.known_before.push(alias.clone());
            }
            let Some(identity) = inner.peers.get(at).map(|peer| peer.identity.clone()) else {
                return at;
            };
            (at, identity, known.is_none(), woken, again, replaced)
        };
        if let Some(wire) = replaced {
            wire.close();
        }
        if !is_new && !woken && grants.is_some() {
            // Another way to it, and it may take part in less than before.
            self.states_peer_down(at);
            self.states_peer_up(at);
        }
        if is_new {
            self.emit_connected(&identity, again, State::Connecting);
            self.states_peer_up(at);
            self.ping(at);
            self.wake_by(now + super::timers::BEAT);
        } else if woken {
            self.greet_woken(at);
        }
        at
    }
}

impl super::Inner {
    /// The id a peer has here.
    fn alias_for(&self, uid: &str, claimed: &str, proven: &Proven) -> String {
        let id = id_for(proven.alias.as_deref(), claimed, uid, |name| self.is_name(name));
        id.unwrap_or_else(host::random_id)
    }

    /// Whether an id means somebody here, or is promised to somebody by connect().
    fn is_name(&self, name: &str) -> bool {
        self.peers.everyone().any(|(_, peer)| peer.identity.alias == name)
            || self.targets.iter().any(|target| target.alias() == name)
    }
}
