//! The same-origin mesh: every window that names the same channel, over one BroadcastChannel.
//!
//! Each member holds a Web Lock of its own. Waiting for a member's lock tells of its death within milliseconds, a crash included;
//! listing the locks tells a newcomer whom to wait for before it is `ready` (see `discovery`). A peer on the mesh is reached over the
//! mesh even if there is a port as well: one route, one order, and a broadcast is one frame for all. Only transferred objects take
//! the port.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use super::session::{has_heard, kind_of, read_join};
use crate::bindings::shared::after;
use crate::core::codes;
use crate::core::frame::{Kind, NotOurs, Reason};
use crate::core::id::PeerRef;
use crate::platform::callback;
use crate::platform::error::text;
use crate::platform::host;
use crate::transport::broadcast::BroadcastWire;

/// What the names of all locks begin with: then come the channel, a colon, and the uid of the member that holds it.
pub(super) const LOCKS: &str = "parley-sync:";

/// How long after a member let go of its lock its goodbye may still arrive, ms.
const GOODBYE_COMES: f64 = 50.0;

impl Hub {
    pub(super) fn lock_prefix(&self) -> Option<String> {
        self.config
            .channel
            .as_ref()
            .map(|channel| text(&[LOCKS, channel, ":"]))
    }

    /// Opens the channel, takes the lock that tells the others we live, and looks round. Whether there is a mesh to join.
    pub(crate) fn join_mesh(&self) -> bool {
        let Some(prefix) = self.lock_prefix() else {
            return false;
        };
        let name = text(&["parley-sync:", self.config.channel.as_deref().unwrap_or_default()]);
        let hub = self.weak();
        let failing = self.weak();
        let wire = BroadcastWire::open(
            &name,
            &self.uid,
            move |from, to_all, frame| {
                if let Some(hub) = hub.upgrade() {
                    hub.on_mesh_frame(&from, to_all, &frame);
                }
            },
            move |which| {
                if let Some(hub) = failing.upgrade() {
                    hub.cannot_read_on_mesh(which);
                }
            },
        );
        let Some(wire) = wire else { return false };
        self.inner.borrow_mut().mesh = Some(Rc::new(wire));
        if self.config.policy.is_opaque() && !host::is_file() {
            let channel = self.config.channel.as_deref().unwrap_or_default();
            self.log("cut-off", &JsValue::from_str(channel));
        }
        let hub = self.weak();
        let held = callback::reaction(move |ours| {
            if let Some(hub) = hub.upgrade() {
                hub.inner.borrow_mut().mesh_locked = Some(ours.is_truthy());
                hub.look_round();
            }
        });
        let release = host::hold_lock(&text(&[&prefix, &self.uid]), &held);
        self.inner.borrow_mut().mesh_lock = Some(release);
        true
    }

    /// Our lock is held, so whoever hears of us can wait for our death: now they may.
    fn look_round(&self) {
        let (Some(prefix), Some(mesh)) = (self.lock_prefix(), self.mesh()) else {
            return;
        };
        let _ = mesh.post(None, &self.join_frame(false));
        let hub = self.weak();
        let seen = callback::once_with(move |names| {
            if let Some(hub) = hub.upgrade() {
                hub.saw_members(&names);
            }
        });
        host::lock_names(&prefix, &seen);
    }

    pub(crate) fn mesh(&self) -> Option<Rc<BroadcastWire>> {
        self.inner.borrow().mesh.clone()
    }

    /// Nothing is heard before our own lock is held: who answered earlier would be waited for in vain, and taken for dead.
    fn on_mesh_frame(&self, from: &str, to_all: bool, frame: &JsValue) {
        if self.inner.borrow().mesh_locked.is_none() {
            return;
        }
        let origin = self.config.policy.own_origin.clone().unwrap_or_default();
        let kind = match kind_of(frame) {
            Ok(kind) => kind,
            Err(NotOurs::Malformed) => return self.reject(&origin, codes::MALFORMED),
            Err(NotOurs::OtherVersion) => return self.reject(&origin, codes::WIRE_VERSION),
        };
        let frame: &Array = frame.unchecked_ref();
        if kind == Kind::Join {
            return self.on_mesh_join(from, frame, origin);
        }
        let known = self.inner.borrow().member(from);
        match known {
            Some(peer) if !self.may_speak(peer) => {}
            Some(peer) if kind == Kind::Unreadable => self.on_unreadable_by_mesh(peer, frame),
            Some(peer) => self.hear(peer, kind, frame, to_all),
            // Somebody we have not met, or met before a pause: he gets to know us, and we him.
            None => {
                if !matches!(kind, Kind::Bye | Kind::Sleep)
                    && let Some(mesh) = self.mesh()
                {
                    let _ = mesh.post(Some(&JsValue::from_str(from)), &self.join_frame(false));
                }
            }
        }
    }

    fn on_mesh_join(&self, from: &str, frame: &Array, origin: String) {
        let Some((uid, claimed, kind)) = read_join(frame) else {
            return self.reject(&origin, codes::MALFORMED);
        };
        if uid != from || uid == self.uid {
            return self.reject(&origin, codes::MALFORMED);
        }
        let Some(mesh) = self.mesh() else { return };
        if !has_heard(frame) {
            let _ = mesh.post(Some(&JsValue::from_str(&uid)), &self.join_frame(true));
        }
        let now = host::now();
        let joined =
            self.decide(|connections, policy| connections.member_joined(policy, &uid, &claimed, kind, now));
        // One that could hold no lock cannot be waited for.
        if let Some(at) = joined
            && frame.get(5).is_truthy()
        {
            self.watch_member(at, &uid);
        }
        self.member_arrived(&uid);
    }

    fn watch_member(&self, at: PeerRef, uid: &str) {
        let Some(prefix) = self.lock_prefix() else {
            return;
        };
        let hub = self.weak();
        let member = uid.to_owned();
        let gone = callback::perhaps(move || {
            // Its goodbye may be on the way: it is given the time to say why it went.
            after(GOODBYE_COMES, move || {
                if let Some(hub) = hub.upgrade() {
                    // It may have said that it only went into the cache.
                    if !hub.is_cached(at) {
                        hub.decide(|connections, _| connections.lose_route(at, true, Reason::Closed));
                    }
                    hub.member_arrived(&member);
                }
            });
        });
        let watch = host::watch_lock(&text(&[&prefix, uid]), &gone);
        let unneeded = match self.inner.borrow_mut().peers.get_mut(at) {
            Some(peer) => peer.host.watch.replace(watch),
            None => Some(watch),
        };
        if let Some(unneeded) = unneeded {
            let _ = unneeded.call0(&JsValue::UNDEFINED);
        }
    }

    /// Leaves the mesh: others see it at once, and the page may go into the back/forward cache.
    pub(crate) fn leave_mesh(&self) {
        let (mesh, lock) = {
            let mut inner = self.inner.borrow_mut();
            (inner.mesh.take(), inner.mesh_lock.take())
        };
        self.inner.borrow_mut().mesh_locked = None;
        if let Some(mesh) = mesh {
            mesh.close();
        }
        if let Some(release) = lock {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}
