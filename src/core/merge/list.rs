//! Lists of records: ordered sets whose elements have an identity. The content of each record merges by path.
//!
//! Each element has a cell beside the list, which holds its fractional index, as in a set. The content of a record, without
//! its identity, is below the path of that identity. An object without an identity cannot be edited, only replaced.
//!
//! Removing a record also deletes its content, so a removal wins over concurrent edits and moves.
//!
//! A map is such a list of entries, identified by their keys. The value of an entry is below the path of its key. The
//! entries are ordered by their fractional indices.

use super::diff::{Cursor, Diff, parts};
use super::ident::{self, Of};
use super::path::{self, Detail};
use super::resolve;
use super::set::{self, Item};
use super::tree::{Cached, Tree};
use super::{Era, Node, Texts};
use crate::core::id::Key;
use crate::core::lists::{Gather, List};
use crate::core::value::{Atom, Element, Parts, Value};

/// At most this many objects without identity are compared to find an equal one.
const MAX_COMPARED: usize = 64;

/// Whether an array merges as a list of records: some element has an identity, or the node is such a list already.
pub(super) fn is_merged<V>(there: Option<&Node<V>>, elements: &[Element<V>]) -> bool {
    let is_record = |element: &Element<V>| matches!(element, Element::Record(..));
    matches!(there, Some(Node::List(..))) || elements.iter().any(is_record)
}

/// The elements of an array.
pub(super) fn elements_of<V: Value>(parts: &Parts<V>) -> Vec<Element<V>> {
    match parts {
        Parts::List(elements) => elements.clone(),
        Parts::Set(atoms) => atoms.iter().cloned().map(Element::Atom).gather(),
        _ => Vec::new(),
    }
}

/// Resolves a list, or a map if `by`, the property that identifies records, is `None`.
pub(super) fn resolve<V: Value>(
    tree: &mut Tree<V>,
    (era, inside): (Era, Era),
    by: Option<&str>,
    texts: Option<&dyn Texts<V>>,
) -> Option<V> {
    if let Some(value) = patched(tree, (era, inside), by, texts) {
        return Some(value);
    }
    let (items, elements): (Vec<Item>, Vec<Element<V>>) =
        visible(tree, inside, by, texts).into_iter().unzip();
    let value = V::of_parts(match by {
        Some(_) => Parts::List(elements),
        None => Parts::Map(elements),
    })?;
    tree.elements
        .values_mut()
        .for_each(|child| child.is_stale = false);
    tree.cached = Some(Box::new(Cached {
        era,
        by: None,
        value: value.clone(),
        order: items.into_iter().map(|item| (item.atom, item.nth)).gather(),
    }));
    Some(value)
}

/// Reuses the list that was resolved last, and replaces the elements whose content changed. `None` if other elements are
/// visible now.
fn patched<V: Value>(
    tree: &mut Tree<V>,
    (era, inside): (Era, Era),
    by: Option<&str>,
    texts: Option<&dyn Texts<V>>,
) -> Option<V> {
    let order = &tree.last_resolved(era, None)?.order;
    let stale = tree.elements.iter().filter(|(_, child)| child.is_stale);
    let places = stale.map(|(step, _)| {
        let is_step =
            |(ident, nth): &(Key, u32)| step.ends_with(&**ident) && ident::step(ident, *nth) == *step;
        Some((Key::clone(step), order.iter().position(is_step)?))
    });
    let places: Vec<(Key, usize)> = places.collect::<Option<_>>()?;
    let mut changes = Vec::with_capacity(places.len());
    for (step, place) in places {
        let (ident, _) = tree.last_resolved(era, None)?.order.get(place)?;
        let ident = ident::parse(ident)?;
        let child = tree.elements.get_mut(&step)?;
        changes.push((place, content(child, inside, by, &ident, texts)?));
    }
    let cached = tree.cached.as_mut()?;
    cached.value = cached.value.with_items(&changes)?;
    Some(cached.value.clone())
}

