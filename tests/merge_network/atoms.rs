//! What stands for itself: atoms, keys of maps, and what a list consists of.

use parley_sync::core::value::{Atom, Element};

use super::value::Json;

pub fn atom(json: &Json) -> Option<Atom> {
    Some(match json {
        Json::Null => Atom::Null,
        Json::Bool(bool) => Atom::Bool(*bool),
        Json::Number(number) => Atom::Number(*number),
        Json::Text(text) => Atom::Text(text.clone()),
        _ => return None,
    })
}

/// What may be a key of a map, or stand in a set: all NaN are one, 0 and -0 too.
pub fn key(json: &Json) -> Option<Atom> {
    match json {
        Json::Undefined => Some(Atom::Undefined),
        Json::Big(number) => Some(Atom::Big(number.to_string())),
        Json::Number(number) if *number == 0.0 => Some(Atom::Number(0.0)),
        other => atom(other),
    }
}

pub fn entries(entries: &[(Json, Json)]) -> Option<Vec<Element<Json>>> {
    let entries = entries.iter();
    entries
        .map(|(name, value)| Some(Element::Entry(key(name)?, value.clone())))
        .collect()
}

pub fn element(json: &Json, by: &str) -> Element<Json> {
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

pub fn of_atom(atom: Atom) -> Json {
    match atom {
        Atom::Null => Json::Null,
        Atom::Bool(bool) => Json::Bool(bool),
        Atom::Number(number) => Json::Number(number),
        Atom::Text(text) => Json::Text(text),
        Atom::Undefined => Json::Undefined,
        Atom::Big(digits) => Json::Big(digits.parse().unwrap()),
    }
}

pub fn of_key(atom: Atom) -> Json {
    match of_atom(atom) {
        // -0 as 0.
        Json::Number(number) => Json::Number(number + 0.0),
        other => other,
    }
}
