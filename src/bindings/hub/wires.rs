//! Ports and links become wires; each says who is there, and lossy ones say it again until they are answered.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::MessagePort;

use super::Hub;
use super::session::{Proof, Proven, Session};
use crate::core::codes;
use crate::platform::error::{fail_with, text};
use crate::platform::host;
use crate::transport::Wire;
use crate::transport::link::LinkWire;
use crate::transport::port::PortWire;

/// A lossy link's first repetition comes after this, each next after twice as long, ms.
const JOIN_AGAIN: f64 = 100.0;

impl Hub {
    /// Takes a port as a wire. Its number, by which it is closed if nobody joins.
    pub(crate) fn start_port(&self, port: MessagePort, proven: Proven) -> u32 {
        let number = self.new_session(proven);
        let (speakers, hub) = (self.weak(), self.weak());
        let (failing, closing) = (self.weak(), self.weak());
        let wire = PortWire::start(
            port,
            move || speakers.upgrade().is_some_and(|hub| hub.may_be_heard(number)),
            move |frame| {
                if let Some(hub) = hub.upgrade() {
                    hub.on_frame(number, &frame);
                }
            },
            move |count| {
                if let Some(hub) = failing.upgrade() {
                    hub.cannot_read(number, count);
                }
            },
            move |event| {
                if let Some(hub) = closing.upgrade() {
                    hub.wire_closed(number, &host::cause_of(event));
                }
            },
        );
        self.say_join(number, Rc::new(wire));
        number
    }

    /// Takes a user's link as a wire.
    pub(crate) fn start_link(&self, link: JsValue, proven: Proven) -> Result<u32, JsValue> {
        let number = self.new_session(proven);
        let (speakers, frames) = (self.weak(), self.weak());
        let (misfits, closes) = (self.weak(), self.weak());
        let wire = LinkWire::start(
            link,
            move || speakers.upgrade().is_some_and(|hub| hub.may_be_heard(number)),
            move |frame| {
                if let Some(hub) = frames.upgrade() {
                    hub.on_frame(number, &frame);
                }
            },
            move || {
                if let Some(hub) = misfits.upgrade() {
                    hub.link_unfit(number);
                }
            },
            move || {
                if let Some(hub) = closes.upgrade() {
                    hub.wire_closed(number, "");
                }
            },
        );
        match wire {
            Ok(wire) => {
                self.say_join(number, Rc::new(wire));
                Ok(number)
            }
            Err(error) => {
                self.inner.borrow_mut().sessions.remove(&number);
                Err(error)
            }
        }
    }

    fn new_session(&self, proven: Proven) -> u32 {
        let mut inner = self.inner.borrow_mut();
        inner.next_token += 1;
        let number = inner.next_token;
        inner.sessions.insert(
            number,
            Session {
                wire: None,
                proven,
                peer: None,
                again: None,
                mark: 0.0,
                since: host::now(),
            },
        );
        number
    }

    fn say_join(&self, number: u32, wire: Rc<dyn Wire>) {
        let again = wire.is_lossy().then(|| (host::now() + JOIN_AGAIN, JOIN_AGAIN));
        let proven = match self.inner.borrow_mut().sessions.get_mut(&number) {
            Some(session) => {
                session.wire = Some(wire.clone());
                session.again = again;
                session.proven.clone()
            }
            None => return,
        };
        if !matches!(proven.proof, Proof::Awaited(_)) {
            let frame = self.join_to(&proven, false);
            if let Proof::Given(nonce) = &proven.proof {
                frame.set(6, JsValue::from_str(nonce));
            }
            // A wire that fails at once says so by its own close.
            let _ = wire.post(&frame, None);
        }
        if let Some((at, _)) = again {
            self.wake_by(at);
        }
    }

    /// Repeats the join on lossy wires nobody has answered on; when next.
    pub(crate) fn join_again(&self, now: f64) -> f64 {
        let mut next = f64::INFINITY;
        let mut wires = Vec::new();
        for session in self.inner.borrow_mut().sessions.values_mut() {
            if session.peer.is_some() {
                continue;
            }
            let Some((at, pause)) = session.again else {
                continue;
            };
            if at <= now {
                session.again = Some((now + pause * 2.0, pause * 2.0));
                wires.extend(session.wire.clone());
                next = next.min(now + pause * 2.0);
            } else {
                next = next.min(at);
            }
        }
        for wire in wires {
            let _ = wire.post(&self.join_frame(false), None);
        }
        next
    }

    /// Repeats every unanswered join on lossy wires at once.
    pub(crate) fn join_again_now(&self) {
        for session in self.inner.borrow_mut().sessions.values_mut() {
            session.again = session.again.map(|(_, pause)| (0.0, pause / 2.0));
        }
        self.join_again(host::now());
    }

    /// A link has changed a frame, or the other side sends in another form than this one asks for: nothing of what states send
    /// would arrive. Whoever waits for the connection is told; the other side hears a last join, and tells the same.
    pub(super) fn link_unfit(&self, number: u32) {
        let joining = {
            let inner = self.inner.borrow();
            let session = inner.sessions.get(&number);
            let session = session.filter(|session| session.peer.is_none());
            session.map(|session| (session.wire.clone(), session.proven.target))
        };
        let Some((wire, target)) = joining else {
            return self.reject("", codes::MALFORMED);
        };
        if let Some(wire) = wire {
            let _ = wire.post(&self.join_frame(false), None);
        }
        let Some(target) = target else { return };
        let alias = match self.inner.borrow_mut().target(target) {
            Some(target) => target.alias().to_owned(),
            None => return,
        };
        let message = text(&[
            "the link of connect('",
            &alias,
            "') changes the values it carries, as JSON does, or the other side of it carries another form: give the link json: true, or binary: true, on both sides",
        ]);
        let details = [("targetId", JsValue::from_str(&alias))];
        self.give_up(target, &fail_with(codes::SERIALIZATION, &message, &details));
    }
}
