//! `connect`: checks the target and the options, registers a connection target, and knocks.

use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use super::Hub;
use super::peers::{Identity, State};
use super::session::{Proof, Proven};
use super::targets::{Target, Waiting, Wanted};
use crate::bindings::shared::after;
use crate::core::codes;
use crate::core::connection::target::Handshake;
use crate::core::frame::Reason;
use crate::core::id::PeerRef;
use crate::core::origin::OPAQUE;
use crate::platform::callback;
use crate::platform::error::{fail, text};
use crate::platform::host::{self, Deferred};
use crate::transport::window;

/// How long a peer has to answer when its frame has loaded another document, perhaps, ms.
const ANSWER_COMES: f64 = 1000.0;
/// The same when somebody answers by its port, but its window has not said that it is still there, ms: a page that has just
/// loaded may be busy.
const WINDOW_ANSWERS: f64 = 3000.0;

impl Hub {
    /// Joins a target; the promise settles with its PeerInfo.
    pub(crate) fn connect(&self, mut wanted: Wanted) -> Result<JsValue, JsValue> {
        let promise = Deferred::new();
        let peer_kind = match wanted.kind.as_str() {
            "window" => host::kind_of(&wanted.target),
            other => other.to_owned(),
        };
        if wanted.kind == "worker" {
            let port = host::worker_port(&wanted.target);
            if !port.is_undefined() {
                "port".clone_into(&mut wanted.kind);
                wanted.target = port;
            }
        }
        if let Some(alias) = &wanted.alias {
            self.check_alias(alias, &wanted.target)?;
        }
        if let Some(existing) = self.known_target(&wanted) {
            return existing;
        }
        if let Some(alias) = &wanted.alias {
            self.log("connecting", &JsValue::from_str(alias));
        }
        let number = {
            let mut inner = self.inner.borrow_mut();
            inner.next_token += 1;
            inner.next_token
        };
        let stop_listening = match &wanted.signal {
            None => None,
            Some(signal) => {
                let hub = self.weak();
                let abort = callback::perhaps(move || {
                    if let Some(hub) = hub.upgrade() {
                        let error = fail(codes::ABORTED, "connect() was aborted");
                        hub.give_up(number, &error);
                    }
                });
                Some(host::on_abort(signal, &abort)?)
            }
        };
        let is_worker = wanted.kind == "worker";
        let listeners = self.listen_to_target(number, &wanted);
        let by_window = matches!(wanted.kind.as_str(), "window" | "iframe" | "worker");
        let deadline = host::now() + wanted.timeout;
        let identity = wanted
            .alias
            .as_ref()
            .map(|alias| Identity::new(alias, &peer_kind, "", false));
        let target = Target {
            number,
            alias: wanted.alias.clone(),
            kind: peer_kind.clone(),
            handshake: Handshake::new(wanted.opaque, wanted.any_origin),
            object: by_window.then(|| wanted.target.clone()),
            is_worker,
            session: None,
            peer: None,
            waiting: Some(Waiting {
                promise: promise.clone(),
                deadline,
                stop_listening,
            }),
            grants: wanted.grants.clone(),
            refused: None,
            absent: None,
            was_there: false,
            loaded: false,
            watch: None,
            silence: (String::new(), false),
            _listeners: listeners,
        };
        let address = target.address();
        self.inner.borrow_mut().targets.push(target);
        self.await_window(number, deadline);
        if let Some(identity) = identity {
            self.emit_state(&identity, State::Disconnected, State::Connecting);
        }
        if by_window {
            // A frame that is not there yet says hello by itself when it is.
            if let Some(address) = address {
                self.unblock(&address);
                // The window may show another document by now, which then says so. None answers an opaque origin.
                if !self.join_uncalled(number) || self.config.own_origin.as_deref() != Some(OPAQUE) {
                    address.knock();
                }
            }
            return Ok(promise.promise.into());
        }
        let proven = Proven {
            alias: wanted.alias,
            kind: peer_kind,
            origin: String::new(),
            target: Some(number),
            from: None,
            grants: wanted.grants,
            proof: Proof::None,
        };
        let started = if wanted.kind == "port" {
            Ok(self.start_port(wanted.target.unchecked_into(), proven))
        } else {
            self.start_link(wanted.target, proven)
        };
        match started {
            Ok(session) => {
                let joined = {
                    let mut inner = self.inner.borrow_mut();
                    if let Some(target) = inner.target(number) {
                        target.session = Some(session);
                        target.handshake.started();
                    }
                    inner.sessions.get(&session).and_then(|session| session.peer)
                };
                // A link may carry the answer back before send() returns.
                if let Some(peer) = joined {
                    self.target_joined(session, peer);
                }
            }
            Err(error) => self.give_up(number, &error),
        }
        Ok(promise.promise.into())
    }

