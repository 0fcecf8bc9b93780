//! `Parley`, as JavaScript sees it: every argument checked here, everything else in the hub.

mod connect;
mod inspect;
mod messages;

use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;

use super::args;
use super::hub::{ANALYTICS, EVENTS, Hub};
use super::options::Config;
use crate::core::codes;
use crate::core::lists::List;
use crate::platform::cell::RefCell;
use crate::platform::error::{destroyed, fail, text};
use crate::platform::host;

thread_local! {
    /// Every Parley of this module by the number its object carries: how a state finds the Parley it was given.
    static HUBS: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

thread_local! {
    static ENDED: Option<Rc<Hub>> = Hub::ended();
}

/// A Parley lives until it is destroyed: its handlers and connections are in use though the object is in no variable.
struct Entry {
    number: f64,
    hub: Weak<Hub>,
    /// None once it is destroyed.
    alive: Option<Rc<Hub>>,
}

#[wasm_bindgen]
extern "C" {
    type MaybeParley;
    #[wasm_bindgen(structural, method, getter, catch, js_name = _hub)]
    fn hub_number(this: &MaybeParley) -> Result<JsValue, JsValue>;
}

/// The hub of a Parley of this very module; None for any other object.
pub(crate) fn hub_of(messenger: &JsValue) -> Option<Rc<Hub>> {
    if !messenger.is_object() {
        return None;
    }
    let number = messenger
        .unchecked_ref::<MaybeParley>()
        .hub_number()
        .ok()?
        .as_f64()?;
    HUBS.with(|hubs| {
        hubs.borrow()
            .iter()
            .find(|entry| entry.number == number)
            .and_then(|entry| entry.hub.upgrade())
    })
}

/// A window's place among the others: see the package's declarations for every member.
#[wasm_bindgen(skip_typescript)]
pub struct Parley {
    /// Once it is destroyed, one that all such have in common: the collector comes late to so small an object, and its own hub
    /// would stay until then.
    hub: RefCell<Rc<Hub>>,
    number: f64,
    instance_id: String,
}

fn reject(error: &JsValue) -> Promise {
    Promise::reject(error)
}

/// A promise of what an attempt gives; its error as a rejection.
fn promised(attempt: Result<JsValue, JsValue>) -> Promise {
    match attempt {
        Ok(value) => Promise::resolve(&value),
        Err(error) => reject(&error),
    }
}

#[wasm_bindgen]
impl Parley {
    /// A Parley that listens, and says hello to windows that wait for this one. Throws ERR_CONFIG.
    pub fn create(options: &JsValue) -> Result<Parley, JsValue> {
        let hub = Hub::open(Config::read(options)?);
        let number = (host::random_u64() >> 11) as f64;
        HUBS.with(|hubs| {
            let mut hubs = hubs.borrow_mut();
            hubs.keep(|entry| entry.hub.strong_count() > 0);
            hubs.push(Entry {
                number,
                hub: Rc::downgrade(&hub),
                alive: Some(hub.clone()),
            });
        });
        Ok(Parley {
            instance_id: hub.instance_id().to_owned(),
            hub: RefCell::new(hub),
            number,
        })
    }

    /// The package's version.
    #[wasm_bindgen(getter, js_name = VERSION)]
    pub fn version() -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    /// How a state of this module finds this Parley's hub.
    #[wasm_bindgen(getter, js_name = _hub)]
    pub fn hub_number(&self) -> f64 {
        self.number
    }

    /// Compares with every peer and repairs, now: for the test network, which has no time to wait.
    #[wasm_bindgen(js_name = _resync)]
    pub fn resync(&self) {
        self.hub().join_again_now();
        self.hub().states_flush();
        self.hub().states_tick();
    }

    /// The ids of its own that no window chooses: this Parley's, then those of the connected. Empty after the end.
    #[wasm_bindgen(getter, js_name = _uids)]
    pub fn uids(&self) -> Array {
        self.hub().uids()
    }

    /// The name of its mesh.
    #[wasm_bindgen(getter, js_name = _channel)]
    pub fn channel(&self) -> Option<String> {
        self.hub().config.channel.clone()
    }

    /// Whether connect() is under way for anyone.
    #[wasm_bindgen(getter, js_name = _connecting)]
    pub fn is_connecting(&self) -> bool {
        self.hub().awaits_targets()
    }

    /// Tells of an error in a user's function that nobody awaits.
    #[wasm_bindgen(js_name = _report)]
    pub fn report(&self, error: &JsValue) {
        self.hub().report(error);
    }

    /// Settles when it is destroyed.
    #[wasm_bindgen(getter, js_name = _ended)]
    pub fn ended(&self) -> Promise {
        self.hub().ended.promise.clone()
    }

    /// Its id.
    #[wasm_bindgen(getter, js_name = instanceId)]
    pub fn instance_id(&self) -> String {
        self.instance_id.clone()
    }

    /// The option of that name, which code for ParleyJS asks for.
    #[wasm_bindgen(getter, js_name = targetType)]
    pub fn target_type(&self) -> JsValue {
        self.hub().config.target_type.clone()
    }

    /// Everyone connected, or being connected.
    #[wasm_bindgen(getter)]
    pub fn peers(&self) -> Array {
        let peers = self.hub().infos();
        js_sys::Object::freeze(&peers);
        peers
    }

    /// Settles when the first look round is over.
    #[wasm_bindgen(getter)]
    pub fn ready(&self) -> Promise {
        self.hub().ready.promise.clone()
    }

    fn hub(&self) -> Rc<Hub> {
        self.hub.borrow().clone()
    }

    /// Asked again after options were read: a getter of theirs may have ended it.
    fn alive(&self) -> Result<(), JsValue> {
        if self.hub().is_destroyed() {
            return Err(destroyed());
        }
        Ok(())
    }

    /// Listens to a system event; the function stops it.
    #[wasm_bindgen(js_name = onSystem)]
    pub fn on_system(&self, event: &JsValue, handler: &JsValue) -> Result<Function, JsValue> {
        self.alive()?;
        let event = args::required(event, "the event")?;
        if !EVENTS.contains(&event.as_str()) {
            return Err(fail(
                codes::ARGUMENT,
                &text(&["there is no system event '", &event, "'"]),
            ));
        }
        self.listen(&event, handler)
    }

    /// The analytics events of ParleyJS, with the option `analyticsEnabled`; the function stops them.
    #[wasm_bindgen(js_name = onAnalyticsEvent)]
    pub fn on_analytics_event(&self, handler: &JsValue) -> Result<Function, JsValue> {
        self.alive()?;
        self.listen(ANALYTICS, handler)
    }

    fn listen(&self, event: &str, handler: &JsValue) -> Result<Function, JsValue> {
        let handler = args::function(handler, "the handler")?;
        let token = self.hub().on_system(event, &handler);
        let hub = self.hub().weak();
        Ok(off(move || {
            if let Some(hub) = hub.upgrade() {
                hub.off_system(token);
            }
        }))
    }

    /// The ids of the connected.
    #[wasm_bindgen(js_name = getConnectedTargets)]
    pub fn connected_targets(&self) -> Array {
        self.hub().connected_ids()
    }

    /// Whether a peer of that id is connected.
    #[wasm_bindgen(js_name = isConnected)]
    pub fn is_connected(&self, target_id: &JsValue) -> bool {
        target_id
            .as_string()
            .is_some_and(|id| self.hub().find(&id).is_some())
    }

    /// The state of a connection; undefined for one never heard of.
    #[wasm_bindgen(js_name = getConnectionState)]
    pub fn connection_state(&self, target_id: &JsValue) -> Option<String> {
        self.hub().state_of(&target_id.as_string()?).map(str::to_owned)
    }

    /// Says goodbye to everyone and forgets everything.
    pub fn destroy(&self) {
        self.hub().destroy();
        let ended = ENDED.with(Option::clone);
        let before = ended.map(|ended| self.hub.replace(ended));
        let kept = HUBS.with(|hubs| {
            let mut hubs = hubs.borrow_mut();
            let entry = hubs.iter_mut().find(|entry| entry.number == self.number)?;
            entry.alive.take()
        });
        drop((kept, before));
    }
}

/// A function to call once at will; calling it again does nothing.
pub(crate) fn off(act: impl Fn() + 'static) -> Function {
    Closure::<dyn Fn()>::new(act).into_js_value().unchecked_into()
}
