//! JS entries: a user's key and value as they are in JavaScript, as the core's [`Value`].

use std::ops::Deref;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::core::fingerprint::Content;
use crate::core::id::Key;
use crate::core::lists::Gather;
use crate::core::value::{Atom, Changes, Element, Fields, Parts, Value};
use crate::platform::host;

/// A user's value and its key. Neither is converted on the way. The key is undefined if the value was made here, from
/// parts.
///
/// Shared by all that hold it: one clone of a `JsValue` takes a place in the table of JavaScript's values, which never shrinks.
#[derive(Clone)]
pub(crate) struct JsEntry(Rc<KeyAndValue>);

/// What a [`JsEntry`] is.
pub(crate) struct KeyAndValue {
    pub(crate) key: JsValue,
    pub(crate) value: JsValue,
}

impl Deref for JsEntry {
    type Target = KeyAndValue;

    fn deref(&self) -> &KeyAndValue {
        &self.0
    }
}

impl JsEntry {
    /// The entry of a key.
    pub(crate) fn new(key: JsValue, value: JsValue) -> JsEntry {
        JsEntry(Rc::new(KeyAndValue { key, value }))
    }

    /// An entry for a value that was made here.
    pub(crate) fn made(value: JsValue) -> JsEntry {
        JsEntry::new(JsValue::UNDEFINED, value)
    }

    fn with_parts(&self, parts: &Array) -> Option<JsEntry> {
        let next = host::with_parts(&self.value, parts);
        (!next.is_undefined()).then(|| JsEntry::made(next))
    }

    /// The key for JavaScript.
    pub(crate) fn key(&self, name: &str) -> JsValue {
        if self.key.is_undefined() {
            JsValue::from_str(name)
        } else {
            self.key.clone()
        }
    }
}

/// The key of an entry that may be absent.
pub(super) fn key_of(held: Option<&JsEntry>, name: &str) -> JsValue {
    held.map_or_else(|| JsValue::from_str(name), |held| held.key(name))
}

/// The value, or undefined.
pub(super) fn value_of(held: Option<&JsEntry>) -> JsValue {
    held.map_or(JsValue::UNDEFINED, |held| held.value.clone())
}

fn atom(value: &JsValue) -> Atom {
    if let Some(number) = value.as_f64() {
        return Atom::Number(number);
    }
    if let Some(bool) = value.as_bool() {
        return Atom::Bool(bool);
    }
    if let Some(text) = value.as_string() {
        return Atom::Text(text);
    }
    if value.is_undefined() || value.is_null() {
        return if value.is_null() {
            Atom::Null
        } else {
            Atom::Undefined
        };
    }
    host::big(value).as_string().map_or(Atom::Null, Atom::Big)
}

fn of_atom(atom: Atom) -> JsValue {
    match atom {
        Atom::Null => JsValue::NULL,
        Atom::Bool(bool) => JsValue::from_bool(bool),
        Atom::Number(number) => JsValue::from_f64(number),
        Atom::Text(text) => JsValue::from_str(&text),
        Atom::Undefined => JsValue::UNDEFINED,
        Atom::Big(digits) => host::big(&JsValue::from_str(&digits)),
    }
}

/// Reads the elements of `[true, identity, value, ...]`.
fn elements(list: &Array) -> Vec<Element<JsEntry>> {
    let mut elements = Vec::with_capacity(list.length() as usize / 2);
    for at in (1..list.length()).step_by(2) {
        let (id, value) = (list.get(at), list.get(at + 1));
        elements.push(if !id.is_undefined() {
            Element::Record(atom(&id), JsEntry::made(value))
        } else if value.is_object() {
            Element::Other(JsEntry::made(value))
        } else {
            Element::Atom(atom(&value))
        });
    }
    elements
}

/// Reads the entries of `[true, key, value, ...]`.
fn entries(list: &Array) -> Vec<Element<JsEntry>> {
    let places = (1..list.length()).step_by(2);
    let entry = |at| Element::Entry(atom(&list.get(at)), JsEntry::made(list.get(at + 1)));
    places.map(entry).gather()
}

fn of_element(element: Element<JsEntry>) -> JsValue {
    match element {
        Element::Atom(atom) => of_atom(atom),
        Element::Record(_, held) | Element::Other(held) | Element::Entry(_, held) => held.value.clone(),
    }
}

impl Content for JsEntry {
    fn fingerprint(&self) -> u64 {
        host::fingerprint(&self.value) as u64
    }
}

impl Value for JsEntry {
    fn as_number(&self) -> Option<f64> {
        self.value.as_f64().filter(|number| number.is_finite())
    }

    fn of_number(number: f64) -> Self {
        JsEntry::made(JsValue::from_f64(number))
    }

    fn same(&self, other: &Self) -> bool {
        self.value == other.value || host::same(&self.value, &other.value)
    }

