//! Claims to ids: an id names one peer or target. `connect` is given the id of a former document, and of the peer that it is called for;
//! that of a live peer elsewhere is refused.

use super::connections::Connections;
use super::effect::Refusal;
use super::host::{Host, Place, Window};
use crate::core::frame::{Reason, Suspension};
use crate::core::id::PeerRef;
use crate::core::lists::List;

impl<H: Host> Connections<H> {
    /// Whether `connect` may give an id to `place`; None: to a port or link. The id of a frame that left the page is free again, and its
    /// target ends; so is that of a former document, which ends too.
    pub(super) fn claim_alias(&mut self, alias: &str, place: Option<&H::Place>) -> bool {
        let known = self.targets.iter().find(|known| known.alias() == alias);
        if let Some(known) = known {
            if place.is_some() && known.place.as_ref() == place {
                return true;
            }
            if !known.is_over() {
                return false;
            }
            let (number, peer) = (known.number, known.peer);
            if let Some(at) = peer {
                self.lose_peer(at, Reason::Closed);
            }
            self.refuse(number, Refusal::NotInPage);
            self.targets.keep(|target| target.number != number);
        }
        let Some(holder) = self.peers.by_alias(alias) else {
            return true;
        };
        if self.is_former(holder) {
            self.lose_former(holder);
            return true;
        }
        self.may_be_behind(holder, place)
    }

    /// Whether a peer may be the one that `connect` is called for: it came from that very window, or by the channel, which says nothing of
    /// its window. Whether a member of the channel is, shows when it joins.
    fn may_be_behind(&self, at: PeerRef, place: Option<&H::Place>) -> bool {
        let Some(peer) = self.peers.any(at) else {
            return false;
        };
        // A page with another opener policy cuts its window off, which then counts as closed.
        let window = peer.window.as_ref().filter(|window| !window.is_closed());
        match window {
            None => peer.on_mesh,
            Some(_) => place.and_then(Place::window).as_ref() == window,
        }
    }

    /// Whether a peer is of a former document: its page is in the back/forward cache, its window is closed, or it said goodbye and is
    /// about to be lost.
    pub(super) fn is_former(&self, at: PeerRef) -> bool {
        let peer = self.peers.any(at).filter(|peer| !peer.on_mesh);
        let window = peer.and_then(|peer| peer.window.as_ref());
        window.is_some_and(Window::is_closed)
            || self.peers.suspension_of(at) == Some(Suspension::Cached)
            || self.is_leaving(at)
    }

    fn lose_former(&mut self, at: PeerRef) {
        let peer = self.peers.any(at);
        let window = peer.and_then(|peer| peer.window.as_ref());
        let reason = match window.is_some_and(Window::is_closed) {
            true => Reason::Closed,
            false => Reason::Navigated,
        };
        self.leaving.keep(|(leaving, _)| *leaving != at);
        self.lose_peer(at, reason);
    }

    /// A peer of a target in `window` is about to be known by the target's id: by `at`, if it is a peer already. Whether the id is free:
    /// a former document there loses it. Otherwise the target ends.
    pub(super) fn take_alias(
        &mut self,
        number: u32,
        alias: &str,
        at: Option<PeerRef>,
        window: Option<&H::Window>,
    ) -> bool {
        let holder = self.peers.by_alias(alias).filter(|holder| Some(*holder) != at);
        let Some(holder) = holder else { return true };
        let its = self.peers.any(holder).and_then(|peer| peer.window.as_ref());
        let is_free = self.is_former(holder) || (its.is_some() && its == window);
        match is_free {
            true => self.lose_former(holder),
            false => self.end_target(number, Reason::Local, Refusal::IdTaken),
        }
        is_free
    }
}
