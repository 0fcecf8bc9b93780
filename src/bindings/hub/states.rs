//! Routing to the states and stores of this Parley: which frames and which peer events go to which.

use std::rc::{Rc, Weak};

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::Hub;
use crate::bindings::shared::Shared;
use crate::bindings::shared::registry::duplicate;
use crate::bindings::wire::label_in;
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::grants::Grants;
use crate::core::id::PeerRef;
use crate::core::limits::Limits;
use crate::core::lists::{Gather, List};
use crate::platform::host;

/// How often a state that is not ready asks again, ms.
const WAITING: f64 = 1000.0;

impl Hub {
    /// Attaches a state, and announces it to every peer.
    pub(crate) fn attach(&self, state: Rc<dyn Shared>) -> Result<(), JsValue> {
        {
            let mut inner = self.inner.borrow_mut();
            if inner.states.iter().any(|other| other.name() == state.name()) {
                return Err(duplicate("Parley", state.name()));
            }
            inner.states.push(state.clone());
        }
        let prerendered = self.is_prerendered();
        for peer in self.peer_refs() {
            if !prerendered && self.takes_part(peer, &*state) {
                state.peer_up(peer);
            }
        }
        let (now, patience) = (host::now(), self.patience());
        if self.decide(|connections, _| connections.state_made(now, patience)) {
            state.settle();
        }
        self.wake_by(self.settle_due(now).min(now + WAITING));
        Ok(())
    }

    /// Detaches a state.
    pub(crate) fn detach(&self, name: &str) {
        let gone = {
            let mut inner = self.inner.borrow_mut();
            inner.lacking.keep(|(_, lacked)| lacked != name);
            let at = inner.states.iter().position(|state| state.name() == name);
            at.map(|at| inner.states.remove(at))
        };
        drop(gone);
    }

    /// Asks again for the states that are not ready: the peer that was asked first may be frozen. Returns when to ask next.
    pub(crate) fn states_due(&self, now: f64) -> f64 {
        let (waiting, next) = {
            let mut inner = self.inner.borrow_mut();
            let states: Vec<_> = inner
                .states
                .iter()
                .filter(|state| state.is_waiting())
                .cloned()
                .gather();
            if states.is_empty() {
                return f64::INFINITY;
            }
            let due = now >= inner.asked_again + WAITING;
            if due {
                inner.asked_again = now;
            }
            (if due { states } else { Vec::new() }, inner.asked_again + WAITING)
        };
        for state in waiting {
            state.tick();
        }
        next
    }

    pub(super) fn each_state(&self, act: impl Fn(&dyn Shared)) {
        let states = self.inner.borrow().states.clone();
        for state in states {
            act(&*state);
        }
    }

    pub(crate) fn states_peer_up(&self, peer: PeerRef) {
        self.each_state(|state| {
            if self.takes_part(peer, state) {
                state.peer_up(peer);
            }
        });
    }

    /// The grants of a peer; `None` if it has all.
    pub(crate) fn grants_of(&self, peer: PeerRef) -> Option<Rc<Grants>> {
        self.inner.borrow().peers.any(peer)?.grants.clone()
    }

    /// Whether a peer takes part in a state.
    fn takes_part(&self, peer: PeerRef, state: &dyn Shared) -> bool {
        let inner = self.inner.borrow();
        inner.peers.any(peer).is_some_and(|peer| peer.takes_part(state))
    }

    /// The limits of this window. Its peers are assumed to have the same.
    pub(crate) fn strictest(&self) -> Option<Limits> {
        let inner = self.inner.borrow();
        let meter = inner.peers.iter().find_map(|(_, peer)| peer.meter.as_ref());
        self.config
            .policy
            .limits
            .or_else(|| meter.map(|meter| *meter.limits()))
    }

    pub(crate) fn states_peer_down(&self, peer: PeerRef) {
        self.inner.borrow_mut().lacking.keep(|(lacks, _)| *lacks != peer);
        self.each_state(|state| state.peer_down(peer));
    }

    pub(crate) fn states_settle(&self) {
        self.each_state(|state| state.settle());
    }

    pub(crate) fn states_flush(&self) {
        self.each_state(|state| state.flush());
    }

    pub(crate) fn states_tick(&self) {
        self.each_state(|state| state.tick());
    }

    /// A state is about to broadcast this very payload.
    pub(crate) fn carry(&self, payload: &JsValue, state: Weak<dyn Shared>) {
        self.inner.borrow_mut().carried = Some((payload.clone(), state));
    }

    /// The broadcast is over, or never came.
    pub(crate) fn dropped(&self, payload: &JsValue) {
        let mut inner = self.inner.borrow_mut();
        if inner
            .carried
            .as_ref()
            .is_some_and(|(carried, _)| carried == payload)
        {
            inner.carried = None;
        }
    }

    /// The state that broadcasts this payload, if any. Then its frame is sent instead.
    pub(crate) fn carried(&self, payload: &JsValue) -> Option<Rc<dyn Shared>> {
        let mut inner = self.inner.borrow_mut();
        if inner
            .carried
            .as_ref()
            .is_none_or(|(carried, _)| carried != payload)
        {
            return None;
        }
        inner.carried.take().and_then(|(_, state)| state.upgrade())
    }

