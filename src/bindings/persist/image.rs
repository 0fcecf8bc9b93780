//! What is stored, read with nothing assumed, and written.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

use super::translate::translated;
use super::{Persist, Record};
use crate::core::cell;
use crate::core::id::Key;
use crate::core::lists::List;
use crate::core::persist::removal::Seen;
use crate::core::persist::{foreign_stamp, stamp_in};
use crate::platform::host;

/// What was found: see `unpackRecords`.
const NOTHING: f64 = 0.0;
const FOREIGN: f64 = 2.0;
const CORRUPT: f64 = 3.0;
const UNKNOWN: f64 = 4.0;
/// The list's head, and how much of it each record takes.
const HEAD: u32 = 4;
const EACH: u32 = 5;

/// What is stored, as this version of the state has it.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) records: Vec<Record>,
    /// It is to be written anew whatever it holds.
    pub(super) renew: bool,
    /// No values are there, and no window of this package took them away.
    pub(super) is_gone: bool,
    /// When this storage was begun, if it says so.
    pub(super) since: Option<f64>,
    /// Its values, as a window sees them that reads them now.
    pub(super) seen: Seen,
    /// What is to be kept aside before that.
    aside: Option<[JsValue; 2]>,
}

struct Unpacked {
    kind: f64,
    version: f64,
    since: Option<f64>,
    /// It says that no values are left, on purpose.
    says_empty: bool,
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
        let is_void = main.is_void(&raw);
        let mut stored = Stored {
            is_gone: is_void && !deleted.says_empty,
            since: if is_void {
                deleted.since.filter(|_| deleted.says_empty)
            } else {
                // A window of an older version of this package leaves it out.
                main.since.or(self.seen.borrow().since())
            },
            ..Stored::default()
        };
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
        stored.seen = Seen::new(stored.since, &stored.records, !is_void);
        stored.records.take_in(deleted.records);
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
            Some(migrate) => match self.target.upgrade() {
                Some(target) => {
                    let shown = target.shown(&main.records)?;
                    match translated(shown, migrate, main.records, main.version) {
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
    /// Returns what a window will see that reads it.
    pub(super) fn write(
        &self,
        image: &Array,
        records: Vec<Record>,
        others: Vec<Record>,
        stored: &Stored,
        now: f64,
    ) -> Seen {
        let bare =
            self.last.borrow().is_none() && self.target.upgrade().is_some_and(|target| target.is_bare());
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
        let was_there = stored.seen.is_confirmed();
        let since = stored.since.unwrap_or(now);
        let next = Array::of2(
            &self.packed(&values, since, false),
            &self.packed(&deleted, since, values.is_empty()),
        );
        image.push(&next);
        if let Some([suffix, raw]) = &stored.aside {
            image.push(&Array::of2(suffix, raw));
        }
        Seen::new(Some(since), &values, was_there)
    }

    fn packed(&self, records: &[Record], since: f64, empty: bool) -> JsValue {
        let list = Array::new();
        for record in records {
            list.push(&JsValue::from_str(&record.key));
            list.push(&JsValue::from_f64(record.stamp.time.as_f64()));
            list.push(&JsValue::from_f64(record.stamp.actor.as_f64()));
            list.push(record.value.as_ref().unwrap_or(&JsValue::UNDEFINED));
            list.push(&JsValue::from_bool(record.cleared));
        }
        let structured = self.storage.as_ref().is_some_and(|storage| storage.structured());
        let packed = host::pack_records(self.options.version, since, empty, &list, structured);
        let refused = packed.get(1);
        if !refused.is_undefined() {
            let details = Object::new();
            let _ = Reflect::set(&details, &JsValue::from_str("path"), &refused);
            self.tell("value", &details);
        }
        packed.get(0)
    }
}

impl Unpacked {
    /// Nothing is there, or somebody put there what holds nothing.
    fn is_void(&self, raw: &JsValue) -> bool {
        let says_nothing = || {
            let text = raw.as_string();
            text.is_some_and(|text| matches!(text.trim(), "" | "null"))
        };
        self.kind == NOTHING || (self.kind == FOREIGN && self.records.is_empty()) || says_nothing()
    }
}

fn unpack(raw: &JsValue, now: f64) -> Unpacked {
    let list = host::unpack_records(raw);
    let kind = list.get(0).as_f64().unwrap_or(CORRUPT);
    let mut unpacked = Unpacked {
        kind,
        version: list.get(1).as_f64().unwrap_or(0.0),
        since: list.get(2).as_f64(),
        says_empty: list.get(3).is_truthy(),
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
