//! Writing: applied at once, here; sent once for each turn of the event loop that wrote, or when the debounce is over.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::{Held, StateHost, pairs};
use crate::bindings::host;
use crate::bindings::shared::{Turn, after, settle_turn};
use crate::core::id::Key;

/// `{ updates, timestamp }`: what `broadcast` is called with.
pub(super) fn payload(keys: &Array, values: &Array) -> JsValue {
    let object = Object::new();
    // Properties of a fresh plain object: setting them cannot fail.
    let _ = Reflect::set(
        &object,
        &JsValue::from_str("updates"),
        &host::object_of(keys, values),
    );
    let _ = Reflect::set(
        &object,
        &JsValue::from_str("timestamp"),
        &JsValue::from_f64(host::now()),
    );
    object.into()
}

impl StateHost {
    /// `setState`: the promise settles when the write has been handed to everyone.
    pub(crate) fn set(&self, updates: &JsValue) -> Result<Promise, JsValue> {
        self.check_alive()?;
        let updates = match updates.dyn_ref::<Function>() {
            Some(make) => make.call1(&JsValue::UNDEFINED, &self.snapshot())?,
            None => updates.clone(),
        };
        let entries = host::prepare(&updates, "the updates")?;
        self.check_alive()?;
        Ok(self.write(
            pairs(&entries)
                .map(|(key, held)| (key, (!held.value.is_undefined()).then_some(held)))
                .collect(),
        ))
    }

    /// `delete`: gone in every window.
    pub(crate) fn delete(&self, keys: Vec<Key>) -> Result<Promise, JsValue> {
        self.check_alive()?;
        Ok(self.write(keys.into_iter().map(|key| (key, None)).collect()))
    }

    fn write(&self, entries: Vec<(Key, Option<Held>)>) -> Promise {
        let mut shared = Vec::with_capacity(entries.len());
        let mut own = Vec::new();
        for (key, value) in entries {
            if !self.options.is_synced(&key) {
                own.push((key, value));
            } else if !self.changes_nothing(&key, value.as_ref()) {
                shared.push((key, value));
            }
        }
        self.write_local(own);
        if shared.is_empty() {
            return match &*self.turn.borrow() {
                Some(turn) => turn.promise.promise.clone(),
                None => Promise::resolve(&JsValue::UNDEFINED),
            };
        }
        let promise = self.open_turn();
        self.decide(|node, now| node.write(shared, now));
        promise
    }

    fn changes_nothing(&self, key: &str, value: Option<&Held>) -> bool {
        let held = self.node.borrow().get(key).cloned();
        match (held, value) {
            (None, None) => true,
            (Some(held), Some(value)) => self.options.diff && host::unchanged(&held.value, &value.value),
            _ => false,
        }
    }

    /// Keys that stay in this window: the same listeners, no wire.
    fn write_local(&self, entries: Vec<(Key, Option<Held>)>) {
        if entries.is_empty() {
            return;
        }
        let mut changes = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let mut local = self.local.borrow_mut();
            let at = local.iter().position(|held| held.key == *key);
            let old = at.map(|at| local.remove(at));
            if let Some(value) = &value {
                local.push(value.clone());
            }
            drop(local);
            let same = match (&old, &value) {
                (None, None) => true,
                (Some(old), Some(new)) => self.options.diff && host::unchanged(&old.value, &new.value),
                _ => false,
            };
            if !same {
                changes.push((key, old, value));
            }
        }
        self.changed_locally(changes);
    }

    /// The promise of the running turn; begins one if there is none.
    fn open_turn(&self) -> Promise {
        let now = host::now();
        let debounce = self.options.debounce_ms;
        let (promise, is_new, since, stale) = {
            let mut turn = self.turn.borrow_mut();
            let is_new = turn.is_none();
            let turn = turn.get_or_insert_with(|| Turn::new(now));
            (
                turn.promise.promise.clone(),
                is_new,
                turn.since,
                turn.timer.take(),
            )
        };
        if debounce <= 0.0 {
            if is_new {
                let state = self.weak();
                crate::bindings::hub::Hub::soon(move || {
                    if let Some(state) = state.upgrade() {
                        state.flush_turn();
                    }
                });
            }
            return promise;
        }
        if let Some(timer) = stale {
            host::clear_timer(&timer);
        }
        let state = self.weak();
        let pause = debounce.min(since + self.options.max_wait_ms - now).max(0.0);
        let timer = after(pause, move || {
            if let Some(state) = state.upgrade() {
                state.flush_turn();
            }
        });
        if let Some(turn) = &mut *self.turn.borrow_mut() {
            turn.timer = Some(timer);
        }
        promise
    }

    /// Sends what was written, now.
    pub(crate) fn flush_turn(&self) {
        let Some(turn) = self.turn.borrow_mut().take() else {
            return;
        };
        if let Some(timer) = &turn.timer {
            host::clear_timer(timer);
        }
        let (keys, values) = self.open_lists();
        if keys.length() == 0 {
            // Everything was beaten while it waited: there is nothing left to say.
            turn.promise.resolve(&JsValue::UNDEFINED);
            return;
        }
        let payload = payload(&keys, &values);
        let result = self
            .carrier
            .broadcast(&self.messenger, self, self.weak(), &payload);
        settle_turn(&turn.promise, result, || JsValue::UNDEFINED);
    }

    fn open_lists(&self) -> (Array, Array) {
        let (keys, values) = (Array::new(), Array::new());
        for (key, value) in self.node.borrow().open_writes() {
            match value {
                Some(held) => {
                    keys.push(&held.key);
                    values.push(&held.value);
                }
                None => {
                    keys.push(&JsValue::from_str(key));
                    values.push(&JsValue::UNDEFINED);
                }
            }
        }
        (keys, values)
    }

    /// `flush`: settles when what waits has been handed to everyone.
    pub(crate) fn flush_now(&self) -> Promise {
        let promise = match &*self.turn.borrow() {
            Some(turn) => turn.promise.promise.clone(),
            None => return Promise::resolve(&JsValue::UNDEFINED),
        };
        self.flush_turn();
        promise
    }

    /// `applyRemoteUpdate`: as if another window had sent it now.
    pub(crate) fn apply_plain(&self, updates: &JsValue) -> Result<(), JsValue> {
        self.check_alive()?;
        let entries = host::prepare(updates, "the updates")?;
        let entries: Vec<_> = pairs(&entries)
            .filter(|(key, _)| self.options.is_synced(key))
            .map(|(key, held)| (key, (!held.value.is_undefined()).then_some(held)))
            .filter(|(key, value)| !self.changes_nothing(key, value.as_ref()))
            .collect();
        if !entries.is_empty() {
            self.decide(|node, now| node.apply_plain(entries, None, now));
        }
        Ok(())
    }
}
