//! System events: what happens to connections, emitted to listeners and logged.

use js_sys::Function;
use serde::ser::{Serialize, SerializeMap, Serializer};
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use super::peers::{Identity, State};
use crate::core::frame::Reason;
use crate::core::id::PeerRef;
use crate::core::lists::{Gather, List};
use crate::platform::host;

/// The analytics events of ParleyJS, which `onAnalyticsEvent` listens to.
pub(crate) const ANALYTICS: &str = "analytics";

/// The events, as `SYSTEM_EVENTS` lists them.
pub(crate) const EVENTS: [&str; 9] = [
    "system:connected",
    "system:reconnected",
    "system:suspended",
    "system:disconnected",
    "system:connection_lost",
    "system:connection_state_changed",
    "system:partitioned",
    "system:rejected",
    "system:error",
];

/// The level at which frames are logged.
const DEBUG: u32 = 4;
/// Refusals of one kind from one origin are counted, and reported at most once in this many milliseconds.
const REJECTED_EVERY: f64 = 1000.0;
/// The most kinds of refusal that are counted at a time, so that an attacker with many origins cannot fill memory.
const REJECTED_KINDS: usize = 64;

/// How often input of one origin was refused for one reason.
pub(crate) struct Rejected {
    origin: String,
    code: &'static str,
    count: f64,
    reported: f64,
    told_at: f64,
}

/// The data of `system:rejected`.
struct Refusal {
    origin: String,
    code: &'static str,
    count: f64,
}

/// Serialised as a map, because a derived struct would need a hash table for its field names.
impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("origin", self.origin.as_str())?;
        map.serialize_entry("code", self.code)?;
        map.serialize_entry("count", &self.count)?;
        map.end()
    }
}

const PLAIN: serde_wasm_bindgen::Serializer =
    serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);

fn set(object: &JsValue, name: &str, value: &JsValue) {
    // The object is a fresh plain one.
    let _ = js_sys::Reflect::set(object, &JsValue::from_str(name), value);
}

impl Hub {
    /// Calls every listener of `event`. An exception of one does not affect the others.
    pub(crate) fn emit(&self, event: &str, data: &JsValue) {
        // `report` handles an error without listeners.
        if event != "system:error" {
            self.log(event, data);
        } else {
            self.tap_topic(event, data);
        }
        let listeners: Vec<Function> = self
            .inner
            .borrow()
            .system
            .iter()
            .filter(|listener| listener.event == event)
            .map(|listener| listener.call.clone())
            .gather();
        for listener in listeners {
            if let Err(error) = listener.call1(&JsValue::UNDEFINED, data) {
                host::report_error(&error);
            }
        }
    }

    /// Logs a topic, if its level is enabled.
    pub(crate) fn log(&self, topic: &str, data: &JsValue) {
        self.tap_topic(topic, data);
        if self.config.log_level > 0 {
            host::log(self.config.log_level, &self.config.logger, topic, data);
        }
    }

    /// Logs a frame that is sent to a peer or received from it, at the level `debug`.
    pub(crate) fn log_frame(&self, topic: &str, peer: PeerRef, frame: &JsValue) {
        if !self.follows_frames() {
            return;
        }
        let id = self
            .inner
            .borrow()
            .peers
            .any(peer)
            .map(|peer| peer.identity.label.id.clone());
        let data = JsValue::from(js_sys::Object::new());
        set(&data, "peer", &id.unwrap_or(JsValue::NULL));
        set(&data, "frame", frame);
        self.log(topic, &data);
        if !self.config.analytics.is_undefined() {
            let event = host::analytics_event(&self.config.analytics, topic, &data);
            if !event.is_undefined() {
                self.emit(ANALYTICS, &event);
            }
        }
    }

    fn follows_frames(&self) -> bool {
        self.config.log_level >= DEBUG || !self.config.analytics.is_undefined()
    }

    /// Logs a frame that is sent to every peer.
    pub(crate) fn log_frames(&self, frame: &JsValue) {
        if !self.follows_frames() {
            return;
        }
        let peers: Vec<PeerRef> = self.inner.borrow().peers.iter().map(|(at, _)| at).gather();
        for peer in peers {
            self.log_frame("sent", peer, frame);
        }
    }

