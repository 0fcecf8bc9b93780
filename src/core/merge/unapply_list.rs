//! Undo of a change of a list or map: records by identity, entries by key, and each of them by path.

use super::ident;
use super::path::push_atom;
use super::unapply::{At, at_depth, names};
use crate::core::id::Key;
use crate::core::lists::Gather;
use crate::core::map::SmallMap;
use crate::core::value::{Element, Value};

/// Elements, and the position of each name.
struct Named<'a, V> {
    elements: &'a [Element<V>],
    names: Vec<Key>,
    at: SmallMap<Key, usize>,
}

impl<'a, V: Value> Named<'a, V> {
    /// Names elements. Equal elements without identity share a name; each record has one of its own. `others` collects
    /// elements without identity that were seen.
    fn new(elements: &'a [Element<V>], others: &mut Vec<V>) -> Self {
        let mut met: SmallMap<Key, u32> = SmallMap::new();
        let mut names = Vec::with_capacity(elements.len());
        let mut places = SmallMap::new();
        for (place, element) in elements.iter().enumerate() {
            let name = match element {
                Element::Atom(atom) => push_atom(atom),
                Element::Entry(key, _) => ident::of_entry(key),
                Element::Record(id, _) => {
                    let name = ident::of_record(id);
                    let nth = met.get(&name).copied().unwrap_or(0);
                    met.insert(Key::clone(&name), nth + 1);
                    ident::step(&name, nth)
                }
                Element::Other(value) => {
                    let known = others.iter().position(|other| other.same(value));
                    let number = known.unwrap_or(others.len());
                    if known.is_none() {
                        others.push(value.clone());
                    }
                    ident::step("x", u32::try_from(number).unwrap_or(u32::MAX))
                }
            };
            places.insert(Key::clone(&name), place);
            names.push(name);
        }
        Self {
            elements,
            names,
            at: places,
        }
    }

    fn get(&self, name: &Key) -> Option<&'a Element<V>> {
        self.elements.get(*self.at.get(name)?)
    }

    fn record(&self, name: &Key) -> Option<&'a V> {
        match self.get(name)? {
            Element::Record(_, value) | Element::Entry(_, value) => Some(value),
            _ => None,
        }
    }
}

/// Takes the change from `old` to `new` out of `now`, as `unapply` does.
pub(super) fn elements<V: Value>(
    now: &[Element<V>],
    old: &[Element<V>],
    new: &[Element<V>],
    at: At<'_>,
) -> Vec<Element<V>> {
    let mut others = Vec::new();
    let now = Named::new(now, &mut others);
    let (old, new) = (Named::new(old, &mut others), Named::new(new, &mut others));
    let kept = names(&now.names, &old.names, &new.names).into_iter();
    let left = kept.filter_map(|name| match now.get(&name) {
        Some(element @ (Element::Record(id, there) | Element::Entry(id, there))) => {
            let deeper = (at.0 + 1, at.1);
            let left = at_depth(Some(there), old.record(&name), new.record(&name), deeper)?;
            Some(match element {
                Element::Entry(..) => Element::Entry(id.clone(), left),
                _ => Element::Record(id.clone(), left),
            })
        }
        Some(other) => Some(other.clone()),
        None => old.get(&name).cloned(),
    });
    left.gather()
}
