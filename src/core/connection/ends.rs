//! The ends of connections: a peer lost its last route, said goodbye, or `disconnect` was called. Of one that says goodbye because
//! its document ends, whether it closes or navigates shows a moment later.

use super::connections::Connections;
use super::effect::{Effect, Refusal};
use super::host::{Host, Window};
use super::targets::Target;
use crate::core::frame::Reason;
use crate::core::id::PeerRef;
use crate::core::lists::{Gather, List};

impl<H: Host> Connections<H> {
    /// The peer can no longer be reached by its wire, or on the channel: it is lost if that was the last way.
    pub fn lose_route(&mut self, at: PeerRef, by_mesh: bool, reason: Reason) {
        let Some(peer) = self.peers.any_mut(at) else {
            return;
        };
        if peer.remove_route(by_mesh) {
            self.lose_peer(at, reason);
        } else if !by_mesh {
            let (uid, window) = (peer.uid.clone(), peer.window.clone());
            self.forget_hellos(&uid, window.as_ref());
            self.target_lost(at);
        }
    }

    /// The peer is lost: its pending calls end at once.
    pub fn lose_peer(&mut self, at: PeerRef, reason: Reason) {
        let Some((peer, state)) = self.peers.remove(at) else {
            return;
        };
        let sessions = self.sessions.iter();
        let its = sessions.filter(|(_, session)| session.peer == Some(at));
        let its: Vec<u32> = its.map(|(number, _)| *number).gather();
        for number in its {
            self.drop_session(Some(number));
        }
        self.effects.take_in(peer.wire.clone().map(Effect::Close));
        self.forget_hellos(&peer.uid, peer.window.as_ref());
        let identity = peer.identity.clone();
        self.effects.push(Effect::Lost {
            at,
            peer: Box::new(peer),
            reason,
        });
        self.target_lost(at);
        self.effects.push(Effect::Ended {
            identity,
            reason,
            state,
        });
    }

    /// A connection is over: what was said to the window it came from is worth no answer any more. The window receives the new nonce
    /// if its next offer has come already, before the goodbye, and was ignored.
    pub(super) fn forget_hellos(&mut self, uid: &str, window: Option<&H::Window>) {
        // One that is reached on the channel alone may offer again.
        let here = self.peers.everyone().filter(|(_, peer)| peer.wire.is_some());
        let here: Vec<String> = here.map(|(_, peer)| peer.uid.clone()).gather();
        let is_ignored = self.hellos.forget(uid, window, &here, &self.fresh);
        if let Some(window) = window.filter(|_| is_ignored)
            && !self.blocked.has(window)
        {
            self.send_to(&window.clone(), "*", false);
        }
    }

    /// A goodbye came on a wire. Whether it ends no more than the wire: a handshake that is given up on the other side, where the
    /// peer has joined on the channel, which carries the goodbye of the peer itself.
    pub fn said_bye_on(&mut self, number: u32, said: Reason) -> bool {
        let peer = self.sessions.get(&number).and_then(|session| session.peer);
        let ends_peer = peer.is_some_and(|at| said == Reason::Closed || !self.peers.is_on_mesh(at));
        if !ends_peer {
            self.end_session(number, said);
        }
        !ends_peer
    }

    /// A port or link was closed, or the worker of Node behind it has ended. The target that waits for it, if any.
    pub fn wire_closed(&mut self, number: u32) -> Option<Box<Target<H>>> {
        let session = self.sessions.get(&number)?;
        if let Some(target) = session.proven.target.filter(|_| session.peer.is_none()) {
            return self.give_up(target);
        }
        self.end_session(number, Reason::Closed);
        None
    }

    /// A peer said goodbye.
    pub fn said_bye(&mut self, from: PeerRef, said: Reason) {
        if said != Reason::Closed {
            return self.lose_peer(from, said);
        }
        if self.is_shown(from) {
            // A frame whose document leaves while the element stays in the page navigates.
            return self.lose_peer(from, Reason::Navigated);
        }
        let window = self.peers.any(from).and_then(|peer| peer.window.clone());
        let Some(window) = window.filter(|window| !window.is_worker() && !window.is_closed()) else {
            return self.lose_peer(from, Reason::Closed);
        };
        self.leaving.push((from, window.clone()));
        self.effects.push(Effect::WatchClosing(from, window));
    }

