//! Sessions: a wire on its way to being a peer, and the frames that arrive on it.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use crate::bindings::shared::after;
use crate::bindings::wire::numbers;
use crate::core::codes;
use crate::core::frame::{Kind, NotOurs, Reason};
use crate::core::grants::Grants;
use crate::core::id::PeerRef;
use crate::platform::error::fail;
use crate::platform::host;
use crate::transport::Wire;
use crate::transport::window::Address;

/// What is known of the other end before it has said who it is.
#[derive(Clone)]
pub(crate) struct Proven {
    /// What this window calls it, if it called for it.
    pub(crate) alias: Option<String>,
    pub(crate) kind: String,
    /// As the browser reported it; empty where a wire proves none.
    pub(crate) origin: String,
    /// The target it came by.
    pub(crate) target: Option<u32>,
    /// The window or worker it came from.
    pub(crate) from: Option<Address>,
    /// What it may see and do, if more is said of it than of its origin.
    pub(crate) grants: Option<Rc<Grants>>,
    pub(crate) proof: Proof,
}

/// What has to be proven over a wire because its origin proves nothing: that at its other end is the document that spoke, and
/// not the one that took its place in the window before the port arrived.
#[derive(Clone, Default)]
pub(crate) enum Proof {
    #[default]
    None,
    /// Our first word names this nonce of ours.
    Given(String),
    /// We say nothing until the other side has named this nonce of its.
    Awaited(String),
}

/// One wire.
pub(crate) struct Session {
    pub(crate) wire: Option<Rc<dyn Wire>>,
    pub(crate) proven: Proven,
    /// None until the other end has joined.
    pub(crate) peer: Option<PeerRef>,
    /// Lossy wires say who they are again until they are answered: when next, and after how long then.
    pub(crate) again: Option<(f64, f64)>,
    /// The document at the other end, as it said when it offered the port; 0 for other wires.
    pub(crate) mark: f64,
    /// When it began, ms.
    pub(super) since: f64,
}

impl Session {
    /// Whether this side has said its first word: at once, but where it waits for the other's proof.
    pub(super) fn has_said_join(&self) -> bool {
        self.peer.is_some() || !matches!(self.proven.proof, Proof::Awaited(_))
    }
}

/// How long a port may be on its way to another window, ms.
const PORT_ARRIVES: f64 = 100.0;
const LONGEST_ID: usize = 128;

impl Hub {
    /// What this side says first on every wire. Only a join that has not heard the other's is answered.
    pub(crate) fn join_frame(&self, heard: bool) -> JsValue {
        let (locked, life_held) = {
            let inner = self.inner.borrow();
            (inner.mesh_locked == Some(true), inner.life_held)
        };
        let frame = Array::of5(
            &JsValue::from_f64(Kind::Join.tag()),
            &JsValue::from_str(&self.uid),
            &JsValue::from_str(self.instance_id()),
            &JsValue::from_str(&host::own_kind()),
            &JsValue::from_bool(heard),
        );
        frame.push(&JsValue::from_bool(locked));
        // Here stands the nonce that proves an opaque origin.
        frame.push(&JsValue::UNDEFINED);
        frame.push(&JsValue::from_bool(life_held));
        // By these two a link is found out that changes what it carries.
        frame.push(&numbers(&[0.5]));
        frame.into()
    }

    /// Whether what comes over a wire is looked at. Who has not joined yet is bounded by the number of its kind.
    pub(super) fn may_be_heard(&self, number: u32) -> bool {
        let peer = match self.inner.borrow().sessions.get(&number) {
            Some(session) => session.peer,
            None => return false,
        };
        peer.is_none_or(|peer| self.may_speak(peer))
    }

