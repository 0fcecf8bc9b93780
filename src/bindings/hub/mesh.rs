//! The same-origin mesh: every window that names the same channel, over one BroadcastChannel.
//!
//! `core::connection::channel` decides who is a peer. Each member holds a Web Lock of its own: a request for it is granted
//! within milliseconds of the member's end, even after a crash. A peer on the mesh is reached over the mesh even if there
//! is a port too: one route, one order, and a broadcast is one frame for all. Only transferred objects use the port.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use super::session::{has_received, kind_of, read_join};
use crate::bindings::shared::after;
use crate::core::codes;
use crate::core::connection::channel::Member;
use crate::core::connection::effect::Membership;
use crate::core::connection::pauses;
use crate::core::frame::{Kind, NotOurs};
use crate::platform::callback;
use crate::platform::error::text;
use crate::platform::host;
use crate::transport::broadcast::BroadcastWire;

/// The prefix of all lock names. The channel, a colon and the member's uid follow.
pub(super) const LOCKS: &str = "parley-sync:";

impl Hub {
    pub(super) fn lock_prefix(&self) -> Option<String> {
        self.config
            .channel
            .as_ref()
            .map(|channel| text(&[LOCKS, channel, ":"]))
    }

    /// Opens the channel and takes this member's lock. Returns whether there is a mesh.
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
                hub.decide(|connections, _| connections.channel_locked(ours.is_truthy()));
            }
        });
        let release = host::hold_lock(&text(&[&prefix, &self.uid]), &held);
        self.inner.borrow_mut().mesh_lock = Some(release);
        true
    }

    pub(super) fn list_members(&self) {
        let Some(prefix) = self.lock_prefix() else {
            return;
        };
        let hub = self.weak();
        let seen = callback::once_with(move |names| {
            if let Some(hub) = hub.upgrade() {
                hub.members_listed(&names);
            }
        });
        host::lock_names(&prefix, &seen);
    }

    /// Posts to one member, or to all.
    pub(super) fn post_on_mesh(&self, to: Option<&str>, frame: &JsValue) {
        if let Some(mesh) = self.mesh() {
            let to = to.map(JsValue::from_str);
            let _ = mesh.post(to.as_ref(), frame);
        }
    }

    pub(crate) fn mesh(&self) -> Option<Rc<BroadcastWire>> {
        self.inner.borrow().mesh.clone()
    }

    fn on_mesh_frame(&self, from: &str, to_all: bool, frame: &JsValue) {
        if !self.inner.borrow().channel.is_open() {
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
            return self.on_mesh_join(from, frame, &origin);
        }
        let known = self.decide(|connections, _| connections.channel_frame_arrived(from, kind));
        match known {
            Some(peer) if !self.may_send_frame(peer) => {}
            Some(peer) if kind == Kind::Unreadable => self.on_unreadable_by_mesh(peer, frame),
            Some(peer) => self.receive_frame(peer, kind, frame, to_all),
            None => {}
        }
    }

    fn on_mesh_join(&self, from: &str, frame: &Array, origin: &str) {
        let Some((uid, claimed, kind)) = read_join(frame).filter(|(uid, ..)| uid == from) else {
            return self.reject(origin, codes::MALFORMED);
        };
        let member = Member {
            uid: &uid,
            claimed: &claimed,
            kind,
            has_received: has_received(frame),
            is_locked: frame.get(5).is_truthy(),
        };
        let now = host::now();
        self.decide(|connections, policy| connections.member_joined(policy, member, now));
    }

    pub(super) fn watch_member(&self, member: Membership) {
        let Some(prefix) = self.lock_prefix() else {
            return;
        };
        let (at, name) = (member.at, text(&[&prefix, &member.uid]));
        let hub = self.weak();
        let gone = callback::perhaps(move || {
            // Its goodbye, which has the reason, may still be on its way.
            after(pauses::GOODBYE_COMES, move || {
                if let Some(hub) = hub.upgrade() {
                    hub.decide(|connections, _| connections.member_gone(&member));
                }
            });
        });
        let watch = host::watch_lock(&name, &gone);
        let unneeded = match self.inner.borrow_mut().peers.get_mut(at) {
            Some(peer) => peer.host.watch.replace(watch),
            None => Some(watch),
        };
        if let Some(unneeded) = unneeded {
            let _ = unneeded.call0(&JsValue::UNDEFINED);
        }
    }

    /// Closes the channel and releases the lock.
    pub(super) fn leave_mesh(&self) {
        let (mesh, lock) = {
            let mut inner = self.inner.borrow_mut();
            (inner.mesh.take(), inner.mesh_lock.take())
        };
        if let Some(mesh) = mesh {
            mesh.close();
        }
        if let Some(release) = lock {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}
