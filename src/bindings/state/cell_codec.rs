//! Codec of cells, in frames and in storage: arrays of numbers, strings and users' values.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::entry::{JsEntry, value_of};
use super::merge_codec;
use crate::bindings::wire::list;
use crate::core::cell::{
    Cell, Count, MAX_CARRIED_WRITES, Part, Slot, Veto, VetoReason, is_plain, parse, parse_suffix,
};
use crate::core::clock::Time;
use crate::core::id::{Actor, Key};
use crate::core::limits::NAME;
use crate::core::register::Stamp;
use crate::platform::host;

pub(super) fn number(value: f64) -> JsValue {
    JsValue::from_f64(value)
}

/// Decodes a key. `None` for a string with an unpaired surrogate, which would become another key in Rust.
pub(super) fn key_in(value: &JsValue) -> Option<Key> {
    let text = value.as_string()?;
    // U+FFFD, and some other characters, begin with this byte: a cheap test before the comparison.
    if text.bytes().any(|byte| byte == 0xEF) && JsValue::from_str(&text) != *value {
        return None;
    }
    Some(Key::from(text))
}

pub(super) fn time_in(value: &JsValue) -> Option<Time> {
    Time::from_f64(value.as_f64()?)
}

pub(super) fn stamp_in(time: &JsValue, actor: &JsValue) -> Option<Stamp> {
    Some(Stamp {
        time: time_in(time)?,
        actor: Actor::from_f64(actor.as_f64()?)?,
    })
}

/// Encodes the name of a cell.
pub(super) fn name_out(name: &Key, cell: Option<&Cell<JsEntry>>) -> JsValue {
    match cell {
        Some(Cell::Plain(held)) if is_plain(name) => held.key(name),
        _ => JsValue::from_str(name),
    }
}

/// Encodes the content of a cell; undefined if it was deleted.
pub(super) fn cell_out(cell: Option<&Cell<JsEntry>>) -> JsValue {
    match cell {
        None => JsValue::UNDEFINED,
        Some(Cell::Plain(held)) => held.value.clone(),
        Some(Cell::Slot(slot)) => slot_out(slot, 0),
        Some(Cell::Veto(vetoes)) => vetoes.iter().map(veto_out).collect::<Array>().into(),
        Some(Cell::Count(count)) => count_out(count),
        Some(Cell::Node(node)) => merge_codec::node_out(node),
    }
}

/// Decodes a cell that [`cell_out`] encoded; `None` if it is malformed.
pub(super) fn cell_in(name: &JsValue, value: JsValue) -> Option<(Key, Option<Cell<JsEntry>>)> {
    let key = key_in(name)?;
    let (_, part) = parse(&key)?;
    if value.is_undefined() {
        return Some((key, None));
    }
    let name = if is_plain(&key) {
        name.clone()
    } else {
        JsValue::UNDEFINED
    };
    let cell = part_in(&part, name, value)?;
    Some((key, Some(cell)))
}

fn part_in(part: &Part, name: JsValue, value: JsValue) -> Option<Cell<JsEntry>> {
    Some(match part {
        Part::Root => Cell::Plain(JsEntry::new(name, value)),
        Part::Slot(_) => Cell::Slot(Rc::new(slot_in(&value, 0)?)),
        Part::Veto(_) => {
            let vetoes: Option<Vec<Veto<JsEntry>>> =
                list(&value)?.iter().map(|veto| veto_in(&veto)).collect();
            Cell::Veto(Rc::new(vetoes?))
        }
        Part::Count(_) | Part::Writes(_) => Cell::count(count_in(&value)?),
        Part::Tree(_) => Cell::node(merge_codec::node_in(&value)?),
    })
}

fn held_in(value: JsValue) -> Option<JsEntry> {
    (!value.is_undefined()).then(|| JsEntry::made(value))
}

