//! Writes of this window: applied at once, and sent together at the end of the turn or of the debounce.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::entry::{key_of, value_of};
use super::listeners::Changed;
use super::transaction::{add, not_a_number};
use super::{JsEntry, SetOptions, StateHost, pairs};
use crate::bindings::sending::is_aborted;
use crate::bindings::shared::{FlushBatch, after, settle_batch};
use crate::core::codes;
use crate::core::id::{Key, PeerRef};
use crate::core::lists::{Gather, List};
use crate::core::model::{How, Op};
use crate::platform::error::fail;
use crate::platform::host;

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
        &JsValue::from_f64(host::wall()),
    );
    object.into()
}

impl StateHost {
    /// `setState`: the promise resolves when the write has been posted to every peer.
    pub(crate) fn set(&self, updates: &JsValue, options: SetOptions) -> Result<Promise, JsValue> {
        self.check_alive()?;
        let updates = match updates.dyn_ref::<Function>() {
            Some(make) => make.call1(&JsValue::UNDEFINED, &self.state())?,
            None => updates.clone(),
        };
        let entries = host::prepare(&updates, "the updates")?;
        self.check_alive()?;
        let mut ops = Vec::with_capacity(entries.length() as usize / 2);
        for (key, held) in pairs(&entries) {
            ops.push((key, Op::Set((!held.value.is_undefined()).then_some(held))));
        }
        self.write(ops, options)
    }

    /// `delete`: deletes keys in every window.
    pub(crate) fn delete(&self, keys: Vec<Key>) -> Result<Promise, JsValue> {
        self.check_alive()?;
        let ops = keys.into_iter().map(|key| (key, Op::Set(None))).gather();
        self.write(ops, SetOptions::default())
    }

    /// `increment`: concurrent increments all count.
    pub(crate) fn increment(&self, key: Key, by: f64) -> Result<Promise, JsValue> {
        self.check_alive()?;
        self.write(vec![(key, Op::Add(by))], SetOptions::default())
    }

    /// `reset`: sets the state back to its initial values.
    pub(crate) fn reset(&self) -> Result<Promise, JsValue> {
        self.check_alive()?;
        let initial = self.initial.borrow().clone();
        let gone = |key: &Key| !initial.iter().any(|one| one.0 == *key);
        let mut ops: Vec<(Key, Op<JsEntry>)> = Vec::new();
        for (key, _) in self.node.borrow().iter() {
            if gone(&key) {
                ops.push((key, Op::Set(None)));
            }
        }
        for held in self.local.borrow().iter() {
            if let Some(key) = held.key.as_string().map(Key::from).filter(|key| gone(key)) {
                ops.push((key, Op::Set(None)));
            }
        }
        for (key, held) in &initial {
            ops.push((Key::clone(key), Op::Set(Some(held.clone()))));
        }
        let promise = self.write(ops, SetOptions::default())?;
        if self.transaction.borrow().is_none() {
            self.empty_storage();
        }
        Ok(promise)
    }

    /// `undo` and `redo`. Returns whether something was undone or redone.
    pub(crate) fn undo_or_redo(&self, is_undo: bool) -> Result<bool, JsValue> {
        self.check_alive()?;
        if self.transaction.borrow().is_some() {
            return Err(fail(codes::ARGUMENT, "a transaction is open"));
        }
        let now = host::wall();
        let effects = {
            let mut node = self.node.borrow_mut();
            node.undo_or_redo(is_undo, now)
        };
        let Some(effects) = effects else {
            return Ok(false);
        };
        if self.keeps_writes() {
            self.require_more();
        }
        self.schedule_flush();
        self.run(effects);
        Ok(true)
    }

    /// Adds a write to the open transaction, or makes it at once.
    pub(super) fn write(
        &self,
        ops: Vec<(Key, Op<JsEntry>)>,
        options: SetOptions,
    ) -> Result<Promise, JsValue> {
        if options.signals.iter().any(is_aborted) {
            return Err(super::outcome::aborted());
        }
        if let Some(promise) = self.join_transaction(&ops, options.clone())? {
            return Ok(promise);
        }
        self.write_now(ops, options, false)
    }

    pub(super) fn write_now(
        &self,
        ops: Vec<(Key, Op<JsEntry>)>,
        options: SetOptions,
        is_transaction: bool,
    ) -> Result<Promise, JsValue> {
        let mut shared = Vec::with_capacity(ops.len());
        let mut own = Vec::new();
        for (key, op) in ops {
            match op {
                _ if self.options.is_synced(&key) => {
                    if !matches!(&op, Op::Set(value) if self.changes_nothing(&key, value.as_ref())) {
                        shared.push((key, op));
                    }
                }
                Op::Set(value) => own.push((key, value)),
                Op::Add(by) => {
                    let sum = add(&self.shown(&key), by)?;
                    own.push((key, Some(JsEntry::made(JsValue::from_f64(sum)))));
                }
            }
        }
        self.check_ops(&shared)?;
        let how = How {
            is_transaction: is_transaction || self.options.together,
            joins_turn: self.options.together,
            may_roll_back: options.rollback || options.ack || !options.signals.is_empty(),
            undoable: !options.typed,
            is_typed: options.typed,
            ..How::default()
        };
        self.load_for(&shared, how);
        let written = if shared.is_empty() {
            None
        } else {
            let written = self.node.borrow_mut().write(shared, how, host::wall());
            Some(written.map_err(|_| not_a_number())?)
        };
        let own = self.put_local(own);
        let Some((id, effects)) = written else {
            self.changed_locally(own);
            return Ok(match &*self.batch.borrow() {
                Some(batch) => batch.promise.promise.clone(),
                None => Promise::resolve(&JsValue::UNDEFINED),
            });
        };
        let batch = self.open_batch();
        let promise = if how.may_roll_back {
            self.await_outcome(id, options, &batch)
        } else {
            batch
        };
        // Listeners receive both changes together.
        self.beside.borrow_mut().take_in(own);
        self.run(effects);
        let left = std::mem::take(&mut *self.beside.borrow_mut());
        self.changed_locally(left);
        Ok(promise)
    }

