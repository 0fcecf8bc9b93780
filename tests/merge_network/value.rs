//! A user's value, as the core sees one, and random ones.

use std::collections::BTreeMap;
use std::rc::Rc;

use parley_sync::core::fingerprint::{Content, hash};
use parley_sync::core::id::Key;
use parley_sync::core::value::{Atom, Changes, Element, Parts, Value};

use super::text::Op;
use parley_sync_kit::Random;

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    Array(Vec<Json>),
    Object(BTreeMap<String, Json>),
    /// A map: its entries in their order.
    Map(Vec<(Json, Json)>),
    /// A set: its members in their order.
    Members(Vec<Json>),
    Undefined,
    /// A bigint.
    Big(i64),
    /// What a text's update is.
    Ops(Vec<Op>),
    /// What it is with the engine that is shipped.
    Bytes(Vec<u8>),
}

fn atom(json: &Json) -> Option<Atom> {
    Some(match json {
        Json::Null => Atom::Null,
        Json::Bool(bool) => Atom::Bool(*bool),
        Json::Number(number) => Atom::Number(*number),
        Json::Text(text) => Atom::Text(text.clone()),
        _ => return None,
    })
}

/// What may be a key of a map, or stand in a set: all NaN are one, 0 and -0 too.
fn key(json: &Json) -> Option<Atom> {
    match json {
        Json::Undefined => Some(Atom::Undefined),
        Json::Big(number) => Some(Atom::Big(number.to_string())),
        Json::Number(number) if *number == 0.0 => Some(Atom::Number(0.0)),
        other => atom(other),
    }
}

fn entries(entries: &[(Json, Json)]) -> Option<Vec<Element<Json>>> {
    let entries = entries.iter();
    entries
        .map(|(name, value)| Some(Element::Entry(key(name)?, value.clone())))
        .collect()
}

fn element(json: &Json, by: &str) -> Element<Json> {
    if let Some(atom) = atom(json) {
        return Element::Atom(atom);
    }
    let id = match json {
        Json::Object(fields) => fields.get(by),
        _ => None,
    };
    match id {
        Some(Json::Number(number)) if number.is_finite() => {
            Element::Record(Atom::Number(*number), json.clone())
        }
        Some(Json::Text(text)) => Element::Record(Atom::Text(text.clone()), json.clone()),
        _ => Element::Other(json.clone()),
    }
}

fn of_atom(atom: Atom) -> Json {
    match atom {
        Atom::Null => Json::Null,
        Atom::Bool(bool) => Json::Bool(bool),
        Atom::Number(number) => Json::Number(number),
        Atom::Text(text) => Json::Text(text),
        Atom::Undefined => Json::Undefined,
        Atom::Big(digits) => Json::Big(digits.parse().unwrap()),
    }
}

fn of_key(atom: Atom) -> Json {
    match of_atom(atom) {
        // -0 as 0.
        Json::Number(number) => Json::Number(number + 0.0),
        other => other,
    }
}

impl Json {
    fn changed_entries(&self, before: &Self) -> Option<Changes<Self>> {
        let (Self::Map(next), Self::Map(before)) = (self, before) else {
            return None;
        };
        let of = |all: &[(Json, Json)], key: &Json| all.iter().position(|entry| entry.0.same(key));
        let kept: Vec<usize> = before.iter().filter_map(|entry| of(next, &entry.0)).collect();
        if kept.iter().enumerate().any(|(at, place)| at != *place) {
            return None;
        }
        let changed = before.iter().enumerate().filter_map(|(at, (key, was))| {
            match of(next, key).map(|place| &next[place].1) {
                Some(now) if now.same(was) => None,
                now => Some((at, now.cloned())),
            }
        });
        Some((changed.collect(), entries(&next[kept.len()..])?))
    }

    /// As a text that tells -0 and NaN.
    pub fn json_text(&self) -> String {
        format!("{self:?}")
    }
}

impl Content for Json {
    fn fingerprint(&self) -> u64 {
        hash(format!("{self:?}").as_bytes(), 1)
    }
}

