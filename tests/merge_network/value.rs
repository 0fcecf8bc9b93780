//! A user's value, as the core sees one, and random ones.

use std::collections::BTreeMap;
use std::rc::Rc;

use parley_sync::core::fingerprint::{Content, hash};
use parley_sync::core::id::Key;
use parley_sync::core::value::{Changes, Element, Parts, Value};

use super::atoms::{atom, element, entries, key, of_atom, of_key};
use super::text::Op;

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
