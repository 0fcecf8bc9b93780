//! The small parts of frames: numbers travel as Float64Arrays, which are cloned as memory is copied.

use js_sys::{Array, Float64Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::core::id::{Actor, whole};
use crate::core::limits::NAME;
use crate::core::lists::Gather;
use crate::core::schema::FIRST_VERSION;
use crate::core::version::VersionVector;
use crate::platform::host;

/// What frames carry as the name of what they are about: with its version, unless that is the first.
pub(crate) fn label_out(name: &str, version: u32) -> JsValue {
    let name = JsValue::from_str(name);
    if version == FIRST_VERSION {
        return name;
    }
    Array::of2(&name, &JsValue::from_f64(f64::from(version))).into()
}

/// The name and the version in a label; None if it is malformed.
pub(crate) fn label_in(value: &JsValue) -> Option<(String, u32)> {
    if value.is_string() {
        return Some((host::short_text(value, NAME)?, FIRST_VERSION));
    }
    let parts = list(value)?;
    let version = whole(parts.get(1).as_f64()?)?;
    Some((
        host::short_text(&parts.get(0), NAME)?,
        u32::try_from(version).ok()?,
    ))
}

/// A digest of contents; 0 where it is not known.
pub(crate) fn digest_out(digest: u64) -> JsValue {
    JsValue::from_f64(digest as f64)
}

/// The same; frames of an older build end before it.
pub(crate) fn digest_in(value: &JsValue) -> Option<u64> {
    if value.is_undefined() {
        return Some(0);
    }
    whole(value.as_f64()?)
}

/// Numbers as one typed array.
pub(crate) fn numbers(values: &[f64]) -> JsValue {
    Float64Array::from(values).into()
}

/// The numbers of a typed array; None for anything else.
pub(crate) fn floats(value: &JsValue) -> Option<Vec<f64>> {
    host::is_floats(value).then(|| value.unchecked_ref::<Float64Array>().to_vec())
}

/// An array as one; None for anything else.
pub(crate) fn list(value: &JsValue) -> Option<Array> {
    Array::is_array(value).then(|| value.clone().unchecked_into())
}

/// Actors and their sequences: null for none.
pub(crate) fn pairs_out(pairs: &[(Actor, u64)]) -> JsValue {
    if pairs.is_empty() {
        return JsValue::NULL;
    }
    let flat: Vec<f64> = pairs
        .iter()
        .flat_map(|(actor, seq)| [actor.as_f64(), *seq as f64])
        .gather();
    numbers(&flat)
}

/// What [`pairs_out`] wrote; None if it is malformed.
pub(crate) fn pairs_in(value: &JsValue) -> Option<Vec<(Actor, u64)>> {
    if value.is_null() {
        return Some(Vec::new());
    }
    let mut pairs = Vec::new();
    for pair in floats(value)?.chunks(2) {
        let [actor, seq] = pair else { return None };
        pairs.push((Actor::from_f64(*actor)?, whole(*seq)?));
    }
    Some(pairs)
}

/// A version vector.
pub(crate) fn vector_out(vector: &VersionVector) -> JsValue {
    let pairs: Vec<(Actor, u64)> = vector.iter().gather();
    pairs_out(&pairs)
}

/// What [`vector_out`] wrote; None if it is malformed.
pub(crate) fn vector_in(value: &JsValue) -> Option<VersionVector> {
    Some(pairs_in(value)?.into_iter().collect())
}
