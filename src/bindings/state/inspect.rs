//! What the inspector shows of a state: its values, who wrote each key and when, and what is to be chosen from.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::StateHost;
use crate::core::cell::{Part, parse};

impl StateHost {
    /// Its name, false, and its snapshot; with `deep` also this window's writer, the conflicts, and of each cell the key, the writer
    /// and the time (ms), one after the other.
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
            // Those are about writes; they are none.
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