    /// A connection changed from one state to another.
    pub(crate) fn emit_state(&self, identity: &Identity, previous: State, current: State) {
        let data = JsValue::from(js_sys::Object::new());
        set(&data, "targetId", &identity.label.id);
        set(&data, "previousState", &JsValue::from_str(previous.name()));
        set(&data, "currentState", &JsValue::from_str(current.name()));
        self.emit("system:connection_state_changed", &data);
    }

    pub(crate) fn emit_connected(&self, identity: &Identity, again: bool, previous: State) {
        let info = identity.info(State::Connected);
        self.emit(
            if again {
                "system:reconnected"
            } else {
                "system:connected"
            },
            &info,
        );
        self.emit_state(identity, previous, State::Connected);
    }

    pub(crate) fn emit_suspended(&self, identity: &Identity) {
        self.emit("system:suspended", &identity.info(State::Suspended));
        self.emit_state(identity, State::Connected, State::Suspended);
    }

    pub(crate) fn emit_ended(&self, identity: &Identity, reason: Reason, previous: State) {
        let info = identity.info(State::Disconnected);
        set(&info, "reason", &JsValue::from_str(reason.name()));
        if reason.is_loss() {
            self.emit("system:connection_lost", &info);
        }
        self.emit("system:disconnected", &info);
        self.emit_state(identity, previous, State::Disconnected);
    }

    /// An error without a promise: emitted to listeners of `system:error`, or logged to the console if there are none.
    pub(crate) fn report(&self, error: &JsValue) {
        let heard = self
            .inner
            .borrow()
            .system
            .iter()
            .any(|listener| listener.event == "system:error");
        if heard {
            self.emit("system:error", error);
        } else {
            self.log("system:error", error);
        }
    }

    /// Counts refused input. It reports no content, and not too often.
    pub(crate) fn reject(&self, origin: &str, code: &'static str) {
        let now = host::now();
        let mut inner = self.inner.borrow_mut();
        if inner.destroyed {
            return;
        }
        let known = inner
            .rejected
            .iter()
            .position(|entry| entry.origin == origin && entry.code == code);
        let at = match known {
            Some(at) => at,
            None if inner.rejected.len() >= REJECTED_KINDS => 0,
            None => {
                inner.rejected.push(Rejected {
                    origin: origin.chars().take(256).collect(),
                    code,
                    count: 0.0,
                    reported: 0.0,
                    told_at: f64::NEG_INFINITY,
                });
                inner.rejected.len() - 1
            }
        };
        let Some(entry) = inner.rejected.get_mut(at) else {
            return;
        };
        entry.count += 1.0;
        if now - entry.told_at >= REJECTED_EVERY {
            drop(inner);
            self.report_rejected(now);
        } else {
            drop(inner);
            self.wake_by(now + REJECTED_EVERY);
        }
    }

    /// Reports the counts that are due. Returns when the next one is due.
    pub(crate) fn report_rejected(&self, now: f64) -> f64 {
        let mut next = f64::INFINITY;
        let mut due = Vec::new();
        for entry in &mut self.inner.borrow_mut().rejected {
            if entry.count == entry.reported {
                continue;
            }
            if now - entry.told_at >= REJECTED_EVERY {
                entry.reported = entry.count;
                entry.told_at = now;
                due.push(Refusal {
                    origin: entry.origin.clone(),
                    code: entry.code,
                    count: entry.count,
                });
            } else {
                next = next.min(entry.told_at + REJECTED_EVERY);
            }
        }
        for refusal in due {
            // Strings and a number can always be serialised.
            if let Ok(data) = refusal.serialize(&PLAIN) {
                self.emit("system:rejected", &data);
            }
        }
        next
    }

    /// Registers a listener. Returns a token that removes it.
    pub(crate) fn on_system(&self, event: &str, call: &JsValue) -> u32 {
        self.report_partition(event, call.unchecked_ref());
        let mut inner = self.inner.borrow_mut();
        inner.next_token += 1;
        let token = inner.next_token;
        inner.system.push(SystemListener {
            token,
            event: event.to_owned(),
            call: call.clone().unchecked_into(),
        });
        token
    }

    pub(crate) fn off_system(&self, token: u32) {
        self.inner
            .borrow_mut()
            .system
            .keep(|listener| listener.token != token);
    }
}

/// One listener of one event.
pub(crate) struct SystemListener {
    token: u32,
    event: String,
    call: Function,
}
