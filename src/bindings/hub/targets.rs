//! Connection targets: the windows, ports, workers and links that `connect` was called for, until `disconnect`. Each has the
//! peer behind it, if any, and the promise that waits for one.

use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Function;
use wasm_bindgen::JsValue;

use super::Hub;
use super::peers::{Identity, State};
use super::waiting::Watch;
use crate::core::codes;
use crate::core::connection::target::Handshake;
use crate::core::frame::Reason;
use crate::core::grants::Grants;
use crate::core::id::PeerRef;
use crate::platform::error::{destroyed, fail};
use crate::platform::host::{self, Deferred};
use crate::transport::window::Address;

/// Something this side wants to be connected to, until `disconnect`.
pub(crate) struct Target {
    pub(super) number: u32,
    pub(super) handshake: Handshake,
    pub(super) alias: Option<String>,
    pub(super) kind: String,
    /// A frame element, whose window may change, or the window; or the worker. None for ports and links.
    pub(super) object: Option<JsValue>,
    pub(super) is_worker: bool,
    /// The wire under way or connected.
    pub(super) session: Option<u32>,
    pub(super) peer: Option<PeerRef>,
    /// Whoever awaits connect().
    pub(super) waiting: Option<Waiting>,
    /// What its peer may see and do, if more is said of it than of its origin.
    pub(super) grants: Option<Rc<Grants>>,
    /// The origin that was heard there and is not allowed.
    pub(super) refused: Option<String>,
    /// Since when its frame is seen not to be in the page, ms; and whether it has been there since connect().
    pub(super) absent: Option<f64>,
    pub(super) was_there: bool,
    /// Its frame has fired `load` since connect().
    pub(super) loaded: bool,
    /// Ends the watch for the removal of its frame.
    pub(super) watch: Option<Watch>,
    /// What was known last of why nobody answers, and whether the log was told.
    pub(super) silence: (String, bool),
    /// Messages of a worker come to the worker object.
    pub(super) _listeners: Vec<EventListener>,
}

pub(crate) struct Waiting {
    pub(super) promise: Deferred,
    pub(super) deadline: f64,
    pub(super) stop_listening: Option<Function>,
}
/// What connect() was called with, checked.
pub(crate) struct Wanted {
    pub(crate) target: JsValue,
    /// As `targetKind` tells it.
    pub(crate) kind: String,
    pub(crate) alias: Option<String>,
    pub(crate) timeout: f64,
    pub(crate) signal: Option<JsValue>,
    pub(crate) opaque: bool,
    pub(crate) any_origin: bool,
    pub(crate) grants: Option<Rc<Grants>>,
}

impl Target {
    pub(crate) fn alias(&self) -> &str {
        self.alias.as_deref().unwrap_or_default()
    }

    pub(crate) fn state(&self) -> State {
        if self.peer.is_some() {
            State::Connected
        } else if self.waiting.is_some() {
            State::Connecting
        } else {
            State::Disconnected
        }
    }

    pub(crate) fn is_awaited(&self) -> bool {
        self.waiting.is_some()
    }

    /// Nobody can be connected by it any more: its frame left the page, its popup was closed, or its port or link ended.
    pub(super) fn is_over(&self) -> bool {
        if self.object.is_none() {
            return self.peer.is_none() && self.waiting.is_none();
        }
        self.address().is_none()
    }

    /// For `peers`, while there is no peer.
    pub(crate) fn pending_identity(&self) -> Option<(Identity, State)> {
        let alias = self.alias.as_deref()?;
        if self.peer.is_some() || self.waiting.is_none() {
            return None;
        }
        Some((Identity::new(alias, &self.kind, "", false), State::Connecting))
    }

    /// Whether this very window, or worker, is behind it.
    pub(super) fn is_at(&self, source: &JsValue) -> bool {
        self.address().is_some_and(|address| address.is(source))
    }

    pub(super) fn address(&self) -> Option<Address> {
        let target = self.object.as_ref()?;
        if self.is_worker {
            return Some(Address::worker(target.clone()));
        }
        let window = host::window_of(target);
        (!window.is_null() && !window.is_undefined()).then(|| Address::window(window))
    }
}

impl Hub {
    /// The other end has joined on the wire of a target.
    pub(crate) fn target_joined(&self, session: u32, peer: PeerRef) {
        let waiting = {
            let mut inner = self.inner.borrow_mut();
            let Some(target) = inner
                .targets
                .iter_mut()
                .find(|target| target.session == Some(session))
            else {
                return;
            };
            target.handshake.joined();
            target.peer = Some(peer);
            target.watch = None;
            target.waiting.take()
        };
        if let Some(waiting) = waiting {
            waiting.stop();
            if let Some(info) = self.info(peer) {
                waiting.promise.resolve(&info);
            }
        }
    }

    /// The peer of a target is gone. The target stays: the next document of that window gets the same id.
    pub(crate) fn target_lost(&self, peer: PeerRef, reason: Reason) {
        let number = {
            let mut inner = self.inner.borrow_mut();
            let Some(target) = inner.targets.iter_mut().find(|target| target.peer == Some(peer)) else {
                return;
            };
            target.peer = None;
            target.number
        };
        self.target_reopened(Some(number), reason);
    }

