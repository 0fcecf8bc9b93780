//! Listeners of a state. Each is called once for each change, in the order of the changes, in every window.
//!
//! A listener is called with three arguments, the last of which is `change`. A mock (a function with properties of its own) that
//! declares fewer than three parameters gets two: tests of hand-written classes assert calls with exactly two arguments.

use std::rc::Rc;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::StateHost;
use super::entry::{JsEntry, key_of, value_of};
use crate::core::id::{Key, PeerRef};
use crate::core::lists::{Gather, List};
use crate::core::sync::{ChangeOrigin, KeyChange};
use crate::platform::host;

/// A listener of every change.
#[derive(Clone)]
pub(super) struct Listener {
    token: u32,
    call: Function,
    /// Whether it may read its snapshot arguments. If no listener does, no snapshot is made.
    reads: bool,
    /// Whether it is called with `change` too.
    takes_change: bool,
}

/// A listener of one key.
#[derive(Clone)]
pub(super) struct KeyListener {
    token: u32,
    key: String,
    call: Function,
}

/// The change of one key: the value before and after.
pub(super) type Changed = (Key, Option<JsEntry>, Option<JsEntry>);

/// The snapshots after and before a change.
type Snapshots = (JsValue, JsValue);

/// A change that is pending for listeners.
pub(super) struct Notice {
    /// `None` if no listener reads them, because a snapshot costs more the larger the state is.
    snapshots: Option<Snapshots>,
    /// Each key, with its value before and after.
    keys: Vec<Changed>,
    origin: &'static str,
    from: Option<PeerRef>,
}

impl StateHost {
    pub(super) fn token(&self) -> u32 {
        self.next_token.set(self.next_token.get() + 1);
        self.next_token.get()
    }

    pub(crate) fn subscribe(&self, call: Function) -> u32 {
        let token = self.token();
        let reads = host::reads_arguments(&call);
        if reads {
            // The next change needs the snapshot before it.
            self.snapshot();
        }
        let takes_change = host::arity(&call) >= 3.0 || !host::is_mock(&call);
        self.listeners.borrow_mut().push(Listener {
            token,
            call,
            reads,
            takes_change,
        });
        token
    }

    pub(crate) fn subscribe_key(&self, key: String, call: Function) -> u32 {
        let token = self.token();
        self.key_listeners
            .borrow_mut()
            .push(KeyListener { token, key, call });
        token
    }

    pub(crate) fn unsubscribe(&self, token: u32) {
        self.listeners
            .borrow_mut()
            .keep(|listener| listener.token != token);
        self.key_listeners
            .borrow_mut()
            .keep(|listener| listener.token != token);
    }

    /// Whether any listener reads its snapshots.
    fn is_read(&self) -> bool {
        self.listeners.borrow().iter().any(|listener| listener.reads)
    }

    /// Puts a change into the snapshot and queues its notice.
    pub(super) fn changed(
        &self,
        changes: &[KeyChange<JsEntry>],
        origin: ChangeOrigin,
        from: Option<PeerRef>,
    ) {
        let before = self.is_read().then(|| self.snapshot());
        let mut keys = Vec::with_capacity(changes.len());
        for change in changes
            .iter()
            .filter(|change| self.options.is_synced(&change.key))
        {
            // Two windows may begin with the same initial value, or write the same: listeners need not know.
            if self.options.diff
                && origin != ChangeOrigin::Local
                && host::unchanged(&value_of(change.old.as_ref()), &value_of(change.new.as_ref()))
            {
                continue;
            }
            keys.push((Rc::clone(&change.key), change.old.clone(), change.new.clone()));
        }
        if origin == ChangeOrigin::Local {
            keys.take_in(std::mem::take(&mut *self.beside.borrow_mut()));
        }
        let origin = match origin {
            ChangeOrigin::Local => "local",
            ChangeOrigin::Remote => "remote",
            ChangeOrigin::Rollback => "rollback",
            ChangeOrigin::Storage => "storage",
        };
        self.queue(keys, before, origin, from);
    }

