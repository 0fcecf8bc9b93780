//! Discovery when a Parley starts, as `core::connection::discovery` decides. `ready` resolves when it is over.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use super::mesh::LOCKS;
use crate::core::connection::discovery;
use crate::core::lists::Gather;
use crate::platform::callback;
use crate::platform::error::text;
use crate::platform::host;
use crate::transport::window::Address;

/// The index of `info` among the log levels.
const INFO: u32 = 3;

impl Hub {
    /// Begins discovery, after the hellos are sent.
    pub(crate) fn begin_discovery(&self, relatives: Vec<Address>, on_mesh: bool) {
        let (now, patience) = (host::now(), self.patience());
        self.decide(|connections, _| connections.discover(relatives, on_mesh, now, patience));
        self.wake_by(now + discovery::UNLISTED_MEMBERS);
    }

    /// How long a pending connection is waited for, ms.
    pub(super) fn patience(&self) -> f64 {
        discovery::patience(self.config.timeout)
    }

    /// The lock manager has answered with the members. Anything but a list means that it cannot list locks.
    pub(crate) fn members_listed(&self, names: &JsValue) {
        let now = host::now();
        let uids = Array::is_array(names).then(|| {
            let names: &Array = names.unchecked_ref();
            names.iter().filter_map(|name| name.as_string()).gather()
        });
        self.decide(|connections, _| connections.members_listed(uids, now));
        self.wake_by(now + discovery::QUICK);
    }

    /// Stops waiting for a member when it releases its lock before it has joined.
    pub(super) fn watch_awaited(&self, uid: String) {
        let Some(prefix) = self.lock_prefix() else {
            return;
        };
        let name = text(&[&prefix, &uid]);
        let hub = self.weak();
        let gone = callback::perhaps(move || {
            if let Some(hub) = hub.upgrade() {
                hub.decide(|connections, _| connections.member_settled(&uid));
            }
        });
        let watch = host::watch_lock(&name, &gone);
        let unneeded = {
            let mut inner = self.inner.borrow_mut();
            match inner.discovery {
                Some(_) => {
                    inner.lock_watches.push(watch);
                    None
                }
                None => Some(watch),
            }
        };
        stop(unneeded);
    }

    /// Asks members again that have not joined. Returns when to ask next.
    pub(super) fn ask_unanswered(&self, now: f64) -> f64 {
        self.decide(|connections, _| connections.ask_unanswered(now))
    }

    /// Ends discovery when nobody is waited for any more. Returns when it ends at the latest.
    pub(crate) fn discovery_due(&self, now: f64) -> f64 {
        self.decide(|connections, _| connections.discovery_due(now))
    }

    /// Discovery is over.
    pub(super) fn become_ready(&self) {
        self.stop_lock_watches();
        let connected = self.inner.borrow().peers.iter().count();
        self.log("ready", &JsValue::from_f64(connected as f64));
        if connected == 0 {
            self.report_other_channels();
        }
        self.ready.resolve(&JsValue::UNDEFINED);
    }

    /// Ends the wait of states for connections on their way. Returns when to check next.
    pub(super) fn settle_due(&self, now: f64) -> f64 {
        let patience = self.patience();
        self.decide(|connections, _| connections.settle_due(now, patience))
    }

    /// Nobody else is on the channel: logs at `info` which other channels windows of this origin use.
    fn report_other_channels(&self) {
        let Some(channel) = self.config.channel.clone() else {
            return;
        };
        if self.config.log_level < INFO {
            return;
        }
        let hub = self.weak();
        let seen = callback::once_with(move |names| {
            if let Some(hub) = hub.upgrade() {
                hub.log("alone", &Array::of2(&JsValue::from_str(&channel), &names));
            }
        });
        host::lock_names(LOCKS, &seen);
    }

    /// Stops watching the locks of members.
    pub(super) fn stop_lock_watches(&self) {
        let watches = std::mem::take(&mut self.inner.borrow_mut().lock_watches);
        stop(watches);
    }
}

fn stop(watches: impl IntoIterator<Item = Function>) {
    for stop in watches {
        let _ = stop.call0(&JsValue::UNDEFINED);
    }
}