impl Value for Json {
    fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number).filter(|number| number.is_finite()),
            _ => None,
        }
    }

    fn of_number(number: f64) -> Self {
        Self::Number(number)
    }

    fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn of_text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => (a.is_nan() && b.is_nan()) || a.to_bits() == b.to_bits(),
            (Self::Array(a), Self::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            (Self::Object(a), Self::Object(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .zip(b)
                        .all(|((name, a), (other, b))| name == other && a.same(b))
            }
            (Self::Members(a), Self::Members(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Self::Map(a), Self::Map(b)) => {
                let same =
                    |((key, a), (other, b)): (&(Json, Json), &(Json, Json))| key.same(other) && a.same(b);
                a.len() == b.len() && a.iter().zip(b).all(same)
            }
            _ => self == other,
        }
    }

    fn parts(&self, by: &str) -> Parts<Self> {
        match self {
            Self::Number(number) => Parts::Number(*number),
            Self::Text(_) => Parts::Text(self.clone()),
            Self::Array(items) => match items.iter().map(atom).collect::<Option<_>>() {
                Some(atoms) => Parts::Set(atoms),
                None => Parts::List(items.iter().map(|item| element(item, by)).collect()),
            },
            Self::Object(fields) => Parts::Object(
                fields
                    .iter()
                    .map(|(name, value)| (Rc::from(name.as_str()), value.clone()))
                    .collect(),
            ),
            Self::Map(all) => entries(all).map_or(Parts::Whole, Parts::Map),
            Self::Members(all) => all
                .iter()
                .map(key)
                .collect::<Option<_>>()
                .map_or(Parts::Whole, Parts::Members),
            _ => Parts::Whole,
        }
    }

    fn is_identical(&self, other: &Self) -> bool {
        self.same(other)
    }

    fn changed_fields(&self, before: &Self) -> Option<Vec<(Key, Option<Self>)>> {
        let (Self::Object(next), Self::Object(before)) = (self, before) else {
            return None;
        };
        let changed = next
            .iter()
            .filter(|(name, value)| !before.get(*name).is_some_and(|was| was.same(value)));
        let changed = changed.map(|(name, value)| (Rc::from(name.as_str()), Some(value.clone())));
        let gone = before.keys().filter(|name| !next.contains_key(*name));
        Some(
            changed
                .chain(gone.map(|name| (Rc::from(name.as_str()), None)))
                .collect(),
        )
    }

    fn with_fields(&self, fields: &[(Key, Self)]) -> Option<Self> {
        let Self::Object(all) = self else {
            return None;
        };
        let mut all = all.clone();
        for (name, value) in fields {
            *all.get_mut(&**name)? = value.clone();
        }
        Some(Self::Object(all))
    }

    fn changed_items(&self, before: &Self, by: &str) -> Option<Changes<Self>> {
        let (Self::Array(next), Self::Array(before)) = (self, before) else {
            return self.changed_entries(before);
        };
        if next.len() != before.len() {
            return None;
        }
        let changed = next
            .iter()
            .zip(before)
            .enumerate()
            .filter(|(_, (next, was))| !next.same(was));
        let same_identity = |next: &Self, was: &Self| match (element(next, by), element(was, by)) {
            (Element::Record(next, _), Element::Record(was, _)) => of_atom(next).same(&of_atom(was)),
            _ => false,
        };
        changed
            .map(|(at, (next, was))| same_identity(next, was).then(|| (at, Some(next.clone()))))
            .collect::<Option<_>>()
            .map(|changed| (changed, Vec::new()))
    }

    fn with_items(&self, items: &[(usize, Self)]) -> Option<Self> {
        if let Self::Map(all) = self {
            let mut all = all.clone();
            for (at, value) in items {
                all.get_mut(*at)?.1 = value.clone();
            }
            return Some(Self::Map(all));
        }
        let Self::Array(all) = self else {
            return None;
        };
        let mut all = all.clone();
        for (at, value) in items {
            *all.get_mut(*at)? = value.clone();
        }
        Some(Self::Array(all))
    }

    fn of_parts(parts: Parts<Self>) -> Option<Self> {
        Some(match parts {
            Parts::Whole => return None,
            Parts::Number(number) => Self::Number(number),
            Parts::Text(text) => text,
            Parts::Set(atoms) => Self::Array(atoms.into_iter().map(of_atom).collect()),
            Parts::List(elements) => {
                let values = elements.into_iter().map(|element| match element {
                    Element::Atom(atom) => of_atom(atom),
                    Element::Record(_, value) | Element::Other(value) | Element::Entry(_, value) => value,
                });
                Self::Array(values.collect())
            }
            Parts::Members(atoms) => {
                let mut all: Vec<Json> = Vec::new();
                for member in atoms.into_iter().map(of_key) {
                    if !all.iter().any(|other| other.same(&member)) {
                        all.push(member);
                    }
                }
                Self::Members(all)
            }
            Parts::Map(entries) => {
                let entries = entries.into_iter().filter_map(|entry| match entry {
                    Element::Entry(key, value) => Some((of_key(key), value)),
                    _ => None,
                });
                Self::Map(entries.collect())
            }
            Parts::Object(fields) => Self::Object(
                fields
                    .into_iter()
                    .map(|(name, value)| (String::from(&*name), value))
                    .collect(),
            ),
        })
    }
}

