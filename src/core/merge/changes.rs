//! Diff of a list or map by its changed elements, so that a small change of a large list costs only what changed.

use super::diff::{Cursor, Diff};
use super::fractional_index::FractionalIndex;
use super::ident;
use super::path::{self, Detail};
use super::tree::Tree;
use super::{Key, Node};
use crate::core::value::{Changes, Element, Value};

impl<V: Value> Diff<'_, V> {
    /// Writes changes of single elements of a list or map whose visible elements have this `order`. Returns false if it
    /// cannot place what is added; then nothing was written.
    pub(super) fn some_elements(
        &mut self,
        tree: &mut Tree<V>,
        cursor: Cursor<'_>,
        order: &[(Key, u32)],
        (changed, added): Changes<V>,
    ) -> bool {
        let mut left = order.last().map(|(ident, nth)| index_of(tree, ident, *nth));
        if left == Some(None) {
            return false;
        }
        for (at, value) in changed {
            let Some((ident, nth)) = order.get(at) else {
                continue;
            };
            match value {
                Some(value) => self.one_element(tree, cursor, (ident, *nth), &value),
                None => {
                    self.write_beside(cursor.path, &Detail::Item(Key::clone(ident), *nth), None);
                    self.erase_element(tree, cursor.path, ident, *nth);
                }
            }
        }
        for element in added {
            if let Element::Entry(key, value) = element {
                let ident = ident::of_entry(&key);
                let index = FractionalIndex::between(left.flatten().as_ref(), None, self.actor);
                let item = Node::Item(Key::from(index.write()));
                self.write_beside(cursor.path, &Detail::Item(Key::clone(&ident), 0), Some(item));
                self.one_element(tree, cursor, (&ident, 0), &value);
                left = Some(Some(index));
            }
        }
        true
    }

    fn one_element(&mut self, tree: &mut Tree<V>, cursor: Cursor<'_>, (ident, nth): (&str, u32), value: &V) {
        let step = ident::step(ident, nth);
        let mut nothing = Tree::new();
        let child = tree.elements.get_mut(&step);
        let child = child.map_or(&mut nothing, |child| &mut **child);
        self.element(
            child,
            cursor.child(&path::element(cursor.path, &step)),
            value,
            ident,
        );
    }
}

/// The fractional index of an element, if its cell holds one.
fn index_of<V>(tree: &Tree<V>, ident: &Key, nth: u32) -> Option<FractionalIndex> {
    match &tree.details.get(&Detail::Item(Key::clone(ident), nth))?.node {
        Some(Node::Item(index)) => FractionalIndex::parse(index),
        _ => None,
    }
}
