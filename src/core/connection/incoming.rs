//! Incoming handshake steps: which windows are admitted, which hello is answered, which port is accepted.
//!
//! The order of the questions matters: nothing of a message is read before its origin is known.

use std::rc::Rc;

use super::connections::Connections;
use super::effect::Effect;
use super::handshake::{OnOffer, Phase};
use super::hellos::Offered;
use super::host::{Host, Window};
use super::policy::Policy;
use super::proof::{Proof, Proven};
use super::target::{Handshake, HelloResponse};
use super::targets::Target;
use crate::core::codes;
use crate::core::frame::Reason;
use crate::core::grants::Grants;
use crate::core::origin::OPAQUE;

/// One step of a handshake, as it arrived.
pub enum Step<P> {
    /// A window wants to connect.
    RequestHello,
    /// A Parley in the document `mark` is there.
    Hello {
        /// Its document.
        mark: f64,
        /// What an offer to it has to name.
        nonce: String,
    },
    /// An answer to our hello.
    Offer {
        /// What our hello named.
        nonce: String,
        /// The sender's document.
        mark: f64,
        /// The sender's own id.
        uid: String,
        /// One end of a channel.
        port: P,
    },
    /// The same to a document of an opaque origin: it has to prove that it is the one that said hello.
    Invite {
        /// Identifies the invitation.
        token: String,
        /// The sender's document.
        mark: f64,
        /// One end of a channel.
        port: P,
    },
    /// A Parley with another version of the wire format.
    OtherVersion,
}

/// The sender of a step.
pub struct Sender<W> {
    /// The window or worker.
    pub window: W,
    /// What it is to this window: a frame, a popup, a parent...
    pub kind: String,
    /// Itself, and the windows that it is in or was opened by.
    pub lineage: Vec<W>,
}

/// Whether a message to this window is read, by its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is read.
    Read,
    /// It is not: `disconnect` blocked this window.
    Blocked,
    /// It is not: its origin is not allowed.
    Foreign,
}

impl<H: Host> Connections<H> {
    /// Whether a message from this window is read, by its origin. One that is not allowed is let in where `connect` meant exactly
    /// this window and said so.
    pub fn admits(&self, policy: &Policy, from: &H::Window, origin: &str) -> Admission {
        let is_let_in = from.is_worker()
            || policy.allowed.allows(origin)
            || match origin == OPAQUE {
                true => self.has_target_at(from, Handshake::lets_opaque_in),
                false => self.lets_any_in(from),
            };
        match (is_let_in, self.blocked.has(from)) {
            (false, _) => Admission::Foreign,
            (true, true) => Admission::Blocked,
            (true, false) => Admission::Read,
        }
    }

    /// Whether `connect` said that this very window may be of any origin.
    pub(super) fn lets_any_in(&self, window: &H::Window) -> bool {
        self.has_target_at(window, Handshake::lets_any_in)
    }

    fn has_target_at(&self, window: &H::Window, is_such: fn(&Handshake) -> bool) -> bool {
        let mut targets = self.targets.iter();
        targets.any(|target| is_such(&target.handshake) && target.is_at(window))
    }

    /// Says hello to the windows that may be waiting for this one.
    pub fn send_hello_to_relatives(&mut self, relatives: &[H::Window]) {
        for relative in relatives {
            self.send_to(relative, "*", true);
        }
    }

    pub(super) fn send_to(&mut self, to: &H::Window, origin: &str, is_relative: bool) {
        // An opaque origin cannot be addressed. A window that reads this hello can do nothing with its nonce.
        let origin = if origin == OPAQUE { "*" } else { origin };
        let nonce = self.hellos.send_to(to, is_relative, &self.fresh);
        self.effects.push(Effect::Hello {
            to: to.clone(),
            origin: origin.to_owned(),
            nonce,
        });
    }

