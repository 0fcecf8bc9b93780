//! Calls of `connect`: each adds a target, or concerns one that is known already.

use std::rc::Rc;

use super::connections::Connections;
use super::effect::Effect;
use super::host::Host;
use super::peers::Identity;
use super::policy::Policy;
use super::proof::{Proof, Proven};
use super::targets::Target;
use crate::core::grants::Grants;
use crate::core::id::PeerRef;
use crate::core::lists::List;

/// The options of a `connect` call that say whom it lets in, and with which grants.
pub struct Request {
    /// The id that it gives its target.
    pub alias: Option<String>,
    /// A document of an opaque origin may connect.
    pub opaque: bool,
    /// A document of any origin may connect.
    pub any_origin: bool,
    /// What the peer may see and do, if more is said of it than of its origin.
    pub grants: Option<Rc<Grants>>,
    /// The ids of the targets that messages pass to and from, if the call names them.
    pub relay: Option<Vec<String>>,
}

/// A call that waits for a target.
pub struct Call<H: Host> {
    /// A number that no other call has.
    pub number: u32,
    /// Its promise.
    pub waiting: H::Waiting,
    /// Until when it waits, ms.
    pub deadline: f64,
}

/// What a `connect` call finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The Parley was destroyed, or is being destroyed.
    Ended,
    /// Another target or a live peer elsewhere has its id.
    IdTaken,
    /// An earlier call still waits for this target: [`Connections::await_again`] has to follow. The number of the target.
    Awaited(u32),
    /// Its target is connected with this peer.
    Connected(PeerRef),
    /// Its target was connected, and the peer is lost or suspended: [`Connections::await_again`] has to follow. The number of the
    /// target.
    Lost(u32),
    /// Its target is new: [`Connections::add_target`] has to follow.
    New,
}

/// A new target.
pub struct Added<H: Host> {
    /// When to look at it again, ms.
    pub next: f64,
    /// What is known of the other end of its port or link, which is to be opened now. None for a window or worker.
    pub handed_over: Option<Proven<H::Window>>,
}

impl<H: Host> Connections<H> {
    /// `connect` is called for `place`; None: for a port or link, each of which is a target of its own. The options of a call for a known
    /// target replace those of the calls before.
    pub fn find_target(&mut self, request: &Request, place: Option<&H::Place>) -> Found {
        if self.is_ending {
            return Found::Ended;
        }
        if let Some(alias) = &request.alias
            && !self.claim_alias(alias, place)
        {
            return Found::IdTaken;
        }
        let Some(known) = self.known_target(request, place) else {
            return Found::New;
        };
        let (number, peer, is_awaited) = (known.number, known.peer, known.is_awaited());
        self.asked_again(number, request);
        if is_awaited {
            return Found::Awaited(number);
        }
        let connected = peer.filter(|at| self.peers.get(*at).is_some() && !self.is_leaving(*at));
        connected.map_or(Found::Lost(number), Found::Connected)
    }

    /// The target of an earlier call for a place: by the id of that call, or by the one that its peer has by itself.
    fn known_target(&mut self, request: &Request, place: Option<&H::Place>) -> Option<&mut Target<H>> {
        let peers = &self.peers;
        let is_called = |target: &Target<H>, alias: &str| match &target.alias {
            Some(given) => given == alias,
            None => target.peer.is_some() && target.peer == peers.by_alias(alias),
        };
        let place = place?;
        let known = self.targets.iter_mut().find(|target| {
            let alias = request.alias.as_deref();
            target.place.as_ref() == Some(place) && alias.is_none_or(|alias| is_called(target, alias))
        })?;
        if known.alias.is_none() {
            known.alias.clone_from(&request.alias);
        }
        Some(known)
    }

    /// Adds a target that [`Connections::find_target`] did not find. A target without a place is a port or link.
    pub fn add_target(&mut self, policy: &Policy, target: Target<H>, now: f64) -> Added<H> {
        let (number, is_by_window) = (target.number, target.place.is_some());
        let alias = target.alias.as_ref();
        let identity = alias.map(|alias| Identity::new(alias, &target.kind, "", false));
        self.targets.push(target);
        let next = self.await_window(number, now);
        self.effects.take_in(identity.map(Effect::Connecting));
        let handed_over = match is_by_window {
            true => {
                self.asked(policy, number);
                None
            }
            false => self.handed_over(number),
        };
        Added { next, handed_over }
    }

    /// `connect` was called for a window: a peer that came from there uncalled becomes the target's, else a hello has to come. No
    /// window answers a document of opaque origin.
    fn asked(&mut self, policy: &Policy, number: u32) {
        let Some(window) = self.target(number).and_then(|target| target.window()) else {
            return;
        };
        self.blocked.remove(&window);
        self.adopt(policy, number, &window, None);
        let Some(target) = self.target(number) else { return };
        let is_connected = target.peer.is_some();
        // Its window may show another document by now, which then says so.
        if !is_connected || !policy.is_opaque() {
            self.effects.push(Effect::RequestHello(window));
        }
    }

    /// `connect` was called for a port or link: what is known of the other end.
    fn handed_over(&mut self, number: u32) -> Option<Proven<H::Window>> {
        let target = self.target(number)?;
        target.handshake.started();
        Some(Proven {
            alias: target.alias.clone(),
            kind: target.kind.clone(),
            origin: String::new(),
            target: Some(number),
            from: None,
            grants: target.grants.clone(),
            proof: Proof::None,
        })
    }

    /// `connect` was called again, perhaps with other options of admission and other grants.
    fn asked_again(&mut self, number: u32, request: &Request) {
        let grants = request.grants.as_ref();
        let Some(target) = self.target(number) else {
            return;
        };
        let is_connected = target.peer.is_some();
        target
            .handshake
            .asked_again(request.opaque, request.any_origin, is_connected);
        if let Some(relay) = &request.relay {
            target.relay.clone_from(relay);
        }
        let (window, peer, session) = (target.window(), target.peer, target.session);
        if grants.is_some() && grants != target.grants.as_ref() {
            target.grants = grants.cloned();
            if let Some(session) = session.and_then(|session| self.sessions.get_mut(&session)) {
                session.proven.grants = grants.cloned();
            }
            if let Some(at) = peer {
                self.grant(at, grants);
            }
        }
        if let Some(window) = window {
            self.blocked.remove(&window);
        }
    }

    /// The options of `connect` replace those that held for a peer until now.
    pub(super) fn grant(&mut self, at: PeerRef, grants: Option<&Rc<Grants>>) {
        if let (Some(peer), Some(grants)) = (self.peers.any_mut(at), grants) {
            peer.grants = Some(grants.clone());
            self.restricted(at);
        }
    }

    /// A peer may take part in less than before, or in more.
    pub(super) fn restricted(&mut self, at: PeerRef) {
        self.effects.push(Effect::Restricted(at));
        self.exchange(at);
    }

    /// Another call waits for a target that is known. If no other waits, its window is asked for a hello. When to look at it again, ms.
    pub fn await_again(&mut self, number: u32, call: Call<H>, now: f64) -> f64 {
        let Some(target) = self.target(number) else {
            return f64::INFINITY;
        };
        let (is_first, deadline) = (!target.is_awaited(), call.deadline);
        target.calls.push(call);
        if !is_first {
            return deadline;
        }
        let window = target.window();
        self.effects.take_in(window.map(Effect::RequestHello));
        self.await_window(number, now)
    }
}
