//! Resolution of a merge tree to its value. Parts that have not changed since the last time keep their very value.

use super::text::Which;
use super::tree::{Cached, Tree};
use super::{Era, Node, Texts, list, number, path, set, text};
use crate::core::id::Key;
use crate::core::lists::Gather;
use crate::core::value::{Parts, Value};

/// Resolves the node at a path, as a part of a node of `era`.
pub(super) fn resolve<V: Value>(tree: &mut Tree<V>, era: Era, texts: Option<&dyn Texts<V>>) -> Option<V> {
    if let Some(known) = tree.known(era, None) {
        return Some(known.value.clone());
    }
    let visible = anew(tree, era, texts);
    tree.is_stale = false;
    visible
}

fn anew<V: Value>(tree: &mut Tree<V>, era: Era, texts: Option<&dyn Texts<V>>) -> Option<V> {
    let parts = match tree.value(era)? {
        Node::Leaf(value) => return Some(value.clone()),
        &Node::Number(base, of) => return Some(V::of_number(number::total(tree, base, of))),
        &Node::Object(of) => {
            let inside = era.max(tree.since(of));
            if let Some(value) = patched(tree, (era, inside), None, texts) {
                return Some(value);
            }
            Parts::Object(fields(tree, inside, None, texts))
        }
        node @ &(Node::Set(of) | Node::Members(of)) => {
            let items = set::items(tree, era.max(tree.since(of)));
            let atoms = items.iter().filter_map(|item| path::parse_atom(&item.atom));
            match node {
                Node::Set(_) => Parts::Set(atoms.gather()),
                _ => Parts::Members(atoms.gather()),
            }
        }
        Node::List(by, of) => {
            let (by, inside) = (by.clone(), era.max(tree.since(*of)));
            return list::resolve(tree, (era, inside), Some(&by), texts);
        }
        &Node::Map(of) => {
            let inside = era.max(tree.since(of));
            return list::resolve(tree, (era, inside), None, texts);
        }
        Node::Text(seed, of) => {
            let which = Which::new(seed, *of);
            return Some(text::say(tree, &which, texts));
        }
        _ => return None,
    };
    let value = V::of_parts(parts)?;
    tree.cached = Some(Box::new(Cached {
        era,
        by: None,
        value: value.clone(),
        order: Vec::new(),
    }));
    Some(value)
}

/// The visible properties, sorted by name, without `except`.
pub(super) fn fields<V: Value>(
    tree: &mut Tree<V>,
    inside: Era,
    except: Option<&str>,
    texts: Option<&dyn Texts<V>>,
) -> Vec<(Key, V)> {
    let mut fields = Vec::with_capacity(tree.children.len());
    for (name, child) in tree.children.iter_mut() {
        if except != Some(&**name)
            && let Some(value) = resolve(child, inside, texts)
        {
            fields.push((name.clone(), value));
        }
    }
    fields
}

/// Reuses the object that was resolved last, and replaces the properties that changed. `None` if it has other properties
/// now.
pub(super) fn patched<V: Value>(
    tree: &mut Tree<V>,
    (era, inside): (Era, Era),
    except: Option<&str>,
    texts: Option<&dyn Texts<V>>,
) -> Option<V> {
    tree.last_resolved(era, except)?;
    let mut changes = Vec::new();
    let stale = tree.children.iter_mut().filter(|(_, child)| child.is_stale);
    for (name, child) in stale.filter(|(name, _)| except != Some(&***name)) {
        changes.push((name.clone(), resolve(child, inside, texts)?));
    }
    let cached = tree.cached.as_mut()?;
    cached.value = cached.value.with_fields(&changes)?;
    Some(cached.value.clone())
}
