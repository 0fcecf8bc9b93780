//! Discovery at the start: who was there before this window? `ready` settles when all of them are connected, or nobody was there.
//!
//! On the mesh the Web Locks say whom to wait for; where locks cannot be listed, discovery takes 250 ms. A parent or opener is
//! given 1 s, because one without a Parley cannot say that it has none.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use super::Hub;
use super::doors::Door;
use super::session::Session;
use crate::core::map::SmallMap;
use crate::platform::callback;
use crate::platform::error::text;
use crate::platform::host;
use crate::transport::window::Address;

/// How long those are waited for whose locks say they are there: a frozen tab does not answer, ms.
const MEMBERS: f64 = 1000.0;
/// The same where locks cannot be asked, so that nobody knows whom to wait for, ms.
const BLIND: f64 = 250.0;
/// How long a parent or opener has to answer our hello: it may have no Parley, and cannot say so, ms.
const RELATIVES: f64 = 1000.0;

/// How long one is awaited whose connection is on its way, ms, unless the Parley's timeout is shorter; and how often that is looked at.
const LATEST: f64 = 5000.0;
pub(super) const ON_ITS_WAY: f64 = 100.0;

enum Members {
    /// The lock manager has not told yet who there is.
    Asked,
    /// These have not joined yet.
    Awaited(Vec<String>),
    /// Nobody could tell.
    Blind,
    Over,
}

/// Members that hold a lock but have not joined. What a page's channel delivers while it waits in window.open() was seen to
/// get lost (Chromium), so they are called again, a few times: frozen ones never answer.
pub(crate) struct Missing {
    uids: Vec<String>,
    next: f64,
    calls: u32,
}

/// The calls after the first, and the pauses before them, ms: quick ones while `ready` waits, then slow ones.
const CALLS: u32 = 8;
const QUICK_CALLS: u32 = 4;
const QUICK: f64 = 200.0;
const SLOW: f64 = 1000.0;

/// Members whose locks are watched while they are awaited: one that left a moment ago, a Parley destroyed just before this one
/// was made, is still in the list that the lock manager gave.
const WATCHED: usize = 16;

/// Whom the look round still waits for.
pub(crate) struct Look {
    members: Members,
    /// Each stops watching the lock of one of them.
    watches: Vec<Function>,
    relatives: Vec<Address>,
    members_end: f64,
    relatives_end: f64,
    /// A relative whose connection is on its way is awaited until then.
    latest: f64,
}

/// Whether a relative is being connected: by a port that it has not joined yet, or because connect() was called for it.
fn is_on_its_way(relative: &Address, sessions: &SmallMap<u32, Session>, doors: &[Door]) -> bool {
    let is_it = |address: Option<&Address>| address.is_some_and(|address| address.is(relative.outlet()));
    let mut joining = sessions.values().filter(|session| session.peer.is_none());
    let mut awaited = doors.iter().filter(|door| door.is_awaited());
    joining.any(|session| is_it(session.proven.from.as_ref()))
        || awaited.any(|door| is_it(door.address().as_ref()))
}

impl Look {
    /// One that has not begun: nobody is asked, and it does not end.
    pub(super) fn waiting(relatives: Vec<Address>) -> Look {
        Look {
            members: Members::Asked,
            watches: Vec::new(),
            relatives,
            members_end: f64::INFINITY,
            relatives_end: f64::INFINITY,
            latest: f64::INFINITY,
        }
    }

    pub(super) fn into_relatives(self) -> Vec<Address> {
        self.relatives
    }
}

impl Hub {
    /// Begins when the hub opens, once its greetings are out.
    pub(crate) fn begin_look(&self, relatives: Vec<Address>, on_mesh: bool) {
        let now = host::now();
        let look = Look {
            members: if on_mesh { Members::Asked } else { Members::Over },
            watches: Vec::new(),
            relatives,
            members_end: now + MEMBERS,
            relatives_end: now + RELATIVES,
            latest: now + self.patience(),
        };
        self.inner.borrow_mut().look = Some(look);
        self.look_due(now);
        self.wake_by(now + BLIND);
    }

    /// How long a connection that is on its way is awaited, ms.
    pub(super) fn patience(&self) -> f64 {
        self.config.timeout.clamp(RELATIVES, LATEST)
    }

    /// The lock manager has answered; anything but a list means that it could not.
    pub(crate) fn saw_members(&self, names: &JsValue) {
        let awaited: Vec<String>;
        {
            let mut inner = self.inner.borrow_mut();
            let here: Vec<String> = inner
                .peers
                .iter()
                .filter(|(_, peer)| peer.on_mesh)
                .map(|(_, peer)| peer.uid.clone())
                .collect();
            let blind = !Array::is_array(names);
            let missing: Vec<String> = if blind {
                Vec::new()
            } else {
                let names: &Array = names.unchecked_ref();
                let uids = names.iter().filter_map(|name| name.as_string());
                uids.filter(|uid| *uid != self.uid && !here.contains(uid))
                    .collect()
            };
            inner.missing = (blind || !missing.is_empty()).then(|| Missing {
                uids: missing.clone(),
                next: host::now() + QUICK,
                calls: 0,
            });
            awaited = missing.clone();
            if let Some(look) = &mut inner.look {
                if blind {
                    look.members = Members::Blind;
                    look.members_end = host::now() + BLIND;
                } else {
                    look.members = Members::Awaited(missing);
                }
            }
        }
        self.watch_awaited(awaited);
        self.wake_by(host::now() + QUICK);
        self.look_due(host::now());
    }

