//! Sessions: a wire from its beginning, over the join of the other end, to its end.

use super::connections::Connections;
use super::effect::{Effect, Frame, Refusal, To};
use super::half_open;
use super::host::{Host, Window};
use super::policy::Policy;
use super::proof::{Proof, Proven};
use super::routes::{How, Newcomer};
use crate::core::codes;
use crate::core::frame::Reason;
use crate::core::id::PeerRef;
use crate::core::lists::{Gather, List};

/// A lossy wire's first repetition comes after this, each next after twice as long, ms.
const JOIN_AGAIN: f64 = 100.0;

/// One wire.
pub struct Session<H: Host> {
    /// None until it is opened.
    pub wire: Option<H::Wire>,
    /// What is known of the other end.
    pub proven: Proven<H::Window>,
    /// None until the other end has joined.
    pub peer: Option<PeerRef>,
    /// Lossy wires say who they are again until they are answered: when next, and after how long then.
    pub again: Option<(f64, f64)>,
    /// The document at the other end, as its hello or offer said; 0 for ports and links that were handed over.
    pub mark: f64,
    /// Whether the other side offered it, and so waits for this one. An offer of this side may never be accepted.
    pub is_taken: bool,
    /// When it began, ms.
    pub since: f64,
}

impl<H: Host> Session<H> {
    /// Whether this side has sent its join: at once, unless it waits for the other's proof.
    pub fn has_said_join(&self) -> bool {
        self.peer.is_some() || !matches!(self.proven.proof, Proof::Awaited(_))
    }

    /// Whether it is lossy.
    fn is_lossy(&self) -> bool {
        self.again.is_some()
    }
}

/// The contents of a join.
pub struct Join<'a> {
    /// The other's own id.
    pub uid: &'a str,
    /// What it calls itself.
    pub claimed: &'a str,
    /// Whether it has received ours.
    pub has_received: bool,
    /// The nonce that proves its document.
    pub proof: Option<&'a str>,
    /// Whether it is a worker that holds a lock for as long as it lives.
    pub liveness_lock: bool,
    /// The wire has changed what it carries.
    pub is_changed: bool,
    /// It admits a window of any origin where this one is.
    pub any_origin: bool,
}

impl<H: Host> Connections<H> {
    /// A session begins. Its number; None: the target that it is for is gone.
    pub fn begin(&mut self, proven: Proven<H::Window>, mark: f64, is_taken: bool, now: f64) -> Option<u32> {
        let number = self.next_number();
        if let Some(target) = proven.target {
            self.target(target)?.session = Some(number);
        }
        let session = Session {
            wire: None,
            proven,
            peer: None,
            again: None,
            mark,
            is_taken,
            since: now,
        };
        self.sessions.insert(number, session);
        Some(number)
    }

    /// Its wire is there: this side says who it is, unless it waits for the other's proof. When to say it again, ms.
    pub fn opened(&mut self, number: u32, wire: H::Wire, is_lossy: bool, now: f64) -> Option<f64> {
        let session = self.sessions.get_mut(&number)?;
        session.wire = Some(wire.clone());
        session.again = is_lossy.then_some((now + JOIN_AGAIN, JOIN_AGAIN));
        let proof = match &session.proven.proof {
            Proof::None => None,
            Proof::Given(nonce) => Some(nonce.clone()),
            Proof::Awaited(_) => return None,
        };
        let from = session.proven.from.clone();
        self.say_join(wire, from.as_ref(), false, proof);
        is_lossy.then_some(now + JOIN_AGAIN)
    }

    fn say_join(&mut self, wire: H::Wire, to: Option<&H::Window>, has_received: bool, proof: Option<String>) {
        let any_origin = to.is_some_and(|to| self.lets_any_in(to));
        let join = Frame::Join {
            has_received,
            proof,
            any_origin,
        };
        self.effects.push(Effect::Post(To::Wire(wire), join));
    }

