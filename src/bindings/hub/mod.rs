//! The hub: one for each Parley. It holds the connections, runs what the core decides, and calls users' code.
//!
//! No JavaScript runs while `inner` is borrowed: every method takes what it needs out of it, lets go, then calls out.

mod answers;
mod calls;
mod connect;
mod deliver;
mod discovery;
mod effects;
mod events;
mod handlers;
mod lifecycle;
mod mesh;
mod partition;
mod peers;
mod prerender;
mod relay;
mod session;
mod states;
mod suspension;
mod tap;
mod targets;
mod timers;
mod unreadable;
mod waiting;
mod window_messages;
mod wires;
mod workers;

use std::ops::{Deref, DerefMut};
use std::rc::{Rc, Weak};

use gloo_events::EventListener;
use js_sys::Function;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::options::Config;
use super::shared::Shared;
use crate::core::calls::Calls;
use crate::core::id::PeerRef;
use crate::core::lists::Gather;
use crate::core::map::SmallMap;
use crate::platform::cell::RefCell;
use crate::platform::host::{self, Deferred};
use crate::transport::broadcast::BroadcastWire;
pub(crate) use calls::Outgoing;
use calls::Pending;
pub(crate) use events::{ANALYTICS, EVENTS};
use events::{Rejected, SystemListener};
use peers::Connections;
pub(crate) use session::kind_of as frame_kind;
use targets::Target;
pub(crate) use targets::Wanted;
use timers::Alarm;

/// A handler of messages of one type.
#[derive(Clone)]
pub(crate) struct Handler {
    token: u32,
    call: Function,
    /// The promise of `once()`: it gets the payload only, and the handler goes.
    once: Option<Rc<Deferred>>,
}

/// What `register` said of a type.
#[derive(Clone, Default)]
pub(crate) struct Registered {
    pub(crate) schema: Option<JsValue>,
    pub(crate) timeout: Option<f64>,
    pub(crate) retries: Option<u32>,
}

/// What the end of the page calls.
type Leaving = Closure<dyn Fn(JsValue)>;

/// Everything that changes.
pub(crate) struct Inner {
    /// destroy() is through: nothing is called any more.
    destroyed: bool,
    next_token: u32,
    connections: Connections,
    calls: Calls<Pending>,
    handlers: SmallMap<String, Vec<Handler>>,
    registered: SmallMap<String, Registered>,
    system: Vec<SystemListener>,
    rejected: Vec<Rejected>,
    /// What the inspector is shown everything by.
    tap: Option<Function>,
    states: Vec<Rc<dyn Shared>>,
    /// What a state is broadcasting right now.
    carried: Option<(JsValue, Weak<dyn Shared>)>,
    /// Who said that it shares nothing under a name, and has not spoken of it since.
    lacking: Vec<(PeerRef, String)>,
    mesh: Option<Rc<BroadcastWire>>,
    /// The document is prerendered, and was not activated yet.
    prerendered: bool,
    /// What `system:partitioned` tells, once the mesh is known to be cut off.
    partitioned: Option<JsValue>,
    /// Lets go of the lock that tells the mesh we live.
    mesh_lock: Option<Function>,
    /// In a worker: releases the lock by which others notice its end.
    liveness_lock: Option<Function>,
    /// What ends each watch of the lock of a member that is waited for.
    lock_watches: Vec<Function>,
    listeners: Vec<EventListener>,
    /// Stops listening for the end of the page.
    page_leaving: Option<(Function, Leaving)>,
    /// What listens anew when the document was written anew.
    rewritten: Option<(Function, Leaving)>,
    alarm: Option<Alarm>,
    /// When states that wait last asked again, ms.
    asked_again: f64,
    /// Until when states that were made after discovery wait for a connection that is on its way, ms.
    unsettled: Option<f64>,
    /// Calls that a handler answered by returning undefined though it may hold their `respond`: peer and id.
    returned: Vec<(PeerRef, f64)>,
}

impl Deref for Inner {
    type Target = Connections;

    fn deref(&self) -> &Connections {
        &self.connections
    }
}

impl DerefMut for Inner {
    fn deref_mut(&mut self) -> &mut Connections {
        &mut self.connections
    }
}

/// One Parley's workings. What only refers to it, as listeners do until they are collected, keeps no more than this box of it.
pub(crate) struct Hub(Box<Body>);

impl Deref for Hub {
    type Target = Body;

    fn deref(&self) -> &Body {
        &self.0
    }
}

/// What a hub is made of.
pub(crate) struct Body {
    pub(crate) uid: String,
    pub(crate) config: Config,
    pub(crate) ready: Deferred,
    /// Settles with destroy().
    pub(crate) ended: Deferred,
    inner: RefCell<Inner>,
    /// What every handler's `respond` leads to.
    respond: Function,
    /// What every timer calls: it is set anew too often to be made anew.
    wake: Function,
    me: Weak<Hub>,
}

impl Hub {
    /// A hub that listens and says hello at once: creating it is all a child has to do.
    pub(crate) fn open(config: Config) -> Rc<Hub> {
        let hub = Hub::new(config);
        hub.listen();
        hub.hold_liveness_lock();
        hub.begin();
        hub
    }

