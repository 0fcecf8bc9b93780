//! Targets: what `connect` was called for, until `disconnect`. Each has the peer behind it, if any, and the promise that awaits one.

use std::rc::Rc;

use super::connect::{Call, Request};
use super::connections::Connections;
use super::effect::{Effect, Refusal};
use super::host::{Host, Place, Window};
use super::peers::State;
use super::policy::Policy;
use super::target::Handshake;
use super::waiting::Presence;
use crate::core::frame::Reason;
use crate::core::grants::Grants;
use crate::core::id::PeerRef;
use crate::core::lists::{Gather, List};

/// Something this side wants to be connected to.
pub struct Target<H: Host> {
    /// Its number.
    pub number: u32,
    /// How far the handshake with it is.
    pub handshake: Handshake,
    /// The id that `connect` gave it.
    pub alias: Option<String>,
    /// What it is to this window.
    pub kind: String,
    /// A frame element, whose window may change, a window or a worker. None for ports and links.
    pub place: Option<H::Place>,
    /// The wire under way or connected.
    pub session: Option<u32>,
    /// The connected peer.
    pub peer: Option<PeerRef>,
    /// The calls of `connect` that wait for it.
    pub calls: Vec<Call<H>>,
    /// Whether its frame is in the page.
    pub presence: Presence,
    /// What its peer may see and do, if more is said of it than of its origin.
    pub grants: Option<Rc<Grants>>,
    /// The ids of the targets that messages pass to and from.
    pub relay: Vec<String>,
    /// What the host keeps of it.
    pub host: H::Target,
}

impl<H: Host> Target<H> {
    /// A target that a call of `connect` waits for. `number`: one that no session or target has had.
    pub fn new(
        number: u32,
        request: Request,
        kind: String,
        place: Option<H::Place>,
        call: Call<H>,
        host: H::Target,
    ) -> Target<H> {
        Target {
            number,
            handshake: Handshake::new(request.opaque, request.any_origin),
            alias: request.alias,
            kind,
            place,
            session: None,
            peer: None,
            calls: vec![call],
            presence: Presence::default(),
            relay: request.relay.unwrap_or_default(),
            grants: request.grants,
            host,
        }
    }

    /// The id that `connect` gave it; empty if none.
    pub fn alias(&self) -> &str {
        self.alias.as_deref().unwrap_or_default()
    }

    /// Whether its option `relay` names this target.
    pub(super) fn relays_to(&self, alias: &str) -> bool {
        self.relay.iter().any(|named| named == alias)
    }

    /// As `getConnectionState` names it.
    pub fn state(&self) -> State {
        if self.peer.is_some() {
            State::Connected
        } else if self.is_awaited() {
            State::Connecting
        } else {
            State::Disconnected
        }
    }

    /// Whether a call awaits its connection.
    pub fn is_awaited(&self) -> bool {
        !self.calls.is_empty()
    }

    /// When the first of these calls takes too long, ms.
    pub fn deadline(&self) -> f64 {
        self.calls
            .iter()
            .fold(f64::INFINITY, |first, call| first.min(call.deadline))
    }

    /// No peer can connect by it any more: its frame left the page, its popup was closed, or its port or link ended.
    pub fn is_over(&self) -> bool {
        match self.place {
            None => self.peer.is_none() && !self.is_awaited(),
            Some(_) => self.window().is_none(),
        }
    }

    /// The window or worker that is there now.
    pub fn window(&self) -> Option<H::Window> {
        self.place.as_ref()?.window()
    }

    /// Whether this very window, or worker, is behind it.
    pub fn is_at(&self, window: &H::Window) -> bool {
        self.window().as_ref() == Some(window)
    }
}

impl<H: Host> Connections<H> {
    /// The target whose window, or worker, this is.
    pub(super) fn target_at(&mut self, window: &H::Window) -> Option<&mut Target<H>> {
        self.targets.iter_mut().find(|target| target.is_at(window))
    }

    /// The other end has joined on the wire of a target.
    pub fn target_joined(&mut self, session: u32, peer: PeerRef) {
        let mut targets = self.targets.iter_mut();
        let Some(target) = targets.find(|target| target.session == Some(session)) else {
            return;
        };
        target.handshake.joined();
        target.peer = Some(peer);
        // A suspended one is waited for until it is resumed.
        if self.peers.get(peer).is_some() {
            let calls = std::mem::take(&mut target.calls).into_iter();
            let resolve = |call: Call<H>| Effect::Resolve(call.waiting, peer);
            self.effects.take_in(calls.map(resolve));
        }
    }