    /// The other end has joined.
    pub fn joined(&mut self, policy: &Policy, number: u32, join: &Join<'_>, now: f64) {
        let Some(session) = self.sessions.get(&number) else {
            return;
        };
        let Some(wire) = session.wire.clone() else {
            return;
        };
        let (proven, is_lossy) = (session.proven.clone(), session.is_lossy());
        if join.uid == self.uid {
            // Both ends of one channel given to one Parley.
            return self.end_session(number, Reason::Denied);
        }
        if let Proof::Awaited(nonce) = &proven.proof {
            if join.proof != Some(nonce) {
                self.reject(&proven.origin, codes::DENIED);
                return self.end_session(number, Reason::Denied);
            }
            self.say_join(wire.clone(), proven.from.as_ref(), true, None);
        }
        if join.any_origin && proven.grants.is_none() {
            return self.refuse_unrestricted(&proven);
        }
        if proven.target.is_none() && self.peers.count() >= policy.most_peers {
            self.reject(&proven.origin, codes::LIMIT);
            return self.end_session(number, Reason::Denied);
        }
        if is_lossy && join.is_changed {
            return self.link_unfit(number);
        }
        if is_lossy && !join.has_received {
            self.say_join(wire.clone(), None, true, None);
        }
        if let (Some(target), Some(alias)) = (proven.target, &proven.alias) {
            let at = self.peers.reached_by(join.uid, &proven, false);
            if !self.take_alias(target, alias, at, proven.from.as_ref()) {
                return;
            }
        }
        let at = self.add_route(policy, join.uid, join.claimed, &proven, Some(wire), now);
        if let Some(session) = self.sessions.get_mut(&number) {
            session.peer = Some(at);
        }
        self.effects.push(Effect::CheckSettled);
        self.watch_liveness_lock(at, join);
        self.target_joined(number, at);
        if let Some(from) = &proven.from {
            if let Some(discovery) = &mut self.discovery {
                discovery.connected(from);
            }
            self.effects.push(Effect::CheckDiscovery);
        }
    }

    /// A join from one who is a peer already: on a lossy wire it may not have received our join, and a worker holds its lock by now.
    pub fn joined_again(&mut self, number: u32, at: PeerRef, join: &Join<'_>, now: f64) {
        self.resume(at, now);
        self.watch_liveness_lock(at, join);
        let wire = self
            .sessions
            .get(&number)
            .and_then(|session| session.wire.clone());
        if let Some(wire) = wire.filter(|_| !join.has_received) {
            self.say_join(wire, None, true, None);
        }
    }

    /// A frame that any page may embed may forward what any page sends it, so this side has to grant what it may do. It is kept
    /// out until `connect` does.
    fn refuse_unrestricted(&mut self, proven: &Proven<H::Window>) {
        self.reject(&proven.origin, codes::CONFIG);
        if let Some(window) = &proven.from {
            self.blocked.add(window.clone(), Window::is_closed);
        }
        if let Some(target) = proven.target.and_then(|number| self.give_up(number)) {
            self.effects.push(Effect::Refuse(target, Refusal::Unrestricted));
        }
        if let Some(window) = &proven.from {
            self.end_handshakes(window);
        }
    }

    /// A wire or the channel leads to the Parley `uid`: a new peer, or another route to a known one.
    pub fn add_route(
        &mut self,
        policy: &Policy,
        uid: &str,
        claimed: &str,
        proven: &Proven<H::Window>,
        wire: Option<H::Wire>,
        now: f64,
    ) -> PeerRef {
        let who = Newcomer {
            uid,
            claimed,
            proven,
            is_kin: policy.is_own(&proven.origin),
            limits: policy.limits_for(&proven.origin),
        };
        let targets = &self.targets;
        let is_promised = |name: &str| targets.iter().any(|target| target.alias() == name);
        let arrival = self
            .peers
            .arrive(&mut self.names, who, wire, now, is_promised, &self.fresh);
        let at = arrival.at;
        self.effects.take_in(arrival.replaced.map(Effect::Close));
        match arrival.how {
            How::New { again } => {
                self.effects.push(Effect::Connected { at, again });
                self.exchange(at);
                self.effects.push(Effect::Ping(at));
            }
            How::Resumed => self.resumed(at),
            How::Known { is_restricted: true } => self.restricted(at),
            How::Known { is_restricted: false } => {}
        }
        at
    }

