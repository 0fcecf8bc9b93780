//! The ends of peers. Of one that says goodbye because its document ends, whether it closes or navigates shows a moment later.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::Hub;
use super::peers::Identity;
use crate::bindings::shared::after;
use crate::core::codes;
use crate::core::frame::Reason;
use crate::core::id::PeerRef;
use crate::platform::host;
use crate::transport::window::Address;

/// How long after its document said goodbye a window that closes may still count as open, ms.
const CLOSING_SHOWS: f64 = 200.0;

impl Hub {
    /// The peer can no longer be reached by its wire, or on the mesh: it is lost if that was the last way.
    pub(crate) fn lose_route(&self, at: PeerRef, mesh: bool, reason: Reason) {
        let gone = {
            let mut inner = self.inner.borrow_mut();
            let Some(peer) = inner.peers.any_mut(at) else {
                return;
            };
            if mesh {
                peer.on_mesh = false;
            } else {
                peer.wire = None;
            }
            !peer.on_mesh && peer.wire.is_none()
        };
        if gone {
            self.lose_peer(at, reason);
        } else if !mesh {
            self.target_lost(at, reason);
        }
    }

    /// The peer is gone: what waits for it ends at once.
    pub(crate) fn lose_peer(&self, at: PeerRef, reason: Reason) {
        let Some((peer, state)) = self.inner.borrow_mut().peers.remove(at) else {
            return;
        };
        let numbers: Vec<u32> = {
            let inner = self.inner.borrow();
            inner
                .sessions
                .iter()
                .filter(|(_, session)| session.peer == Some(at))
                .map(|(n, _)| *n)
                .collect()
        };
        for number in numbers {
            let session = self.inner.borrow_mut().sessions.remove(&number);
            if let Some(wire) = session.and_then(|session| session.wire) {
                wire.close();
            }
        }
        if let Some(wire) = &peer.wire {
            wire.close();
        }
        for stop in peer.watch.iter().chain(&peer.life) {
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
        self.calls_lost(at, &peer.identity, reason);
        for handled in peer.handling.into_entries() {
            host::abort_metadata(&handled.metadata, codes::PEER_LOST, "the caller is gone");
        }
        self.forget_greetings(&peer.uid, peer.window.as_ref());
        self.states_peer_down(at);
        self.target_lost(at, reason);
        self.emit_ended(&peer.identity, reason, state);
    }

    pub(super) fn on_bye(&self, from: PeerRef, frame: &Array) {
        let said = Reason::from_bye(frame.get(1).as_f64().unwrap_or_default());
        if said != Reason::Closed {
            return self.lose_peer(from, said);
        }
        let (shown, window) = {
            let inner = self.inner.borrow();
            let window = inner.peers.any(from).and_then(|peer| peer.window.clone());
            (inner.shows(from), window.filter(|window| !window.is_worker()))
        };
        if shown {
            // A frame whose document leaves while the element stays in the page is going somewhere else.
            return self.lose_peer(from, Reason::Navigated);
        }
        let Some(window) = window.filter(|window| !window.is_closed()) else {
            return self.lose_peer(from, Reason::Closed);
        };
        self.inner.borrow_mut().leaving.push((from, window.clone()));
        let hub = self.weak();
        after(CLOSING_SHOWS, move || {
            if let Some(hub) = hub.upgrade() {
                let reason = if window.is_closed() {
                    Reason::Closed
                } else {
                    Reason::Navigated
                };
                hub.has_left(from, reason);
            }
        });
    }

    fn has_left(&self, peer: PeerRef, reason: Reason) {
        let was_leaving = {
            let mut inner = self.inner.borrow_mut();
            let before = inner.leaving.len();
            inner.leaving.retain(|(at, _)| *at != peer);
            inner.leaving.len() < before
        };
        if was_leaving {
            self.lose_peer(peer, reason);
        }
    }

    /// A document in that window speaks: whoever is leaving it has navigated.
    pub(super) fn shows_another(&self, window: &Address) {
        let gone: Vec<PeerRef> = {
            let inner = self.inner.borrow();
            let leaving = inner.leaving.iter();
            let here = leaving.filter(|(_, left)| left.is(window.outlet()));
            here.map(|(at, _)| *at).collect()
        };
        for peer in gone {
            self.has_left(peer, Reason::Navigated);
        }
    }

    pub(super) fn note_mark(&self, session: u32, mark: f64) {
        if let Some(session) = self.inner.borrow_mut().sessions.get_mut(&session) {
            session.mark = mark;
        }
    }

    /// connect() to a window whose Parley has come uncalled is to the peer behind it: an offer to one that is connected is ignored.
    /// No window answers a document of opaque origin, where this is the only way. Whether there is one.
    pub(super) fn join_uncalled(&self, number: u32) -> bool {
        let (session, peer, is_restricted) = {
            let mut inner = self.inner.borrow_mut();
            let Some(outlet) = inner.target(number).and_then(|target| target.address()) else {
                return false;
            };
            let found = inner.sessions.iter().find_map(|(at, session)| {
                let uncalled = session
                    .proven
                    .from
                    .as_ref()
                    .filter(|_| session.proven.target.is_none())?;
                let peer = session.peer.filter(|_| uncalled.is(outlet.outlet()))?;
                Some((*at, peer, session.mark, session.proven.origin.clone()))
            });
            let Some((session, peer, mark, origin)) = found else {
                return false;
            };
            let Some(target) = inner.target(number) else {
                return false;
            };
            target.handshake.accepted(&origin, mark);
            target.session = Some(session);
            let (alias, kind, grants) = (target.alias.clone(), target.kind.clone(), target.grants.clone());
            if let Some(session) = inner.sessions.get_mut(&session) {
                session.proven.target = Some(number);
            }
            let is_restricted = grants.is_some();
            if let Some(peer) = inner.peers.any_mut(peer) {
                if let Some(alias) = alias {
                    let latency = peer.identity.latency;
                    let is_kin = peer.identity.is_kin;
                    peer.identity = Identity::new(&alias, &kind, &origin, is_kin);
                    peer.identity.latency = latency;
                }
                if is_restricted {
                    peer.grants = grants;
                }
            }
            (session, peer, is_restricted)
        };
        if is_restricted {
            self.states_peer_down(peer);
            self.states_peer_up(peer);
        }
        self.target_joined(session, peer);
        true
    }
}