    /// Messages of a worker come to the worker object, and its errors; a frame's load event tells that it shows another document.
    fn listen_to_target(&self, number: u32, wanted: &Wanted) -> Vec<EventListener> {
        let (hub, failing, garbled) = (self.weak(), self.weak(), self.weak());
        let target: &EventTarget = wanted.target.unchecked_ref();
        match wanted.kind.as_str() {
            "worker" => vec![
                window::listen(&wanted.target, move |event| {
                    if let Some(hub) = hub.upgrade() {
                        hub.heard_from_worker(number, event);
                    }
                }),
                EventListener::new(target, "error", move |event| {
                    if let Some(hub) = failing.upgrade() {
                        hub.worker_failed(number, event);
                    }
                }),
                EventListener::new(target, "messageerror", move |_| {
                    if let Some(hub) = garbled.upgrade() {
                        hub.reject(
                            hub.config.own_origin.as_deref().unwrap_or_default(),
                            codes::SERIALIZATION,
                        );
                    }
                }),
            ],
            "iframe" => vec![EventListener::new(target, "load", move |_| {
                if let Some(hub) = hub.upgrade() {
                    hub.frame_loaded(number);
                }
            })],
            _ => Vec::new(),
        }
    }

    /// A frame shows a document: perhaps the one that is connected has just finished loading, perhaps it is gone without a
    /// goodbye. It is asked by its port, which only tells whether somebody has that port; and by its window.
    fn frame_loaded(&self, number: u32) {
        let (peer, address) = match self.inner.borrow_mut().target(number) {
            Some(target) => {
                target.handshake.loaded();
                target.loaded = true;
                (target.peer, target.address())
            }
            None => return,
        };
        let Some(peer) = peer else { return };
        if let Some(address) = address {
            address.knock();
        }
        self.ask_for_sign(number, peer);
        let later = self.weak();
        after(WINDOW_ANSWERS, move || {
            if let Some(hub) = later.upgrade() {
                let hidden = match hub.inner.borrow_mut().target(number) {
                    Some(target) => target.peer == Some(peer) && !target.handshake.is_shown(),
                    None => false,
                };
                if hidden {
                    hub.frame_navigated(number, peer);
                }
            }
        });
    }

    /// Asks a peer by its port; if it does not answer, its document is no longer there.
    pub(super) fn ask_for_sign(&self, number: u32, peer: PeerRef) {
        let asked = host::now();
        self.ping(peer);
        let hub = self.weak();
        after(ANSWER_COMES, move || {
            if let Some(hub) = hub.upgrade() {
                let silent = hub
                    .inner
                    .borrow()
                    .peers
                    .get(peer)
                    .is_some_and(|peer| peer.heartbeat.last_heard() < asked);
                if silent {
                    hub.frame_navigated(number, peer);
                }
            }
        });
    }

    /// The document of a peer is no longer the one its frame shows.
    fn frame_navigated(&self, number: u32, peer: PeerRef) {
        let is_bound = match self.inner.borrow_mut().target(number) {
            Some(target) => target.handshake.is_bound(),
            None => false,
        };
        if is_bound {
            self.revoke(number);
        } else {
            self.leave_peer(peer, Reason::Navigated);
        }
    }