    /// A step came from a window or worker that [`Connections::admits`] let in.
    pub fn step_arrived(
        &mut self,
        policy: &Policy,
        sender: &Sender<H::Window>,
        origin: &str,
        step: Step<H::Port>,
        now: f64,
    ) {
        let from = &sender.window;
        if !matches!(step, Step::RequestHello) {
            self.shows_other_document(from);
        }
        match step {
            Step::RequestHello => {
                if let Some(discovery) = &mut self.discovery {
                    discovery.hello_requested(now, from);
                }
                self.send_to(from, origin, false);
            }
            Step::Hello { mark, nonce } => self.hello_arrived(policy, sender, origin, mark, nonce, now),
            // One of an opaque origin invites.
            Step::Offer { port, .. } if origin == OPAQUE => self.effects.push(Effect::ClosePort(port)),
            Step::Offer {
                nonce,
                mark,
                uid,
                port,
            } => {
                let is_ours = self.hellos.has_said(from, &nonce);
                let proven = self.evaluate_offer(policy, sender, origin, &nonce, &uid);
                // Another Parley in this window receives the same message, and may take the port.
                if is_ours {
                    self.take_port(from, port, mark, proven);
                }
            }
            Step::Invite { token, mark, port } => {
                let proven = self.evaluate_invitation(policy, sender, origin, &token);
                self.take_port(from, port, mark, proven);
            }
            Step::OtherVersion => self.reject(origin, codes::WIRE_VERSION),
        }
    }

    fn take_port(&mut self, from: &H::Window, port: H::Port, mark: f64, proven: Option<Proven<H::Window>>) {
        let Some(proven) = proven else {
            return self.effects.push(Effect::ClosePort(port));
        };
        match proven.target {
            None => self.make_capacity(from),
            Some(number) => {
                if let Some(target) = self.target(number) {
                    // Its hello may still be on the way to us: it is of the document that we have accepted.
                    target.handshake.accepted(&proven.origin, mark);
                }
            }
        }
        self.effects.push(Effect::Take { port, mark, proven });
    }

    fn hello_arrived(
        &mut self,
        policy: &Policy,
        sender: &Sender<H::Window>,
        origin: &str,
        mark: f64,
        nonce: String,
        now: f64,
    ) {
        let Some(target) = self.target_at(&sender.window) else {
            return;
        };
        let response = target.handshake.on_hello(now, origin, mark, &nonce);
        let (number, old, kind) = (target.number, target.session, target.kind.clone());
        match response {
            HelloResponse::Offer => {}
            HelloResponse::Replace => {
                if let Some(old) = old {
                    self.end_session(old, Reason::Navigated);
                }
            }
            HelloResponse::Ignore => return,
            HelloResponse::Another => {
                // It becomes a peer of its own, under its own id; the target stays with the first.
                let mut proven = self.prove(policy, sender, origin, None, Proof::None);
                proven.kind = kind;
                return self.effects.push(Effect::Offer { nonce, mark, proven });
            }
            HelloResponse::Revoke => return self.revoke(number),
            HelloResponse::TooMany { is_first } => {
                self.reject(origin, codes::LIMIT);
                if is_first {
                    self.effects.push(Effect::RequestHelloLater(number));
                }
                return;
            }
        }
        // This very document came by itself, and is connected, or about to be.
        if self.adopt(policy, number, &sender.window, Some(mark)) {
            return;
        }
        let Some(target) = self.target(number) else {
            return;
        };
        target.handshake.offered(origin, mark, &nonce);
        let proof = match origin == OPAQUE {
            true => Proof::Awaited(nonce.clone()),
            false => Proof::None,
        };
        let proven = self.prove(policy, sender, origin, Some(number), proof);
        // A new channel for each attempt: a port that was sent is spent, whether it arrived or not.
        self.effects.push(Effect::Offer { nonce, mark, proven });
    }