    /// A hub that has come to its end: all that have are alike.
    pub(crate) fn ended() -> Option<Rc<Hub>> {
        let hub = Hub::new(Config::read(&JsValue::UNDEFINED).ok()?);
        hub.destroy();
        Some(hub)
    }

    fn new(config: Config) -> Rc<Hub> {
        let uid = host::random_id();
        Rc::new_cyclic(|me| {
            Hub(Box::new(Body {
                uid: uid.clone(),
                config,
                ready: Deferred::new(),
                ended: Deferred::new(),
                inner: RefCell::new(Inner {
                    destroyed: false,
                    next_token: 0,
                    connections: Connections::new(uid.clone(), Box::new(host::random_id), host::now()),
                    calls: Calls::new(),
                    handlers: SmallMap::new(),
                    registered: SmallMap::new(),
                    system: Vec::new(),
                    rejected: Vec::new(),
                    tap: None,
                    states: Vec::new(),
                    carried: None,
                    lacking: Vec::new(),
                    mesh: None,
                    mesh_lock: None,
                    liveness_lock: None,
                    partitioned: None,
                    prerendered: false,
                    lock_watches: Vec::new(),
                    listeners: Vec::new(),
                    page_leaving: None,
                    rewritten: None,
                    alarm: None,
                    asked_again: host::now(),
                    unsettled: None,
                    returned: Vec::new(),
                }),
                respond: responder(me.clone()),
                wake: waker(me.clone()),
                me: me.clone(),
            }))
        })
    }

    /// For closures that outlive a call.
    pub(crate) fn weak(&self) -> Weak<Hub> {
        self.me.clone()
    }

    pub(crate) fn is_destroyed(&self) -> bool {
        self.inner.borrow().destroyed
    }

    /// The id under which others know this Parley if it did not choose one: its own.
    pub(crate) fn instance_id(&self) -> &str {
        self.config.instance_id.as_deref().unwrap_or(&self.uid)
    }

    /// Every connected peer.
    pub(crate) fn peer_refs(&self) -> Vec<PeerRef> {
        self.inner.borrow().peers.refs()
    }

    /// A PeerInfo of a connected peer.
    pub(crate) fn info(&self, at: PeerRef) -> Option<JsValue> {
        let identity = self.inner.borrow().peers.get(at)?.identity.clone();
        Some(identity.info(peers::State::Connected))
    }

    /// A PeerInfo of a peer by the id it has here.
    pub(crate) fn find(&self, name: &str) -> Option<PeerRef> {
        self.inner.borrow().peers.by_name(name)
    }

    /// PeerInfos: the connected, the suspended, then those being connected.
    pub(crate) fn infos(&self) -> js_sys::Array {
        let (connected, suspended, targets) = {
            let inner = self.inner.borrow();
            let connected: Vec<_> = inner.peers.iter().map(|(_, peer)| peer.identity.clone()).gather();
            let suspended: Vec<_> = inner
                .peers
                .suspended()
                .map(|(_, peer)| peer.identity.clone())
                .gather();
            let targets: Vec<_> = inner.targets.iter().filter_map(Target::pending_identity).gather();
            (connected, suspended, targets)
        };
        let out = js_sys::Array::new();
        for identity in connected {
            out.push(&identity.info(peers::State::Connected));
        }
        for identity in suspended {
            out.push(&identity.info(peers::State::Suspended));
        }
        for (identity, state) in targets {
            out.push(&identity.info(state));
        }
        out
    }

    /// The ids of the connected.
    pub(crate) fn connected_ids(&self) -> js_sys::Array {
        self.inner
            .borrow()
            .peers
            .iter()
            .map(|(_, peer)| peer.identity.label.id.clone())
            .collect()
    }

    /// This Parley's uid, then those of the connected; none after the end.
    pub(crate) fn uids(&self) -> js_sys::Array {
        let inner = self.inner.borrow();
        if inner.destroyed {
            return js_sys::Array::new();
        }
        let own = JsValue::from_str(&self.uid);
        let peers = inner.peers.iter().map(|(_, peer)| peer.host.uid.clone());
        std::iter::once(own).chain(peers).collect()
    }

    /// The state of a connection by its id; None for one never heard of.
    pub(crate) fn state_of(&self, name: &str) -> Option<&'static str> {
        let inner = self.inner.borrow();
        if inner.peers.by_name(name).is_some() {
            return Some(peers::State::Connected.name());
        }
        if inner.peers.suspended_by_name(name).is_some() {
            return Some(peers::State::Suspended.name());
        }
        if let Some(target) = inner.targets.iter().find(|target| target.alias() == name) {
            return Some(target.state().name());
        }
        inner
            .names
            .has_met(name)
            .then(|| peers::State::Disconnected.name())
    }
}

fn waker(hub: Weak<Hub>) -> Function {
    let wake = Closure::<dyn Fn()>::new(move || {
        if let Some(hub) = hub.upgrade() {
            hub.alarmed();
        }
    });
    wake.into_js_value().unchecked_into()
}

fn responder(hub: Weak<Hub>) -> Function {
    let respond = Closure::<dyn Fn(f64, f64, JsValue, JsValue)>::new(
        move |from: f64, id: f64, value: JsValue, transfer: JsValue| {
            if let Some(hub) = hub.upgrade() {
                hub.respond(from as PeerRef, id, &value, &transfer);
            }
        },
    );
    respond.into_js_value().unchecked_into()
}