fn slot_out(slot: &Slot<JsEntry>, depth: usize) -> JsValue {
    let out = Array::of2(&number(slot.time.as_f64()), &value_of(slot.value.as_ref()));
    match &slot.base {
        Some((value, stamp)) => {
            out.push(&number(stamp.time.as_f64()));
            out.push(&number(stamp.actor.as_f64()));
            out.push(&value_of(value.as_ref()));
        }
        None => {
            out.push(&JsValue::NULL);
            out.push(&JsValue::NULL);
            out.push(&JsValue::UNDEFINED);
        }
    }
    let seen = slot
        .seen
        .iter()
        .flat_map(|(actor, time)| [number(actor.as_f64()), number(time.as_f64())]);
    out.push(&seen.collect::<Array>());
    let group = slot.group.iter().map(|key| JsValue::from_str(key));
    out.push(&group.collect::<Array>());
    out.push(&JsValue::from_str(&slot.from));
    if let Some(under) = slot.under.as_ref().filter(|_| depth < MAX_CARRIED_WRITES) {
        out.push(&slot_out(under, depth + 1));
    }
    out.into()
}

fn slot_in(value: &JsValue, depth: usize) -> Option<Slot<JsEntry>> {
    let parts = list(value)?;
    let under = match parts.get(8) {
        under if under.is_undefined() || depth >= MAX_CARRIED_WRITES => None,
        under => Some(Rc::new(slot_in(&under, depth + 1)?)),
    };
    let base = if parts.get(2).is_null() {
        None
    } else {
        Some((held_in(parts.get(4)), stamp_in(&parts.get(2), &parts.get(3))?))
    };
    let flat = list(&parts.get(5))?;
    // Not allocated by the list's length: it may have no elements.
    let mut seen = Vec::new();
    for at in 0..flat.length() / 2 {
        let stamp = stamp_in(&flat.get(at * 2 + 1), &flat.get(at * 2))?;
        seen.push((stamp.actor, stamp.time));
    }
    let group: Option<Rc<[Key]>> = list(&parts.get(6))?.iter().map(|key| key_in(&key)).collect();
    Some(Slot {
        time: time_in(&parts.get(0))?,
        value: held_in(parts.get(1)),
        base,
        under,
        seen,
        group: group?,
        from: Rc::from(host::short_text(&parts.get(7), NAME)?),
    })
}

fn veto_out(veto: &Veto<JsEntry>) -> JsValue {
    let out = Array::of3(
        &JsValue::from_str(&veto.part),
        &number(veto.stamp.time.as_f64()),
        &number(veto.stamp.actor.as_f64()),
    );
    if let Some((cell, stamp)) = &veto.base {
        out.push(&number(stamp.time.as_f64()));
        out.push(&number(stamp.actor.as_f64()));
        out.push(&cell_out(Some(cell)));
    }
    if veto.reason != VetoReason::Refused {
        out.push(&number(veto.reason.code()));
    }
    out.into()
}

fn veto_in(value: &JsValue) -> Option<Veto<JsEntry>> {
    let parts = list(value)?;
    let name = key_in(&parts.get(0))?;
    let part = parse_suffix(&name)?;
    let (held, has_base) = (parts.get(5), parts.length() > 4);
    let reason = VetoReason::of(parts.get(if has_base { 6 } else { 3 }).as_f64());
    let base = if !has_base || held.is_undefined() || matches!(part, Part::Veto(_)) {
        None
    } else {
        let stamp = stamp_in(&parts.get(3), &parts.get(4))?;
        Some((part_in(&part, JsValue::UNDEFINED, held)?, stamp))
    };
    Some(Veto {
        part: name,
        stamp: stamp_in(&parts.get(1), &parts.get(2))?,
        base,
        reason,
    })
}

fn count_out(count: &Count) -> JsValue {
    let out = Array::of1(&number(count.sum));
    if let Some(to) = count.to {
        out.push(&number(to.time.as_f64()));
        out.push(&number(to.actor.as_f64()));
    }
    out.into()
}

fn count_in(value: &JsValue) -> Option<Count> {
    let parts = list(value)?;
    let sum = parts.get(0).as_f64().filter(|sum| sum.is_finite())?;
    let to = if parts.get(1).is_undefined() {
        None
    } else {
        Some(stamp_in(&parts.get(1), &parts.get(2))?)
    };
    Some(Count { to, sum })
}
