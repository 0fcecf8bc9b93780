//! The steps of the handshake, as `core::handshake` decides them: who is greeted, and whose offer is taken.

use wasm_bindgen::JsValue;
use web_sys::{MessageChannel, MessageEvent};

use super::Hub;
use super::session::Proven;
use crate::bindings::host;
use crate::core::codes;
use crate::core::frame::Reason;
use crate::core::handshake::{self, OnHello, OnOffer, Phase};
use crate::transport::window::{self, Address, Heard};

/// What we said to a window, so that its offer is known.
pub(crate) struct Greeting {
    pub(super) to: Address,
    pub(super) nonce: String,
    /// Whose offers were taken on it.
    pub(super) taken: Vec<String>,
}

/// Windows greeted and remembered: parent and opener, and whoever knocked last.
const GREETINGS_KEPT: usize = 256;

impl Hub {
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

    pub(super) fn heard_from_worker(&self, number: u32, event: &MessageEvent) {
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

    /// Forgets what was said to a window, so that its next offer needs a new hello.
    pub(crate) fn forget_greetings(&self, uid: &str) {
        for greeting in &mut self.inner.borrow_mut().greetings {
            greeting.taken.retain(|taken| taken != uid);
        }
    }
}
