//! Peers, as `core::connection::peers` holds them, with what belongs to JavaScript: strings, watches, messages being
//! handled.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::MessagePort;

use super::deliver::Handled;
use super::targets;
use super::unreadable::Fragments;
use crate::bindings::shared::Shared;
use crate::core::connection::host::{Attached, Host, Label};
pub(crate) use crate::core::connection::peers::State;
use crate::core::connection::{connections, peers, proof};
use crate::core::handling::Handling;
use crate::platform::host;
use crate::transport::Wire;
use crate::transport::window::Address;

/// The host type of the connection core in a browser.
pub(crate) enum Browser {}

impl Host for Browser {
    type Window = Address;
    type Place = targets::Place;
    type Port = MessagePort;
    type Wire = Rc<dyn Wire>;
    type Waiting = targets::Waiting;
    type Label = Strings;
    type Peer = Attachments;
    type Target = targets::Details;
}

pub(crate) type Identity = peers::Identity<Strings>;
pub(crate) type Peer = peers::Peer<Browser>;
pub(crate) type Connections = connections::Connections<Browser>;
pub(crate) type Proven = proof::Proven<Address>;

/// The strings of an identity are JavaScript strings, because they are handed out with every message.
#[derive(Clone)]
pub(crate) struct Strings {
    pub(crate) id: JsValue,
    pub(crate) kind: JsValue,
    pub(crate) origin: JsValue,
}

impl Label for Strings {
    fn new(alias: &str, kind: &str, origin: &str) -> Strings {
        Strings {
            id: JsValue::from_str(alias),
            kind: JsValue::from_str(kind),
            origin: JsValue::from_str(origin),
        }
    }
}

impl Identity {
    /// The PeerInfo.
    pub(crate) fn info(&self, state: State) -> JsValue {
        let Strings { id, kind, origin } = &self.label;
        host::peer_info(id, kind, origin, state.name(), self.latency)
    }
}

/// What this window keeps for a peer.
pub(crate) struct Attachments {
    /// Its own id.
    pub(crate) uid: JsValue,
    /// Ends the watch for the peer's end.
    pub(crate) watch: Option<js_sys::Function>,
    /// The same for a worker, by its liveness lock.
    pub(crate) liveness_lock: Option<js_sys::Function>,
    /// Its messages that are being handled.
    pub(crate) handling: Handling<Handled>,
    /// Fragments of its next frame.
    pub(crate) fragments: Fragments,
    /// Answers to messages that may be repeated, the newest last.
    pub(crate) answered: Vec<(f64, JsValue)>,
}

/// How many answers are kept for repeated questions of one peer. A lossy link has fewer calls under way.
const ANSWERS_KEPT: usize = 64;

impl Attached for Attachments {
    fn new(uid: &str) -> Attachments {
        Attachments {
            uid: JsValue::from_str(uid),
            watch: None,
            liveness_lock: None,
            handling: Handling::default(),
            fragments: Fragments::default(),
            answered: Vec::new(),
        }
    }

    fn rename(&mut self, uid: &str) {
        self.uid = JsValue::from_str(uid);
    }
}

impl Attachments {
    pub(crate) fn keep_answer(&mut self, id: f64, frame: JsValue) {
        if self.answered.len() >= ANSWERS_KEPT {
            self.answered.remove(0);
        }
        self.answered.push((id, frame));
    }
}

impl Peer {
    /// Whether it takes part in that state.
    pub(crate) fn takes_part(&self, state: &dyn Shared) -> bool {
        self.grants.as_ref().is_none_or(|grants| state.takes_part(grants))
    }
}
