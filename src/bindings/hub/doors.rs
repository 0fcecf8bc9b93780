//! Doors: the windows, ports, workers and links that `connect` was called for, and the handshake that goes through them.

use gloo_events::EventListener;
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageChannel, MessageEvent};

use super::Hub;
use super::peers::{Identity, State};
use super::session::Proven;
use crate::bindings::callback;
use crate::bindings::error::{fail, fail_with, text};
use crate::bindings::host::{self, Deferred};
use crate::bindings::shared::after;
use crate::core::codes;
use crate::core::frame::Reason;
use crate::core::handshake::{self, OnHello, OnOffer, Phase};
use crate::core::id::PeerRef;
use crate::transport::window::{self, Address, Heard};

/// Something this side wants to be connected to, until `disconnect`.
pub(crate) struct Door {
    number: u32,
    alias: Option<String>,
    kind: String,
    /// A frame element, whose window may change, or the window; or the worker. None for ports and links.
    target: Option<JsValue>,
    is_worker: bool,
    phase: Phase,
    /// The wire under way or connected.
    session: Option<u32>,
    peer: Option<PeerRef>,
    /// Whoever awaits connect().
    waiting: Option<Waiting>,
    /// Messages of a worker come to the worker object.
    _listener: Option<EventListener>,
}

struct Waiting {
    promise: Deferred,
    deadline: f64,
    stop_listening: Option<Function>,
}

/// What we said to a window, so that its offer is known.
pub(crate) struct Greeting {
    to: Address,
    nonce: String,
    /// Whose offers were taken on it.
    taken: Vec<String>,
}

/// What connect() was called with, checked.
pub(crate) struct Wanted {
    pub(crate) target: JsValue,
    /// As `targetKind` tells it.
    pub(crate) kind: String,
    pub(crate) alias: Option<String>,
    pub(crate) timeout: f64,
    pub(crate) signal: Option<JsValue>,
}

impl Door {
    pub(crate) fn alias(&self) -> &str {
        self.alias.as_deref().unwrap_or_default()
    }

    pub(crate) fn state(&self) -> State {
        if self.peer.is_some() {
            State::Connected
        } else if self.waiting.is_some() {
            State::Connecting
        } else {
            State::Disconnected
        }
    }

    pub(crate) fn is_awaited(&self) -> bool {
        self.waiting.is_some()
    }

    /// Nobody can come through it any more: its frame left the page, its popup was closed, or its port or link ended.
    fn is_over(&self) -> bool {
        if self.target.is_none() {
            return self.peer.is_none() && self.waiting.is_none();
        }
        self.address().is_none()
    }

    /// For `peers`, while there is no peer.
    pub(crate) fn pending_identity(&self) -> Option<(Identity, State)> {
        let alias = self.alias.as_deref()?;
        if self.peer.is_some() || self.waiting.is_none() {
            return None;
        }
        Some((Identity::new(alias, &self.kind, "", false), State::Connecting))
    }

    fn address(&self) -> Option<Address> {
        let target = self.target.as_ref()?;
        if self.is_worker {
            return Some(Address::worker(target.clone()));
        }
        let window = host::window_of(target);
        (!window.is_null() && !window.is_undefined()).then(|| Address::window(window))
    }
}

