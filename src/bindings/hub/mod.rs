//! The hub: one for each Parley. It holds the connections, carries out what the core decides, and calls users' code.
//!
//! No JavaScript runs while `inner` is borrowed: every method takes what it needs out of it, ends the borrow, then calls
//! out.

mod admission;
mod answers;
mod calls;
mod connect;
mod deliver;
mod discovery;
mod dispatch;
mod effects;
mod events;
mod handlers;
mod lifecycle;
mod mesh;
mod partition;
mod peers;
mod post;
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
    /// For `once()`: its promise gets the payload, and the handler is removed.
    once: Option<Rc<Deferred>>,
}

/// What `register` set for a type.
#[derive(Clone, Default)]
pub(crate) struct Registered {
    pub(crate) schema: Option<JsValue>,
    pub(crate) timeout: Option<f64>,
    pub(crate) retries: Option<u32>,
}

/// A listener for the end of the page.
type Leaving = Closure<dyn Fn(JsValue)>;

/// The mutable state.
pub(crate) struct Inner {
    /// destroy() has finished: nothing is called any more.
    destroyed: bool,
    next_token: u32,
    connections: Connections,
    calls: Calls<Pending>,
    handlers: SmallMap<String, Vec<Handler>>,
    registered: SmallMap<String, Registered>,
    system: Vec<SystemListener>,
    rejected: Vec<Rejected>,
    /// The inspector's tap, which receives every frame and event.
    tap: Option<Function>,
    states: Vec<Rc<dyn Shared>>,
    /// The payload that a state is broadcasting now.
    carried: Option<(JsValue, Weak<dyn Shared>)>,
    /// Peers that said that they lack a name, and have sent no frame of it since.
    lacking: Vec<(PeerRef, String)>,
    mesh: Option<Rc<BroadcastWire>>,
    /// The data of `system:partitioned`, once it is known that the channel is partitioned.
    partitioned: Option<JsValue>,
    /// Releases the lock that shows the other members that this window is alive.
    mesh_lock: Option<Function>,
    /// In a worker: releases the lock by which others notice its end.
    liveness_lock: Option<Function>,
    /// Functions that end the watches of the locks of members that are waited for.
    lock_watches: Vec<Function>,
    listeners: Vec<EventListener>,
    /// The listener for the end of the page.
    page_leaving: Option<(Function, Leaving)>,
    /// Adds the listeners again when `document.open()` has removed them.
    rewritten: Option<(Function, Leaving)>,
    alarm: Option<Alarm>,
    /// When states that are not ready last asked again, ms.
    asked_again: f64,
    /// Calls that a handler answered with undefined, though it may still hold their `respond`: peer and id.
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

/// One Parley's hub. Listeners that are not collected yet keep only this box.
pub(crate) struct Hub(Box<Body>);

impl Deref for Hub {
    type Target = Body;

    fn deref(&self) -> &Body {
        &self.0
    }
}

/// The contents of a hub.
pub(crate) struct Body {
    pub(crate) uid: String,
    pub(crate) config: Config,
    pub(crate) ready: Deferred,
    /// Resolves with destroy().
    pub(crate) ended: Deferred,
    inner: RefCell<Inner>,
    /// The function behind every handler's `respond`.
    respond: Function,
    /// The function that every timer calls. It is made once, because the timer is set often.
    wake: Function,
    me: Weak<Hub>,
}

impl Hub {
    /// Opens a hub, which listens and says hello at once: a child has to do no more than create it.
    pub(crate) fn open(config: Config) -> Rc<Hub> {
        let hub = Hub::new(config);
        hub.listen();
        hub.hold_liveness_lock();
        hub.begin();
        hub
    }

    /// A destroyed hub. All destroyed Parleys share one.
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
                    lock_watches: Vec::new(),
                    listeners: Vec::new(),
                    page_leaving: None,
                    rewritten: None,
                    alarm: None,
                    asked_again: host::now(),
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

    /// This Parley's own id, under which others know it if it has not chosen one.
    pub(crate) fn instance_id(&self) -> &str {
        self.config.instance_id.as_deref().unwrap_or(&self.uid)
    }

    /// Every connected peer.
    pub(crate) fn peer_refs(&self) -> Vec<PeerRef> {
        self.inner.borrow().peers.refs()
    }

    /// The PeerInfo of a connected peer.
    pub(crate) fn info(&self, at: PeerRef) -> Option<JsValue> {
        let identity = self.inner.borrow().peers.get(at)?.identity.clone();
        Some(identity.info(peers::State::Connected))
    }

    /// The peer with that id in this window.
    pub(crate) fn find(&self, name: &str) -> Option<PeerRef> {
        self.inner.borrow().peers.by_name(name)
    }

    /// The PeerInfos of connected peers, suspended ones, and those being connected.
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

    /// The ids of connected peers.
    pub(crate) fn connected_ids(&self) -> js_sys::Array {
        self.inner
            .borrow()
            .peers
            .iter()
            .map(|(_, peer)| peer.identity.label.id.clone())
            .collect()
    }

    /// This Parley's uid, then those of connected peers; empty after the end.
    pub(crate) fn uids(&self) -> js_sys::Array {
        let inner = self.inner.borrow();
        if inner.destroyed {
            return js_sys::Array::new();
        }
        let own = JsValue::from_str(&self.uid);
        let peers = inner.peers.iter().map(|(_, peer)| peer.host.uid.clone());
        std::iter::once(own).chain(peers).collect()
    }

    /// The connection state of an id; `None` for an unknown one.
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
            .was_connected(name)
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
