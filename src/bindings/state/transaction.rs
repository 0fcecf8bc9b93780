//! Transactions: several writes that are made, sent and applied as one.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsValue;

use super::entry::value_of;
use super::{JsEntry, SetOptions, StateHost};
use crate::core::codes;
use crate::core::id::Key;
use crate::core::lists::List;
use crate::core::model::Op;
use crate::platform::error::fail;
use crate::platform::host::{self, Deferred};

/// The open transaction. Nothing of it is applied yet, but it reads its own writes.
pub(super) struct Transaction {
    pub(super) ops: Vec<(Key, Op<JsEntry>)>,
    /// The values that it has written.
    pub(super) written: Vec<(Key, Option<JsEntry>)>,
    pub(super) options: SetOptions,
    done: Deferred,
}

impl StateHost {
    /// `transaction`. An exception rejects the promise, and nothing is written.
    pub(crate) fn transact(&self, run: &Function) -> Result<Promise, JsValue> {
        self.check_alive()?;
        let outer = self
            .transaction
            .borrow()
            .as_ref()
            .map(|open| open.done.promise.clone());
        if let Some(promise) = outer {
            // A nested transaction is a part of the outer one.
            run.call0(&JsValue::UNDEFINED)?;
            return Ok(promise);
        }
        let done = Deferred::new();
        *self.transaction.borrow_mut() = Some(Transaction {
            ops: Vec::new(),
            written: Vec::new(),
            options: SetOptions::default(),
            done: done.clone(),
        });
        let ran = run.call0(&JsValue::UNDEFINED);
        let Some(open) = self.transaction.borrow_mut().take() else {
            return Ok(done.promise);
        };
        // The promise of a single write in it may stay unhandled.
        host::handled(&done.promise);
        let written = match ran {
            Err(error) => Err(error),
            Ok(result) if host::is_thenable(&result) => {
                host::handled(&result);
                Err(fail(
                    codes::ARGUMENT,
                    "what a transaction runs must be synchronous: nothing of it was written",
                ))
            }
            Ok(_) => self.check_alive().and_then(|()| self.write_all(open)),
        };
        match written {
            Ok(promise) => {
                done.resolve(&promise);
                Ok(promise)
            }
            Err(error) => {
                done.reject(&error);
                Err(error)
            }
        }
    }

    fn write_all(&self, open: Transaction) -> Result<Promise, JsValue> {
        self.write_now(open.ops, open.options, true)
    }

    /// Adds a write to the open transaction, if there is one.
    pub(super) fn join_transaction(
        &self,
        ops: &[(Key, Op<JsEntry>)],
        options: SetOptions,
    ) -> Result<Option<Promise>, JsValue> {
        if self.transaction.borrow().is_none() {
            return Ok(None);
        }
        let mut written = Vec::with_capacity(ops.len());
        for (key, op) in ops {
            let value = match op {
                Op::Set(value) => value.clone(),
                Op::Add(by) => {
                    let value = self.written_to(key).unwrap_or_else(|| self.shown(key));
                    Some(JsEntry::made(JsValue::from_f64(add(&value, *by)?)))
                }
            };
            written.push((key.clone(), value));
        }
        let mut open = self.transaction.borrow_mut();
        Ok(open.as_mut().map(|open| {
            open.ops.take_in(ops.iter().cloned());
            open.options = std::mem::take(&mut open.options).and(options);
            for (key, value) in written {
                open.written.keep(|one| one.0 != key);
                open.written.push((key, value));
            }
            open.done.promise.clone()
        }))
    }

    /// The value that the open transaction has written to a key.
    pub(super) fn written_to(&self, key: &str) -> Option<JsValue> {
        let open = self.transaction.borrow();
        let written = open.as_ref()?.written.iter().find(|one| *one.0 == *key)?;
        Some(value_of(written.1.as_ref()))
    }

    /// All that the open transaction has written: `[key, value, ...]`.
    pub(super) fn written_so_far(&self) -> Option<Array> {
        let open = self.transaction.borrow();
        let list = Array::new();
        for (key, value) in &open.as_ref()?.written {
            list.push(&JsValue::from_str(key));
            list.push(&value_of(value.as_ref()));
        }
        Some(list)
    }
}

/// Adds to a number. Throws ERR_ARGUMENT if the value is not a number.
pub(super) fn add(value: &JsValue, by: f64) -> Result<f64, JsValue> {
    if value.is_undefined() {
        return Ok(by);
    }
    match value.as_f64().filter(|number| number.is_finite()) {
        Some(number) => Ok(number + by),
        None => Err(not_a_number()),
    }
}

/// The error of an increment of another value.
pub(super) fn not_a_number() -> JsValue {
    fail(
        codes::ARGUMENT,
        "only a finite number can be incremented, and the key holds something else",
    )
}
