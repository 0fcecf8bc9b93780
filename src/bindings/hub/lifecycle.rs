//! The page's lifecycle: leaving, returning, being hidden, as `core::connection::page` decides; and the end of a Parley.
//!
//! What a page writes and sends in its last moments is delivered: the goodbye is sent after all listeners of the last
//! event. In Chromium and Firefox that event is `visibilitychange`, which follows `pagehide` in a visible page. Elsewhere,
//! and in a hidden page, it is `pagehide`; listeners that were added before the page was hidden come first. Firefox aborts
//! a script that runs when it ends the process, so what such a script had still to do is lost.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use super::Hub;
use super::session::{bye_frame, short_frame};
use super::window_messages::relatives;
use crate::core::frame::{Kind, Reason};
use crate::core::id::PeerRef;
use crate::platform::host;
use crate::transport::window;

impl Hub {
    /// Listens to the global object. In Node there are no such events.
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

    /// Adds the listeners, and removes earlier ones.
    fn add_listeners(&self) {
        let own = host::own_window();
        let worker = host::own_worker();
        let mut listeners = Vec::new();
        if !own.is_undefined() {
            let hub = self.weak();
            listeners.push(window::listen(&own, move |event| {
                if let Some(hub) = hub.upgrade() {
                    hub.window_message_arrived(event);
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
                    hub.page_message_arrived(&global, event);
                }
            }));
        }
        self.inner.borrow_mut().listeners = listeners;
    }

    fn page_leaves(&self, may_return: bool) {
        if self.is_destroyed() {
            return;
        }
        self.states_flush();
        self.decide(|connections, _| connections.page_left(may_return));
    }

    fn page_returns(&self) {
        if self.is_destroyed() {
            return;
        }
        let (relatives, now) = (relatives(), host::now());
        self.decide(|connections, _| connections.page_returned(&relatives, now));
    }

    fn page_freezes(&self) {
        self.states_flush();
        self.decide(|connections, _| connections.page_frozen());
    }

    fn page_resumes(&self) {
        self.decide(|connections, _| connections.page_resumed());
        self.states_flush();
    }

    /// Says goodbye to one peer, which may be alive after all, and drops it.
    pub(crate) fn leave_peer(&self, at: PeerRef, reason: Reason) {
        let _ = self.post(at, &bye_frame(Reason::Local), None);
        self.lose_peer(at, reason);
    }

    /// Says goodbye to one peer and forgets it. Returns whether it was connected or waited for.
    pub(crate) fn disconnect(&self, name: &str) -> bool {
        self.decide(|connections, _| connections.part(name))
    }

    pub(super) fn disconnect_peer(&self, at: PeerRef) {
        let _ = self.post(at, &bye_frame(Reason::Local), None);
        self.decide(|connections, _| connections.disconnect_peer(at));
    }

    /// Whether a peer of that id was connected before, and has gone or was disconnected.
    pub(crate) fn was_known(&self, name: &str) -> bool {
        self.inner.borrow().names.was_known(name)
    }

    /// Ends everything. Idempotent.
    pub(crate) fn destroy(&self) {
        self.decide(|connections, _| connections.destroy());
    }

    /// All connections have ended: releases the locks, the timer, the listeners and the states.
    pub(super) fn release(&self) {
        let lock = self.inner.borrow_mut().liveness_lock.take();
        if let Some(release) = lock {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
        self.stop_lock_watches();
        self.disarm();
        self.ready.resolve(&JsValue::UNDEFINED);
        self.end_handlers();
        let (listeners, states, watches) = {
            let mut inner = self.inner.borrow_mut();
            inner.destroyed = true;
            inner.system.clear();
            inner.tap = None;
            inner.registered.clear();
            (
                std::mem::take(&mut inner.listeners),
                std::mem::take(&mut inner.states),
                [inner.page_leaving.take(), inner.rewritten.take()],
            )
        };
        for (stop, _) in watches.iter().flatten() {
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
        for state in states {
            state.hub_destroyed();
        }
        self.ended.resolve(&JsValue::UNDEFINED);
        // This may run inside one of these very listeners.
        Hub::soon(move || drop((listeners, watches)));
    }

    /// Runs the heartbeat of every peer. Returns when to run it next.
    pub(crate) fn beat(&self, now: f64) -> f64 {
        let (precise, is_hidden) = (host::precise_now(), host::is_hidden());
        self.decide(|connections, _| connections.beat(now, precise, is_hidden))
    }

    pub(crate) fn ping(&self, at: PeerRef) {
        let sent = host::precise_now();
        if let Some(peer) = self.inner.borrow_mut().peers.get_mut(at) {
            peer.heartbeat.ping(sent);
        }
        let _ = self.post(at, &short_frame(Kind::Ping, sent), None);
    }
}
