//! Undo of one change of a merged value, which keeps the changes that others made since.

use super::align::align;
use super::list::elements_of;
use super::number::sum;
use super::path::{MAX_DEPTH, parse_atom, push_atom};
use super::unapply_list::elements;
use crate::core::id::Key;
use crate::core::lists::Gather;
use crate::core::map::SmallMap;
use crate::core::value::{Atom, Element, Parts, Value};

/// Takes the change from `old` to `new` out of `current` (`None`: no value). Keeps what others changed since: by path, by
/// element, by the difference of numbers, by character. A part that does not merge, or that others replaced, stays as it
/// is.
#[must_use]
pub fn unapply<V: Value>(current: Option<&V>, old: Option<&V>, new: Option<&V>, by: &str) -> Option<V> {
    at_depth(current, old, new, (0, by))
}

/// The depth, and the property that identifies records.
pub(super) type At<'a> = (usize, &'a str);

pub(super) fn at_depth<V: Value>(
    current: Option<&V>,
    old: Option<&V>,
    new: Option<&V>,
    at: At<'_>,
) -> Option<V> {
    let (depth, by) = at;
    if same(old, new) || depth > MAX_DEPTH {
        return current.cloned();
    }
    if same(current, new) {
        return old.cloned();
    }
    let now = current?;
    let parts = |value: Option<&V>| value.map_or(Parts::Whole, |value| value.parts(by));
    let left = match (now.parts(by), parts(old), parts(new)) {
        (Parts::Number(now), Parts::Number(old), Parts::Number(new)) => number(now, old, new),
        (Parts::Number(now), _, Parts::Number(new)) if old.is_none() => number(now, 0.0, new),
        (Parts::Text(now), Parts::Text(old), Parts::Text(new)) => text(now, Some(&old), &new),
        (Parts::Text(now), _, Parts::Text(new)) if old.is_none() => text(now, None, &new),
        (now @ (Parts::Set(_) | Parts::Members(_)), old, new) if alike(&now, &old) || alike(&now, &new) => {
            let atoms = |parts| {
                if alike(&now, parts) { atoms(parts) } else { &[] }
            };
            let left = set(atoms(&now), atoms(&old), atoms(&new));
            match now {
                Parts::Set(_) => Parts::Set(left),
                _ => Parts::Members(left),
            }
        }
        (Parts::Object(now), Parts::Object(old), Parts::Object(new)) => fields(now, &old, &new, at),
        (Parts::Object(now), Parts::Object(old), _) => fields(now, &old, &[], at),
        (Parts::Object(now), _, Parts::Object(new)) => fields(now, &[], &new, at),
        (Parts::Map(now), Parts::Map(old), Parts::Map(new)) => Parts::Map(elements(&now, &old, &new, at)),
        (Parts::Map(now), Parts::Map(old), _) => Parts::Map(elements(&now, &old, &[], at)),
        (Parts::Map(now), _, Parts::Map(new)) => Parts::Map(elements(&now, &[], &new, at)),
        (now @ (Parts::List(_) | Parts::Set(_)), old, new) => {
            let (now, old, new) = (elements_of(&now), elements_of(&old), elements_of(&new));
            let is_record = |element: &Element<V>| matches!(element, Element::Record(..));
            if !now.iter().chain(&old).chain(&new).any(is_record) {
                return current.cloned();
            }
            Parts::List(elements(&now, &old, &new, at))
        }
        _ => return current.cloned(),
    };
    let empty = match &left {
        Parts::Text(text) => text.as_text().is_some_and(|text| text.is_empty()),
        Parts::Set(atoms) | Parts::Members(atoms) => atoms.is_empty(),
        Parts::List(elements) | Parts::Map(elements) => elements.is_empty(),
        Parts::Object(fields) => fields.is_empty(),
        _ => false,
    };
    if empty && !alike(&left, &parts(old)) {
        // Nobody else has added anything to what the change created.
        return old.cloned();
    }
    V::of_parts(left)
}

fn alike<V>(one: &Parts<V>, other: &Parts<V>) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

fn atoms<V>(parts: &Parts<V>) -> &[Atom] {
    match parts {
        Parts::Set(atoms) | Parts::Members(atoms) => atoms,
        _ => &[],
    }
}

fn same<V: Value>(a: Option<&V>, b: Option<&V>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.same(b),
        (None, None) => true,
        _ => false,
    }
}

fn number<V>(now: f64, old: f64, new: f64) -> Parts<V> {
    let left = sum(&[now, old, -new]);
    Parts::Number(if left.is_finite() { left } else { now })
}

/// By character, unless one of the two changes replaced the text.
fn text<V: Value>(now: V, old: Option<&V>, new: &V) -> Parts<V> {
    let text = |value: &V| value.as_text().unwrap_or_default();
    let chars = |value: &V| text(value).chars().collect::<Vec<char>>();
    let all = (chars(&now), old.map(chars).unwrap_or_default(), chars(new));
    let edited = |a: &[char], b: &[char]| align(a, b).len() * 2 >= a.len().min(b.len());
    if !edited(&all.1, &all.2) || !edited(&all.2, &all.0) {
        return Parts::Text(now);
    }
    let list = list(&all.0, &all.1, &all.2);
    let left: String = list.into_iter().map(|(char, _)| char).collect();
    Parts::Text(V::of_text(&left))
}