    /// A peer said goodbye, and by now its window shows whether it closes or navigates.
    pub fn window_closing(&mut self, peer: PeerRef, window: &H::Window) {
        let reason = match window.is_closed() {
            true => Reason::Closed,
            false => Reason::Navigated,
        };
        self.has_left(peer, reason);
    }

    /// Whether a peer said goodbye, and its window has not shown yet why.
    pub(super) fn is_leaving(&self, peer: PeerRef) -> bool {
        self.leaving.iter().any(|(at, _)| *at == peer)
    }

    fn has_left(&mut self, peer: PeerRef, reason: Reason) {
        let before = self.leaving.len();
        self.leaving.keep(|(at, _)| *at != peer);
        if self.leaving.len() < before {
            self.lose_peer(peer, reason);
        }
    }

    /// A document in that window sends: the one that is leaving it has navigated.
    pub(super) fn shows_other_document(&mut self, window: &H::Window) {
        let here = self.leaving.iter().filter(|(_, left)| left == window);
        let gone: Vec<PeerRef> = here.map(|(at, _)| *at).gather();
        for peer in gone {
            self.has_left(peer, Reason::Navigated);
        }
    }

    /// `disconnect` was called: the window behind that name stays out until `connect` asks for it, and its handshakes end. A peer
    /// receives what states have not sent yet, and a goodbye. Whether there was such a peer or target.
    pub fn part(&mut self, name: &str) -> bool {
        let peer = self.peers.by_name(name);
        let peer = peer.or_else(|| self.peers.suspended_by_name(name));
        let windows = self.windows_of(name, peer);
        for window in &windows {
            self.blocked.add(window.clone(), Window::is_closed);
        }
        let mut targets = self.targets.iter();
        let is_meant = |target: &&Target<H>| {
            target.alias.as_deref() == Some(name) || (peer.is_some() && target.peer == peer)
        };
        let target = targets.find(is_meant).map(|target| target.number);
        if let Some(number) = target {
            self.refuse(number, Refusal::Disconnected);
        }
        self.targets.keep(|other| Some(other.number) != target);
        for window in &windows {
            self.end_handshakes(window);
        }
        if let Some(at) = peer {
            self.effects.push(Effect::Flush);
            self.effects.push(Effect::Part(at));
        }
        peer.is_some() || target.is_some()
    }

    /// The windows of a peer, and of the targets of this name.
    fn windows_of(&self, name: &str, peer: Option<PeerRef>) -> Vec<H::Window> {
        let targets = self.targets.iter();
        let behind =
            targets.filter(|target| target.alias() == name || (peer.is_some() && target.peer == peer));
        let mut windows: Vec<H::Window> = behind.filter_map(Target::window).gather();
        windows.take_in(peer.and_then(|at| self.peers.any(at)?.window.clone()));
        windows
    }

    /// Ends the unfinished handshakes of a window that was blocked. Its offers are refused from now on: the next hello to it
    /// carries another nonce, so that it offers again.
    pub(super) fn end_handshakes(&mut self, window: &H::Window) {
        self.end_unfinished(|from| from == window);
        self.forget_hellos("", Some(window));
    }

    pub(super) fn end_unfinished(&mut self, is_meant: impl Fn(&H::Window) -> bool) {
        let sessions = self.sessions.iter().filter(|(_, session)| session.peer.is_none());
        let pending = sessions.filter(|(_, session)| session.proven.from.as_ref().is_some_and(&is_meant));
        let pending: Vec<u32> = pending.map(|(number, _)| *number).gather();
        for number in pending {
            self.end_session(number, Reason::Local);
        }
    }

    /// `disconnect` let go of a peer. The next peer under its id is new, not reconnected.
    pub fn disconnect_peer(&mut self, at: PeerRef) {
        let Some(peer) = self.peers.any(at) else { return };
        let alias = peer.identity.alias.clone();
        if peer.on_mesh || peer.wire.is_none() {
            self.effects.push(Effect::Block(peer.uid.clone()));
        }
        self.lose_peer(at, Reason::Local);
        self.names.parted(alias);
    }
}
