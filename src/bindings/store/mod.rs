//! A shared store in one window: the core's log of actions, folded by the user's reducer into one state everywhere.

mod class;
mod codec;
mod fold;
mod member;
mod unreadable;

use std::cell::Cell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::JsValue;

use super::args;
use super::messenger::Messenger;
use super::shared::{FlushBatch, settle_batch};
use super::wire::label_out;
use crate::core::codes;
use crate::core::id::{Actor, PeerRef};
use crate::core::lists::List;
use crate::core::log::{LogEffect, LogNode, Options};
use crate::core::schema::{FIRST_VERSION, Schema};
use crate::platform::cell::RefCell;
use crate::platform::error::{fail, text};
use crate::platform::host::{self, Deferred};
pub use class::SyncedStore;
use fold::Notice;

type Node = LogNode<JsValue, JsValue>;
type Effects = Vec<LogEffect<JsValue, JsValue>>;

/// One store.
pub(crate) struct StoreHost {
    name: String,
    /// What its frames carry as its name.
    label: JsValue,
    schema: RefCell<Schema>,
    message: String,
    messenger_object: JsValue,
    messenger: Messenger,
    reducer: Function,
    node: RefCell<Node>,
    initial: JsValue,
    state: RefCell<JsValue>,
    /// Peers that could not read a frame: all of theirs come object by object from then on.
    careful: RefCell<Vec<PeerRef>>,
    listeners: RefCell<Vec<(u32, Function)>>,
    notices: RefCell<Vec<Notice>>,
    /// The core has said that it is ready.
    is_current: Cell<bool>,
    /// It has had no action yet.
    is_blank: Cell<bool>,
    notifying: Cell<bool>,
    /// A reducer is running: it must not dispatch.
    folding: Cell<bool>,
    next_token: Cell<u32>,
    batch: RefCell<Option<FlushBatch>>,
    pub(crate) ready: Deferred,
    destroyed: Cell<bool>,
    me: Weak<StoreHost>,
}

/// What the constructor takes beside the reducer.
pub(crate) struct StoreOptions {
    pub(crate) name: String,
    pub(crate) checkpoint_every: u32,
    /// Peers with another are not let in.
    pub(crate) version: u32,
}

impl StoreHost {
    pub(crate) fn open(
        messenger_object: &JsValue,
        reducer: Function,
        initial: &JsValue,
        options: StoreOptions,
    ) -> Result<Rc<StoreHost>, JsValue> {
        let messenger = Messenger::of(messenger_object)?;
        let initial = host::own(&fold::initial(&reducer, initial)?, "initialState")?;
        host::hand_out(&initial);
        let log = Options {
            checkpoint_every: u64::from(options.checkpoint_every),
            keep: messenger.log_length(),
            ..Options::DEFAULT
        };
        let actor = Actor::from_random(host::random_u64());
        let node = LogNode::new(actor, host::wall(), initial.clone(), log);
        let store = Rc::new_cyclic(|me| StoreHost {
            message: text(&[&options.name, ":action"]),
            label: label_out(&options.name, options.version),
            schema: RefCell::new(Schema::new(options.version)),
            name: options.name,
            messenger_object: messenger_object.clone(),
            messenger,
            reducer,
            node: RefCell::new(node),
            state: RefCell::new(initial.clone()),
            initial,
            careful: RefCell::new(Vec::new()),
            listeners: RefCell::new(Vec::new()),
            notices: RefCell::new(Vec::new()),
            is_current: Cell::new(false),
            is_blank: Cell::new(true),
            notifying: Cell::new(false),
            folding: Cell::new(false),
            next_token: Cell::new(0),
            batch: RefCell::new(None),
            ready: Deferred::new(),
            destroyed: Cell::new(false),
            me: me.clone(),
        });
        store.messenger.start(store.clone())?;
        Ok(store)
    }

    /// What it was constructed with.
    pub(crate) fn initial_state(&self) -> JsValue {
        self.initial.clone()
    }

    pub(crate) fn state(&self) -> JsValue {
        self.state.borrow().clone()
    }

    pub(crate) fn check_alive(&self) -> Result<(), JsValue> {
        if self.destroyed.get() {
            return Err(fail(codes::DESTROYED, "the store was destroyed"));
        }
        Ok(())
    }

    /// An action with a type, owned: what the application does to its object later changes nothing here.
    fn accept(&self, action: &JsValue) -> Result<JsValue, JsValue> {
        self.check_alive()?;
        if self.folding.get() {
            return Err(fail(codes::ARGUMENT, "a reducer must not dispatch"));
        }
        let kind = if action.is_object() {
            Reflect::get(action, &JsValue::from_str("type"))?
        } else {
            JsValue::UNDEFINED
        };
        if !kind.is_string() {
            return Err(fail(
                codes::ARGUMENT,
                "an action must be an object with a type, which is a string",
            ));
        }
        // Frozen: it is folded again when a late one comes before it.
        Ok(host::hand_out(&host::own(action, "")?))
    }

