//! The page's lifecycle: leaving, returning, being hidden; and the end of a Parley.
//!
//! What a page writes and sends in its last moments is delivered: the goodbye comes after all listeners of the last event there is.
//! In Chromium and Firefox that event is `visibilitychange`, which follows `pagehide` in a visible page; elsewhere, and in a
//! hidden page, it is `pagehide`, where listeners that were added before the page was hidden come first. Firefox aborts whatever
//! script runs at the moment it ends a process: what such a script had still to do is lost.

use gloo_events::{EventListener, EventListenerOptions};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use super::Hub;
use super::effects::Route;
use super::session::bye_frame;
use super::sleep::ANSWERS_COME;
use super::timers::BEAT;
use crate::bindings::shared::after;
use crate::core::codes;
use crate::core::connection::greetings::Greetings;
use crate::core::frame::{Kind, Reason, Sleep};
use crate::core::id::PeerRef;
use crate::core::lists::Gather;
use crate::platform::error::gone;
use crate::platform::host;
use crate::transport::window;

/// How long after a window was seen to be gone what its process still says may arrive, ms.
const LAST_WORDS_COME: f64 = 500.0;

/// How often a visible page compares what was seen, ms. Wires lose nothing by themselves, but what a BroadcastChannel
/// delivers while the page waits in window.open() was seen to get lost (Chromium), as lock grants do.
const COMPARE: f64 = 5000.0;
/// The same with a user's link, which may, ms.
const COMPARE_LOSSY: f64 = 2000.0;

impl Hub {
    /// Listens to the surrounding global. Where there is none (Node, a server), there is nothing to hear.
    pub(crate) fn listen(&self) {
        self.add_listeners();
        if host::own_window().is_undefined() {
            return;
        }
        let hub = self.weak();
        let leaves = super::Leaving::new(move |may_return: JsValue| {
            if let Some(hub) = hub.upgrade() {
                hub.page_leaves(may_return.is_truthy());
            }
        });
        let stop = host::watch_leaving(leaves.as_ref().unchecked_ref());
        self.inner.borrow_mut().page_leaving = Some((stop, leaves));
        let hub = self.weak();
        let again = super::Leaving::new(move |_: JsValue| {
            if let Some(hub) = hub.upgrade() {
                hub.add_listeners();
            }
        });
        let stop = host::on_rewritten(again.as_ref().unchecked_ref());
        self.inner.borrow_mut().rewritten = Some((stop, again));
    }

    /// Takes the place of the listeners before, if any.
    fn add_listeners(&self) {
        let own = host::own_window();
        let worker = host::own_worker();
        let mut listeners = Vec::new();
        if !own.is_undefined() {
            let hub = self.weak();
            listeners.push(window::listen(&own, move |event| {
                if let Some(hub) = hub.upgrade() {
                    hub.heard_by_window(event);
                }
            }));
            let target: &EventTarget = own.unchecked_ref();
            let hub = self.weak();
            listeners.push(EventListener::new(target, "pageshow", move |_| {
                if let Some(hub) = hub.upgrade() {
                    hub.page_returns();
                }
            }));
            for name in ["visibilitychange", "resume", "freeze"] {
                let hub = self.weak();
                let options = EventListenerOptions::run_in_capture_phase();
                listeners.push(EventListener::new_with_options(
                    target,
                    name,
                    options,
                    move |_| {
                        let Some(hub) = hub.upgrade() else { return };
                        match name {
                            "freeze" => hub.page_freezes(),
                            "resume" => hub.page_resumes(),
                            _ => hub.states_flush(),
                        }
                        if name != "freeze" && !host::is_hidden() {
                            hub.states_tick();
                        }
                    },
                ));
            }
        } else if !worker.is_undefined() {
            let hub = self.weak();
            let global = worker.clone();
            listeners.push(window::listen(&worker, move |event| {
                if let Some(hub) = hub.upgrade() {
                    hub.heard_by_worker(&global, event);
                }
            }));
        }
        self.inner.borrow_mut().listeners = listeners;
    }

    /// The page closes, navigates, or goes into the back/forward cache: the last moment at which anything arrives. Ports
    /// stay open, for what was just posted to one that is closed may not arrive (Firefox).
    fn page_leaves(&self, may_return: bool) {
        if self.is_destroyed() {
            return;
        }
        self.states_flush();
        if may_return {
            self.say_sleep(Sleep::Cached);
        } else {
            self.say_bye(1.0);
        }
        self.leave_mesh();
        // What is sent to other documents of this page from now on waits until they have returned.
        for wire in self.wires() {
            wire.hold(may_return);
        }
        self.inner.borrow_mut().left = true;
    }

    fn wires(&self) -> Vec<Route> {
        let inner = self.inner.borrow();
        let wires = inner.sessions.values();
        wires.filter_map(|session| session.wire.clone()).gather()
    }

    /// The page came back from the cache: everyone it knew has gone on without it, and is asked whether it is still there.
    fn page_returns(&self) {
        let back = std::mem::take(&mut self.inner.borrow_mut().left);
        if !back || self.is_destroyed() {
            return;
        }
        self.decide(|connections, _| connections.returned());
        let until = host::now() + ANSWERS_COME;
        for peer in self.outsiders() {
            self.decide(|connections, _| connections.suspend(peer, Sleep::Cached, until));
        }
        // Those left are parts of this page: what comes from one says that it is back as well.
        let inside = self.inner.borrow().peers.refs();
        for peer in inside {
            self.ping(peer);
        }
        self.say_awake(false);
        self.join_mesh();
        self.greet_relatives();
        self.decide(|connections, _| connections.knock_again());
    }

