//! Peers: the connected and suspended Parleys, under the ids that this window knows them by.

use std::rc::Rc;

use super::heartbeat::Heartbeat;
use super::host::{Attached, Host, Label};
use crate::core::frame::Suspension;
use crate::core::grants::Grants;
use crate::core::id::PeerRef;
use crate::core::inbox::Inbox;
use crate::core::limits::{Limits, Meter};
use crate::core::lists::Gather;
use crate::core::map::SmallMap;

/// As `getConnectionState` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// `connect` waits for it.
    Connecting,
    /// It receives messages.
    Connected,
    /// Its page is frozen or cached; any frame from it resumes it.
    Suspended,
    /// It has ended.
    Disconnected,
}

impl State {
    /// As events name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            State::Connecting => "connecting",
            State::Connected => "connected",
            State::Suspended => "suspended",
            State::Disconnected => "disconnected",
        }
    }
}

/// The public facts about a peer.
#[derive(Clone)]
pub struct Identity<L> {
    /// The id this window knows it under: the targetId of `connect`, or what it calls itself.
    pub alias: String,
    /// As the browser reported it; empty where that is unknown.
    pub origin: String,
    /// Of this very origin: error texts may cross.
    pub is_kin: bool,
    /// From question to answer, ms; -1 before the first.
    pub latency: f64,
    /// Its strings in the host's form.
    pub label: L,
}

impl<L: Label> Identity<L> {
    /// Those of a peer that has not been pinged yet.
    pub fn new(alias: &str, kind: &str, origin: &str, is_kin: bool) -> Identity<L> {
        Identity {
            alias: alias.to_owned(),
            origin: origin.to_owned(),
            is_kin,
            latency: -1.0,
            label: L::new(alias, kind, origin),
        }
    }

    /// What `connect` calls it, and sees it as, goes before what it calls itself.
    pub fn replace(&mut self, alias: &str, kind: &str, origin: &str, is_kin: bool) {
        let latency = self.latency;
        *self = Identity {
            latency,
            ..Identity::new(alias, kind, origin, is_kin)
        };
    }
}

/// One connected Parley.
pub struct Peer<H: Host> {
    /// The public facts about it.
    pub identity: Identity<H::Label>,
    /// Its own random id, fresh for each Parley: it distinguishes two wires to one peer from two peers.
    pub uid: String,
    /// A wire of its own, if there is one.
    pub wire: Option<H::Wire>,
    /// Whether it is on the channel, which then carries everything to it: one route, so one order.
    pub on_mesh: bool,
    /// How often it has joined the channel: each time with a lock of its own.
    pub memberships: u32,
    /// The window or worker it came from, if it came by one.
    pub window: Option<H::Window>,
    /// The numbers of its messages that were handled.
    pub inbox: Inbox,
    /// The rest of its rate limit; None: it is not limited.
    pub meter: Option<Meter>,
    /// Its grants; None: everything.
    pub grants: Option<Rc<Grants>>,
    /// When it last sent something and was pinged.
    pub heartbeat: Heartbeat,
    /// What the host keeps of it.
    pub host: H::Peer,
}

impl<H: Host> Peer<H> {
    /// A peer without a route.
    pub fn new(
        identity: Identity<H::Label>,
        uid: &str,
        limits: Option<Limits>,
        grants: Option<Rc<Grants>>,
        now: f64,
    ) -> Peer<H> {
        Peer {
            identity,
            uid: uid.to_owned(),
            wire: None,
            on_mesh: false,
            memberships: 0,
            window: None,
            inbox: Inbox::default(),
            meter: limits.map(|limits| Meter::new(limits, now)),
            grants,
            heartbeat: Heartbeat::new(now),
            host: H::Peer::new(uid),
        }
    }

    /// Removes the id that it claimed.
    pub fn rename(&mut self, uid: String) {
        self.host.rename(&uid);
        self.uid = uid;
    }

    /// Removes one of its routes; whether it was the last.
    pub fn remove_route(&mut self, by_mesh: bool) -> bool {
        if by_mesh {
            self.on_mesh = false;
        } else {
            self.wire = None;
        }
        !self.on_mesh && self.wire.is_none()
    }
}

/// A peer whose page is frozen or cached.
struct SuspendedPeer<H: Host> {
    peer: Peer<H>,
    suspension: Suspension,
    /// When it is given up, ms.
    until: f64,
}

/// All peers, connected or suspended. A PeerRef is never used twice, so a stale one finds none.
pub struct Peers<H: Host> {
    next: PeerRef,
    connected: SmallMap<PeerRef, Peer<H>>,
    suspended: SmallMap<PeerRef, SuspendedPeer<H>>,
}

impl<H: Host> Default for Peers<H> {
    fn default() -> Self {
        Peers {
            next: 0,
            connected: SmallMap::new(),
            suspended: SmallMap::new(),
        }
    }
}

/// The connected peers.
impl<H: Host> Peers<H> {
    /// Adds a connected peer; its number.
    pub fn add(&mut self, peer: Peer<H>) -> PeerRef {
        self.next += 1;
        self.connected.insert(self.next, peer);
        self.next
    }

    /// A connected peer.
    pub fn get(&self, at: PeerRef) -> Option<&Peer<H>> {
        self.connected.get(&at)
    }