    /// `dispatch`: applied here at once; the promise settles with the state when the action has been handed to everyone.
    pub(crate) fn dispatch(&self, action: &JsValue) -> Result<Promise, JsValue> {
        let action = self.accept(action)?;
        let promise = self.open_batch();
        self.decide(|node, now| node.dispatch(action, now));
        Ok(promise)
    }

    /// `dispatchRemote`: as if another window had sent it now.
    pub(crate) fn dispatch_remote(&self, action: &JsValue) -> Result<(), JsValue> {
        let action = self.accept(action)?;
        self.decide(|node, now| node.dispatch_remote(action, now));
        Ok(())
    }

    /// The whole log again, by a reducer that is another one now. Returns how many actions no fold reaches any more.
    pub(crate) fn refold(&self) -> f64 {
        self.decide(|node, _| node.refold());
        self.node.borrow().forgotten() as f64
    }

    /// An error that nobody awaits.
    pub(crate) fn report(&self, error: &JsValue) {
        self.messenger.report(error);
    }

    fn open_batch(&self) -> Promise {
        let (promise, is_new) = {
            let mut batch = self.batch.borrow_mut();
            let is_new = batch.is_none();
            let batch = batch.get_or_insert_with(|| FlushBatch::new(host::now()));
            (batch.promise.promise.clone(), is_new)
        };
        if is_new {
            let store = self.me.clone();
            super::hub::Hub::soon(move || {
                if let Some(store) = store.upgrade() {
                    store.flush_batch();
                }
            });
        }
        promise
    }

    fn flush_batch(&self) {
        let Some(batch) = self.batch.borrow_mut().take() else {
            return;
        };
        let actions: Array = self
            .node
            .borrow()
            .open()
            .map(|logged| logged.action.clone())
            .collect();
        let payload = payload(&actions);
        let result = self
            .messenger
            .broadcast(&self.messenger_object, self, self.me.clone(), &payload);
        let store = self.me.clone();
        settle_batch(&batch.promise, result, move || {
            store.upgrade().map_or(JsValue::UNDEFINED, |store| store.state())
        });
    }

    pub(crate) fn subscribe(&self, call: Function) -> u32 {
        self.next_token.set(self.next_token.get() + 1);
        self.listeners.borrow_mut().push((self.next_token.get(), call));
        self.next_token.get()
    }

    pub(crate) fn unsubscribe(&self, token: u32) {
        self.listeners.borrow_mut().keep(|(known, _)| *known != token);
    }

    pub(crate) fn weak(&self) -> Weak<StoreHost> {
        self.me.clone()
    }

    /// Sends what waits, then forgets everything. Idempotent.
    pub(crate) fn destroy(&self) {
        if self.destroyed.get() {
            return;
        }
        self.flush_batch();
        self.destroyed.set(true);
        self.ready.resolve(&JsValue::UNDEFINED);
        self.listeners.borrow_mut().clear();
        self.messenger.stop(&self.name);
    }

    /// Lets the core decide, and does what it says.
    fn decide(&self, ask: impl FnOnce(&mut Node, f64) -> Effects) {
        let now = host::wall();
        let effects = ask(&mut self.node.borrow_mut(), now);
        self.run(effects);
    }

    fn run(&self, effects: Effects) {
        for effect in effects {
            match effect {
                LogEffect::Send { to, frame } => self.post(&to, &frame),
                LogEffect::Fold(fold) => self.fold(fold),
                LogEffect::Ready => {
                    self.is_current.set(true);
                    self.ready.resolve(&JsValue::UNDEFINED);
                }
                LogEffect::Refused { from, code } => self.messenger.refused(from, code, &self.name),
            }
        }
        self.notify();
    }
}

/// `{ action, actions, timestamp }`: what `broadcast` is called with. Mostly one action; all of a turn are in `actions`.
fn payload(actions: &Array) -> JsValue {
    let object = Object::new();
    // Properties of a fresh plain object: setting them cannot fail.
    let _ = Reflect::set(&object, &JsValue::from_str("action"), &actions.get(0));
    if actions.length() > 1 {
        let _ = Reflect::set(&object, &JsValue::from_str("actions"), actions);
    }
    let _ = Reflect::set(
        &object,
        &JsValue::from_str("timestamp"),
        &JsValue::from_f64(host::wall()),
    );
    object.into()
}

impl StoreOptions {
    /// From what the user gave. Throws ERR_CONFIG.
    pub(crate) fn read(given: &JsValue) -> Result<StoreOptions, JsValue> {
        let mut options = StoreOptions {
            name: "store".to_owned(),
            checkpoint_every: 64,
            version: FIRST_VERSION,
        };
        if given.is_undefined() {
            return Ok(options);
        }
        let given = args::Options::read(given, "name version checkpointEvery", "SyncedStore's options")?;
        if let Some(name) = given.shared_name()? {
            options.name = name;
        }
        if let Some(every) = given.count("checkpointEvery")? {
            if every == 0 {
                return Err(fail(
                    codes::CONFIG,
                    "the option checkpointEvery must be 1 or more",
                ));
            }
            options.checkpoint_every = every;
        }
        if let Some(version) = given.count("version")? {
            options.version = version;
        }
        Ok(options)
    }
}