    fn changes_nothing(&self, key: &str, value: Option<&JsEntry>) -> bool {
        if self.options.strategies.of(key).keeps_all()
            && self.node.borrow().candidates(&Key::from(key)).len() > 1
        {
            // Writing the visible value resolves the conflict.
            return false;
        }
        let held = self.node.borrow().get(key).cloned();
        match (held, value) {
            (None, None) => true,
            (Some(held), Some(value)) => self.options.diff && host::unchanged(&held.value, &value.value),
            _ => false,
        }
    }

    /// Writes local keys: same listeners, no frames. Returns what changed.
    fn put_local(&self, entries: Vec<(Key, Option<JsEntry>)>) -> Vec<Changed> {
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
        changes
    }

    /// Opens a flush batch for writes whose promise nobody holds.
    pub(super) fn schedule_flush(&self) {
        host::handled(&self.open_batch());
    }

    /// The promise of the open flush batch. Opens one if there is none.
    pub(super) fn open_batch(&self) -> Promise {
        let now = host::now();
        let debounce = self.options.debounce_ms;
        let (promise, is_new, since, stale) = {
            let mut batch = self.batch.borrow_mut();
            let is_new = batch.is_none();
            let batch = batch.get_or_insert_with(|| FlushBatch::new(now));
            (
                batch.promise.promise.clone(),
                is_new,
                batch.since,
                batch.timer.take(),
            )
        };
        if debounce <= 0.0 {
            if is_new {
                let state = self.weak();
                crate::bindings::hub::Hub::soon(move || {
                    if let Some(state) = state.upgrade() {
                        state.flush_batch();
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
                state.flush_batch();
            }
        });
        if let Some(batch) = &mut *self.batch.borrow_mut() {
            batch.timer = Some(timer);
        }
        promise
    }

    /// Sends the open batch now.
    pub(crate) fn flush_batch(&self) {
        if !self.texts_hold_turn() && !self.keeps_writes() {
            self.send_batch();
        }
    }

    /// Sends what can be sent of the open batch, and does not wait for the rest.
    pub(super) fn send_batch(&self) {
        if self.keeps_writes() {
            return;
        }
        let Some(batch) = self.batch.borrow_mut().take() else {
            return;
        };
        if let Some(timer) = &batch.timer {
            host::clear_timer(timer);
        }
        let (keys, values) = self.open_lists();
        if keys.length() == 0 && !self.node.borrow().node().pending() {
            // Every write lost while it waited, so there is nothing to send.
            batch.promise.resolve(&JsValue::UNDEFINED);
            return;
        }
        let payload = payload(&keys, &values);
        let result = self
            .messenger
            .broadcast(&self.messenger_object, self, self.weak(), &payload);
        settle_batch(&batch.promise, result, || JsValue::UNDEFINED);
    }

    /// Rejects the promises of writes that can no longer be sent.
    pub(super) fn end_batch(&self) {
        if let Some(batch) = self.batch.borrow_mut().take() {
            batch
                .promise
                .end(&fail(codes::DESTROYED, "the state was destroyed"));
        }
    }

    fn open_lists(&self) -> (Array, Array) {
        let (keys, values) = (Array::new(), Array::new());
        let node = self.node.borrow();
        for key in node.open_keys() {
            let held = node.get(&key);
            keys.push(&key_of(held, &key));
            values.push(&value_of(held));
        }
        (keys, values)
    }

    /// `flush`: resolves when the open batch has been posted to every peer.
    pub(crate) fn flush_now(&self) -> Promise {
        let promise = match &*self.batch.borrow() {
            Some(batch) => batch.promise.promise.clone(),
            None => return Promise::resolve(&JsValue::UNDEFINED),
        };
        self.flush_batch();
        promise
    }

    /// `applyRemoteUpdate`: applies updates as if another window had sent them now.
    pub(crate) fn apply_plain(&self, updates: &JsValue) -> Result<(), JsValue> {
        self.check_alive()?;
        let entries = host::prepare(updates, "the updates")?;
        let entries: Vec<_> = pairs(&entries)
            .filter(|(key, _)| self.options.is_synced(key))
            .map(|(key, held)| (key, (!held.value.is_undefined()).then_some(held)))
            .filter(|(key, value)| !self.changes_nothing(key, value.as_ref()))
            .gather();
        self.check_entries(&entries)?;
        if !entries.is_empty() {
            self.decide(|model, now| model.apply_plain(entries, now));
        }
        Ok(())
    }

    /// Applies updates of a message that hand-written code sent, `{ updates: {...} }`. Returns whether its sender may write
    /// all of them.
    pub(super) fn plain_payload(&self, from: PeerRef, payload: &JsValue) -> Result<bool, JsValue> {
        if !payload.is_object() {
            return Err(fail(codes::MALFORMED, "an update is an object"));
        }
        let updates = Reflect::get(payload.unchecked_ref(), &JsValue::from_str("updates"))?;
        if updates.is_object() && !self.may_update(from, &Object::keys::<Object>(updates.unchecked_ref())) {
            return Ok(false);
        }
        self.apply_plain(&updates).map(|()| true)
    }
}
