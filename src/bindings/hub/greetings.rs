//! The steps of the handshake, as `core::connection::handshake` decides them: which hello is answered, which offer is accepted.

use wasm_bindgen::JsValue;
use web_sys::{MessageChannel, MessageEvent, MessagePort};

use super::Hub;
use super::session::{Proof, Proven};
use crate::bindings::shared::after;
use crate::core::codes;
use crate::core::connection::greetings::Offered;
use crate::core::connection::half_open;
use crate::core::connection::handshake::{OnOffer, Phase};
use crate::core::connection::target::{SECOND, Verdict};
use crate::core::frame::Reason;
use crate::core::origin::OPAQUE;
use crate::platform::host;
use crate::transport::window::{self, Address, Heard};

impl Hub {
    /// Says hello to the windows that may be waiting for this one.
    pub(crate) fn greet_relatives(&self) -> Vec<Address> {
        let mut relatives: Vec<Address> = host::relatives().iter().map(Address::window).collect();
        let worker = host::own_worker();
        if !worker.is_undefined() {
            relatives.push(Address::worker(worker));
        }
        for relative in &relatives {
            self.greet(relative.clone(), "*", true);
        }
        relatives
    }

    fn say_hello(&self, to: Address, origin: &str) {
        self.greet(to, origin, false);
    }