/// The visible elements in order. A list has no entries; a map has only entries, and each key once.
fn visible<V: Value>(
    tree: &mut Tree<V>,
    inside: Era,
    by: Option<&str>,
    texts: Option<&dyn Texts<V>>,
) -> Vec<(Item, Element<V>)> {
    let items = set::items(tree, inside).into_iter();
    let visible = items.filter_map(|item| {
        let ident = ident::parse(&item.atom)?;
        let is_entry = matches!(ident, Of::Entry(_));
        if is_entry != by.is_none() || (is_entry && item.nth > 0) {
            return None;
        }
        if let Of::Atom(atom) = ident {
            return Some((item, Element::Atom(atom)));
        }
        let child = tree.elements.get_mut(&ident::step(&item.atom, item.nth))?;
        let value = content(child, inside, by, &ident, texts)?;
        let element = match ident {
            Of::Record(id) => Element::Record(id, value),
            Of::Entry(key) => Element::Entry(key, value),
            _ => Element::Other(value),
        };
        Some((item, element))
    });
    visible.gather()
}

/// Resolves the content of one element.
fn content<V: Value>(
    tree: &mut Tree<V>,
    era: Era,
    by: Option<&str>,
    ident: &Of,
    texts: Option<&dyn Texts<V>>,
) -> Option<V> {
    match (tree.value(era)?, ident, by) {
        (Node::Object(of), Of::Record(id), Some(by)) => {
            let inside = era.max(tree.since(*of));
            let visible = record(tree, (era, inside), (by, id), texts);
            tree.is_stale = false;
            visible
        }
        _ => resolve::resolve(tree, era, texts),
    }
}

/// Resolves a record: its content and its identity.
fn record<V: Value>(
    tree: &mut Tree<V>,
    (era, inside): (Era, Era),
    (by, id): (&str, &Atom),
    texts: Option<&dyn Texts<V>>,
) -> Option<V> {
    if let Some(known) = tree.known(era, Some(by)) {
        return Some(known.value.clone());
    }
    if let Some(value) = resolve::patched(tree, (era, inside), Some(by), texts) {
        return Some(value);
    }
    let id = match id {
        Atom::Number(number) => V::of_number(*number),
        Atom::Text(text) => V::of_text(text),
        _ => return None,
    };
    let mut fields = resolve::fields(tree, inside, Some(by), texts);
    let place = fields.partition_point(|(name, _)| **name < *by);
    fields.insert(place, (Key::from(by), id));
    let value = V::of_parts(Parts::Object(fields))?;
    tree.cached = Some(Box::new(Cached {
        era,
        by: Some(Key::from(by)),
        value: value.clone(),
        order: Vec::new(),
    }));
    Some(value)
}

/// The content of an element; a primitive has none.
fn content_of<V>(element: &Element<V>) -> Option<&V> {
    match element {
        Element::Record(_, value) | Element::Other(value) | Element::Entry(_, value) => Some(value),
        Element::Atom(_) => None,
    }
}