    fn as_text(&self) -> Option<String> {
        self.value.as_string()
    }

    fn of_text(text: &str) -> Self {
        JsEntry::made(JsValue::from_str(text))
    }

    fn shares_half(&self, other: &Self) -> bool {
        host::shares_half(&self.value, &other.value)
    }

    fn is_small(&self) -> bool {
        host::is_small(&self.value)
    }

    fn is_identical(&self, other: &Self) -> bool {
        self.value == other.value && host::is_settled(&self.value)
    }

    fn changed_fields(&self, before: &Self) -> Option<Fields<Self>> {
        let changed = host::changed_fields(&self.value, &before.value);
        let changed = changed.dyn_ref::<Array>()?;
        let mut fields = Vec::new();
        for at in (0..changed.length()).step_by(2) {
            let (key, value) = (changed.get(at), changed.get(at + 1));
            let name = Key::from(key.as_string()?);
            fields.push((name, (!value.is_undefined()).then(|| JsEntry::new(key, value))));
        }
        Some(fields)
    }

    fn with_fields(&self, fields: &[(Key, Self)]) -> Option<Self> {
        let parts = Array::new();
        for (key, held) in fields {
            parts.push(&held.key(key));
            parts.push(&held.value);
        }
        self.with_parts(&parts)
    }

    fn changed_items(&self, before: &Self, by: &str) -> Option<Changes<Self>> {
        let found = host::changed_items(&self.value, &before.value, by);
        let found = found.dyn_ref::<Array>()?;
        let (changed, added) = (Array::from(&found.get(0)), Array::from(&found.get(1)));
        let mut items = Vec::new();
        for at in (0..changed.length()).step_by(2) {
            let (place, value) = (changed.get(at).as_f64()? as usize, changed.get(at + 1));
            items.push((place, (!value.is_undefined()).then(|| JsEntry::made(value))));
        }
        Some((items, entries(&added)))
    }

    fn with_items(&self, items: &[(usize, Self)]) -> Option<Self> {
        let parts = Array::new();
        for (place, held) in items {
            parts.push(&JsValue::from_f64(*place as f64));
            parts.push(&held.value);
        }
        self.with_parts(&parts)
    }

    fn parts(&self, by: &str) -> Parts<Self> {
        if let Some(number) = self.as_number() {
            return Parts::Number(number);
        }
        if self.value.is_string() {
            return if host::is_well_formed(&self.value) {
                Parts::Text(self.clone())
            } else {
                Parts::Whole
            };
        }
        let parts = host::parts_of(&self.value, by);
        if Array::is_array(&parts) {
            let list: &Array = parts.unchecked_ref();
            match list.get(0).as_bool() {
                Some(true) if Array::is_array(&self.value) => return Parts::List(elements(list)),
                Some(true) => return Parts::Map(entries(list)),
                Some(false) => {
                    return Parts::Members(list.iter().skip(1).map(|value| atom(&value)).gather());
                }
                None => {}
            }
            let mut entries = Vec::with_capacity(list.length() as usize / 2);
            for at in 0..list.length() / 2 {
                let name = list.get(at * 2);
                let Some(key) = name.as_string() else {
                    return Parts::Whole;
                };
                entries.push((Key::from(key), JsEntry::new(name, list.get(at * 2 + 1))));
            }
            return Parts::Object(entries);
        }
        if parts.as_f64() == Some(1.0) {
            let list: &Array = self.value.unchecked_ref();
            return Parts::Set(list.iter().map(|value| atom(&value)).gather());
        }
        Parts::Whole
    }

    fn of_parts(parts: Parts<Self>) -> Option<Self> {
        let value = match parts {
            Parts::Whole => return None,
            Parts::Number(number) => JsValue::from_f64(number),
            Parts::Text(text) => text.value.clone(),
            Parts::Set(atoms) => atoms.into_iter().map(of_atom).collect::<Array>().into(),
            Parts::Members(atoms) => {
                let members: Array = atoms.into_iter().map(of_atom).collect();
                host::collection_of(&members, None)
            }
            Parts::Map(entries) => {
                let (keys, values) = (Array::new(), Array::new());
                for entry in entries {
                    if let Element::Entry(key, held) = entry {
                        keys.push(&of_atom(key));
                        values.push(&held.value);
                    }
                }
                host::collection_of(&keys, Some(&values))
            }
            Parts::List(elements) => elements.into_iter().map(of_element).collect::<Array>().into(),
            Parts::Object(entries) => {
                let (keys, values) = (Array::new(), Array::new());
                for (key, held) in entries {
                    keys.push(&held.key(&key));
                    values.push(&held.value);
                }
                host::object_of(&keys, &values)
            }
        };
        Some(JsEntry::made(value))
    }
}
