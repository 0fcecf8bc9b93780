//! Inspection: what the inspector shows of a state.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::StateHost;
use crate::core::cell::{Part, parse};

impl StateHost {
    /// The name, false, and the snapshot. With `deep` also this window's actor, the conflicts, and the key, actor and time
    /// (ms) of each cell, in one list.
    pub(super) fn inspected(&self, deep: bool) -> JsValue {
        let name = JsValue::from_str(&self.options.name);
        let out = Array::of3(&name, &JsValue::FALSE, &self.snapshot());
        if !deep {
            return out.into();
        }
        let conflicts = self.conflicts();
        let model = self.node.borrow();
        out.push(&JsValue::from_f64(model.node().actor().as_f64()));
        out.push(&conflicts);
        for (name, register) in model.node().registers() {
            let Some((key, part)) = parse(name) else { continue };
            // These cells are about writes; they are no writes.
            if matches!(part, Part::Veto(_) | Part::Writes(_)) {
                continue;
            }
            let stamp = register.stamp;
            let at = if stamp.time.is_initial() {
                0.0
            } else {
                stamp.time.millis()
            };
            out.push(&JsValue::from_str(&key));
            out.push(&JsValue::from_f64(stamp.actor.as_f64()));
            out.push(&JsValue::from_f64(at));
        }
        out.into()
    }
}
