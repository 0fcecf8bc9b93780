//! Who is connected, under which id, by which wires.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::deliver::Handled;
use super::session::Proven;
use super::unreadable::Parcels;
use crate::bindings::shared::Shared;
use crate::core::connection::heartbeat::Heartbeat;
use crate::core::connection::identity::{Way, is_same_peer};
use crate::core::frame::Sleep;
use crate::core::grants::Grants;
use crate::core::handling::Handling;
use crate::core::id::PeerRef;
use crate::core::inbox::Inbox;
use crate::core::limits::{Limits, Meter};
use crate::core::map::SmallMap;
use crate::platform::host;
use crate::transport::Wire;
use crate::transport::window::Address;

/// As `getConnectionState` names it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Connecting,
    Connected,
    /// Its page sleeps; it is connected again when it says something.
    Suspended,
    Disconnected,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            State::Connecting => "connecting",
            State::Connected => "connected",
            State::Suspended => "suspended",
            State::Disconnected => "disconnected",
        }
    }
}

/// What is said of a peer; strings are JavaScript's already, for they are handed out with every message.
#[derive(Clone)]
pub(crate) struct Identity {
    /// Under which this window knows it: the targetId of connect(), or what it calls itself.
    pub(crate) alias: String,
    pub(crate) id: JsValue,
    pub(crate) kind: JsValue,
    /// As the browser reported it.
    pub(crate) origin: JsValue,
    /// Of this very origin: error texts may cross.
    pub(crate) is_kin: bool,
    pub(crate) latency: f64,
}

impl Identity {
    pub(crate) fn new(alias: &str, kind: &str, origin: &str, is_kin: bool) -> Identity {
        Identity {
            alias: alias.to_owned(),
            id: JsValue::from_str(alias),
            kind: JsValue::from_str(kind),
            origin: JsValue::from_str(origin),
            is_kin,
            latency: -1.0,
        }
    }

    /// A PeerInfo.
    pub(crate) fn info(&self, state: State) -> JsValue {
        host::peer_info(&self.id, &self.kind, &self.origin, state.name(), self.latency)
    }
}

/// One connected Parley.
pub(crate) struct Peer {
    pub(crate) identity: Identity,
    /// Its own random id, fresh for each Parley: what tells two wires to one peer from two peers.
    pub(crate) uid: String,
    pub(crate) uid_js: JsValue,
    /// A wire of its own, if there is one.
    pub(crate) wire: Option<Rc<dyn Wire>>,
    /// Whether it is on the mesh, which then carries everything to it: one route, so one order.
    pub(crate) on_mesh: bool,
    /// The window or worker it came from, if it came by one.
    pub(crate) window: Option<Address>,
    /// Stops waiting for its death.
    pub(crate) watch: Option<js_sys::Function>,
    /// The same of a worker, by the lock that it holds.
    pub(crate) life: Option<js_sys::Function>,
    pub(crate) inbox: Inbox,
    pub(crate) meter: Option<Meter>,
    /// What it may see and do; None: everything.
    pub(crate) grants: Option<Rc<Grants>>,
    /// Messages of its that are being handled.
    pub(crate) handling: Handling<Handled>,
    /// Values of a frame of its that follows.
    pub(crate) parcels: Parcels,
    /// Answers to messages that may be asked again, newest last.
    pub(crate) answered: Vec<(f64, JsValue)>,
    pub(crate) heartbeat: Heartbeat,
}

/// Answers kept for repeated questions, for each peer: more calls than that are not under way on a lossy link.
const ANSWERS_KEPT: usize = 64;

impl Peer {
    pub(crate) fn new(
        identity: Identity,
        uid: String,
        limits: Option<Limits>,
        grants: Option<Rc<Grants>>,
        now: f64,
    ) -> Peer {
        Peer {
            identity,
            uid_js: JsValue::from_str(&uid),
            uid,
            wire: None,
            on_mesh: false,
            window: None,
            watch: None,
            life: None,
            inbox: Inbox::default(),
            meter: limits.map(|limits| Meter::new(limits, now)),
            grants,
            handling: Handling::default(),
            parcels: Parcels::default(),
            answered: Vec::new(),
            heartbeat: Heartbeat::new(now),
        }
    }

    /// Whether another way leads to this very peer: its id is only what it says of itself, and may be somebody else's.
    pub(crate) fn may_be_reached_by(&self, proven: &Proven, by_mesh: bool) -> bool {
        let known = Way {
            origin: &self.identity.origin.as_string().unwrap_or_default(),
            is_restricted: self.grants.is_some(),
            is_channel: self.on_mesh,
        };
        let new = Way {
            origin: &proven.origin,
            is_restricted: proven.grants.is_some(),
            is_channel: by_mesh,
        };
        is_same_peer(known, new)
    }

    /// Takes the id away that it called itself by.
    pub(crate) fn rename(&mut self, uid: String) {
        self.uid_js = JsValue::from_str(&uid);
        self.uid = uid;
    }

    /// Whether it takes part in that state.
    pub(crate) fn takes_part(&self, state: &dyn Shared) -> bool {
        self.grants.as_ref().is_none_or(|grants| state.takes_part(grants))
    }

