//! The parts of merged values as JavaScript values.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::held::Held;
use crate::bindings::wire::list;
use crate::core::merge::Node;

pub(super) fn node_out(node: &Node<Held>) -> JsValue {
    match node {
        Node::Leaf(held) => Array::of1(&held.value).into(),
    }
}

pub(super) fn node_in(value: &JsValue) -> Option<Node<Held>> {
    let parts = list(value)?;
    Some(Node::Leaf(Held::made(parts.get(0))))
}