impl Hub {
    /// Joins a target; the promise settles with its PeerInfo.
    pub(crate) fn connect(&self, wanted: Wanted) -> Result<JsValue, JsValue> {
        let promise = Deferred::new();
        let peer_kind = match wanted.kind.as_str() {
            "window" => host::kind_of(&wanted.target),
            other => other.to_owned(),
        };
        if let Some(alias) = &wanted.alias {
            self.check_alias(alias, &wanted.target)?;
        }
        if let Some(existing) = self.same_door(&wanted) {
            return existing;
        }
        let number = {
            let mut inner = self.inner.borrow_mut();
            inner.next_token += 1;
            inner.next_token
        };
        let stop_listening = match &wanted.signal {
            None => None,
            Some(signal) => {
                let hub = self.weak();
                let abort = callback::once(move || {
                    if let Some(hub) = hub.upgrade() {
                        let error = fail(codes::ABORTED, "connect() was aborted");
                        hub.give_up(number, &error);
                    }
                });
                Some(host::on_abort(signal, &abort)?)
            }
        };
        let is_worker = wanted.kind == "worker";
        let listener = self.listen_at_door(number, &wanted);
        let by_window = matches!(wanted.kind.as_str(), "window" | "iframe" | "worker");
        let deadline = host::now() + wanted.timeout;
        let identity = wanted
            .alias
            .as_ref()
            .map(|alias| Identity::new(alias, &peer_kind, "", false));
        let door = Door {
            number,
            alias: wanted.alias.clone(),
            kind: peer_kind.clone(),
            target: by_window.then(|| wanted.target.clone()),
            is_worker,
            phase: Phase::Waiting,
            session: None,
            peer: None,
            waiting: Some(Waiting {
                promise: promise.clone(),
                deadline,
                stop_listening,
            }),
            _listener: listener,
        };
        let address = door.address();
        self.inner.borrow_mut().doors.push(door);
        self.wake_by(deadline);
        if let Some(identity) = identity {
            self.emit_state(&identity, State::Disconnected, State::Connecting);
        }
        if by_window {
            // A frame that is not there yet says hello by itself when it is.
            if let Some(address) = address {
                address.knock();
            }
            return Ok(promise.promise.into());
        }
        let proven = Proven {
            alias: wanted.alias,
            kind: peer_kind,
            origin: String::new(),
            door: Some(number),
            from: None,
        };
        let started = if wanted.kind == "port" {
            Ok(self.start_port(wanted.target.unchecked_into(), proven))
        } else {
            self.start_link(wanted.target, proven)
        };
        match started {
            Ok(session) => {
                let joined = {
                    let mut inner = self.inner.borrow_mut();
                    if let Some(door) = inner.door(number) {
                        door.session = Some(session);
                        door.phase = Phase::Offered {
                            mark: 0.0,
                            nonce: String::new(),
                        };
                    }
                    inner.sessions.get(&session).and_then(|session| session.peer)
                };
                // A link may carry the answer back before send() returns.
                if let Some(peer) = joined {
                    self.door_joined(session, peer);
                }
            }
            Err(error) => self.give_up(number, &error),
        }
        Ok(promise.promise.into())
    }

    /// Messages of a worker come to the worker object; a frame's load event tells that it shows another document.
    fn listen_at_door(&self, number: u32, wanted: &Wanted) -> Option<EventListener> {
        let hub = self.weak();
        match wanted.kind.as_str() {
            "worker" => Some(window::listen(&wanted.target, move |event| {
                if let Some(hub) = hub.upgrade() {
                    hub.heard_from_worker(number, event);
                }
            })),
            "iframe" => Some(EventListener::new(
                wanted.target.unchecked_ref(),
                "load",
                move |_| {
                    if let Some(hub) = hub.upgrade() {
                        hub.frame_loaded(number);
                    }
                },
            )),
            _ => None,
        }
    }

    /// A frame shows a document, and its peer may have been in the one before, whose goodbye got lost: it is asked.
    fn frame_loaded(&self, number: u32) {
        let peer = match self.inner.borrow_mut().door(number) {
            Some(door) => door.peer,
            None => return,
        };
        let Some(peer) = peer else { return };
        let asked = host::now();
        self.ping(peer);
        let hub = self.weak();
        after(ANSWER_COMES, move || {
            if let Some(hub) = hub.upgrade() {
                let silent = hub
                    .inner
                    .borrow()
                    .peers
                    .get(peer)
                    .is_some_and(|peer| peer.heard < asked);
                if silent {
                    hub.leave_peer(peer, Reason::Navigated);
                }
            }
        });
    }