    fn greet(&self, to: Address, origin: &str, is_relative: bool) {
        let greetings = &mut self.inner.borrow_mut().greetings;
        let nonce = greetings.greet(&to, is_relative, host::random_id);
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
            if host::own_window() == source || (origin == OPAQUE && self.heard_opaque(&source, event)) {
                return;
            }
            if origin == OPAQUE || !self.lets_any_in(&source) {
                self.refuse_window(&source, &origin);
                return self.reject(&origin, codes::ORIGIN);
            }
        }
        let source = Address::window(source);
        if self.is_blocked(&source) {
            return self.reject(&origin, codes::DENIED);
        }
        if let Some(step) = window::read(event) {
            self.heard(source, &origin, step);
        }
    }

    /// Whether `connect` said that this very window may be of any origin.
    pub(super) fn lets_any_in(&self, source: &JsValue) -> bool {
        let inner = self.inner.borrow();
        let mut targets = inner.targets.iter();
        targets.any(|target| target.handshake.lets_any_in() && target.is_at(source))
    }

    /// A message of an opaque origin: heard if a target was opened for exactly this window. Whether there is one.
    fn heard_opaque(&self, source: &JsValue, event: &MessageEvent) -> bool {
        let is_meant = self
            .inner
            .borrow()
            .targets
            .iter()
            .any(|target| target.handshake.lets_opaque_in() && target.is_at(source));
        let from = Address::window(source.clone());
        match window::read(event).filter(|_| is_meant) {
            // The window may show another document by now, which then reads this hello. Its nonce is of no worth there.
            Some(Heard::Knock) => self.say_hello(from, "*"),
            Some(Heard::Hello { mark, nonce }) => self.heard_hello(&from, OPAQUE, mark, nonce),
            Some(Heard::Invite { token, mark, port }) => {
                let proven = self.weigh_invitation(&from, OPAQUE, &token);
                self.take_port(&from, port, mark, proven);
            }
            _ => {}
        }
        is_meant
    }

    pub(super) fn heard_from_worker(&self, number: u32, event: &MessageEvent) {
        let target = {
            let mut inner = self.inner.borrow_mut();
            inner.target(number).and_then(|target| target.object.clone())
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
        if self.is_blocked(&from) {
            return self.reject(origin, codes::DENIED);
        }
        if !matches!(step, Heard::Knock) {
            self.shows_another(&from);
        }
        match step {
            Heard::Knock => {
                self.relative_knocks(&from);
                self.say_hello(from, origin);
            }
            Heard::Hello { mark, nonce } => self.heard_hello(&from, origin, mark, nonce),
            Heard::Offer {
                nonce,
                mark,
                from: uid,
                port,
            } => {
                let is_ours = self.inner.borrow().greetings.has_said(&from, &nonce);
                let proven = self.weigh_offer(&from, origin, &nonce, &uid);
                // Another Parley in this window hears the same message, and may take the port.
                if is_ours {
                    self.take_port(&from, port, mark, proven);
                }
            }
            Heard::Invite { token, mark, port } => {
                let proven = self.weigh_invitation(&from, origin, &token);
                self.take_port(&from, port, mark, proven);
            }
            Heard::OtherVersion => {
                self.reject(origin, codes::WIRE_VERSION);
            }
        }
    }

    fn take_port(&self, from: &Address, port: MessagePort, mark: f64, proven: Option<Proven>) {
        let Some(proven) = proven else {
            port.close();
            return;
        };
        let (target, origin) = (proven.target, proven.origin.clone());
        if target.is_none() {
            self.make_room(from);
        }
        let session = self.start_port(port, proven);
        self.note_mark(session, mark);
        if let Some(target) = target
            && let Some(target) = self.inner.borrow_mut().target(target)
        {
            // Its hello may still be on the way to us: it is of the document that we have accepted.
            target.handshake.accepted(&origin, mark);
            target.session = Some(session);
        }
    }

    /// An unfinished handshake makes room for a new one of that window.
    fn make_room(&self, from: &Address) {
        let stale = {
            let inner = self.inner.borrow();
            let pending: Vec<(u32, bool)> = inner
                .sessions
                .iter()
                .filter(|(_, session)| session.peer.is_none() && session.proven.target.is_none())
                .filter_map(|(number, session)| {
                    let window = session.proven.from.as_ref()?;
                    Some((*number, window.is(from.outlet())))
                })
                .collect();
            half_open::to_end(&pending)
        };
        if let Some(number) = stale {
            self.end_session(number, Reason::Denied);
        }
    }

    fn heard_hello(&self, from: &Address, origin: &str, mark: f64, nonce: String) {
        let now = host::now();
        let (number, verdict, old, kind) = {
            let mut inner = self.inner.borrow_mut();
            let Some(target) = inner
                .targets
                .iter_mut()
                .find(|target| target.is_at(from.outlet()))
            else {
                return;
            };
            let verdict = target.handshake.on_hello(now, origin, mark, &nonce);
            let kind = (verdict == Verdict::Another).then(|| target.kind.clone());
            (target.number, verdict, target.session, kind)
        };
        match verdict {
            Verdict::Offer => {}
            Verdict::Replace => {
                if let Some(old) = old {
                    self.end_session(old, Reason::Navigated);
                }
            }
            Verdict::Ignore => return,
            Verdict::Another => {
                return self.offer_another(from, origin, &nonce, kind.unwrap_or_default());
            }
            Verdict::Revoke => return self.revoke(number),
            Verdict::TooMany { is_first } => {
                self.reject(origin, codes::LIMIT);
                if is_first {
                    self.knock_later(number);
                }
                return;
            }
        }
        // A new channel for each attempt: a port that was sent is spent, whether it arrived or not.
        let Ok(channel) = MessageChannel::new() else {
            return;
        };
        let is_opaque = origin == OPAQUE;
        let proven = {
            let mut inner = self.inner.borrow_mut();
            let Some(target) = inner.target(number) else {
                return;
            };
            target.handshake.offered(origin, mark, &nonce);
            Proven {
                alias: target.alias.clone(),
                kind: target.kind.clone(),
                origin: origin.to_owned(),
                target: Some(number),
                from: Some(from.clone()),
                grants: target.grants.clone(),
                proof: if is_opaque {
                    Proof::Awaited(nonce.clone())
                } else {
                    Proof::None
                },
            }
        };
        let session = self.start_port(channel.port1(), proven);
        if let Some(target) = self.inner.borrow_mut().target(number) {
            target.session = Some(session);
        }
        if is_opaque {
            from.invite(&host::random_id(), host::document_mark(), &channel.port2());
        } else {
            from.offer(origin, &nonce, host::document_mark(), &self.uid, &channel.port2());
        }
    }

    /// Knocks at the window of a target a second from now: by then it may show another document.
    fn knock_later(&self, number: u32) {
        let hub = self.weak();
        after(SECOND, move || {
            if let Some(hub) = hub.upgrade() {
                let address = hub
                    .inner
                    .borrow_mut()
                    .target(number)
                    .and_then(|target| target.address());
                if let Some(address) = address {
                    address.knock();
                }
            }
        });
    }

    /// Whether an offer is one we asked for, and what then is proven of its sender.
    fn weigh_offer(&self, from: &Address, origin: &str, nonce: &str, uid: &str) -> Option<Proven> {
        let (offered, target) = {
            let mut inner = self.inner.borrow_mut();
            let target = inner.targets.iter().find(|target| target.is_at(from.outlet()));
            let here = target.and_then(|target| target.peer);
            let here = here.filter(|&at| inner.peers.any(at).is_some_and(|peer| peer.uid == uid));
            let target = target.map(|target| {
                (
                    target.number,
                    target.handshake.phase().clone(),
                    target.session,
                    here,
                )
            });
            let phase = target.as_ref().map(|target| &target.1);
            let greetings = &mut inner.greetings;
            let offered = greetings.on_offer(from, nonce, uid, phase, here.is_some(), &self.uid);
            (offered, target)
        };
        let mine = target.as_ref().and_then(|target| target.2);
        match offered {
            Offered::Unasked => return None,
            Offered::Stale => {
                self.say_hello(from.clone(), origin);
                return None;
            }
            Offered::Full => {
                self.reject(origin, codes::LIMIT);
                return None;
            }
            Offered::Asked(OnOffer::Ignore) => {
                match target {
                    // It is connected, and offers again: either this offer is late, or it no longer hears the port it has.
                    Some((number, _, _, Some(peer))) => self.ask_for_sign(number, peer),
                    // It has given up the port of the offer that was accepted, and its goodbye was lost.
                    Some((_, Phase::Joined { .. }, Some(session), None)) if self.is_half_open(session) => {
                        self.end_session(session, Reason::Local);
                        self.say_hello(from.clone(), origin);
                    }
                    // Ours counts, if it is still alive: it is lost where the other side was paused, or still connected, when it
                    // arrived. Then the hello that answers carries another nonce, and is offered a new channel.
                    Some((_, Phase::Offered { .. }, _, _)) => from.knock(),
                    _ => {}
                }
                return None;
            }
            Offered::Asked(OnOffer::Accept) => {}
            Offered::Asked(OnOffer::Yield) => {
                if let Some(mine) = mine {
                    let session = self.inner.borrow_mut().sessions.remove(&mine);
                    if let Some(wire) = session.and_then(|session| session.wire) {
                        wire.close();
                    }
                }
            }
        }
        // A target that is connected already stays with whom it has; the new one is a peer of its own.
        let target = target.filter(|target| !matches!(target.1, Phase::Joined { .. }));
        Some(self.prove(from, origin, target.map(|target| target.0), Proof::None))
    }

    fn is_half_open(&self, session: u32) -> bool {
        let inner = self.inner.borrow();
        let session = inner.sessions.get(&session);
        session.is_some_and(|session| session.peer.is_none())
    }

    /// An invitation comes from a parent or opener to a document of an opaque origin, which nobody can address: only there is
    /// it taken, and from nobody else but those who are let in.
    fn weigh_invitation(&self, from: &Address, origin: &str, token: &str) -> Option<Proven> {
        if self.config.own_origin.as_deref() != Some(OPAQUE) {
            return None;
        }
        let (nonce, target, spent) = {
            let mut inner = self.inner.borrow_mut();
            let target = inner.targets.iter().find(|target| target.is_at(from.outlet()));
            let target = target.filter(|target| !target.handshake.is_joined());
            // An offer of ours to that window was of no use: nobody there hears an opaque origin.
            let (target, spent) = target.map_or((None, None), |target| (Some(target.number), target.session));
            let nonce = inner.greetings.on_invitation(from, token)?;
            (
                nonce,
                target,
                spent.and_then(|number| inner.sessions.remove(&number)),
            )
        };
        if let Some(wire) = spent.and_then(|session| session.wire) {
            wire.close();
        }
        Some(self.prove(from, origin, target, Proof::Given(nonce)))
    }

    /// A connection is over: what was said to the window it came from is worth no answer any more. The window hears the new
    /// nonce if its next offer has come already, before the goodbye, and was ignored.
    pub(crate) fn forget_greetings(&self, uid: &str, window: Option<&Address>) {
        let is_ignored = {
            let mut inner = self.inner.borrow_mut();
            let here: Vec<String> = inner.peers.everyone().map(|(_, peer)| peer.uid.clone()).collect();
            let is_ignored = inner.greetings.forget(uid, window, &here, host::random_id);
            is_ignored && !inner.ending
        };
        if let Some(window) = window.filter(|_| is_ignored)
            && !self.is_blocked(window)
        {
            self.say_hello(window.clone(), "*");
        }
    }
}