fn fields<V: Value>(now: Vec<(Key, V)>, old: &[(Key, V)], new: &[(Key, V)], at: At<'_>) -> Parts<V> {
    let (old_by_name, new_by_name) = (by_name(old), by_name(new));
    let mut left = SmallMap::new();
    for (name, value) in &now {
        let (old, new) = (old_by_name.get(name), new_by_name.get(name));
        if let Some(value) = at_depth(Some(value), old.copied(), new.copied(), (at.0 + 1, at.1)) {
            left.insert(name.clone(), value);
        }
    }
    let there = by_name(&now);
    for (name, value) in old {
        if there.get(name).is_none() && new_by_name.get(name).is_none() {
            left.insert(name.clone(), value.clone());
        }
    }
    Parts::Object(
        left.iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .gather(),
    )
}

fn by_name<V>(fields: &[(Key, V)]) -> SmallMap<&Key, &V> {
    let mut map = SmallMap::new();
    for (name, value) in fields {
        map.insert(name, value);
    }
    map
}

/// Removes what the change added and adds what it removed, unless others have done so already.
fn set(now: &[Atom], old: &[Atom], new: &[Atom]) -> Vec<Atom> {
    let keys = |atoms: &[Atom]| atoms.iter().map(push_atom).collect::<Vec<Key>>();
    let kept = names(&keys(now), &keys(old), &keys(new));
    kept.iter().filter_map(|key| parse_atom(key)).gather()
}

/// Does the same as `set` for the names of elements.
pub(super) fn names(now: &[Key], old: &[Key], new: &[Key]) -> Vec<Key> {
    let list = list(now, old, new);
    let mut excess = SmallMap::new();
    let listed: Vec<Key> = list.iter().map(|(key, _)| key.clone()).gather();
    let (is, was, made, listed) = (counts(now), counts(old), counts(new), counts(&listed));
    for (key, listed) in listed.iter() {
        let of = |counts: &SmallMap<Key, isize>| counts.get(key).copied().unwrap_or(0);
        let most = (of(&is) + of(&was) - of(&made)).min(of(&is).max(of(&was)));
        excess.insert(key.clone(), listed - most);
    }
    // Remove an element that the change removed before one that stayed; of those the last.
    let mut stays = vec![true; list.len()];
    for only_back in [true, false] {
        for ((key, back), stays) in list.iter().zip(&mut stays).rev() {
            let too_many = excess.get_mut(key).filter(|excess| **excess > 0);
            if let Some(excess) = too_many.filter(|_| *stays && (*back || !only_back)) {
                *excess -= 1;
                *stays = false;
            }
        }
    }
    let kept = list.iter().zip(stays).filter(|(_, stays)| *stays);
    kept.map(|((key, _), _)| key.clone()).gather()
}

fn counts(keys: &[Key]) -> SmallMap<Key, isize> {
    let mut counts = SmallMap::new();
    for key in keys {
        let before = counts.get(key).copied().unwrap_or(0);
        counts.insert(key.clone(), before + 1);
    }
    counts
}

/// `now` without what the change from `old` to `new` added, and with what it removed. Each element comes with whether the
/// change had removed it.
fn list<T: Clone + PartialEq>(now: &[T], old: &[T], new: &[T]) -> Vec<(T, bool)> {
    let done = align(old, new);
    let since = align(new, now);
    let mut added = vec![true; new.len()];
    for pair in &done {
        if let Some(added) = added.get_mut(pair.1) {
            *added = false;
        }
    }
    // The removed elements, each with the number of new elements before it.
    let mut gone = Vec::new();
    let mut stayed = done.iter().peekable();
    let mut behind = 0;
    for (at, element) in old.iter().enumerate() {
        match stayed.next_if(|pair| pair.0 == at) {
            Some(pair) => behind = pair.1 + 1,
            None => gone.push((behind, element)),
        }
    }
    let mut gone = gone.into_iter().peekable();
    let mut since = since.into_iter().peekable();
    let mut list = Vec::new();
    let mut bring_back = |list: &mut Vec<(T, bool)>, passed: usize| {
        while let Some((_, element)) = gone.next_if(|gone| gone.0 <= passed) {
            list.push((element.clone(), true));
        }
    };
    bring_back(&mut list, 0);
    for (at, element) in now.iter().enumerate() {
        let Some((place, _)) = since.next_if(|pair| pair.1 == at) else {
            list.push((element.clone(), false));
            continue;
        };
        bring_back(&mut list, place);
        if !added.get(place).copied().unwrap_or(false) {
            list.push((element.clone(), false));
        }
        bring_back(&mut list, place + 1);
    }
    bring_back(&mut list, new.len());
    list
}