    pub(crate) fn keep_answer(&mut self, id: f64, frame: JsValue) {
        if self.answered.len() >= ANSWERS_KEPT {
            self.answered.remove(0);
        }
        self.answered.push((id, frame));
    }
}

/// A peer whose page sleeps.
struct Sleeper {
    peer: Peer,
    sleep: Sleep,
    /// When it is given up, ms.
    until: f64,
}

/// All peers, awake or asleep. A PeerRef is never used twice, so a stale one finds nobody.
#[derive(Default)]
pub(crate) struct Peers {
    next: PeerRef,
    awake: SmallMap<PeerRef, Peer>,
    asleep: SmallMap<PeerRef, Sleeper>,
}

/// The connected: those who are awake.
impl Peers {
    pub(crate) fn add(&mut self, peer: Peer) -> PeerRef {
        self.next += 1;
        self.awake.insert(self.next, peer);
        self.next
    }

    pub(crate) fn get(&self, at: PeerRef) -> Option<&Peer> {
        self.awake.get(&at)
    }

    pub(crate) fn get_mut(&mut self, at: PeerRef) -> Option<&mut Peer> {
        self.awake.get_mut(&at)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (PeerRef, &Peer)> {
        self.awake.iter().map(|(at, peer)| (*at, peer))
    }

    pub(crate) fn refs(&self) -> Vec<PeerRef> {
        self.awake.keys().copied().collect()
    }

    /// By the id this window knows it under, or by its own.
    pub(crate) fn by_name(&self, name: &str) -> Option<PeerRef> {
        named(self.iter(), name)
    }
}

/// Those who sleep, and everybody.
impl Peers {
    /// Lays a peer to sleep until `until` at the most; what it is, or None for one who is not awake.
    pub(crate) fn lay_down(&mut self, at: PeerRef, sleep: Sleep, until: f64) -> Option<&mut Peer> {
        let peer = self.awake.remove(&at)?;
        self.asleep.insert(at, Sleeper { peer, sleep, until });
        self.asleep.get_mut(&at).map(|sleeper| &mut sleeper.peer)
    }

    /// Wakes a sleeper, who has just been heard; whether it slept.
    pub(crate) fn wake(&mut self, at: PeerRef, now: f64) -> bool {
        let Some(Sleeper { mut peer, .. }) = self.asleep.remove(&at) else {
            return false;
        };
        peer.heartbeat.woken(now);
        self.awake.insert(at, peer);
        true
    }

    pub(crate) fn sleep_of(&self, at: PeerRef) -> Option<Sleep> {
        self.asleep.get(&at).map(|sleeper| sleeper.sleep)
    }

    pub(crate) fn sleepers(&self) -> impl Iterator<Item = (PeerRef, &Peer)> {
        self.asleep.iter().map(|(at, sleeper)| (*at, &sleeper.peer))
    }

    /// Who has slept too long.
    pub(crate) fn overdue(&self, now: f64) -> Vec<PeerRef> {
        let late = self.asleep.iter().filter(|(_, sleeper)| sleeper.until <= now);
        late.map(|(at, _)| *at).collect()
    }

    /// One who can be sent to: what reaches a frozen page waits there.
    pub(crate) fn reachable(&self, at: PeerRef) -> Option<&Peer> {
        self.awake.get(&at).or_else(|| {
            let sleeper = self.asleep.get(&at)?;
            (sleeper.sleep == Sleep::Frozen).then_some(&sleeper.peer)
        })
    }

    pub(crate) fn is_on_mesh(&self, at: PeerRef) -> bool {
        self.any(at).is_some_and(|peer| peer.on_mesh)
    }

    /// How many there are: those who sleep take up room as well.
    pub(crate) fn len(&self) -> usize {
        self.awake.len() + self.asleep.len()
    }

    pub(crate) fn any(&self, at: PeerRef) -> Option<&Peer> {
        let sleeper = self.asleep.get(&at).map(|sleeper| &sleeper.peer);
        sleeper.or_else(|| self.awake.get(&at))
    }

    pub(crate) fn any_mut(&mut self, at: PeerRef) -> Option<&mut Peer> {
        match self.asleep.get_mut(&at) {
            Some(sleeper) => Some(&mut sleeper.peer),
            None => self.awake.get_mut(&at),
        }
    }

    pub(crate) fn everyone(&self) -> impl Iterator<Item = (PeerRef, &Peer)> {
        self.iter().chain(self.sleepers())
    }

    /// Takes a peer away, and tells in which state it was.
    pub(crate) fn remove(&mut self, at: PeerRef) -> Option<(Peer, State)> {
        match self.asleep.remove(&at) {
            Some(sleeper) => Some((sleeper.peer, State::Suspended)),
            None => self.awake.remove(&at).map(|peer| (peer, State::Connected)),
        }
    }

    pub(crate) fn by_uid(&self, uid: &str) -> Option<PeerRef> {
        self.everyone()
            .find(|(_, peer)| peer.uid == uid)
            .map(|(at, _)| at)
    }

    /// One who sleeps, by the id this window knows it under, or by its own.
    pub(crate) fn sleeper_by_name(&self, name: &str) -> Option<PeerRef> {
        named(self.sleepers(), name)
    }
}

fn named<'a>(peers: impl Iterator<Item = (PeerRef, &'a Peer)> + 'a, name: &str) -> Option<PeerRef> {
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