    /// Whether an offer is one we asked for, and what then is proven of its sender.
    fn evaluate_offer(
        &mut self,
        policy: &Policy,
        sender: &Sender<H::Window>,
        origin: &str,
        nonce: &str,
        uid: &str,
    ) -> Option<Proven<H::Window>> {
        let from = &sender.window;
        let known = self.peers.by_uid(uid);
        if known.is_some_and(|at| self.peers.suspension_of(at).is_some()) {
            // This page, or the sender's, was in the cache, and the sender has given up the connection of before.
            self.hellos.reopen(from, uid);
        }
        let target = self.targets.iter().find(|target| target.is_at(from));
        let here = target.and_then(|target| target.peer);
        let here = here.filter(|&at| self.peers.any(at).is_some_and(|peer| peer.uid == uid));
        let phase = target.map(|target| target.handshake.phase());
        let target_number = target.map(|target| target.number);
        let session = target.and_then(|target| target.session);
        let is_joined = matches!(phase, Some(Phase::Joined { .. }));
        let has_offered = matches!(phase, Some(Phase::Offered { .. }));
        let offered = self
            .hellos
            .on_offer(from, nonce, uid, phase, here.is_some(), &self.uid);
        match offered {
            Offered::Unasked => return None,
            Offered::Stale => {
                self.send_to(from, origin, false);
                return None;
            }
            Offered::Full => {
                self.reject(origin, codes::LIMIT);
                return None;
            }
            Offered::Asked(OnOffer::Ignore) => {
                if let Some(at) = known
                    && let Some(peer) = self.peers.any(at)
                    && peer.window.as_ref() == Some(from)
                {
                    // It is connected, and offers again: either this offer is late, or it no longer receives on the port it has.
                    self.effects.push(Effect::Probe(at));
                } else if let Some(session) =
                    session.filter(|&session| is_joined && self.is_half_open(session))
                {
                    // It has given up the port of the offer that was accepted, and its goodbye was lost.
                    self.end_session(session, Reason::Local);
                    self.send_to(from, origin, false);
                } else if has_offered {
                    // Ours counts, if it is still alive: it is lost where the other side was paused, or still connected, when it
                    // arrived. Then the hello that answers carries another nonce, and is offered a new channel.
                    self.effects.push(Effect::RequestHello(from.clone()));
                }
                return None;
            }
            Offered::Asked(OnOffer::Accept) => {}
            Offered::Asked(OnOffer::Yield) => self.drop_session(session),
        }
        // A target that is connected already stays with whom it has; the new one is a peer of its own.
        let target = target_number.filter(|_| !is_joined);
        Some(self.prove(policy, sender, origin, target, Proof::None))
    }

    fn is_half_open(&self, session: u32) -> bool {
        let session = self.sessions.get(&session);
        session.is_some_and(|session| session.peer.is_none())
    }

    /// An invitation comes from a parent or opener to a document of an opaque origin, which nobody can address: only there is
    /// it accepted, and only from windows that are admitted.
    fn evaluate_invitation(
        &mut self,
        policy: &Policy,
        sender: &Sender<H::Window>,
        origin: &str,
        token: &str,
    ) -> Option<Proven<H::Window>> {
        if !policy.is_opaque() {
            return None;
        }
        let nonce = self.hellos.on_invitation(&sender.window, token)?;
        let target = self
            .target_at(&sender.window)
            .filter(|target| !target.handshake.is_joined());
        // An offer of ours to that window was of no use: nobody there reads what an opaque origin sends.
        let (target, spent) = target.map_or((None, None), |target| (Some(target.number), target.session));
        self.drop_session(spent);
        Some(self.prove(policy, sender, origin, target, Proof::Given(nonce)))
    }

    /// The facts about the window that offered a port, or is offered one.
    fn prove(
        &mut self,
        policy: &Policy,
        sender: &Sender<H::Window>,
        origin: &str,
        target: Option<u32>,
        proof: Proof,
    ) -> Proven<H::Window> {
        let called = target.and_then(|number| self.target(number));
        let called = called.map(|target| (target.alias.clone(), target.kind.clone(), target.grants.clone()));
        let (alias, kind, given) =
            called.unwrap_or_else(|| (None, sender.kind.clone(), self.held_to(sender, origin)));
        let grants = match (given, policy.grants_for(origin)) {
            // What `connect` says of a window goes before what the options say of its origin.
            (Some(given), Some(general)) if target.is_none() => Some(both(Some(given), &general)),
            (given, general) => given.or(general),
        };
        Proven {
            alias,
            kind,
            origin: origin.to_owned(),
            target,
            from: Some(sender.window.clone()),
            grants,
            proof,
        }
    }

    /// An uncalled window inherits the grants of the windows that contain or opened it, and of any other window of its origin.
    /// Otherwise a restricted frame could escape its grants by opening another window. What they may relay, it may not.
    fn held_to(&self, sender: &Sender<H::Window>, origin: &str) -> Option<Rc<Grants>> {
        let belongs = |target: &&Target<H>| {
            let mut lineage = sender.lineage.iter();
            target.handshake.origin() == origin || lineage.any(|window| target.is_at(window))
        };
        let its = self.targets.iter().filter(belongs);
        let said = its.filter_map(|target| target.grants.as_ref());
        let held = said.fold(None, |held, grants| Some(both(held, grants)));
        held.map(|held| match held.relayed.is_empty() {
            true => held,
            false => Rc::new(held.without_relayed()),
        })
    }
}

fn both(one: Option<Rc<Grants>>, other: &Rc<Grants>) -> Rc<Grants> {
    match one {
        None => other.clone(),
        Some(one) => Rc::new(one.and(other)),
    }
}
