//! What cells show.

use super::tree::Tree;
use super::{Era, Node, number, path, set};
use crate::core::value::{Parts, Value};

/// The value at a path, as part of what began in `era`.
pub(super) fn show<V: Value>(tree: &Tree<V>, era: Era) -> Option<V> {
    let parts = match tree.value(era)? {
        Node::Leaf(value) => return Some(value.clone()),
        &Node::Number(base, of) => return Some(V::of_number(number::total(tree, base, of))),
        &Node::Object(of) => {
            let inside = era.max(of);
            let mut fields = Vec::with_capacity(tree.children.len());
            for (name, child) in tree.children.iter() {
                if let Some(value) = show(child, inside) {
                    fields.push((name.clone(), value));
                }
            }
            Parts::Object(fields)
        }
        &Node::Set(of) => {
            let items = set::items(tree, era.max(of));
            let atoms = items.iter().filter_map(|item| path::parse_atom(&item.atom));
            Parts::Set(atoms.collect())
        }
        Node::Text(seed, _) => Parts::Text(String::from(&**seed)),
        _ => return None,
    };
    V::of_parts(parts)
}
