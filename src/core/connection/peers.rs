//! Peers: the connected Parleys, awake or asleep, under the ids that this window knows them by.

use std::rc::Rc;

use super::heartbeat::Heartbeat;
use super::host::{Attached, Host, Label};
use crate::core::frame::Sleep;
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
    /// It can be talked to.
    Connected,
    /// Its page sleeps; it is connected again when it says something.
    Suspended,
    /// It is gone.
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

/// What is said of a peer.
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
    /// Of a peer that has not been asked anything yet.
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
    /// What is said of it.
    pub identity: Identity<H::Label>,
    /// Its own random id, fresh for each Parley: what tells two wires to one peer from two peers.
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
    /// What it has left of its rate; None: it is not limited.
    pub meter: Option<Meter>,
    /// What it may see and do; None: everything.
    pub grants: Option<Rc<Grants>>,
    /// When it was heard and asked.
    pub heartbeat: Heartbeat,
    /// What the host keeps of it.
    pub host: H::Peer,
}

impl<H: Host> Peer<H> {
    /// One that no way leads to yet.
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

    /// Takes the id away that it called itself by.
    pub fn rename(&mut self, uid: String) {
        self.host.rename(&uid);
        self.uid = uid;
    }

    /// Takes one of its ways away; whether it was the last.
    pub fn lose_way(&mut self, by_mesh: bool) -> bool {
        if by_mesh {
            self.on_mesh = false;
        } else {
            self.wire = None;
        }
        !self.on_mesh && self.wire.is_none()
    }
}

/// A peer whose page sleeps.
struct Sleeper<H: Host> {
    peer: Peer<H>,
    sleep: Sleep,
    /// When it is given up, ms.
    until: f64,
}

/// All peers, awake or asleep. A PeerRef is never used twice, so a stale one finds nobody.
pub struct Peers<H: Host> {
    next: PeerRef,
    awake: SmallMap<PeerRef, Peer<H>>,
    asleep: SmallMap<PeerRef, Sleeper<H>>,
}

impl<H: Host> Default for Peers<H> {
    fn default() -> Self {
        Peers {
            next: 0,
            awake: SmallMap::new(),
            asleep: SmallMap::new(),
        }
    }
}

/// The connected: those who are awake.
impl<H: Host> Peers<H> {
    /// Adds one, awake; its number.
    pub fn add(&mut self, peer: Peer<H>) -> PeerRef {
        self.next += 1;
        self.awake.insert(self.next, peer);
        self.next
    }

    /// One who is awake.
    pub fn get(&self, at: PeerRef) -> Option<&Peer<H>> {
        self.awake.get(&at)
    }

    /// One who is awake, to change.
    pub fn get_mut(&mut self, at: PeerRef) -> Option<&mut Peer<H>> {
        self.awake.get_mut(&at)
    }

    /// All who are awake.
    pub fn iter(&self) -> impl Iterator<Item = (PeerRef, &Peer<H>)> {
        self.awake.iter().map(|(at, peer)| (*at, peer))
    }

    /// The numbers of all who are awake.
    pub fn refs(&self) -> Vec<PeerRef> {
        self.awake.keys().copied().gather()
    }

    /// One who is awake, by the id this window knows it under, or by its own.
    pub fn by_name(&self, name: &str) -> Option<PeerRef> {
        named(self.iter(), name)
    }
}

/// Those who sleep, and everybody.
impl<H: Host> Peers<H> {
    /// Lays a peer to sleep until `until` at the most; what it is, or None for one who is not awake.
    pub fn lay_down(&mut self, at: PeerRef, sleep: Sleep, until: f64) -> Option<&mut Peer<H>> {
        let peer = self.awake.remove(&at)?;
        self.asleep.insert(at, Sleeper { peer, sleep, until });
        self.asleep.get_mut(&at).map(|sleeper| &mut sleeper.peer)
    }

    /// Wakes a sleeper, who has just been heard; whether it slept.
    pub fn wake(&mut self, at: PeerRef, now: f64) -> bool {
        let Some(Sleeper { mut peer, .. }) = self.asleep.remove(&at) else {
            return false;
        };
        peer.heartbeat.woken(now);
        self.awake.insert(at, peer);
        true
    }

    /// How one sleeps; None: it does not.
    pub fn sleep_of(&self, at: PeerRef) -> Option<Sleep> {
        self.asleep.get(&at).map(|sleeper| sleeper.sleep)
    }

    /// All who sleep.
    pub fn sleepers(&self) -> impl Iterator<Item = (PeerRef, &Peer<H>)> {
        self.asleep.iter().map(|(at, sleeper)| (*at, &sleeper.peer))
    }

    /// Who has slept too long.
    pub fn overdue(&self, now: f64) -> Vec<PeerRef> {
        let late = self.asleep.iter().filter(|(_, sleeper)| sleeper.until <= now);
        late.map(|(at, _)| *at).gather()
    }

    /// One who can be sent to: what reaches a frozen page waits there.
    pub fn reachable(&self, at: PeerRef) -> Option<&Peer<H>> {
        self.awake.get(&at).or_else(|| {
            let sleeper = self.asleep.get(&at)?;
            (sleeper.sleep == Sleep::Frozen).then_some(&sleeper.peer)
        })
    }

    /// Whether one is on the channel.
    pub fn is_on_mesh(&self, at: PeerRef) -> bool {
        self.any(at).is_some_and(|peer| peer.on_mesh)
    }

    /// How many there are: those who sleep take up room as well.
    pub fn count(&self) -> usize {
        self.awake.len() + self.asleep.len()
    }

    /// One, awake or asleep.
    pub fn any(&self, at: PeerRef) -> Option<&Peer<H>> {
        let sleeper = self.asleep.get(&at).map(|sleeper| &sleeper.peer);
        sleeper.or_else(|| self.awake.get(&at))
    }

    /// One, awake or asleep, to change.
    pub fn any_mut(&mut self, at: PeerRef) -> Option<&mut Peer<H>> {
        match self.asleep.get_mut(&at) {
            Some(sleeper) => Some(&mut sleeper.peer),
            None => self.awake.get_mut(&at),
        }
    }

    /// All, awake or asleep.
    pub fn everyone(&self) -> impl Iterator<Item = (PeerRef, &Peer<H>)> {
        self.iter().chain(self.sleepers())
    }

    /// Takes a peer away, and tells in which state it was.
    pub fn remove(&mut self, at: PeerRef) -> Option<(Peer<H>, State)> {
        match self.asleep.remove(&at) {
            Some(sleeper) => Some((sleeper.peer, State::Suspended)),
            None => self.awake.remove(&at).map(|peer| (peer, State::Connected)),
        }
    }

    /// One, awake or asleep, by its own id.
    pub fn by_uid(&self, uid: &str) -> Option<PeerRef> {
        self.everyone()
            .find(|(_, peer)| peer.uid == uid)
            .map(|(at, _)| at)
    }

    /// One who sleeps, by the id this window knows it under, or by its own.
    pub fn sleeper_by_name(&self, name: &str) -> Option<PeerRef> {
        named(self.sleepers(), name)
    }

    /// Whether somebody has this id here.
    pub fn has_alias(&self, name: &str) -> bool {
        self.everyone().any(|(_, peer)| peer.identity.alias == name)
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