    /// The state whose update messages have this type.
    pub(crate) fn state_for_message(&self, what: &str) -> Option<Rc<dyn Shared>> {
        self.inner
            .borrow()
            .states
            .iter()
            .find(|state| state.message() == what)
            .cloned()
    }

    pub(super) fn state_named(&self, name: &str) -> Option<Rc<dyn Shared>> {
        let inner = self.inner.borrow();
        inner.states.iter().find(|state| state.name() == name).cloned()
    }

    /// A peer has no state of this name. It is not waited for, and is sent nothing, until it sends a frame of it.
    fn on_lacks(&self, from: PeerRef, state: &dyn Shared) {
        let name = state.name();
        let is_news = !self.spoke(from, name);
        if is_news {
            state.peer_down(from);
        }
        let nobody_has_it = {
            let mut inner = self.inner.borrow_mut();
            inner.lacking.push((from, name.to_owned()));
            let lacks = |peer| {
                inner
                    .lacking
                    .iter()
                    .any(|(lacks, what)| *lacks == peer && what == name)
            };
            is_news && inner.peers.refs().into_iter().all(lacks)
        };
        if nobody_has_it {
            self.log("unshared", &JsValue::from_str(name));
        }
    }

    /// Forgets that a peer lacked this name. Returns whether it did.
    fn spoke(&self, from: PeerRef, name: &str) -> bool {
        let lacking = &mut self.inner.borrow_mut().lacking;
        let before = lacking.len();
        lacking.keep(|(peer, lacked)| *peer != from || lacked != name);
        lacking.len() != before
    }

    /// Handles a frame for a state. If there is no state of that name, a request is answered so, and any other frame
    /// ignored. A peer that has no grant for the state gets the same answer.
    pub(crate) fn on_state_frame(&self, from: PeerRef, kind: Kind, frame: &Array, to_all: bool) {
        self.on_reassembled_state_frame(from, kind, frame, to_all, &Array::new());
    }

    /// Does the same for a frame with unreadable parts: `missing` has the first two steps of the path to each.
    pub(super) fn on_reassembled_state_frame(
        &self,
        from: PeerRef,
        kind: Kind,
        frame: &Array,
        to_all: bool,
        missing: &Array,
    ) {
        let Some((name, version)) = label_in(&frame.get(1)) else {
            return self.reject_from(from, codes::MALFORMED);
        };
        if self.is_prerendered() {
            // This peer is asked when the document is activated, and asks again itself.
            return;
        }
        let (state, also) = {
            let inner = self.inner.borrow();
            let state = inner.states.iter().find(|state| state.name() == name).cloned();
            let shares = inner.peers.get(from).is_some_and(|peer| match &state {
                Some(state) => peer.takes_part(&**state),
                None => peer.grants.as_ref().is_none_or(|grants| grants.touches(&name)),
            });
            let Some(state) = state.filter(|_| shares) else {
                drop(inner);
                if !shares {
                    self.reject_from(from, codes::DENIED);
                }
                if kind.asks() {
                    let lacks = Array::of2(&JsValue::from_f64(Kind::Lacks.tag()), &JsValue::from_str(&name));
                    self.post_state(&[from], &lacks);
                }
                return;
            };
            let mesh = inner
                .peers
                .iter()
                .filter(|(at, peer)| peer.on_mesh && *at != from && peer.takes_part(&*state));
            let also: Vec<PeerRef> = if to_all {
                mesh.map(|(at, _)| at).gather()
            } else {
                Vec::new()
            };
            (state, also)
        };
        if kind == Kind::Lacks {
            return self.on_lacks(from, &*state);
        }
        if self.spoke(from, &name) {
            state.peer_up(from);
        }
        if version == state.version() && missing.length() > 0 {
            state.receive_part(from, &also, kind, frame, missing);
        } else if version == state.version() {
            state.receive(from, &also, kind, frame);
        } else {
            state.receive_other(from, version, kind, frame);
        }
    }

    /// A state's frame could not be posted. Nobody awaits it: a page that has left compares when it returns.
    pub(crate) fn post_state(&self, to: &[PeerRef], frame: &JsValue) {
        if let Err(error) = self.post_to(to, frame)
            && to.iter().any(|at| self.info(*at).is_some())
            && !self.inner.borrow().left
        {
            self.report(&error);
        }
    }

    /// Calls the handlers that are registered for a state's update messages.
    pub(crate) fn show_update(&self, what: &str, from: PeerRef, payload: impl FnOnce() -> JsValue) {
        let (handlers, sender, origin) = {
            let inner = self.inner.borrow();
            let Some(handlers) = inner.handlers.get(what).filter(|all| !all.is_empty()).cloned() else {
                return;
            };
            let Some(peer) = inner.peers.get(from) else {
                return;
            };
            (
                handlers,
                peer.identity.label.id.clone(),
                peer.identity.label.origin.clone(),
            )
        };
        let payload = payload();
        let metadata = host::make_metadata("", &sender, &origin, host::wall(), false, &JsValue::UNDEFINED);
        for handler in handlers {
            let result = handler
                .call
                .call3(&JsValue::UNDEFINED, &payload, &JsValue::UNDEFINED, &metadata);
            if let Err(error) = result {
                self.report(&error);
            }
        }
    }
}
