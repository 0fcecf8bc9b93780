//! Doing what the core decided, in its order.

use wasm_bindgen::JsValue;

use super::{Held, StateHost, codec};
use crate::bindings::shared::Carrier;
use crate::core::id::PeerRef;
use crate::core::sync::StateEffect;

impl StateHost {
    pub(super) fn run(&self, effects: Vec<StateEffect<Held>>) {
        for effect in effects {
            match effect {
                StateEffect::Send { to, frame } => {
                    let frame = codec::encode(&self.name_js, &frame);
                    self.carrier.send(&self.options.name, &to, &frame);
                }
                StateEffect::Changed {
                    changes,
                    from,
                    origin,
                } => {
                    if let Some(from) = from {
                        self.show(from, &changes);
                    }
                    self.changed(&changes, origin, from);
                }
                StateEffect::Ready => self.ready.resolve(&JsValue::UNDEFINED),
                StateEffect::Refused { from, code } => self.carrier.refuse(from, code),
            }
        }
    }

    /// Handlers of `name:update` see what states tell each other, as `{ updates }`.
    fn show(&self, from: PeerRef, changes: &[crate::core::sync::KeyChange<Held>]) {
        let Carrier::Hub(hub) = &self.carrier else { return };
        hub.show_update(&self.message, from, || {
            let (keys, values) = (js_sys::Array::new(), js_sys::Array::new());
            for change in changes {
                keys.push(&JsValue::from_str(&change.key));
                values.push(
                    &change
                        .new
                        .as_ref()
                        .map_or(JsValue::UNDEFINED, |held| held.value.clone()),
                );
            }
            super::write::payload(&keys, &values)
        });
    }
}
