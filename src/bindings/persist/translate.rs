//! What another version stored, as the user's `migrate` has it.

use js_sys::{Array, Function};
use wasm_bindgen::JsValue;

use super::Record;
use crate::core::cell;
use crate::core::codes;
use crate::core::id::Key;
use crate::core::lists::List;
use crate::core::order;
use crate::platform::error::fail;
use crate::platform::host;

/// Calls `migrate` with the whole plain state, and makes registers of what it returns. What it leaves as it was keeps its
/// stamp; what it changes, adds or drops gets the latest stamp of what it did not leave as it was, so that every
/// window which translates the same ends with the same. `before` is what those registers show. Throws what `migrate` throws.
pub(crate) fn translated(
    mut before: Vec<(Key, JsValue)>,
    migrate: &Function,
    records: Vec<Record>,
    from: f64,
) -> Result<Vec<Record>, JsValue> {
    if records.is_empty() {
        return Ok(records);
    }
    order::sort_by(&mut before, |a, b| a.0.cmp(&b.0));
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

    let mut changed: Vec<(Key, JsValue)> = Vec::new();
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
            changed.push((cell::root_name(&Key::from(key)), value));
        }
    }
    order::sort(&mut left);
    let stays = |record: &Record| {
        let key = cell::parse(&record.key).map(|(key, _)| key);
        let was_shown = |key: &Key| before.binary_search_by(|(known, _)| known.cmp(key)).is_ok();
        // What did not show was deleted, or is not to be known here.
        key.is_none_or(|key| left.binary_search(&key).is_ok() || !was_shown(&key))
    };
    let gone = records.iter().filter(|record| !stays(record));
    let latest = gone.map(|record| record.stamp).max();
    let Some(latest) = latest.or_else(|| records.iter().map(|record| record.stamp).max()) else {
        return Ok(records);
    };
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        if changed.iter().any(|(key, _)| *key == record.key) {
            continue;
        }
        if stays(&record) {
            all.push(record);
        } else {
            all.push(Record {
                stamp: latest,
                value: None,
                ..record
            });
        }
    }
    all.take_in(changed.into_iter().map(|(key, value)| Record {
        key,
        stamp: latest,
        value: Some(value),
        cleared: false,
    }));
    Ok(all)
}