    /// A frame came over a wire of its own.
    pub(super) fn on_frame(&self, number: u32, frame: &JsValue) {
        let (peer, origin) = match self.inner.borrow().sessions.get(&number) {
            Some(session) => (session.peer, session.proven.origin.clone()),
            None => return,
        };
        let kind = match kind_of(frame) {
            Ok(kind) => kind,
            Err(NotOurs::Malformed) => return self.reject(&origin, codes::MALFORMED),
            Err(NotOurs::OtherVersion) => return self.other_version(number, &origin, frame.unchecked_ref()),
        };
        let frame: &Array = frame.unchecked_ref();
        match (peer, kind) {
            (None, Kind::Join) => self.on_join(number, frame),
            (None, Kind::Bye) => {
                let said = frame.get(1).as_f64().unwrap_or_default();
                self.end_session(number, Reason::from_bye(said));
            }
            // On a lossy wire the other end may not have heard that we are there; and whoever wakes asks who is left.
            (Some(peer), Kind::Join) => {
                self.rouse(peer);
                self.on_join_again(number, frame);
                self.watch_life_again(peer, frame);
            }
            (None, _) => {}
            (Some(peer), Kind::Unreadable) => self.on_unreadable_by_wire(number, peer, frame),
            (Some(peer), kind) => self.hear(peer, kind, frame, false),
        }
    }

    /// A frame of another version is counted, and never decoded. A join of one is answered with ours, which tells the other
    /// side the same, and ends the attempt at once instead of at its timeout.
    fn other_version(&self, number: u32, origin: &str, frame: &Array) {
        self.reject(origin, codes::WIRE_VERSION);
        let (wire, target) = match self.inner.borrow().sessions.get(&number) {
            Some(session) if session.peer.is_none() && read_join(frame).is_some() => {
                (session.wire.clone(), session.proven.target)
            }
            _ => return,
        };
        if let Some(wire) = wire {
            let _ = wire.post(&self.join_frame(false), None);
        }
        if let Some(target) = target {
            let message = "the other side speaks another version of the wire format: load the same version of parley-sync";
            self.give_up(target, &fail(codes::WIRE_VERSION, message));
        }
    }

    /// The join for one wire; it says so if the window at its other end may be of any origin.
    pub(super) fn join_to(&self, proven: &Proven, heard: bool) -> Array {
        let frame: Array = self.join_frame(heard).unchecked_into();
        let from = proven.from.as_ref();
        if from.is_some_and(|from| self.lets_any_in(from.outlet())) {
            frame.set(9, JsValue::TRUE);
        }
        frame
    }

    /// A frame that lets any page embed it may carry on what any page tells it: this side is to say what it may do. It stays out
    /// until connect() does.
    fn refuse_unrestricted(&self, proven: &Proven) {
        self.reject(&proven.origin, codes::CONFIG);
        let windows: Vec<_> = proven.from.iter().cloned().collect();
        for window in &windows {
            self.block(window.clone());
        }
        if let Some(target) = proven.target {
            let message = "the frame lets pages of any origin embed it (anyOrigin): say what it may do here, by the grants of \
                           connect() or of its origin";
            self.give_up(target, &fail(codes::CONFIG, message));
        }
        self.end_handshakes(&windows);
    }

    /// A join from one who is a peer already.
    fn on_join_again(&self, number: u32, frame: &Array) {
        let wire = match self.inner.borrow().sessions.get(&number) {
            Some(session) => session.wire.clone(),
            None => None,
        };
        if let Some(wire) = wire
            && !has_heard(frame)
        {
            let _ = wire.post(&self.join_frame(true), None);
        }
    }