/// `object([("a", 1.into())])`
pub fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    Json::Object(
        fields
            .into_iter()
            .map(|(name, value)| (String::from(name), value))
            .collect(),
    )
}

pub fn array<const N: usize>(items: [&str; N]) -> Json {
    Json::Array(items.into_iter().map(Json::from).collect())
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(String::from(text))
    }
}

impl From<f64> for Json {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

const NAMES: [&str; 5] = ["a", "b", "", "a/b", "#c1"];
const NUMBERS: [f64; 9] = [0.0, 1.0, 2.0, -0.0, 0.1, 19.99, 1e16, 1e300, f64::NAN];
const TEXTS: [&str; 6] = ["", "x", "dark", "light", "hello", "h\u{e9}llo w\u{1f600}rld"];

pub fn name(random: &mut Random) -> String {
    String::from(random.pick(&NAMES))
}

pub fn number(random: &mut Random) -> f64 {
    random.pick(&NUMBERS)
}

fn primitive(random: &mut Random) -> Json {
    match random.below(5) {
        0 => Json::Null,
        1 => Json::Bool(random.percent(50)),
        2 => Json::Number(number(random)),
        _ => Json::Text(String::from(random.pick(&["p", "q", "r", "s"]))),
    }
}

/// What may be in a list: mostly records, some of the same identity.
fn listed(random: &mut Random, depth: usize) -> Json {
    match random.below(10) {
        0 => primitive(random),
        1 => object([("n", Json::Number(number(random)))]),
        2 => array(["p"]),
        _ => {
            let id = match random.below(6) {
                0 => Json::Number(random.pick(&[0.0, -0.0, 1.5])),
                _ => Json::Text(String::from(random.pick(&["r1", "r2", "r3", "r4", "/#~"]))),
            };
            let mut fields = BTreeMap::from([(String::from("id"), id)]);
            for _ in 0..random.below(3) {
                fields.insert(name(random), any(random, depth));
            }
            Json::Object(fields)
        }
    }
}

/// A key of a map or member of a set; now and then an object, by which nothing is merged.
fn key_like(random: &mut Random) -> Json {
    match random.below(40) {
        0 => object([]),
        1..4 => Json::Undefined,
        4..8 => Json::Big(random.below(3) as i64 - 1),
        8..14 => of_key(Atom::Number(random.pick(&[0.0, 1.0, f64::NAN]))),
        14..18 => Json::from("1"),
        _ => primitive(random),
    }
}

fn put_entry(random: &mut Random, all: &mut Vec<(Json, Json)>, depth: usize) {
    let key = of_key_like(key_like(random));
    let value = any(random, depth);
    match all.iter_mut().find(|entry| entry.0.same(&key)) {
        Some(entry) => entry.1 = value,
        None => all.push((key, value)),
    }
}

fn put_member(random: &mut Random, all: &mut Vec<Json>) {
    let member = of_key_like(key_like(random));
    if !all.iter().any(|other| other.same(&member)) {
        all.push(member);
    }
}

fn of_key_like(json: Json) -> Json {
    key(&json).map_or(json, of_key)
}

/// Any value, most of them shallow.
pub fn any(random: &mut Random, depth: usize) -> Json {
    match random.below(if depth == 0 { 6 } else { 13 }) {
        0 => primitive(random),
        1 | 2 => Json::Number(number(random)),
        3 | 4 => Json::Text(String::from(random.pick(&TEXTS))),
        5 | 6 => Json::Array((0..random.below(5)).map(|_| primitive(random)).collect()),
        7 if random.percent(30) => Json::Array(vec![any(random, 0), object([])]),
        7 => Json::Array((0..random.below(5)).map(|_| listed(random, depth - 1)).collect()),
        8 => {
            let mut all = Vec::new();
            (0..random.below(5)).for_each(|_| put_member(random, &mut all));
            Json::Members(all)
        }
        9 | 10 => {
            let mut all = Vec::new();
            (0..random.below(4)).for_each(|_| put_entry(random, &mut all, depth - 1));
            Json::Map(all)
        }
        _ => Json::Object(
            (0..random.below(4))
                .map(|_| (name(random), any(random, depth - 1)))
                .collect(),
        ),
    }
}

/// A small change somewhere in it.
pub fn change(random: &mut Random, value: &Json) -> Json {
    if random.percent(8) {
        return any(random, 3);
    }
    match value {
        Json::Number(number) if random.percent(80) => {
            Json::Number(number + random.pick(&[1.0, -1.0, 0.25, 0.1, 1e16]))
        }
        Json::Text(text) if random.percent(90) => Json::Text(edit(random, text)),
        Json::Array(items) if items.iter().all(|item| atom(item).is_some()) => {
            let mut items = items.clone();
            match random.below(4) {
                0 if !items.is_empty() => {
                    items.remove(random.below(items.len()));
                }
                1 if !items.is_empty() => {
                    let moved = items.remove(random.below(items.len()));
                    items.insert(random.below(items.len() + 1), moved);
                }
                _ => items.insert(random.below(items.len() + 1), primitive(random)),
            }
            Json::Array(items)
        }
        Json::Array(items) if random.percent(90) => {
            let mut items = items.clone();
            match random.below(6) {
                0 if !items.is_empty() => {
                    items.remove(random.below(items.len()));
                }
                1 if !items.is_empty() => {
                    let moved = items.remove(random.below(items.len()));
                    items.insert(random.below(items.len() + 1), moved);
                }
                2 | 3 if !items.is_empty() => {
                    let at = random.below(items.len());
                    items[at] = change(random, &items[at]);
                }
                _ => {
                    let new = listed(random, 1);
                    items.insert(random.below(items.len() + 1), new);
                }
            }
            Json::Array(items)
        }
        Json::Members(all) => {
            let mut all = all.clone();
            if !all.is_empty() && random.percent(50) {
                let taken = all.remove(random.below(all.len()));
                if random.percent(30) {
                    all.push(taken);
                }
            } else {
                put_member(random, &mut all);
            }
            Json::Members(all)
        }
        Json::Map(all) => {
            let mut all = all.clone();
            match random.below(8) {
                0 if !all.is_empty() => {
                    all.remove(random.below(all.len()));
                }
                1 if !all.is_empty() => {
                    let moved = all.remove(random.below(all.len()));
                    all.insert(random.below(all.len() + 1), moved);
                }
                2..6 if !all.is_empty() => {
                    let at = random.below(all.len());
                    all[at].1 = change(random, &all[at].1);
                }
                _ => put_entry(random, &mut all, 1),
            }
            Json::Map(all)
        }
        Json::Object(fields) => {
            let mut fields = fields.clone();
            let name = name(random);
            match fields.get(&name) {
                Some(_) if random.percent(20) => {
                    fields.remove(&name);
                }
                Some(value) => {
                    let value = change(random, value);
                    fields.insert(name, value);
                }
                None => {
                    fields.insert(name, any(random, 2));
                }
            }
            Json::Object(fields)
        }
        _ => any(random, 3),
    }
}

/// The text with some characters typed or taken away.
pub fn edit(random: &mut Random, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(3) {
        let at = random.below(chars.len() + 1);
        if at < chars.len() && random.percent(40) {
            chars.remove(at);
        } else {
            chars.insert(at, random.pick(&['a', 'b', 'c', '\u{1f600}']));
        }
    }
    chars.into_iter().collect()
}