    /// An id names one peer. What it named is gone when its frame left the page: then the id is free.
    fn check_alias(&self, alias: &str, target: &JsValue) -> Result<(), JsValue> {
        let (door, other_peer) = {
            let inner = self.inner.borrow();
            let door = inner.doors.iter().find(|door| door.alias() == alias);
            let door = door.map(|door| {
                (
                    door.number,
                    door.peer,
                    door.target.as_ref() == Some(target),
                    door.is_over(),
                )
            });
            let other_peer = inner
                .peers
                .iter()
                .any(|(_, peer)| peer.identity.alias == alias && peer.uid != alias);
            (door, other_peer)
        };
        match door {
            Some((_, _, true, _)) => return Ok(()),
            Some((number, peer, false, true)) => {
                if let Some(peer) = peer {
                    self.lose_peer(peer, Reason::Closed);
                }
                self.give_up(number, &fail(codes::PEER_LOST, "the frame left the page"));
                self.inner.borrow_mut().doors.retain(|door| door.number != number);
                return Ok(());
            }
            None if !other_peer => return Ok(()),
            _ => {}
        }
        let message = text(&[
            "the id '",
            alias,
            "' is in use: disconnect it first, or choose another",
        ]);
        Err(fail(codes::CONNECTION, &message))
    }

    /// connect() again for what is connected, or being connected, gives the same.
    fn same_door(&self, wanted: &Wanted) -> Option<Result<JsValue, JsValue>> {
        let (waiting, peer, number, address) = {
            let inner = self.inner.borrow();
            let door = inner.doors.iter().find(|door| {
                door.target.as_ref() == Some(&wanted.target)
                    && (wanted.alias.is_none() || door.alias == wanted.alias)
            })?;
            let waiting = door
                .waiting
                .as_ref()
                .map(|waiting| waiting.promise.promise.clone());
            (waiting, door.peer, door.number, door.address())
        };
        if let Some(promise) = waiting {
            return Some(Ok(promise.into()));
        }
        if let Some(info) = peer.and_then(|peer| self.info(peer)) {
            return Some(Ok(js_sys::Promise::resolve(&info).into()));
        }
        // It was connected once and is gone: ask again, and wait.
        let promise = Deferred::new();
        let deadline = host::now() + wanted.timeout;
        if let Some(door) = self.inner.borrow_mut().door(number) {
            door.waiting = Some(Waiting {
                promise: promise.clone(),
                deadline,
                stop_listening: None,
            });
        }
        self.wake_by(deadline);
        if let Some(address) = address {
            address.knock();
        }
        Some(Ok(promise.promise.into()))
    }

    /// Says hello to the windows that may be waiting for this one.
    pub(crate) fn greet_relatives(&self) -> Vec<Address> {
        let mut relatives: Vec<Address> = host::relatives().iter().map(Address::window).collect();
        let worker = host::own_worker();
        if !worker.is_undefined() {
            relatives.push(Address::worker(worker));
        }
        for relative in &relatives {
            self.say_hello(relative.clone(), "*");
        }
        relatives
    }

    fn say_hello(&self, to: Address, origin: &str) {
        let nonce = {
            let mut inner = self.inner.borrow_mut();
            match inner
                .greetings
                .iter()
                .find(|greeting| greeting.to.is(to.outlet()))
            {
                Some(greeting) => greeting.nonce.clone(),
                None => {
                    let nonce = host::random_id();
                    if inner.greetings.len() >= GREETINGS_KEPT {
                        inner.greetings.remove(0);
                    }
                    inner.greetings.push(Greeting {
                        to: to.clone(),
                        nonce: nonce.clone(),
                        taken: Vec::new(),
                    });
                    nonce
                }
            }
        };
        to.hello(origin, &nonce, host::document_mark());
    }

    /// A message came to this window. The order of the questions matters: nothing of it is read before its origin is known.
    pub(crate) fn heard_by_window(&self, event: &MessageEvent) {
        if !event.is_trusted() {
            return;
        }
        let Some(source) = event.source() else { return };
        let source = JsValue::from(source);
        let origin = event.origin();
        if !self.config.allowed.allows(&origin) {
            if host::own_window() != source {
                self.reject(&origin, codes::ORIGIN);
            }
            return;
        }
        if let Some(step) = window::read(event) {
            self.heard(Address::window(source), &origin, step);
        }
    }

