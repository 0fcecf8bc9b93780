//! Who is connected, under which id, by which wires.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::deliver::Handled;
use super::session::Proven;
use crate::bindings::host;
use crate::bindings::options::OPAQUE;
use crate::core::grants::Grants;
use crate::core::handling::Handling;
use crate::core::id::PeerRef;
use crate::core::inbox::Inbox;
use crate::core::limits::{Limits, Meter};
use crate::core::map::SmallMap;
use crate::transport::Wire;
use crate::transport::window::Address;

/// As `getConnectionState` names it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Connecting,
    Connected,
    Disconnected,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            State::Connecting => "connecting",
            State::Connected => "connected",
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
    pub(crate) inbox: Inbox,
    pub(crate) meter: Option<Meter>,
    /// What it may see and do; None: everything.
    pub(crate) grants: Option<Rc<Grants>>,
    /// Messages of its that are being handled.
    pub(crate) handling: Handling<Handled>,
    /// Answers to messages that may be asked again, newest last.
    pub(crate) answered: Vec<(f64, JsValue)>,
    /// When a frame of its last came, and when it was last asked whether it is there, ms.
    pub(crate) heard: f64,
    pub(crate) asked: f64,
    /// What the last ping carried, and so its answer: the precise time of sending, ms.
    pub(crate) pinged: f64,
    /// How many in a row stayed unanswered.
    pub(crate) unanswered: u32,
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
            inbox: Inbox::default(),
            meter: limits.map(|limits| Meter::new(limits, now)),
            grants,
            handling: Handling::default(),
            answered: Vec::new(),
            heard: now,
            asked: now,
            pinged: -1.0,
            unanswered: 0,
        }
    }

    /// Whether another way leads to this very peer: its id is only what it says of itself, and may be somebody else's. The
    /// ways prove it by their origin; a port or link that was given no grants is vouched for by whoever handed it over, to a
    /// member of the mesh.
    pub(crate) fn may_be_reached_by(&self, proven: &Proven, by_mesh: bool) -> bool {
        let origin = self.identity.origin.as_string().unwrap_or_default();
        if !origin.is_empty() && !proven.origin.is_empty() {
            return origin == proven.origin && origin != OPAQUE;
        }
        let vouched = |origin: &str, grants: &Option<Rc<Grants>>| origin.is_empty() && grants.is_none();
        (self.on_mesh && vouched(&proven.origin, &proven.grants))
            || (by_mesh && vouched(&origin, &self.grants))
    }

    /// Takes the id away that it called itself by.
    pub(crate) fn rename(&mut self, uid: String) {
        self.uid_js = JsValue::from_str(&uid);
        self.uid = uid;
    }

    /// Whether it takes part in the state of this name.
    pub(crate) fn may_share(&self, name: &str) -> bool {
        self.grants.as_ref().is_none_or(|grants| grants.may_share(name))
    }

    pub(crate) fn keep_answer(&mut self, id: f64, frame: JsValue) {
        if self.answered.len() >= ANSWERS_KEPT {
            self.answered.remove(0);
        }
        self.answered.push((id, frame));
    }
}

/// All connected peers. A PeerRef is never used twice, so a stale one finds nobody.
#[derive(Default)]
pub(crate) struct Peers {
    next: PeerRef,
    all: SmallMap<PeerRef, Peer>,
}

impl Peers {
    pub(crate) fn add(&mut self, peer: Peer) -> PeerRef {
        self.next += 1;
        self.all.insert(self.next, peer);
        self.next
    }

    pub(crate) fn get(&self, at: PeerRef) -> Option<&Peer> {
        self.all.get(&at)
    }

    pub(crate) fn get_mut(&mut self, at: PeerRef) -> Option<&mut Peer> {
        self.all.get_mut(&at)
    }

    pub(crate) fn remove(&mut self, at: PeerRef) -> Option<Peer> {
        self.all.remove(&at)
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (PeerRef, &Peer)> {
        self.all.iter().map(|(at, peer)| (*at, peer))
    }

    pub(crate) fn refs(&self) -> Vec<PeerRef> {
        self.all.keys().copied().collect()
    }

    pub(crate) fn by_uid(&self, uid: &str) -> Option<PeerRef> {
        self.iter().find(|(_, peer)| peer.uid == uid).map(|(at, _)| at)
    }

    /// By the id this window knows it under, or by its own.
    pub(crate) fn by_name(&self, name: &str) -> Option<PeerRef> {
        self.iter()
            .find(|(_, peer)| peer.identity.alias == name)
            .map(|(at, _)| at)
            .or_else(|| self.by_uid(name))
    }
}
