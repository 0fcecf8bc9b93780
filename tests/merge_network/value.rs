//! A user's value, as the core sees one, and random ones.

use std::collections::BTreeMap;
use std::rc::Rc;

use parley_sync::core::id::Key;
use parley_sync::core::value::{Atom, Element, Parts, Value};

use super::random::Random;
use super::text::Op;

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    Array(Vec<Json>),
    Object(BTreeMap<String, Json>),
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
    }
}

impl Json {
    /// As a text that tells -0 and NaN.
    pub fn json_text(&self) -> String {
        format!("{self:?}")
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
            _ => self == other,
        }
    }

    fn parts(&self, by: &str) -> Parts<Self> {
        match self {
            Self::Number(number) => Parts::Number(*number),
            Self::Text(text) => Parts::Text(text.clone()),
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

    fn changed_items(&self, before: &Self, by: &str) -> Option<Vec<(usize, Self)>> {
        let (Self::Array(next), Self::Array(before)) = (self, before) else {
            return None;
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
            .map(|(at, (next, was))| same_identity(next, was).then(|| (at, next.clone())))
            .collect()
    }

    fn with_items(&self, items: &[(usize, Self)]) -> Option<Self> {
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
            Parts::Text(text) => Self::Text(text),
            Parts::Set(atoms) => Self::Array(atoms.into_iter().map(of_atom).collect()),
            Parts::List(elements) => {
                let values = elements.into_iter().map(|element| match element {
                    Element::Atom(atom) => of_atom(atom),
                    Element::Record(_, value) | Element::Other(value) => value,
                });
                Self::Array(values.collect())
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

/// Any value, most of them shallow.
pub fn any(random: &mut Random, depth: usize) -> Json {
    match random.below(if depth == 0 { 6 } else { 10 }) {
        0 => primitive(random),
        1 | 2 => Json::Number(number(random)),
        3 | 4 => Json::Text(String::from(random.pick(&TEXTS))),
        5 | 6 => Json::Array((0..random.below(5)).map(|_| primitive(random)).collect()),
        7 if random.percent(30) => Json::Array(vec![any(random, 0), object([])]),
        7 => Json::Array((0..random.below(5)).map(|_| listed(random, depth - 1)).collect()),
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
