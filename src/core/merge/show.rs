//! What cells show.

use super::text::Which;
use super::tree::Tree;
use super::{Era, Node, Texts, number, path, set, text};
use crate::core::value::{Parts, Value};

/// The value at a path, as part of what began in `era`.
pub(super) fn show<V: Value>(tree: &mut Tree<V>, era: Era, texts: Option<&dyn Texts<V>>) -> Option<V> {
    let parts = match tree.value(era)? {
        Node::Leaf(value) => return Some(value.clone()),
        &Node::Number(base, of) => return Some(V::of_number(number::total(tree, base, of))),
        &Node::Object(of) => {
            let inside = era.max(tree.since(of));
            let mut fields = Vec::with_capacity(tree.children.len());
            for (name, child) in tree.children.iter_mut() {
                if let Some(value) = show(child, inside, texts) {
                    fields.push((name.clone(), value));
                }
            }
            Parts::Object(fields)
        }
        &Node::Set(of) => {
            let items = set::items(tree, era.max(tree.since(of)));
            let atoms = items.iter().filter_map(|item| path::parse_atom(&item.atom));
            Parts::Set(atoms.collect())
        }
        Node::Text(seed, of) => {
            let which = Which::new(seed, *of);
            Parts::Text(text::say(tree, &which, texts))
        }
        _ => return None,
    };
    V::of_parts(parts)
}
