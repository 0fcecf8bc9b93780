//! The host of a shared state in one window: holds the core's model, and connects it with users' code, the messenger and
//! storage.

mod capacity;
mod cell_codec;
mod class;
mod codec;
mod compat;
mod conflicts;
mod conflicts_part;
mod early;
mod effects;
mod entry;
mod filtered_peers;
mod gateways;
mod inspect;
mod listeners;
mod member;
mod merge_codec;
mod options;
mod outcome;
mod persistence;
mod prerender;
mod schema;
mod texts;
mod transaction;
mod unreadable;
mod validate;
mod write;

use std::cell::{Cell, OnceCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::messenger::Messenger;
use super::options::bounds;
use super::persist::Persist;
use super::shared::{FlushBatch, Shared};
use super::wire::label_out;
use crate::core::codes;
use crate::core::id::Key;
use crate::core::lists::Gather;
use crate::core::model::{ModelEffects, PlainModel, StateModel};
use crate::core::schema::Schema;
use crate::platform::cell::RefCell;
use crate::platform::error::fail;
use crate::platform::host::{self, Deferred};
pub use class::SyncedState;
use compat::Compat;
use conflicts::Contested;
pub use conflicts_part::conflicts_start;
use early::Early;
pub(crate) use entry::JsEntry;
use entry::{key_of, value_of};
use filtered_peers::FilteredPeers;
pub use gateways::gateways_start;
use listeners::{Changed, KeyListener, Listener, Notice};
pub(crate) use options::{SetOptions, StateOptions};
use outcome::Outcome;
use schema::Shadow;
use texts::TextsAre;
use transaction::Transaction;
use unreadable::Unreadable;

/// The snapshot that users see, and the changes since it was made.
struct View {
    /// The frozen snapshot that `getState` returned last.
    snapshot: JsValue,
    /// `[key, value, ...]` to patch it with.
    changes: Array,
    /// There are too many changes to patch it. The next snapshot is made from the registers.
    stale: bool,
}

/// One state.
pub(crate) struct StateHost {
    pub(crate) options: StateOptions,
    message: String,
    /// The name and version that begin each frame.
    name_js: JsValue,
    schema: RefCell<Schema>,
    shadows: RefCell<Vec<Rc<Shadow>>>,
    messenger_object: JsValue,
    messenger: Messenger,
    node: RefCell<Box<dyn StateModel<JsEntry>>>,
    early: Early,
    /// The initial values, for `reset`.
    initial: RefCell<Vec<(Key, JsEntry)>>,
    initial_state: OnceCell<JsValue>,
    /// Keys that `syncedKeys` leaves out: they stay in this window.
    local: RefCell<Vec<JsEntry>>,
    view: RefCell<View>,
    listeners: RefCell<Vec<Listener>>,
    key_listeners: RefCell<Vec<KeyListener>>,
    notices: RefCell<Vec<Notice>>,
    /// Local keys that were written together with shared ones. Listeners receive both together.
    beside: RefCell<Vec<Changed>>,
    notifying: Cell<bool>,
    next_token: Cell<u32>,
    batch: RefCell<Option<FlushBatch>>,
    transaction: RefCell<Option<Transaction>>,
    outcomes: RefCell<Vec<Outcome>>,
    hidden: RefCell<validate::Hidden>,
    filtered_peers: FilteredPeers,
    contested: RefCell<Contested>,
    texts: Cell<TextsAre>,
    pub(crate) ready: Deferred,
    persist: RefCell<Option<Rc<Persist>>>,
    reads_storage_again: Cell<bool>,
    unreadable: Unreadable,
    compat: Compat,
    destroyed: Cell<bool>,
    me: Weak<StateHost>,
}

impl StateHost {
    /// Makes a state with its initial values, and announces it to the connected peers.
    pub(crate) fn open(
        messenger_object: &JsValue,
        initial: &JsValue,
        options: StateOptions,
    ) -> Result<Rc<StateHost>, JsValue> {
        let entries = if initial.is_undefined() || initial.is_null() {
            Array::new()
        } else {
            host::prepare(initial, "initialState")?
        };
        let messenger = Messenger::of(messenger_object)?;
        let (synced, local): (Vec<_>, Vec<_>) = pairs(&entries)
            .filter(|(_, held)| !held.value.is_undefined())
            .partition(|(key, _)| options.is_synced(key));
        let bounds = bounds(&options.limits, messenger.bounds())?;
        capacity::check(&synced, bounds)?;
        let mut message = options.name.clone();
        message.push_str(":update");
        let born = host::wall();
        let initial = synced.iter().chain(&local).cloned().gather();
        let node = options.model(synced, bounds, born);
        let state = Rc::new_cyclic(|me| StateHost {
            message,
            name_js: label_out(&options.name, options.version),
            schema: RefCell::new(Schema::new(options.version)),
            shadows: RefCell::new(Vec::new()),
            options,
            messenger_object: messenger_object.clone(),
            messenger,
            node: RefCell::new(node),
            early: Early::none(),
            initial: RefCell::new(initial),
            initial_state: OnceCell::new(),
            local: RefCell::new(local.into_iter().map(|(_, held)| held).gather()),
            view: RefCell::new(View {
                snapshot: Object::new().into(),
                changes: Array::new(),
                stale: true,
            }),
            listeners: RefCell::new(Vec::new()),
            key_listeners: RefCell::new(Vec::new()),
            notices: RefCell::new(Vec::new()),
            beside: RefCell::new(Vec::new()),
            notifying: Cell::new(false),
            next_token: Cell::new(0),
            batch: RefCell::new(None),
            transaction: RefCell::new(None),
            outcomes: RefCell::new(Vec::new()),
            hidden: RefCell::new(Vec::new()),
            filtered_peers: FilteredPeers::none(),
            contested: RefCell::new(Contested::default()),
            texts: Cell::new(TextsAre::Unasked),
            ready: Deferred::new(),
            persist: RefCell::new(None),
            reads_storage_again: Cell::new(false),
            unreadable: Unreadable::none(),
            compat: Compat::none(),
            destroyed: Cell::new(false),
            me: me.clone(),
        });
        if state.options.needs_more() {
            state.require_more();
        }
        if !state.messenger.is_prerendered() && !state.is_early() {
            state.open_storage();
        }
        if let Err(error) = state.messenger.start(state.clone()) {
            state.close_storage();
            return Err(error);
        }
        state.look_for_texts();
        Ok(state)
    }

    /// The number of writes that all counting windows have made.
    pub(crate) fn writes(&self) -> f64 {
        self.node.borrow().writes()
    }

    pub(crate) fn weak(&self) -> Weak<StateHost> {
        self.me.clone()
    }

    /// The initial state, frozen; always the same object.
    pub(crate) fn initial_state(&self) -> JsValue {
        let made = self.initial_state.get_or_init(|| {
            let changes = Array::new();
            for (key, held) in self.initial.borrow().iter() {
                changes.push(&held.key(key));
                changes.push(&held.value);
            }
            host::patch(&Object::new(), &changes)
        });
        made.clone()
    }

    /// What `getState` returns: the snapshot, and inside a transaction with its writes so far.
    pub(crate) fn state(&self) -> JsValue {
        let base = self.snapshot();
        match self.written_so_far() {
            Some(changes) if changes.length() > 0 => host::patch(&base, &changes),
            _ => base,
        }
    }

    /// The frozen snapshot: the same object until something changes.
    pub(crate) fn snapshot(&self) -> JsValue {
        let (base, changes) = {
            let mut view = self.view.borrow_mut();
            if view.stale {
                let changes = Array::new();
                let node = self.node.borrow();
                for (key, held) in node.iter().filter(|(key, _)| self.options.is_synced(key)) {
                    changes.push(&held.key(&key));
                    changes.push(&held.value);
                }
                for held in self.local.borrow().iter() {
                    changes.push(&held.key);
                    changes.push(&held.value);
                }
                view.stale = false;
                view.changes = Array::new();
                (JsValue::from(Object::new()), changes)
            } else if view.changes.length() == 0 {
                return view.snapshot.clone();
            } else {
                (view.snapshot.clone(), std::mem::take(&mut view.changes))
            }
        };
        let next = host::patch(&base, &changes);
        self.view.borrow_mut().snapshot = next.clone();
        next
    }

    /// Records changes of keys for the next snapshot.
    fn note_changes(&self, changes: &[Changed]) {
        if self.destroyed.get() {
            return;
        }
        let mut view = self.view.borrow_mut();
        for (key, old, new) in changes {
            if view.stale {
                return;
            }
            view.changes.push(&key_of(new.as_ref().or(old.as_ref()), key));
            view.changes.push(&value_of(new.as_ref()));
            if view.changes.length() > MAX_PATCHES {
                view.stale = true;
                view.changes = Array::new();
            }
        }
    }

    /// The value of a key, or undefined.
    pub(crate) fn get(&self, key: &str) -> JsValue {
        if let Some(written) = self.written_to(key) {
            return host::hand_out(&written);
        }
        self.shown(key)
    }

    fn shown(&self, key: &str) -> JsValue {
        if self.destroyed.get() {
            let (last, key) = (self.snapshot(), JsValue::from_str(key));
            let is_own = Object::has_own(last.unchecked_ref::<Object>(), &key);
            return match is_own {
                true => Reflect::get(&last, &key).unwrap_or_default(),
                false => JsValue::UNDEFINED,
            };
        }
        let value = if self.options.is_synced(key) {
            self.node.borrow().get(key).map(|held| held.value.clone())
        } else {
            self.local
                .borrow()
                .iter()
                .find(|held| held.key == key)
                .map(|held| held.value.clone())
        };
        value.map_or(JsValue::UNDEFINED, |value| host::hand_out(&value))
    }

    pub(crate) fn check_alive(&self) -> Result<(), JsValue> {
        if self.destroyed.get() {
            return Err(fail(codes::DESTROYED, "the state was destroyed"));
        }
        Ok(())
    }

    /// Sends the open batch, then releases everything. Idempotent.
    pub(crate) fn destroy(&self) {
        if self.destroyed.get() {
            return;
        }
        self.flush();
        self.close_storage();
        self.destroyed.set(true);
        self.end_batch();
        self.ready.resolve(&JsValue::UNDEFINED);
        self.end_outcomes();
        self.end_filtered_peers();
        self.contested.borrow_mut().handlers.clear();
        self.listeners.borrow_mut().clear();
        self.key_listeners.borrow_mut().clear();
        self.messenger.stop(&self.options.name);
        self.free_contents();
    }

    /// Frees what a destroyed state no longer needs: the object itself is freed when JavaScript has collected it, which may be much
    /// later. Reads get what the last snapshot holds.
    fn free_contents(&self) {
        self.conflicts();
        self.initial_state();
        self.snapshot();
        self.initial.borrow_mut().clear();
        self.local.borrow_mut().clear();
        let actor = self.node.borrow().node().actor();
        *self.node.borrow_mut() = Box::new(PlainModel::new(actor, 0.0, Vec::new()));
    }
}

/// At most so many changes patch a snapshot before it is made anew: twice this many list elements.
const MAX_PATCHES: u32 = 256;

/// The key and the value of each entry of a prepared list.
fn pairs(entries: &Array) -> impl Iterator<Item = (Key, JsEntry)> + '_ {
    (0..entries.length() / 2).filter_map(|at| {
        let key = entries.get(at * 2);
        let name = Key::from(key.as_string()?);
        Some((name, JsEntry::new(key, entries.get(at * 2 + 1))))
    })
}

impl StateHost {
    /// Calls the core and carries out its effects.
    fn decide(&self, ask: impl FnOnce(&mut dyn StateModel<JsEntry>, f64) -> ModelEffects<JsEntry>) {
        let now = host::wall();
        let effects = ask(&mut **self.node.borrow_mut(), now);
        self.run(effects);
    }
}
