//! Identities of list elements, as names in cell keys. They tell elements apart that are more than a primitive.
//!
//! | name | element |
//! |---|---|
//! | `i` atom | a record, by its identity |
//! | `k` atom | an entry of a map, by its key |
//! | `x` actor `:` number | another object or array, by its writer and that writer's count |
//! | atom | a primitive, by itself |

use crate::core::hex::{parse_actor, push_hex};
use crate::core::id::{Actor, Key};
use crate::core::value::Atom;

use super::path::{parse_atom, parse_small, push_atom};

/// A parsed identity.
pub(super) enum Of {
    Record(Atom),
    Other(Actor, u32),
    Atom(Atom),
    Entry(Atom),
}

pub(super) fn of_record(id: &Atom) -> Key {
    named('i', id)
}

pub(super) fn of_entry(key: &Atom) -> Key {
    named('k', key)
}

fn named(kind: char, atom: &Atom) -> Key {
    let mut text = String::from(kind);
    text.push_str(&push_atom(atom));
    Key::from(text)
}

pub(super) fn of_other(actor: Actor, number: u32) -> Key {
    let mut text = String::from("x");
    push_hex(&mut text, actor.bits());
    text.push(':');
    push_hex(&mut text, u64::from(number));
    Key::from(text)
}

/// Whether a cell below this identity holds the element's content. A primitive is its own name.
pub(super) fn has_content(ident: &str) -> bool {
    ident.starts_with(['i', 'x', 'k'])
}

/// Parses what [`of_record`], [`of_entry`], [`of_other`] or [`push_atom`] wrote. A map has no key -0.
pub(super) fn parse(text: &str) -> Option<Of> {
    if let Some(id) = text.strip_prefix('i') {
        let id = parse_atom(id)?;
        return matches!(id, Atom::Number(_) | Atom::Text(_)).then_some(Of::Record(id));
    }
    if let Some(rest) = text.strip_prefix('x') {
        let (actor, number) = rest.split_once(':')?;
        return Some(Of::Other(parse_actor(actor)?, parse_small(number)?));
    }
    if let Some(key) = text.strip_prefix('k') {
        let key = parse_atom(key)?;
        let is_key = !matches!(key, Atom::Number(number) if number == 0.0 && number.is_sign_negative());
        return is_key.then_some(Of::Entry(key));
    }
    parse_atom(text).map(Of::Atom)
}

/// The path step from a list to an element's content. `nth` distinguishes equal elements.
pub(super) fn step(ident: &str, nth: u32) -> Key {
    let mut text = String::new();
    push_hex(&mut text, u64::from(nth));
    text.push(':');
    text.push_str(ident);
    Key::from(text)
}