    /// The same for local keys. They are set already, but no snapshot was made since, so the last one is the one before.
    pub(super) fn changed_locally(&self, changes: Vec<Changed>) {
        let before = self.is_read().then(|| self.view.borrow().snapshot.clone());
        self.queue(changes, before, "local", None);
    }

    /// Puts changes into the snapshot, queues their notice, and notifies.
    fn queue(
        &self,
        keys: Vec<Changed>,
        before: Option<JsValue>,
        origin: &'static str,
        from: Option<PeerRef>,
    ) {
        if keys.is_empty() {
            return;
        }
        self.note_changes(&keys);
        if self.listeners.borrow().is_empty() && self.key_listeners.borrow().is_empty() {
            return;
        }
        let snapshots = before.map(|before| (self.snapshot(), before));
        self.notices.borrow_mut().push(Notice {
            snapshots,
            keys,
            origin,
            from,
        });
        self.notify();
    }

    /// Notifies every listener of every queued change. A change that a listener makes waits until all were notified of this
    /// one.
    pub(super) fn notify(&self) {
        if self.notifying.replace(true) {
            return;
        }
        loop {
            let notice = {
                let mut notices = self.notices.borrow_mut();
                if notices.is_empty() {
                    break;
                }
                notices.remove(0)
            };
            self.tell(&notice);
        }
        self.notifying.set(false);
    }

    fn tell(&self, notice: &Notice) {
        let listeners = self.listeners.borrow().clone();
        let mut change = None;
        for listener in listeners {
            if !self.still_listens(listener.token) {
                continue;
            }
            let result = match &notice.snapshots {
                // It subscribed after the change.
                None if listener.reads => continue,
                None => listener.call.call0(&JsValue::UNDEFINED),
                Some((after, before)) if listener.takes_change => {
                    let change = change.get_or_insert_with(|| self.change_object(notice));
                    listener.call.call3(&JsValue::UNDEFINED, after, before, change)
                }
                Some((after, before)) => listener.call.call2(&JsValue::UNDEFINED, after, before),
            };
            if let Err(error) = result {
                self.report(&error);
            }
        }
        if self.key_listeners.borrow().is_empty() {
            return;
        }
        for (key, old, new) in &notice.keys {
            let listeners: Vec<KeyListener> = self
                .key_listeners
                .borrow()
                .iter()
                .filter(|listener| *listener.key == **key)
                .cloned()
                .gather();
            for listener in listeners {
                if !self.still_listens(listener.token) {
                    continue;
                }
                let (new, old) = (value_of(new.as_ref()), value_of(old.as_ref()));
                let (new, old) = (host::hand_out(&new), host::hand_out(&old));
                if let Err(error) = listener.call.call2(&JsValue::UNDEFINED, &new, &old) {
                    self.report(&error);
                }
            }
        }
    }

    fn still_listens(&self, token: u32) -> bool {
        self.listeners
            .borrow()
            .iter()
            .any(|listener| listener.token == token)
            || self
                .key_listeners
                .borrow()
                .iter()
                .any(|listener| listener.token == token)
    }

    /// `{ keys, origin, from }`
    fn change_object(&self, notice: &Notice) -> JsValue {
        let object = js_sys::Object::new();
        let keys = Array::new();
        for (key, old, new) in &notice.keys {
            keys.push(&key_of(new.as_ref().or(old.as_ref()), key));
        }
        let from = notice.from.map(|from| self.messenger.info(from));
        // Properties of a fresh plain object: setting them cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str("keys"), &keys);
        let _ = Reflect::set(
            &object,
            &JsValue::from_str("origin"),
            &JsValue::from_str(notice.origin),
        );
        if let Some(from) = from.filter(|from| !from.is_undefined()) {
            let _ = Reflect::set(&object, &JsValue::from_str("from"), &from);
        }
        object.unchecked_into()
    }

    /// Reports an exception of a listener. Other listeners are not affected.
    pub(crate) fn report(&self, error: &JsValue) {
        self.messenger.report(error);
    }
}