    /// The peer of a target is lost. The target stays: the next document of that window gets the same id.
    pub(super) fn target_lost(&mut self, peer: PeerRef) {
        let target = self.targets.iter().find(|target| target.peer == Some(peer));
        if let Some(number) = target.map(|target| target.number) {
            self.target_reopened(number);
        }
    }

    /// A target's wire ended: its window may have another Parley, or will have. No peer can come by an ended link or port.
    pub(super) fn target_reopened(&mut self, number: u32) {
        let Some(target) = self.target(number) else {
            return;
        };
        target.handshake.reopened();
        target.session = None;
        target.peer = None;
        let is_final = target.place.is_none();
        if let Some(window) = target.window() {
            self.effects.push(Effect::RequestHello(window));
        } else if is_final {
            self.refuse(number, Refusal::Closed);
        }
    }

    /// Ends a target that never connected. Returns it with the calls that wait for it; None if none does.
    pub fn give_up(&mut self, number: u32) -> Option<Box<Target<H>>> {
        let at = self
            .targets
            .iter()
            .position(|target| target.number == number && target.is_awaited())?;
        let target = self.targets.remove(at);
        let session = target.session.and_then(|session| self.sessions.remove(&session));
        if let Some(session) = session {
            let from = session.proven.from.clone();
            self.abandon(session);
            if let Some(window) = from {
                self.forget_hellos("", Some(&window));
            }
        }
        Some(Box::new(target))
    }

    /// A target was for one document, and its window shows another.
    pub fn revoke(&mut self, number: u32) {
        self.end_target(number, Reason::Navigated, Refusal::Navigated);
    }

    /// Ends a target, and its peer or handshake.
    pub(super) fn end_target(&mut self, number: u32, reason: Reason, refusal: Refusal) {
        let Some(at) = self.targets.iter().position(|target| target.number == number) else {
            return;
        };
        let target = self.targets.remove(at);
        if let Some(peer) = target.peer {
            self.effects.push(Effect::Leave(peer, reason));
        } else if let Some(session) = target.session {
            self.end_session(session, reason);
        }
        self.effects.push(Effect::Refuse(Box::new(target), refusal));
    }

    /// A member of the channel calls itself `alias`. If `connect` gave that id to a window of this origin that is closed, or that a page
    /// with another opener policy has cut off, its target ends, so that the member is the same peer.
    pub(super) fn free_alias(&mut self, policy: &Policy, alias: &str) {
        self.targets.keep(|target| {
            let is_cut_off = target.alias() == alias
                && target.kind != "iframe"
                && target.peer.is_none()
                && !target.is_awaited()
                && target.is_over()
                && policy.is_own(target.handshake.origin());
            !is_cut_off
        });
    }

    /// Peers whose frame left the page, or whose popup was closed, without a goodbye.
    pub(super) fn gone(&self) -> Vec<PeerRef> {
        let emptied = self.targets.iter().filter(|target| target.place.is_some());
        let emptied = emptied.filter_map(|target| target.peer.filter(|_| target.window().is_none()));
        let closed = self.peers.everyone().filter(|(_, peer)| !peer.on_mesh);
        let closed = closed.filter(|(_, peer)| peer.window.as_ref().is_some_and(Window::is_closed));
        emptied.chain(closed.map(|(at, _)| at)).gather()
    }

    /// Whether a peer came by a frame element that is still in its page.
    pub(super) fn is_shown(&self, peer: PeerRef) -> bool {
        let target = self.targets.iter().find(|target| target.peer == Some(peer));
        target.is_some_and(|target| target.kind == "iframe" && target.window().is_some())
    }

    /// Requests a hello from every target without a peer; after the page comes back from the cache.
    pub(super) fn request_missing_hellos(&mut self) {
        let vacant = self.targets.iter().filter(|target| target.peer.is_none());
        let windows = vacant.filter_map(Target::window);
        self.effects.take_in(windows.map(Effect::RequestHello));
    }
}