    /// Whoever lets go of its lock before it has joined is not waited for.
    fn watch_awaited(&self, awaited: Vec<String>) {
        let Some(prefix) = self.lock_prefix() else { return };
        for uid in awaited.into_iter().take(WATCHED) {
            let (hub, member) = (self.weak(), uid.clone());
            let gone = callback::perhaps(move || {
                if let Some(hub) = hub.upgrade() {
                    hub.member_arrived(&member);
                }
            });
            let watch = host::watch_lock(&text(&[&prefix, &uid]), &gone);
            let unneeded = match &mut self.inner.borrow_mut().look {
                Some(look) => {
                    look.watches.push(watch);
                    None
                }
                None => Some(watch),
            };
            if let Some(stop) = unneeded {
                let _ = stop.call0(&JsValue::UNDEFINED);
            }
        }
    }

    /// Calls those again who have not joined; when next.
    pub(crate) fn call_missing(&self, now: f64) -> f64 {
        let (mesh, next) = {
            let mut inner = self.inner.borrow_mut();
            let mesh = inner.mesh.clone();
            let Some(missing) = &mut inner.missing else {
                return f64::INFINITY;
            };
            if now < missing.next {
                return missing.next;
            }
            missing.calls += 1;
            missing.next = now + if missing.calls < QUICK_CALLS { QUICK } else { SLOW };
            let next = missing.next;
            if missing.calls >= CALLS {
                inner.missing = None;
            }
            (mesh, next)
        };
        if let Some(mesh) = mesh {
            let _ = mesh.post(None, &self.join_frame(false));
        }
        next
    }

    /// A member of the mesh is there, or gone.
    pub(crate) fn member_arrived(&self, uid: &str) {
        {
            let mut inner = self.inner.borrow_mut();
            if let Some(missing) = &mut inner.missing
                && !missing.uids.is_empty()
            {
                missing.uids.retain(|other| other != uid);
                if missing.uids.is_empty() {
                    inner.missing = None;
                }
            }
        }
        if let Some(Look {
            members: Members::Awaited(missing),
            ..
        }) = &mut self.inner.borrow_mut().look
        {
            missing.retain(|other| other != uid);
        }
        self.look_due(host::now());
    }

    /// A parent, an opener, or the page of this worker is connected.
    pub(crate) fn relative_arrived(&self, from: &Address) {
        if let Some(look) = &mut self.inner.borrow_mut().look {
            look.relatives.retain(|relative| !relative.is(from.outlet()));
        }
        self.look_due(host::now());
    }

    /// Ends the look round when nobody is awaited any more; when it ends at the latest.
    pub(crate) fn look_due(&self, now: f64) -> f64 {
        let over = {
            let mut inner = self.inner.borrow_mut();
            let inner = &mut *inner;
            let prerendered = inner.prerendered;
            let Some(look) = inner.look.as_mut().filter(|_| !prerendered) else {
                return f64::INFINITY;
            };
            if look.members_end <= now
                || matches!(&look.members, Members::Awaited(missing) if missing.is_empty())
            {
                look.members = Members::Over;
            }
            if look.relatives_end <= now {
                look.relatives_end = now + ON_ITS_WAY;
                let (sessions, doors) = (&inner.sessions, &inner.doors);
                look.relatives
                    .retain(|relative| now < look.latest && is_on_its_way(relative, sessions, doors));
            }
            let mut ends = f64::INFINITY;
            if !matches!(look.members, Members::Over) {
                ends = ends.min(look.members_end);
            }
            if !look.relatives.is_empty() {
                ends = ends.min(look.relatives_end);
            }
            if ends < f64::INFINITY {
                return ends;
            }
            inner.look.take()
        };
        self.stop_look(over);
        let connected = self.inner.borrow().peers.iter().count();
        self.log("ready", &JsValue::from_f64(connected as f64));
        self.ready.resolve(&JsValue::UNDEFINED);
        self.states_settle();
        f64::INFINITY
    }

    /// A parent or opener asks who is here: it has a Parley, and is about to connect.
    pub(super) fn relative_knocks(&self, from: &Address) {
        let until = host::now() + RELATIVES;
        if let Some(look) = &mut self.inner.borrow_mut().look
            && look.relatives.iter().any(|relative| relative.is(from.outlet()))
        {
            look.relatives_end = until.min(look.latest).max(look.relatives_end);
        }
    }

    /// Ends the look round unanswered; for destroy().
    pub(crate) fn drop_look(&self) {
        let look = self.inner.borrow_mut().look.take();
        self.stop_look(look);
    }

    fn stop_look(&self, look: Option<Look>) {
        for stop in look.into_iter().flat_map(|look| look.watches) {
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
    }

    /// Whether the look round is over.
    pub(crate) fn is_ready(&self) -> bool {
        self.inner.borrow().look.is_none()
    }
}
