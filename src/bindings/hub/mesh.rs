//! The same-origin mesh: everybody who names the same channel. Locks tell who is there, and who has died.

use std::rc::Rc;

use js_sys::{Array, Function};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use super::session::{Proven, has_heard, kind_of, read_join};
use crate::bindings::error::text;
use crate::bindings::host;
use crate::core::codes;
use crate::core::frame::{Kind, NotOurs, Reason};
use crate::core::id::PeerRef;
use crate::transport::broadcast::BroadcastWire;

/// How long the first look round waits for those whose locks say they are there: a frozen tab does not answer, ms.
const LOOK_ROUND: f64 = 1000.0;
/// The same where locks cannot be asked, so that nobody knows whom to wait for, ms.
const LOOK_ROUND_BLIND: f64 = 250.0;

impl Hub {
    fn lock_prefix(&self) -> Option<String> {
        self.config.channel.as_ref().map(|channel| text(&["parley-sync:", channel, ":"]))
    }

    /// Opens the channel, takes the lock that tells the others we live, and looks round.
    pub(crate) fn join_mesh(&self) {
        let Some(prefix) = self.lock_prefix() else { return self.be_ready() };
        let name = text(&["parley-sync:", self.config.channel.as_deref().unwrap_or_default()]);
        let hub = self.weak();
        let wire = BroadcastWire::open(&name, &self.uid, move |from, to_all, frame| {
            if let Some(hub) = hub.upgrade() {
                hub.on_mesh_frame(&from, to_all, &frame);
            }
        });
        let Some(wire) = wire else { return self.be_ready() };
        self.inner.borrow_mut().mesh = Some(Rc::new(wire));
        let hub = self.weak();
        let held: Function = Closure::once_into_js(move || {
            if let Some(hub) = hub.upgrade() {
                hub.look_round();
            }
        })
        .unchecked_into();
        let release = host::hold_lock(&text(&[&prefix, &self.uid]), &held);
        self.inner.borrow_mut().mesh_lock = Some(release);
    }

    /// Our lock is held, so whoever hears of us can wait for our death: now they may.
    fn look_round(&self) {
        let (Some(prefix), Some(mesh)) = (self.lock_prefix(), self.mesh()) else { return };
        let _ = mesh.post(None, &self.join_frame(false));
        let hub = self.weak();
        let seen: Function = Closure::once_into_js(move |names: JsValue| {
            if let Some(hub) = hub.upgrade() {
                hub.saw_members(&names);
            }
        })
        .unchecked_into();
        host::lock_names(&prefix, &seen);
    }

    fn saw_members(&self, names: &JsValue) {
        let blind = !Array::is_array(names);
        {
            let mut inner = self.inner.borrow_mut();
            if inner.ready_told || inner.destroyed {
                return;
            }
            let all: &Array = names.unchecked_ref();
            let there: Vec<String> = if blind { Vec::new() } else { all.iter().filter_map(|n| n.as_string()).collect() };
            let missing = there
                .into_iter()
                .filter(|uid| *uid != self.uid)
                .filter(|uid| !inner.peers.iter().any(|(_, peer)| peer.on_mesh && peer.uid == *uid))
                .collect();
            inner.awaited = Some(missing);
        }
        let ends = host::now() + if blind { LOOK_ROUND_BLIND } else { LOOK_ROUND };
        {
            let mut inner = self.inner.borrow_mut();
            inner.look_round_ends = ends;
            inner.look_round_blind = blind;
        }
        self.arrived("");
        self.wake_by(ends);
    }

    /// One of those the look round waits for is there, or gone.
    fn arrived(&self, uid: &str) {
        let over = {
            let mut inner = self.inner.borrow_mut();
            match &mut inner.awaited {
                Some(awaited) => {
                    awaited.retain(|other| other != uid);
                    // Blind, nobody can say whom to wait for: the time has to run out.
                    awaited.is_empty() && !inner.look_round_blind
                }
                None => false,
            }
        };
        if over {
            self.be_ready();
        }
    }

    /// Ends the look round when its time is up; when that is.
    pub(crate) fn mesh_due(&self, now: f64) -> f64 {
        let ends = {
            let inner = self.inner.borrow();
            if inner.ready_told || inner.awaited.is_none() {
                return f64::INFINITY;
            }
            inner.look_round_ends
        };
        if ends <= now {
            self.be_ready();
            return f64::INFINITY;
        }
        ends
    }

    fn be_ready(&self) {
        {
            let mut inner = self.inner.borrow_mut();
            if inner.ready_told {
                return;
            }
            inner.ready_told = true;
        }
        self.ready.resolve(&JsValue::UNDEFINED);
        self.states_settle();
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.inner.borrow().ready_told
    }

    pub(crate) fn mesh(&self) -> Option<Rc<BroadcastWire>> {
        self.inner.borrow().mesh.clone()
    }

    fn on_mesh_frame(&self, from: &str, to_all: bool, frame: &JsValue) {
        let origin = self.config.own_origin.clone().unwrap_or_default();
        let kind = match kind_of(frame) {
            Ok(kind) => kind,
            Err(NotOurs::Malformed) => return self.reject(&origin, codes::MALFORMED),
            Err(NotOurs::OtherVersion) => return self.reject(&origin, codes::WIRE_VERSION),
        };
        let frame: &Array = frame.unchecked_ref();
        if kind == Kind::Join {
            return self.on_mesh_join(from, frame, origin);
        }
        let known = {
            let inner = self.inner.borrow();
            inner.peers.by_uid(from).filter(|at| inner.peers.get(*at).is_some_and(|peer| peer.on_mesh))
        };
        match known {
            Some(peer) => self.dispatch(peer, kind, frame, to_all),
            // Somebody we have not met, or met before a pause: he gets to know us, and we him.
            None => {
                if kind != Kind::Bye
                    && let Some(mesh) = self.mesh()
                {
                    let _ = mesh.post(Some(&JsValue::from_str(from)), &self.join_frame(false));
                }
            }
        }
    }

    fn on_mesh_join(&self, from: &str, frame: &Array, origin: String) {
        let Some((uid, claimed, kind)) = read_join(frame) else { return self.reject(&origin, codes::MALFORMED) };
        if uid != from || uid == self.uid {
            return self.reject(&origin, codes::MALFORMED);
        }
        let Some(mesh) = self.mesh() else { return };
        if !has_heard(frame) {
            let _ = mesh.post(Some(&JsValue::from_str(&uid)), &self.join_frame(true));
        }
        let known = {
            let inner = self.inner.borrow();
            inner.peers.by_uid(&uid).filter(|at| inner.peers.get(*at).is_some_and(|peer| peer.on_mesh))
        };
        if known.is_none() {
            let proven = Proven { alias: None, kind, origin, door: None };
            let at = self.add_route(&uid, &claimed, &proven, None);
            self.watch_member(at, &uid);
        }
        self.arrived(&uid);
    }

    fn watch_member(&self, at: PeerRef, uid: &str) {
        let Some(prefix) = self.lock_prefix() else { return };
        let hub = self.weak();
        let member = uid.to_owned();
        let gone: Function = Closure::once_into_js(move || {
            if let Some(hub) = hub.upgrade() {
                hub.lose_route(at, true, Reason::Closed);
                hub.arrived(&member);
            }
        })
        .unchecked_into();
        let watch = host::watch_lock(&text(&[&prefix, uid]), &gone);
        let unneeded = match self.inner.borrow_mut().peers.get_mut(at) {
            Some(peer) => peer.watch.replace(watch),
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
        if let Some(mesh) = mesh {
            mesh.close();
        }
        if let Some(release) = lock {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}
