//! What is stored, read with nothing assumed, and written.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

use super::translate::translated;
use super::{Persist, Record};
use crate::core::cell;
use crate::core::id::Key;
use crate::core::persist::{foreign_stamp, stamp_in};
use crate::platform::host;

/// What was found: see `unpackRecords`.
const NOTHING: f64 = 0.0;
const FOREIGN: f64 = 2.0;
const CORRUPT: f64 = 3.0;
const UNKNOWN: f64 = 4.0;
/// The list's head, and how much of it each record takes.
const HEAD: u32 = 2;
const EACH: u32 = 5;

/// What is stored, as this version of the state has it.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) records: Vec<Record>,
    /// It is to be written anew whatever it holds.
    pub(super) renew: bool,
    /// What is to be kept aside before that.
    aside: Option<[JsValue; 2]>,
}

struct Unpacked {
    kind: f64,
    version: f64,
    records: Vec<Record>,
    /// Some had a stamp that cannot be believed.
    doubted: bool,
}

impl Persist {
    /// Everything that is stored. None if it is to be left as it is.
    pub(super) fn read(&self, image: &Array, now: f64) -> Option<Stored> {
        let raw = image.get(0);
        let main = unpack(&raw, now);
        let deleted = unpack(&image.get(1), now);
        if main.kind == UNKNOWN || deleted.kind == UNKNOWN {
            self.tell("version", &JsValue::UNDEFINED);
            return None;
        }
        let mut stored = Stored::default();
        if main.kind == CORRUPT {
            self.tell("corrupt", &JsValue::UNDEFINED);
            stored.renew = true;
            stored.aside = Some([JsValue::from_str(":corrupt"), raw.clone()]);
        }
        stored.renew |= deleted.kind == CORRUPT;
        if main.doubted || deleted.doubted {
            self.tell("clock", &JsValue::UNDEFINED);
            stored.renew = true;
        }
        stored.records = self.in_this_version(main, &raw, &mut stored)?;
        stored.records.extend(deleted.records);
        Some(stored)
    }

    /// The records as the state's version has them. What is older and cannot be translated is kept aside, what is newer
    /// stays as it is: None.
    fn in_this_version(&self, main: Unpacked, raw: &JsValue, stored: &mut Stored) -> Option<Vec<Record>> {
        let version = self.options.version;
        if main.kind == NOTHING || main.version == version || main.records.is_empty() {
            return Some(main.records);
        }
        let failed = match &self.options.migrate {
            Some(migrate) => match self.kept.upgrade() {
                Some(kept) => {
                    match translated(kept.shown(&main.records), migrate, main.records, main.version) {
                        Ok(records) => {
                            stored.renew |= main.version < version && main.kind != FOREIGN;
                            return Some(records);
                        }
                        Err(error) => error,
                    }
                }
                None => return None,
            },
            // Nobody has counted versions before: this is the first.
            None if main.version == 0.0 => return Some(main.records),
            None => JsValue::UNDEFINED,
        };
        let details = Object::new();
        // Properties of a fresh plain object: setting them cannot fail.
        for (name, value) in [
            ("stored", JsValue::from_f64(main.version)),
            ("version", JsValue::from_f64(version)),
            ("cause", failed),
        ] {
            let _ = Reflect::set(&details, &JsValue::from_str(name), &value);
        }
        self.tell("version", &details);
        if main.version > version {
            return None;
        }
        stored.renew = true;
        stored.aside = Some([JsValue::from_str(":older"), raw.clone()]);
        Some(Vec::new())
    }

    /// Leaves in the list what is to be written. Deletions stand apart, so that a state without values leaves none.
    pub(super) fn write(&self, image: &Array, records: Vec<Record>, others: Vec<Record>, stored: &Stored) {
        let bare = self.last.borrow().is_none() && self.kept.upgrade().is_some_and(|kept| kept.is_bare());
        let (mut values, mut deleted): (Vec<_>, Vec<_>) = records
            .into_iter()
            .partition(|record| record.value.is_some() && !bare);
        for record in others {
            let part = if record.value.is_some() {
                &mut values
            } else {
                &mut deleted
            };
            part.push(record);
        }
        let next = Array::of2(&self.packed(&values), &self.packed(&deleted));
        image.push(&next);
        if let Some([suffix, raw]) = &stored.aside {
            image.push(&Array::of2(suffix, raw));
        }
    }

    fn packed(&self, records: &[Record]) -> JsValue {
        let list = Array::new();
        for record in records {
            list.push(&JsValue::from_str(&record.key));
            list.push(&JsValue::from_f64(record.stamp.time.as_f64()));
            list.push(&JsValue::from_f64(record.stamp.actor.as_f64()));
            list.push(record.value.as_ref().unwrap_or(&JsValue::UNDEFINED));
            list.push(&JsValue::from_bool(record.cleared));
        }
        let structured = self.storage.as_ref().is_some_and(|storage| storage.structured());
        let packed = host::pack_records(self.options.version, &list, structured);
        let refused = packed.get(1);
        if !refused.is_undefined() {
            let details = Object::new();
            let _ = Reflect::set(&details, &JsValue::from_str("path"), &refused);
            self.tell("value", &details);
        }
        packed.get(0)
    }
}

fn unpack(raw: &JsValue, now: f64) -> Unpacked {
    let list = host::unpack_records(raw);
    let kind = list.get(0).as_f64().unwrap_or(CORRUPT);
    let mut unpacked = Unpacked {
        kind,
        version: list.get(1).as_f64().unwrap_or(0.0),
        records: Vec::new(),
        doubted: false,
    };
    for at in (HEAD..list.length()).step_by(EACH as usize) {
        let Some(key) = list.get(at).as_string() else {
            continue;
        };
        let key = Key::from(key);
        let number = |offset| list.get(at + offset).as_f64().unwrap_or(f64::NAN);
        let believed = stamp_in(number(1), number(2), now);
        let value = Some(list.get(at + 3)).filter(|value| !value.is_undefined());
        unpacked.doubted |= believed.is_none();
        // A deletion that is older than everything deletes nothing.
        if believed.is_none() && value.is_none() {
            continue;
        }
        unpacked.records.push(Record {
            key: if kind == FOREIGN {
                cell::root_name(&key)
            } else {
                key
            },
            stamp: believed.unwrap_or_else(foreign_stamp),
            value,
            cleared: list.get(at + 4).is_truthy(),
        });
    }
    unpacked
}