    /// Takes away a target for one document of an opaque origin: its window shows another.
    pub(super) fn revoke(&self, number: u32) {
        let target = {
            let mut inner = self.inner.borrow_mut();
            let Some(at) = inner.targets.iter().position(|target| target.number == number) else {
                return;
            };
            inner.targets.remove(at)
        };
        if let Some(peer) = target.peer {
            self.leave_peer(peer, Reason::Navigated);
        } else if let Some(session) = target.session {
            self.end_session(session, Reason::Navigated);
        }
        if let Some(waiting) = target.waiting {
            waiting.stop();
            let message =
                "the frame shows another document than the one that was let in: call connect() again";
            waiting.promise.reject(&fail(codes::DENIED, message));
        }
    }

    /// An id names one peer. What it named is gone when its frame left the page: then the id is free.
    fn check_alias(&self, alias: &str, target: &JsValue) -> Result<(), JsValue> {
        let (known, other_peer) = {
            let inner = self.inner.borrow();
            let known = inner.targets.iter().find(|known| known.alias() == alias);
            let known = known.map(|known| {
                (
                    known.number,
                    known.peer,
                    known.object.as_ref() == Some(target),
                    known.is_over(),
                )
            });
            let other_peer = inner
                .peers
                .everyone()
                .any(|(_, peer)| peer.identity.alias == alias && peer.uid != alias);
            (known, other_peer)
        };
        match known {
            Some((_, _, true, _)) => return Ok(()),
            Some((number, peer, false, true)) => {
                if let Some(peer) = peer {
                    self.lose_peer(peer, Reason::Closed);
                }
                self.give_up(number, &fail(codes::PEER_LOST, "the frame left the page"));
                self.inner
                    .borrow_mut()
                    .targets
                    .retain(|target| target.number != number);
                return Ok(());
            }
            None if !other_peer => return Ok(()),
            _ => {}
        }
        let message = text(&[
            "the id '",
            alias,
            "' is in use: disconnect it first, or choose another",
        ]);
        Err(fail(codes::CONNECTION, &message))
    }

    /// connect() again for what is connected, or being connected, gives the same.
    fn known_target(&self, wanted: &Wanted) -> Option<Result<JsValue, JsValue>> {
        let (waiting, peer, number, address) = {
            let inner = self.inner.borrow();
            let target = inner.targets.iter().find(|target| {
                target.object.as_ref() == Some(&wanted.target)
                    && (wanted.alias.is_none() || target.alias == wanted.alias)
            })?;
            let waiting = target
                .waiting
                .as_ref()
                .map(|waiting| waiting.promise.promise.clone());
            (waiting, target.peer, target.number, target.address())
        };
        self.regrant(number, peer, wanted);
        if let Some(promise) = waiting {
            return Some(Ok(promise.into()));
        }
        if let Some(info) = peer.and_then(|peer| self.info(peer)) {
            return Some(Ok(js_sys::Promise::resolve(&info).into()));
        }
        // It was connected once and is gone: ask again, and wait.
        let promise = Deferred::new();
        let deadline = host::now() + wanted.timeout;
        if let Some(target) = self.inner.borrow_mut().target(number) {
            target.waiting = Some(Waiting {
                promise: promise.clone(),
                deadline,
                stop_listening: None,
            });
        }
        self.await_window(number, deadline);
        if let Some(address) = address {
            address.knock();
        }
        Some(Ok(promise.promise.into()))
    }

    /// connect() again may say anew what is let in, and what it may do.
    fn regrant(&self, number: u32, peer: Option<PeerRef>, wanted: &Wanted) {
        let changed = {
            let mut inner = self.inner.borrow_mut();
            let Some(target) = inner.target(number) else {
                return;
            };
            target
                .handshake
                .asked_again(wanted.opaque, wanted.any_origin, peer.is_some());
            let changed = wanted.grants.is_some() && wanted.grants != target.grants;
            if changed {
                target.grants.clone_from(&wanted.grants);
                if let Some(peer) = peer.and_then(|peer| inner.peers.any_mut(peer)) {
                    peer.grants.clone_from(&wanted.grants);
                }
            }
            changed
        };
        if let Some(peer) = peer.filter(|_| changed) {
            self.states_peer_down(peer);
            self.states_peer_up(peer);
        }
    }
}