    fn heard_from_worker(&self, number: u32, event: &MessageEvent) {
        let target = {
            let mut inner = self.inner.borrow_mut();
            inner.door(number).and_then(|door| door.target.clone())
        };
        if let (Some(target), Some(step)) = (target, window::read(event)) {
            let origin = self.config.own_origin.clone().unwrap_or_default();
            self.heard(Address::worker(target), &origin, step);
        }
    }

    /// In a worker: a message from the page that made it.
    pub(crate) fn heard_by_worker(&self, global: &JsValue, event: &MessageEvent) {
        if let Some(step) = window::read(event) {
            let origin = self.config.own_origin.clone().unwrap_or_default();
            self.heard(Address::worker(global.clone()), &origin, step);
        }
    }

    fn heard(&self, from: Address, origin: &str, step: Heard) {
        match step {
            Heard::Knock => self.say_hello(from, origin),
            Heard::Hello { mark, nonce } => self.heard_hello(&from, origin, mark, nonce),
            Heard::Offer {
                nonce,
                mark,
                from: uid,
                port,
            } => {
                let Some(proven) = self.weigh_offer(&from, origin, &nonce, &uid) else {
                    port.close();
                    return;
                };
                let door = proven.door;
                let session = self.start_port(port, proven);
                if let Some(door) = door
                    && let Some(door) = self.inner.borrow_mut().door(door)
                {
                    // Its hello may still be on the way to us: it is of the document that we have accepted.
                    door.phase = Phase::Joined { mark };
                    door.session = Some(session);
                }
            }
            Heard::OtherVersion => {
                self.reject(origin, codes::WIRE_VERSION);
            }
        }
    }

    fn heard_hello(&self, from: &Address, origin: &str, mark: f64, nonce: String) {
        let (number, verdict, old) = {
            let inner = self.inner.borrow();
            let Some(door) = inner
                .doors
                .iter()
                .find(|door| door.address().is_some_and(|address| address.is(from.outlet())))
            else {
                return;
            };
            (
                door.number,
                handshake::on_hello(&door.phase, mark, &nonce),
                door.session,
            )
        };
        match verdict {
            OnHello::Ignore => return,
            OnHello::Offer => {}
            OnHello::Replace => {
                if let Some(old) = old {
                    self.end_session(old, Reason::Navigated);
                }
            }
        }
        // A new channel for each attempt: a port that was sent is spent, whether it arrived or not.
        let Ok(channel) = MessageChannel::new() else {
            return;
        };
        let proven = {
            let mut inner = self.inner.borrow_mut();
            let Some(door) = inner.door(number) else { return };
            door.phase = Phase::Offered {
                mark,
                nonce: nonce.clone(),
            };
            Proven {
                alias: door.alias.clone(),
                kind: door.kind.clone(),
                origin: origin.to_owned(),
                door: Some(number),
                from: Some(from.clone()),
            }
        };
        let session = self.start_port(channel.port1(), proven);
        if let Some(door) = self.inner.borrow_mut().door(number) {
            door.session = Some(session);
        }
        from.offer(origin, &nonce, host::document_mark(), &self.uid, &channel.port2());
    }

