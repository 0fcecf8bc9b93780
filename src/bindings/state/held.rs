//! A user's value in JavaScript, as the core's [`Value`](crate::core::value::Value).

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::core::id::Key;
use crate::core::value::{Atom, Parts, Value};
use crate::platform::host;

/// A user's value, and its key as JavaScript has it: neither is converted on its way through. The key is undefined where
/// the value was made here, out of parts.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) key: JsValue,
    pub(crate) value: JsValue,
}

impl Held {
    /// A value made here.
    pub(crate) fn made(value: JsValue) -> Held {
        Held {
            key: JsValue::UNDEFINED,
            value,
        }
    }

    /// Its key for JavaScript.
    pub(crate) fn key(&self, name: &str) -> JsValue {
        if self.key.is_undefined() {
            JsValue::from_str(name)
        } else {
            self.key.clone()
        }
    }
}

/// The key of a value that may be gone.
pub(super) fn key_of(held: Option<&Held>, name: &str) -> JsValue {
    held.map_or_else(|| JsValue::from_str(name), |held| held.key(name))
}

/// The value, or undefined.
pub(super) fn value_of(held: Option<&Held>) -> JsValue {
    held.map_or(JsValue::UNDEFINED, |held| held.value.clone())
}

fn atom(value: &JsValue) -> Atom {
    if let Some(number) = value.as_f64() {
        return Atom::Number(number);
    }
    if let Some(bool) = value.as_bool() {
        return Atom::Bool(bool);
    }
    value.as_string().map_or(Atom::Null, Atom::Text)
}

fn of_atom(atom: Atom) -> JsValue {
    match atom {
        Atom::Null => JsValue::NULL,
        Atom::Bool(bool) => JsValue::from_bool(bool),
        Atom::Number(number) => JsValue::from_f64(number),
        Atom::Text(text) => JsValue::from_str(&text),
    }
}

impl Value for Held {
    fn as_number(&self) -> Option<f64> {
        self.value.as_f64().filter(|number| number.is_finite())
    }

    fn of_number(number: f64) -> Self {
        Held::made(JsValue::from_f64(number))
    }

    fn same(&self, other: &Self) -> bool {
        self.value == other.value || host::same(&self.value, &other.value)
    }

    fn is_small(&self) -> bool {
        host::is_small(&self.value)
    }

    fn parts(&self) -> Parts<Self> {
        if let Some(number) = self.as_number() {
            return Parts::Number(number);
        }
        if self.value.is_string() {
            let text = self
                .value
                .as_string()
                .filter(|_| host::is_well_formed(&self.value));
            return text.map_or(Parts::Whole, Parts::Text);
        }
        let parts = host::parts_of(&self.value);
        if Array::is_array(&parts) {
            let list: &Array = parts.unchecked_ref();
            let mut entries = Vec::with_capacity(list.length() as usize / 2);
            for at in 0..list.length() / 2 {
                let name = list.get(at * 2);
                let Some(key) = name.as_string() else {
                    return Parts::Whole;
                };
                let held = Held {
                    key: name,
                    value: list.get(at * 2 + 1),
                };
                entries.push((Key::from(key), held));
            }
            return Parts::Object(entries);
        }
        if parts.as_f64() == Some(1.0) {
            let list: &Array = self.value.unchecked_ref();
            return Parts::Set(list.iter().map(|value| atom(&value)).collect());
        }
        Parts::Whole
    }

    fn of_parts(parts: Parts<Self>) -> Option<Self> {
        let value = match parts {
            Parts::Whole => return None,
            Parts::Number(number) => JsValue::from_f64(number),
            Parts::Text(text) => JsValue::from_str(&text),
            Parts::Set(atoms) => atoms.into_iter().map(of_atom).collect::<Array>().into(),
            Parts::Object(entries) => {
                let (keys, values) = (Array::new(), Array::new());
                for (key, held) in entries {
                    keys.push(&held.key(&key));
                    values.push(&held.value);
                }
                host::object_of(&keys, &values)
            }
        };
        Some(Held::made(value))
    }
}
