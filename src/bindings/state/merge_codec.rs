//! Codec of merge tree nodes: `[kind, content, the era's time, its actor]`.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::cell_codec::{key_in, number, stamp_in};
use super::entry::JsEntry;
use crate::bindings::wire::list;
use crate::core::merge::{Era, Node};

const LEAF: f64 = 0.0;
const OBJECT: f64 = 1.0;
const SET: f64 = 2.0;
const NUMBER: f64 = 3.0;
const TEXT: f64 = 4.0;
const ITEM: f64 = 5.0;
const COUNT: f64 = 6.0;
const EDITS: f64 = 7.0;
const LIST: f64 = 8.0;
const MEMBERS: f64 = 9.0;
const MAP: f64 = 10.0;

pub(super) fn node_out(node: &Node<JsEntry>) -> JsValue {
    match node {
        Node::Leaf(held) => parts(LEAF, &held.value, None),
        Node::Object(era) => parts(OBJECT, &JsValue::NULL, *era),
        Node::Set(era) => parts(SET, &JsValue::NULL, *era),
        Node::Members(era) => parts(MEMBERS, &JsValue::NULL, *era),
        Node::Map(era) => parts(MAP, &JsValue::NULL, *era),
        Node::List(by, era) => parts(LIST, &JsValue::from_str(by), *era),
        Node::Number(value, era) => parts(NUMBER, &number(*value), *era),
        Node::Text(text, era) => parts(TEXT, &JsValue::from_str(text), *era),
        Node::Item(place) => parts(ITEM, &JsValue::from_str(place), None),
        Node::Count(sum, era) => parts(COUNT, &number(*sum), *era),
        Node::Edits(update, fingerprint, era) => {
            let update = Array::of2(&update.value, &number(*fingerprint));
            parts(EDITS, &update, *era)
        }
    }
}

fn parts(kind: f64, holds: &JsValue, era: Era) -> JsValue {
    let out = Array::of2(&number(kind), holds);
    if let Some(stamp) = era {
        out.push(&number(stamp.time.as_f64()));
        out.push(&number(stamp.actor.as_f64()));
    }
    out.into()
}

pub(super) fn node_in(value: &JsValue) -> Option<Node<JsEntry>> {
    let parts = list(value)?;
    let holds = parts.get(1);
    let era = if parts.get(2).is_undefined() {
        None
    } else {
        Some(stamp_in(&parts.get(2), &parts.get(3))?)
    };
    let kind = parts.get(0).as_f64()?;
    if kind == LEAF {
        return (!holds.is_undefined()).then(|| Node::Leaf(JsEntry::made(holds)));
    }
    if kind == OBJECT {
        return Some(Node::Object(era));
    }
    if kind == SET {
        return Some(Node::Set(era));
    }
    if kind == MEMBERS {
        return Some(Node::Members(era));
    }
    if kind == MAP {
        return Some(Node::Map(era));
    }
    if kind == LIST {
        return Some(Node::List(key_in(&holds)?, era));
    }
    if kind == NUMBER {
        return Some(Node::Number(finite(&holds)?, era));
    }
    if kind == TEXT {
        return Some(Node::Text(key_in(&holds)?, era));
    }
    if kind == ITEM {
        return Some(Node::Item(key_in(&holds)?));
    }
    if kind == COUNT {
        return Some(Node::Count(finite(&holds)?, era));
    }
    if kind == EDITS {
        let update = list(&holds)?;
        let fingerprint = finite(&update.get(1))?;
        return Some(Node::Edits(JsEntry::made(update.get(0)), fingerprint, era));
    }
    None
}

fn finite(value: &JsValue) -> Option<f64> {
    value.as_f64().filter(|number| number.is_finite())
}