    /// A connected peer, to change.
    pub fn get_mut(&mut self, at: PeerRef) -> Option<&mut Peer<H>> {
        self.connected.get_mut(&at)
    }

    /// All connected peers.
    pub fn iter(&self) -> impl Iterator<Item = (PeerRef, &Peer<H>)> {
        self.connected.iter().map(|(at, peer)| (*at, peer))
    }

    /// The numbers of all connected peers.
    pub fn refs(&self) -> Vec<PeerRef> {
        self.connected.keys().copied().gather()
    }

    /// A connected peer, by the id this window knows it under, or by its own.
    pub fn by_name(&self, name: &str) -> Option<PeerRef> {
        named(self.iter(), name)
    }
}

/// The suspended peers, and all peers.
impl<H: Host> Peers<H> {
    /// Suspends a connected peer until `until` at the most; None if it is not connected.
    pub fn suspend(&mut self, at: PeerRef, suspension: Suspension, until: f64) -> Option<&mut Peer<H>> {
        let peer = self.connected.remove(&at)?;
        self.suspended.insert(
            at,
            SuspendedPeer {
                peer,
                suspension,
                until,
            },
        );
        self.suspended.get_mut(&at).map(|suspended| &mut suspended.peer)
    }

    /// Resumes a peer that has just sent a frame; whether it was suspended.
    pub fn resume(&mut self, at: PeerRef, now: f64) -> bool {
        let Some(SuspendedPeer { mut peer, .. }) = self.suspended.remove(&at) else {
            return false;
        };
        peer.heartbeat.restart(now);
        self.connected.insert(at, peer);
        true
    }

    /// How a peer is suspended; None: it is not.
    pub fn suspension_of(&self, at: PeerRef) -> Option<Suspension> {
        self.suspended.get(&at).map(|suspended| suspended.suspension)
    }

    /// All suspended peers.
    pub fn suspended(&self) -> impl Iterator<Item = (PeerRef, &Peer<H>)> {
        self.suspended
            .iter()
            .map(|(at, suspended)| (*at, &suspended.peer))
    }

    /// The peers that were suspended too long.
    pub fn overdue(&self, now: f64) -> Vec<PeerRef> {
        let late = self
            .suspended
            .iter()
            .filter(|(_, suspended)| suspended.until <= now);
        late.map(|(at, _)| *at).gather()
    }

    /// A peer that frames can be sent to: a frozen page receives them when it is resumed.
    pub fn reachable(&self, at: PeerRef) -> Option<&Peer<H>> {
        self.connected.get(&at).or_else(|| {
            let suspended = self.suspended.get(&at)?;
            (suspended.suspension == Suspension::Frozen).then_some(&suspended.peer)
        })
    }

    /// Whether a peer is on the channel.
    pub fn is_on_mesh(&self, at: PeerRef) -> bool {
        self.any(at).is_some_and(|peer| peer.on_mesh)
    }

    /// How many there are: suspended peers count towards the limit too.
    pub fn count(&self) -> usize {
        self.connected.len() + self.suspended.len()
    }

    /// A peer, connected or suspended.
    pub fn any(&self, at: PeerRef) -> Option<&Peer<H>> {
        let suspended = self.suspended.get(&at).map(|suspended| &suspended.peer);
        suspended.or_else(|| self.connected.get(&at))
    }

    /// A peer, connected or suspended, to change.
    pub fn any_mut(&mut self, at: PeerRef) -> Option<&mut Peer<H>> {
        match self.suspended.get_mut(&at) {
            Some(suspended) => Some(&mut suspended.peer),
            None => self.connected.get_mut(&at),
        }
    }

    /// All peers, connected or suspended.
    pub fn everyone(&self) -> impl Iterator<Item = (PeerRef, &Peer<H>)> {
        self.iter().chain(self.suspended())
    }

    /// Removes a peer; returns it with its state.
    pub fn remove(&mut self, at: PeerRef) -> Option<(Peer<H>, State)> {
        match self.suspended.remove(&at) {
            Some(suspended) => Some((suspended.peer, State::Suspended)),
            None => self.connected.remove(&at).map(|peer| (peer, State::Connected)),
        }
    }

    /// A peer, connected or suspended, by its own id.
    pub fn by_uid(&self, uid: &str) -> Option<PeerRef> {
        self.everyone()
            .find(|(_, peer)| peer.uid == uid)
            .map(|(at, _)| at)
    }

    /// A suspended peer, by the id this window knows it under, or by its own.
    pub fn suspended_by_name(&self, name: &str) -> Option<PeerRef> {
        named(self.suspended(), name)
    }

    /// The peer, connected or suspended, that has this id here.
    pub fn by_alias(&self, name: &str) -> Option<PeerRef> {
        let mut everyone = self.everyone();
        let holder = everyone.find(|(_, peer)| peer.identity.alias == name);
        holder.map(|(at, _)| at)
    }
}

fn named<'a, H: Host + 'a>(
    peers: impl Iterator<Item = (PeerRef, &'a Peer<H>)> + 'a,
    name: &str,
) -> Option<PeerRef> {
    let mut own = None;
    for (at, peer) in peers {
        if peer.identity.alias == name {
            return Some(at);
        }
        if peer.uid == name {
            own = Some(at);
        }
    }
    own
}
