//! Conflicts of keys under 'manual': `conflicts`, `onConflict`, `resolve`.

use js_sys::{Array, Function, Map, Object, Promise, Reflect};
use wasm_bindgen::JsValue;

use super::entry::value_of;
use super::{JsEntry, SetOptions, StateHost};
use crate::core::id::Key;
use crate::core::lists::List;
use crate::core::model::Op;
use crate::platform::host;

/// The listeners of conflicts, and the map they receive.
#[derive(Default)]
pub(super) struct Contested {
    pub(super) handlers: Vec<(u32, Function)>,
    /// The map that `conflicts` returns, until it changes.
    map: Option<JsValue>,
}

impl StateHost {
    /// `conflicts`: a map from keys to their candidates, the same object until it changes.
    pub(crate) fn conflicts(&self) -> JsValue {
        if let Some(map) = &self.contested.borrow().map {
            return map.clone();
        }
        let map = Map::new();
        let keys = self.node.borrow().contested();
        for key in keys {
            map.set(&JsValue::from_str(&key), &self.candidates(&key));
        }
        let map: JsValue = map.into();
        self.contested.borrow_mut().map = Some(map.clone());
        map
    }

    fn candidates(&self, key: &Key) -> JsValue {
        let list = self.node.borrow().candidates(key);
        let out = Array::new();
        for candidate in list {
            let object = Object::new();
            let from = candidate.from.as_deref().unwrap_or("");
            let members = [
                ("value", host::hand_out(&value_of(candidate.value.as_ref()))),
                ("from", JsValue::from_str(from)),
                ("at", JsValue::from_f64(candidate.stamp.time.millis())),
            ];
            for (name, value) in members {
                // A property of a fresh plain object.
                let _ = Reflect::set(&object, &JsValue::from_str(name), &value);
            }
            out.push(&object);
        }
        host::hand_out(&out)
    }

    /// Drops the map, because the conflicts have changed.
    pub(super) fn forget_conflicts(&self) {
        self.contested.borrow_mut().map = None;
    }

    pub(super) fn report_contested(&self, keys: &[Key]) {
        let handlers: Vec<(u32, Function)> = self.contested.borrow().handlers.clone();
        for key in keys {
            for (token, handler) in &handlers {
                let still = self.contested.borrow().handlers.iter().any(|one| one.0 == *token);
                // An earlier handler may have resolved it.
                let candidates = self.candidates(key);
                if !still || js_sys::Array::from(&candidates).length() < 2 {
                    continue;
                }
                let result = handler.call2(&JsValue::UNDEFINED, &JsValue::from_str(key), &candidates);
                if let Err(error) = result {
                    self.report(&error);
                }
            }
        }
    }

    pub(crate) fn on_conflict(&self, handler: Function) -> u32 {
        let token = self.token();
        self.contested.borrow_mut().handlers.push((token, handler));
        token
    }

    pub(crate) fn off_conflict(&self, token: u32) {
        self.contested.borrow_mut().handlers.keep(|one| one.0 != token);
    }

    /// `resolve`: a write that knows all candidates.
    pub(crate) fn resolve(&self, key: Key, value: &JsValue) -> Result<Promise, JsValue> {
        self.check_alive()?;
        let value = host::own(value, &key)?;
        let held = (!value.is_undefined()).then(|| JsEntry::made(value));
        self.write(vec![(key, Op::Set(held))], SetOptions::default())
    }
}