    fn on_join(&self, number: u32, frame: &Array) {
        let Some((uid, claimed, _)) = read_join(frame) else {
            let origin = self
                .inner
                .borrow()
                .sessions
                .get(&number)
                .map(|session| session.proven.origin.clone());
            return self.reject(&origin.unwrap_or_default(), codes::MALFORMED);
        };
        if uid == self.uid {
            // Both ends of one channel given to one Parley.
            return self.end_session(number, Reason::Denied);
        }
        let (wire, proven, lossy) = match self.inner.borrow().sessions.get(&number) {
            Some(session) => {
                let Some(wire) = session.wire.clone() else { return };
                let lossy = wire.is_lossy();
                (wire, session.proven.clone(), lossy)
            }
            None => return,
        };
        if let Proof::Awaited(nonce) = &proven.proof {
            if host::short_text(&frame.get(6), LONGEST_ID as u32).as_ref() != Some(nonce) {
                self.reject(&proven.origin, codes::DENIED);
                return self.end_session(number, Reason::Denied);
            }
            let _ = wire.post(&self.join_to(&proven, true), None);
        }
        if frame.get(9).is_truthy() && self.restrictions(&proven).is_none() {
            return self.refuse_unrestricted(&proven);
        }
        if proven.target.is_none() && self.inner.borrow().peers.len() >= self.config.counts.peers {
            self.reject(&proven.origin, codes::LIMIT);
            return self.end_session(number, Reason::Denied);
        }
        if lossy && host::is_changed(frame) {
            return self.link_unfit(number);
        }
        if lossy && !has_heard(frame) {
            let _ = wire.post(&self.join_frame(true), None);
        }
        let at = self.add_route(&uid, &claimed, &proven, Some(wire));
        if let Some(session) = self.inner.borrow_mut().sessions.get_mut(&number) {
            session.peer = Some(at);
        }
        self.settle_due(host::now());
        self.watch_life(at, &uid, frame);
        self.target_joined(number, at);
        if let Some(from) = &proven.from {
            self.relative_arrived(from);
        }
    }

    /// Ends a wire, and the peer if it has no other.
    pub(crate) fn end_session(&self, number: u32, reason: Reason) {
        let Some(session) = self.inner.borrow_mut().sessions.remove(&number) else {
            return;
        };
        let Some(peer) = session.peer else {
            self.abandon(&session);
            // The next hello to that window carries another nonce, so that it offers anew. A window that begins too many
            // handshakes gets no new one: its offers are counted by it.
            if let Some(window) = session.proven.from.as_ref().filter(|_| reason != Reason::Denied) {
                self.forget_greetings("", Some(window));
            }
            return self.target_reopened(session.proven.target, reason);
        };
        if let Some(wire) = &session.wire {
            wire.close();
        }
        self.lose_route(peer, false, reason);
    }

    /// Ends an unfinished handshake, once its session is taken away. The other side is told, for it may have finished.
    pub(super) fn abandon(&self, session: &Session) {
        if let Some(wire) = session.wire.clone() {
            if session.has_said_join() {
                let _ = wire.post(&bye_frame(0.0), None);
            }
            if session.proven.from.is_some() {
                // What was posted to a port whose other end is still on its way is lost if the port is closed at once (Firefox).
                after(PORT_ARRIVES, move || wire.close());
            } else {
                wire.close();
            }
        }
        // It may have been the last that a state waits for.
        self.settle_due(host::now());
    }
}

/// The last frame on a wire; the code says whether its document ends.
pub(super) fn bye_frame(code: f64) -> JsValue {
    Array::of2(&JsValue::from_f64(Kind::Bye.tag()), &JsValue::from_f64(code)).into()
}

/// The kind of an inbound frame, looked at with nothing assumed.
pub(crate) fn kind_of(frame: &JsValue) -> Result<Kind, NotOurs> {
    if !Array::is_array(frame) {
        return Err(NotOurs::Malformed);
    }
    let frame: &Array = frame.unchecked_ref();
    Kind::of(frame.get(0).as_f64().ok_or(NotOurs::Malformed)?)
}

/// Whether the sender of a join has heard ours.
pub(crate) fn has_heard(frame: &Array) -> bool {
    frame.get(4).is_truthy()
}

/// The uid, the claimed id and the kind of a join.
pub(crate) fn read_join(frame: &Array) -> Option<(String, String, String)> {
    let field = |at| {
        host::short_text(&frame.get(at), LONGEST_ID as u32)
            .filter(|text| !text.is_empty() && text.len() <= LONGEST_ID)
    };
    Some((field(1)?, field(2)?, field(3)?))
}