    /// Whether an offer is one we asked for, and what then is proven of its sender.
    fn weigh_offer(&self, from: &Address, origin: &str, nonce: &str, uid: &str) -> Option<Proven> {
        let (verdict, door, mine) = {
            let mut inner = self.inner.borrow_mut();
            let door = inner
                .doors
                .iter()
                .find(|door| door.address().is_some_and(|address| address.is(from.outlet())))
                .map(|door| {
                    (
                        door.number,
                        door.phase.clone(),
                        door.session,
                        door.alias.clone(),
                        door.kind.clone(),
                    )
                });
            let greeting = inner
                .greetings
                .iter_mut()
                .find(|greeting| greeting.nonce == nonce && greeting.to.is(from.outlet()))?;
            let before = greeting.taken.iter().any(|taken| taken == uid);
            let phase = door.as_ref().map(|door| &door.1);
            let verdict = handshake::on_offer(phase, before, &self.uid, uid);
            if verdict != OnOffer::Ignore {
                greeting.taken.push(uid.to_owned());
            }
            let mine = door.as_ref().and_then(|door| door.2);
            (verdict, door, mine)
        };
        match verdict {
            OnOffer::Ignore => return None,
            OnOffer::Accept => {}
            OnOffer::Yield => {
                if let Some(mine) = mine {
                    let session = self.inner.borrow_mut().sessions.remove(&mine);
                    if let Some(wire) = session.and_then(|session| session.wire) {
                        wire.close();
                    }
                }
            }
        }
        // A door that is connected already stays with whom it has; the new one is a peer of its own.
        let door = door.filter(|door| !matches!(door.1, Phase::Joined { .. }));
        Some(match door {
            Some((number, _, _, alias, kind)) => Proven {
                alias,
                kind,
                origin: origin.to_owned(),
                door: Some(number),
                from: Some(from.clone()),
            },
            None => Proven {
                alias: None,
                kind: if from.is_worker() {
                    "parent".to_owned()
                } else {
                    host::kind_of(from.outlet())
                },
                origin: origin.to_owned(),
                door: None,
                from: Some(from.clone()),
            },
        })
    }

    /// The other end has joined on the wire of a door.
    pub(crate) fn door_joined(&self, session: u32, peer: PeerRef) {
        let waiting = {
            let mut inner = self.inner.borrow_mut();
            let Some(door) = inner.doors.iter_mut().find(|door| door.session == Some(session)) else {
                return;
            };
            let mark = match door.phase {
                Phase::Offered { mark, .. } | Phase::Joined { mark } => mark,
                Phase::Waiting => 0.0,
            };
            door.phase = Phase::Joined { mark };
            door.peer = Some(peer);
            door.waiting.take()
        };
        if let Some(waiting) = waiting {
            waiting.stop();
            if let Some(info) = self.info(peer) {
                waiting.promise.resolve(&info);
            }
        }
    }

    /// The peer of a door is gone. The door stays: whoever comes next in that window is let in under the same id.
    pub(crate) fn door_lost(&self, peer: PeerRef, reason: Reason) {
        let number = {
            let mut inner = self.inner.borrow_mut();
            let Some(door) = inner.doors.iter_mut().find(|door| door.peer == Some(peer)) else {
                return;
            };
            door.peer = None;
            door.number
        };
        self.door_reopened(Some(number), reason);
    }

    /// A door's wire ended: its window may have another Parley, or will have.
    pub(crate) fn door_reopened(&self, number: Option<u32>, _reason: Reason) {
        let Some(number) = number else { return };
        let address = {
            let mut inner = self.inner.borrow_mut();
            let Some(door) = inner.door(number) else { return };
            door.phase = Phase::Waiting;
            door.session = None;
            door.peer = None;
            door.address()
        };
        if let Some(address) = address {
            address.knock();
        }
    }

    /// Ends the wait of a door that never got through, and the door.
    pub(crate) fn give_up(&self, number: u32, error: &JsValue) {
        let door = {
            let mut inner = self.inner.borrow_mut();
            let Some(at) = inner.doors.iter().position(|door| door.number == number) else {
                return;
            };
            if inner.doors.get(at).is_none_or(|door| door.waiting.is_none()) {
                return;
            }
            inner.doors.remove(at)
        };
        if let Some(session) = door.session {
            let session = self.inner.borrow_mut().sessions.remove(&session);
            if let Some(wire) = session.and_then(|session| session.wire) {
                wire.close();
            }
        }
        if let Some(waiting) = door.waiting {
            waiting.stop();
            waiting.promise.reject(error);
        }
        if let Some(alias) = &door.alias {
            let identity = Identity::new(alias, &door.kind, "", false);
            self.emit_state(&identity, State::Connecting, State::Disconnected);
        }
    }