    /// A target's wire ended: its window may have another Parley, or will have.
    pub(crate) fn target_reopened(&self, number: Option<u32>, _reason: Reason) {
        let Some(number) = number else { return };
        let (address, is_final) = {
            let mut inner = self.inner.borrow_mut();
            let Some(target) = inner.target(number) else {
                return;
            };
            target.handshake.reopened();
            target.session = None;
            target.peer = None;
            (target.address(), target.object.is_none())
        };
        if let Some(address) = address {
            address.knock();
        } else if is_final {
            // A link or a port: nobody can come by it any more.
            let message = "the link was closed before the other side had answered";
            self.give_up(number, &fail(codes::PEER_LOST, message));
        }
    }

    /// Ends the wait of a target that never got through, and the target.
    pub(crate) fn give_up(&self, number: u32, error: &JsValue) {
        let target = {
            let mut inner = self.inner.borrow_mut();
            let Some(at) = inner.targets.iter().position(|target| target.number == number) else {
                return;
            };
            if inner
                .targets
                .get(at)
                .is_none_or(|target| target.waiting.is_none())
            {
                return;
            }
            inner.targets.remove(at)
        };
        if let Some(session) = target.session {
            let session = self.inner.borrow_mut().sessions.remove(&session);
            if let Some(session) = session {
                self.abandon(&session);
                if let Some(window) = &session.proven.from {
                    self.forget_greetings("", Some(window));
                }
            }
        }
        if let Some(waiting) = target.waiting {
            waiting.stop();
            if self.inner.borrow().ending {
                waiting.promise.end(error);
            } else {
                waiting.promise.reject(error);
            }
        }
        if let Some(alias) = &target.alias {
            let identity = Identity::new(alias, &target.kind, "", false);
            self.emit_state(&identity, State::Connecting, State::Disconnected);
        }
    }

    /// Takes a target away for good. Whether there was one.
    pub(crate) fn close_target(&self, name: &str, peer: Option<PeerRef>) -> bool {
        let (number, awaited) = {
            let inner = self.inner.borrow();
            let found = inner.targets.iter().find(|target| {
                target.alias.as_deref() == Some(name) || (peer.is_some() && target.peer == peer)
            });
            match found {
                Some(target) => (target.number, target.waiting.is_some()),
                None => return false,
            }
        };
        if awaited {
            self.give_up(number, &fail(codes::CONNECTION, "disconnect() ended the attempt"));
        } else {
            self.inner
                .borrow_mut()
                .targets
                .retain(|target| target.number != number);
        }
        true
    }

    /// Ends every wait; for destroy().
    pub(crate) fn close_targets(&self) {
        loop {
            let number = match self.inner.borrow().targets.first() {
                Some(target) => target.number,
                None => return,
            };
            self.give_up(number, &destroyed());
            self.inner
                .borrow_mut()
                .targets
                .retain(|target| target.number != number);
        }
    }

    /// Targets whose frame left the page, or whose popup was closed, with nobody there to say so.
    pub(crate) fn targets_gone(&self) -> Vec<(PeerRef, Reason)> {
        let inner = self.inner.borrow();
        let targets = inner
            .targets
            .iter()
            .filter(|target| target.object.is_some() && target.address().is_none())
            .filter_map(|target| target.peer);
        let closed = inner.peers.everyone().filter(|(_, peer)| !peer.on_mesh);
        let closed = closed.filter(|(_, peer)| peer.window.as_ref().is_some_and(Address::is_closed));
        targets
            .chain(closed.map(|(at, _)| at))
            .map(|at| (at, Reason::Closed))
            .collect()
    }

    /// Whether anyone awaits a connection.
    pub(crate) fn awaits_targets(&self) -> bool {
        self.inner.borrow().targets.iter().any(Target::is_awaited)
    }

    /// Whether a timer of this window ends a wait.
    pub(super) fn targets_have_deadlines(&self) -> bool {
        let inner = self.inner.borrow();
        let mut waiting = inner.targets.iter().filter_map(|target| target.waiting.as_ref());
        waiting.any(|waiting| waiting.deadline.is_finite())
    }

    /// Asks at every target that has nobody behind it; after the page comes back from the cache.
    pub(crate) fn knock_again(&self) {
        let addresses: Vec<Address> = {
            let inner = self.inner.borrow();
            inner
                .targets
                .iter()
                .filter(|target| target.peer.is_none())
                .filter_map(Target::address)
                .collect()
        };
        for address in addresses {
            address.knock();
        }
    }
}

impl Waiting {
    pub(super) fn stop(&self) {
        if let Some(stop) = &self.stop_listening {
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
    }
}

impl super::Inner {
    pub(super) fn target(&mut self, number: u32) -> Option<&mut Target> {
        self.targets.iter_mut().find(|target| target.number == number)
    }
}

impl super::Inner {
    /// Whether a peer came by a frame element that is still in its page.
    pub(crate) fn shows(&self, peer: PeerRef) -> bool {
        let target = self.targets.iter().find(|target| target.peer == Some(peer));
        target.is_some_and(|target| target.kind == "iframe" && target.address().is_some())
    }
}
