//! What another version stored, as the user's `migrate` has it.

use js_sys::{Array, Function};
use wasm_bindgen::JsValue;

use super::{Kept, Record};
use crate::bindings::error::fail;
use crate::bindings::host;
use crate::core::cell;
use crate::core::codes;
use crate::core::id::Key;

/// Calls `migrate` with the whole plain state, and makes registers of what it returns. What it leaves as it was keeps its
/// stamp; what it changes, adds or drops gets the latest stamp there is, so that every window which translates the same
/// ends with the same. Throws what `migrate` throws.
pub(super) fn translated(
    kept: &dyn Kept,
    migrate: &Function,
    records: Vec<Record>,
    from: f64,
) -> Result<Vec<Record>, JsValue> {
    let Some(latest) = records.iter().map(|record| record.stamp).max() else {
        return Ok(records);
    };
    let mut before = kept.shown(&records);
    before.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let (keys, values) = (Array::new(), Array::new());
    for (key, value) in &before {
        keys.push(&JsValue::from_str(key));
        // A copy: what was stored is compared with afterwards.
        values.push(&host::own(value, "")?);
    }
    let state = host::object_of(&keys, &values);
    let after = migrate.call2(&JsValue::UNDEFINED, &state, &JsValue::from_f64(from))?;
    if host::is_thenable(&after) {
        return Err(fail(
            codes::ARGUMENT,
            "migrate() must return the state, not a promise",
        ));
    }
    let entries = host::prepare(&after, "what migrate() returned")?;

    let mut changed: Vec<Record> = Vec::new();
    let mut left: Vec<Key> = Vec::new();
    for at in (0..entries.length()).step_by(2) {
        let value = entries.get(at + 1);
        let Some(key) = entries.get(at).as_string().filter(|_| !value.is_undefined()) else {
            continue;
        };
        let was = before.binary_search_by(|(known, _)| (**known).cmp(&*key));
        let was = was.ok().and_then(|at| before.get(at));
        if was.is_some_and(|(_, was)| host::unchanged(was, &value)) {
            left.push(Key::from(key));
        } else {
            changed.push(Record {
                key: cell::root_name(&Key::from(key)),
                stamp: latest,
                value: Some(value),
                cleared: false,
            });
        }
    }
    left.sort_unstable();
    changed.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        let key = cell::parse(&record.key).map(|(key, _)| key);
        let replaced = changed.binary_search_by(|other| other.key.cmp(&record.key));
        let was_shown = |key: &Key| before.binary_search_by(|(known, _)| known.cmp(key)).is_ok();
        if replaced.is_ok() {
            continue;
        }
        // What did not show was deleted, or is not to be known here.
        if key.is_none_or(|key| left.binary_search(&key).is_ok() || !was_shown(&key)) {
            all.push(record);
        } else {
            all.push(Record {
                stamp: latest,
                value: None,
                ..record
            });
        }
    }
    all.extend(changed);
    Ok(all)
}