    /// The last frame, to everyone.
    fn say_bye(&self, code: f64) {
        let frame = bye_frame(code);
        let mesh = self.inner.borrow().mesh.clone();
        for wire in self.wires() {
            let _ = wire.post(&frame, None);
        }
        if let Some(mesh) = mesh {
            let _ = mesh.post(None, &frame);
        }
    }

    /// Says goodbye to one peer, which may be there after all, and loses it.
    pub(crate) fn leave_peer(&self, at: PeerRef, reason: Reason) {
        let _ = self.post(at, &bye_frame(0.0), None);
        self.lose_peer(at, reason);
    }

    /// Says goodbye to one peer and forgets it.
    pub(crate) fn disconnect(&self, name: &str) -> bool {
        let parting = self.decide(|connections, _| connections.part(name));
        if let Some(target) = parting.awaited {
            self.refuse_disconnected(*target);
        }
        let Some(at) = parting.peer else {
            return parting.had_target;
        };
        self.states_flush();
        let _ = self.post(at, &bye_frame(0.0), None);
        let (mesh, uid) = {
            let inner = self.inner.borrow();
            let member = inner.peers.any(at);
            let member = member.filter(|peer| peer.on_mesh || peer.wire.is_none());
            (inner.mesh.clone(), member.map(|peer| peer.uid.clone()))
        };
        if let (Some(mesh), Some(uid)) = (mesh, uid) {
            mesh.shun(uid);
        }
        self.decide(|connections, _| connections.let_go(at));
        true
    }

    /// Whether a peer of that id was connected before, and has gone, or was let go of.
    pub(crate) fn was_known(&self, name: &str) -> bool {
        self.inner.borrow().names.has_known(name)
    }

    /// Ends everything. Idempotent.
    pub(crate) fn destroy(&self) {
        // What it says last may go by way of a user's link, which may end it again.
        if std::mem::replace(&mut self.inner.borrow_mut().ending, true) {
            return;
        }
        self.states_flush();
        self.say_bye(0.0);
        self.close_targets();
        let peers: Vec<PeerRef> = {
            let mut inner = self.inner.borrow_mut();
            // Nobody is greeted any more, whatever ends now.
            inner.greetings = Greetings::default();
            inner.peers.everyone().map(|(at, _)| at).gather()
        };
        for peer in peers {
            self.lose_peer_for(peer, Reason::Local, codes::DESTROYED);
        }
        self.leave_mesh();
        let life = self.inner.borrow_mut().life.take();
        if let Some(release) = life {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
        self.end_discovery();
        self.disarm();
        self.ready.resolve(&JsValue::UNDEFINED);
        self.end_handlers();
        let leftovers = {
            let mut inner = self.inner.borrow_mut();
            inner.destroyed = true;
            inner.system.clear();
            inner.tap = None;
            inner.registered.clear();
            (
                std::mem::take(&mut inner.listeners),
                std::mem::take(&mut inner.sessions),
                std::mem::take(&mut inner.states),
                [inner.page_leaving.take(), inner.rewritten.take()],
            )
        };
        let (listeners, sessions, states, watches) = leftovers;
        for (stop, _) in watches.iter().flatten() {
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
        for session in sessions.into_values() {
            if let Some(wire) = session.wire {
                wire.close();
            }
        }
        for state in states {
            state.hub_destroyed();
        }
        self.ended.resolve(&JsValue::UNDEFINED);
        // This may run inside one of these very listeners.
        Hub::soon(move || drop((listeners, watches)));
    }

    fn lose_peer_for(&self, at: PeerRef, reason: Reason, code: &'static str) {
        let error = gone(code);
        self.reject_calls_to(at, &error);
        self.lose_peer(at, reason);
    }

    /// Looks at every peer with a wire of its own; when to look again.
    pub(crate) fn beat(&self, now: f64) -> f64 {
        if !self.inner.borrow().gone().is_empty() {
            // Its last words may be on the way.
            let hub = self.weak();
            after(LAST_WORDS_COME, move || {
                if let Some(hub) = hub.upgrade() {
                    let gone = hub.inner.borrow().gone();
                    for peer in gone {
                        hub.lose_peer(peer, Reason::Closed);
                    }
                }
            });
        }
        self.decide(|connections, _| connections.sleepers_due(now));
        let awaited = self.windows_awaited(now);
        let precise = host::precise_now();
        let pulse = self.inner.borrow_mut().beat(now, precise);
        let any = self.inner.borrow().peers.count() > 0;
        for at in pulse.silent {
            self.leave_peer(at, Reason::Timeout);
        }
        for at in pulse.ask {
            self.ping(at);
        }
        if pulse.is_unanswered {
            self.states_tick();
        }
        if any {
            self.compare_slowly(now);
            awaited.min(now + BEAT)
        } else {
            awaited
        }
    }

    /// The slow tick: whatever was lost on any wire, for any reason, is found and repaired.
    fn compare_slowly(&self, now: f64) {
        let due = {
            let mut inner = self.inner.borrow_mut();
            let lossy = inner.sessions.values().any(|session| session.again.is_some());
            let pause = if lossy { COMPARE_LOSSY } else { COMPARE };
            let due = now - inner.compared >= pause;
            if due {
                inner.compared = now;
            }
            due
        };
        if due && !host::is_hidden() {
            self.states_tick();
        }
    }

    pub(crate) fn ping(&self, at: PeerRef) {
        let sent = host::precise_now();
        if let Some(peer) = self.inner.borrow_mut().peers.get_mut(at) {
            peer.heartbeat.ping(sent);
        }
        let frame = Array::of2(&JsValue::from_f64(Kind::Ping.tag()), &JsValue::from_f64(sent));
        let _ = self.post(at, &frame, None);
    }
}