    /// Ends a wire, and the peer if it has no other.
    pub fn end_session(&mut self, number: u32, reason: Reason) {
        let Some(session) = self.sessions.remove(&number) else {
            return;
        };
        if let Some(peer) = session.peer {
            self.effects.take_in(session.wire.map(Effect::Close));
            return self.lose_route(peer, false, reason);
        }
        // The next hello to that window carries another nonce, so that it offers again. A window that begins too many
        // handshakes gets no new one: its offers are counted by it.
        let from = session.proven.from.clone().filter(|_| reason != Reason::Denied);
        let target = session.proven.target;
        self.abandon(session);
        if let Some(window) = from {
            self.forget_hellos("", Some(&window));
        }
        if let Some(target) = target {
            self.target_reopened(target);
        }
    }

    /// Ends an unfinished handshake, once its session is taken away. The other side receives a goodbye, for it may have finished.
    pub(super) fn abandon(&mut self, session: Session<H>) {
        let (is_told, is_by_window) = (session.has_said_join(), session.proven.from.is_some());
        if let Some(wire) = session.wire {
            if is_told {
                let bye = Frame::Bye(Reason::Local);
                self.effects.push(Effect::Post(To::Wire(wire.clone()), bye));
            }
            // What was posted to a port whose other end is still on its way is lost if the port is closed at once (Firefox).
            self.effects.push(match is_by_window {
                true => Effect::CloseLater(wire),
                false => Effect::Close(wire),
            });
        }
        // It may have been the last that a state waits for.
        self.effects.push(Effect::CheckSettled);
    }

    /// Removes a session whose port is of no use, without notice.
    pub(super) fn drop_session(&mut self, number: Option<u32>) {
        let session = number.and_then(|number| self.sessions.remove(&number));
        let wire = session.and_then(|session| session.wire);
        self.effects.take_in(wire.map(Effect::Close));
    }

    /// An unfinished handshake ends in favour of a new one of that window.
    pub(super) fn make_capacity(&mut self, from: &H::Window) {
        let sessions = self.sessions.iter();
        let pending: Vec<(u32, bool)> = sessions
            .filter(|(_, session)| session.peer.is_none() && session.proven.target.is_none())
            .filter_map(|(number, session)| Some((*number, session.proven.from.as_ref()? == from)))
            .gather();
        if let Some(number) = half_open::to_end(&pending) {
            self.end_session(number, Reason::Denied);
        }
    }

    /// Repeats the join on lossy wires without an answer; when next, ms.
    pub fn join_again(&mut self, now: f64) -> f64 {
        let mut next = f64::INFINITY;
        for session in self.sessions.values_mut() {
            let Some((at, pause)) = session.again.filter(|_| session.peer.is_none()) else {
                continue;
            };
            if at > now {
                next = next.min(at);
                continue;
            }
            session.again = Some((now + pause * 2.0, pause * 2.0));
            next = next.min(now + pause * 2.0);
            let wire = session.wire.clone();
            let join = |wire| Effect::Post(To::Wire(wire), Frame::join(false));
            self.effects.take_in(wire.map(join));
        }
        next
    }

    /// Repeats every unanswered join on lossy wires at once.
    pub fn join_again_now(&mut self, now: f64) {
        for session in self.sessions.values_mut() {
            session.again = session.again.map(|(_, pause)| (0.0, pause / 2.0));
        }
        self.join_again(now);
    }
}
