//! Capacity and limits of writes, checked before anything of a write is applied.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use super::{JsEntry, StateHost};
use crate::core::codes;
use crate::core::id::Key;
use crate::core::limits::{Bounds, KEY_BYTES};
use crate::core::model::Op;
use crate::platform::error::{fail, text};
use crate::platform::host;

/// The levels that a frame may add around a value.
const WRAPPING: u32 = 8;

fn full() -> JsValue {
    fail(
        codes::LIMIT,
        "the state holds as many keys as limits.keys allows: delete some, or allow more in every window",
    )
}

fn check_name(key: &str) -> Result<(), JsValue> {
    if key.len() <= KEY_BYTES {
        return Ok(());
    }
    let begin = key.get(..40).unwrap_or("");
    Err(fail(
        codes::LIMIT,
        &text(&["a key has at most 65536 bytes, and '", begin, "...' has more"]),
    ))
}

/// Checks the initial values. Throws ERR_LIMIT.
pub(super) fn check(entries: &[(Key, JsEntry)], bounds: Bounds) -> Result<(), JsValue> {
    entries.iter().try_for_each(|(key, _)| check_name(key))?;
    if entries.len() > bounds.keys {
        Err(full())
    } else {
        Ok(())
    }
}

/// The code for which an update of hand-written code was refused.
pub(super) fn code_of(error: &JsValue) -> &'static str {
    let code = Reflect::get(error, &JsValue::from_str("code"));
    if code.is_ok_and(|code| code == codes::LIMIT) {
        codes::LIMIT
    } else {
        codes::MALFORMED
    }
}

impl StateHost {
    /// Checks whether these writes fit the capacity. Throws ERR_LIMIT.
    pub(super) fn check_ops(&self, ops: &[(Key, Op<JsEntry>)]) -> Result<(), JsValue> {
        self.check_weight(ops)?;
        let adds = |op: &Op<JsEntry>| !matches!(op, Op::Set(None));
        self.check_capacity(ops.len(), || {
            ops.iter().filter(|one| adds(&one.1)).map(|one| &one.0)
        })
    }

    /// Checks size and depth against the limits of the peers. What they refused would be sent again and again, with all
    /// that follows it.
    fn check_weight(&self, ops: &[(Key, Op<JsEntry>)]) -> Result<(), JsValue> {
        let Some(limits) = self.messenger.limits() else {
            return Ok(());
        };
        // A write that may be rolled back is deeper in its frame than a plain one, and comes with what it replaced.
        let deepest = limits.depth - (limits.depth / 4).min(WRAPPING);
        let mut left = limits.message_bytes;
        for (key, op) in ops {
            let Op::Set(Some(held)) = op else { continue };
            let weight = host::weigh(&held.value, left, f64::from(deepest));
            left -= weight;
            if weight < 0.0 || left.is_nan() || left < 0.0 {
                let why = if weight < 0.0 {
                    "' is nested deeper than limits.depth allows the others to take"
                } else {
                    "' is more than limits.messageBytes allows the others to take in one message"
                };
                return Err(fail(codes::LIMIT, &text(&["the value of '", key, why])));
            }
        }
        Ok(())
    }

    /// Checks whether these keys fit the capacity. Throws ERR_LIMIT.
    pub(super) fn check_entries(&self, entries: &[(Key, Option<JsEntry>)]) -> Result<(), JsValue> {
        self.check_capacity(entries.len(), || {
            entries.iter().filter(|one| one.1.is_some()).map(|one| &one.0)
        })
    }

    fn check_capacity<'a, I: Iterator<Item = &'a Key>>(
        &self,
        count: usize,
        keys: impl Fn() -> I,
    ) -> Result<(), JsValue> {
        keys().try_for_each(|key| check_name(key))?;
        let node = self.node.borrow();
        if node.node().has_capacity(count) {
            return Ok(());
        }
        let more = keys().filter(|key| node.get(key).is_none()).count();
        if more == 0 || node.node().has_capacity(more) {
            Ok(())
        } else {
            Err(full())
        }
    }
}