impl<V: Value> Diff<'_, V> {
    /// Writes what makes these the elements, in this order, of a list, or of a map if `by` is `None`.
    pub(super) fn elements(
        &mut self,
        tree: &mut Tree<V>,
        cursor: Cursor<'_>,
        by: Option<&str>,
        next: Vec<Element<V>>,
    ) {
        let visible = visible(tree, cursor.era, by, self.texts);
        let idents = self.idents(tree, &visible, &next);
        let (items, before): (Vec<Item>, Vec<Element<V>>) = visible.into_iter().unzip();
        let arranged = self.arrange(cursor.path, &items, idents.clone());
        for ((element, ident), (nth, was)) in next.iter().zip(&idents).zip(arranged.goals) {
            let Some(value) = content_of(element) else {
                continue;
            };
            if let Some(was) = was.and_then(|at| before.get(at)).and_then(content_of)
                && value.is_identical(was)
            {
                continue;
            }
            let step = ident::step(ident, nth);
            let mut nothing = Tree::new();
            let child = tree
                .elements
                .get_mut(&step)
                .map_or(&mut nothing, |child| &mut **child);
            let path = path::element(cursor.path, &step);
            self.element(child, cursor.child(&path), value, ident);
        }
        for item in arranged.gone.iter().filter_map(|at| items.get(*at)) {
            self.erase_element(tree, cursor.path, &item.atom, item.nth);
        }
    }

    pub(super) fn erase_element(&mut self, tree: &Tree<V>, path: &str, ident: &str, nth: u32) {
        let step = ident::step(ident, nth);
        if let Some(child) = tree.elements.get(&step) {
            self.erase(child, &path::element(path, &step));
        }
    }

    pub(super) fn element(&mut self, tree: &mut Tree<V>, cursor: Cursor<'_>, value: &V, ident: &str) {
        if ident.starts_with('k') {
            return self.value(tree, cursor, Some(value));
        }
        if !ident.starts_with('i') {
            let stands = matches!(tree.value(cursor.era), Some(Node::Leaf(there)) if there.same(value));
            if !stands {
                self.write(cursor.path, Some(Node::Leaf(value.clone())));
            }
            return;
        }
        let by = self.by;
        if self.by_changes(tree, cursor, value, Some(by)) {
            return;
        }
        let mut parts = parts(value, cursor.depth, by);
        if let Parts::Object(fields) = &mut parts {
            fields.keep(|field| *field.0 != *by);
        }
        self.become_parts(tree, cursor, value, parts, Some(by));
    }

    /// Deletes the node at a path and its parts. Cells that only their own writer may write are left.
    fn erase(&mut self, tree: &Tree<V>, path: &str) {
        for (name, child) in tree.children.iter() {
            self.erase(child, &path::child(path, name));
        }
        for (step, child) in tree.elements.iter() {
            self.erase(child, &path::element(path, step));
        }
        for (detail, cell) in tree.details.iter() {
            if matches!(detail, Detail::Item(..)) && cell.node.is_some() {
                self.write_beside(path, detail, None);
            }
        }
        if tree.cell.as_ref().is_some_and(|cell| cell.node.is_some()) {
            self.write(path, None);
        }
    }

    /// The identity of each element. An element without one takes the identity of an equal visible element, or a new one.
    fn idents(&self, tree: &Tree<V>, visible: &[(Item, Element<V>)], next: &[Element<V>]) -> Vec<Key> {
        let others = visible.iter().filter_map(|(item, element)| match element {
            Element::Other(value) => Some((&item.atom, value)),
            _ => None,
        });
        let mut others: Vec<(&Key, &V)> = others.gather();
        others.reverse();
        let mut number = self.next_number(tree);
        let idents = next.iter().map(|element| match element {
            Element::Atom(atom) => path::push_atom(atom),
            Element::Record(id, _) => ident::of_record(id),
            Element::Entry(key, _) => ident::of_entry(key),
            Element::Other(value) => {
                let mut latest = others.iter().rev().take(MAX_COMPARED);
                match latest.position(|(_, other)| other.is_identical(value) || other.same(value)) {
                    Some(at) => Key::clone(others.remove(others.len() - 1 - at).0),
                    None => {
                        number = number.saturating_add(1);
                        ident::of_other(self.actor, number)
                    }
                }
            }
        });
        idents.gather()
    }

    /// The greatest number that this writer gave to an object without identity, 0 if none.
    fn next_number(&self, tree: &Tree<V>) -> u32 {
        let details = tree.details.iter().filter_map(|(detail, _)| match detail {
            Detail::Item(atom, _) if atom.starts_with('x') => match ident::parse(atom)? {
                Of::Other(actor, number) if actor == self.actor => Some(number),
                _ => None,
            },
            _ => None,
        });
        details.max().unwrap_or(0)
    }
}