    /// Rejects the connections that took too long; when the next would.
    pub(crate) fn doors_due(&self, now: f64) -> f64 {
        let mut next = f64::INFINITY;
        let mut late = Vec::new();
        for door in &self.inner.borrow().doors {
            match &door.waiting {
                Some(waiting) if waiting.deadline <= now => late.push((door.number, door.alias.clone())),
                Some(waiting) => next = next.min(waiting.deadline),
                None => {}
            }
        }
        for (number, alias) in late {
            let name = alias.unwrap_or_default();
            let message = text(&[
                "nobody answered connect('",
                &name,
                "') in time: is a Parley created there, and does each side's allowedOrigins name the other?",
            ]);
            let details = [("targetId", JsValue::from_str(&name))];
            self.give_up(number, &fail_with(codes::TIMEOUT, &message, &details));
        }
        next
    }

    /// Takes a door away for good. Whether there was one.
    pub(crate) fn close_door(&self, name: &str, peer: Option<PeerRef>) -> bool {
        let (number, awaited) = {
            let inner = self.inner.borrow();
            let found = inner
                .doors
                .iter()
                .find(|door| door.alias.as_deref() == Some(name) || (peer.is_some() && door.peer == peer));
            match found {
                Some(door) => (door.number, door.waiting.is_some()),
                None => return false,
            }
        };
        if awaited {
            self.give_up(number, &fail(codes::CONNECTION, "disconnect() ended the attempt"));
        } else {
            self.inner.borrow_mut().doors.retain(|door| door.number != number);
        }
        true
    }

    /// Ends every wait; for destroy().
    pub(crate) fn close_doors(&self) {
        loop {
            let number = match self.inner.borrow().doors.first() {
                Some(door) => door.number,
                None => return,
            };
            self.give_up(number, &fail(codes::DESTROYED, "the Parley was destroyed"));
            self.inner.borrow_mut().doors.retain(|door| door.number != number);
        }
    }

    /// Doors whose frame left the page, or whose popup was closed, with nobody there to say so.
    pub(crate) fn doors_gone(&self) -> Vec<(PeerRef, Reason)> {
        let inner = self.inner.borrow();
        let doors = inner
            .doors
            .iter()
            .filter(|door| door.target.is_some() && door.address().is_none())
            .filter_map(|door| door.peer);
        let closed = inner.peers.iter().filter(|(_, peer)| !peer.on_mesh);
        let closed = closed.filter(|(_, peer)| peer.window.as_ref().is_some_and(Address::is_closed));
        doors
            .chain(closed.map(|(at, _)| at))
            .map(|at| (at, Reason::Closed))
            .collect()
    }

    /// Forgets what was said to a window, so that its next offer needs a new hello.
    pub(crate) fn forget_greetings(&self, uid: &str) {
        for greeting in &mut self.inner.borrow_mut().greetings {
            greeting.taken.retain(|taken| taken != uid);
        }
    }

    /// Asks at every door that has nobody behind it; after the page comes back from the cache.
    pub(crate) fn knock_again(&self) {
        let addresses: Vec<Address> = {
            let inner = self.inner.borrow();
            inner
                .doors
                .iter()
                .filter(|door| door.peer.is_none())
                .filter_map(Door::address)
                .collect()
        };
        for address in addresses {
            address.knock();
        }
    }
}

/// How long a peer has to answer when its frame has loaded another document, perhaps, ms.
const ANSWER_COMES: f64 = 1000.0;
/// Windows greeted and remembered: parent and opener, and whoever knocked last.
const GREETINGS_KEPT: usize = 256;

impl Waiting {
    fn stop(&self) {
        if let Some(stop) = &self.stop_listening {
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
    }
}

impl super::Inner {
    fn door(&mut self, number: u32) -> Option<&mut Door> {
        self.doors.iter_mut().find(|door| door.number == number)
    }
}

impl super::Inner {
    /// Whether a peer came by a frame element that is still in its page.
    pub(crate) fn shows(&self, peer: PeerRef) -> bool {
        let door = self.doors.iter().find(|door| door.peer == Some(peer));
        door.is_some_and(|door| door.kind == "iframe" && door.address().is_some())
    }
}
