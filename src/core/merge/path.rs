//! Names of cells. A path has `/` and a name for each step; `~`, `/` and `#` in names are escaped as `~0`, `~1` and `~2`.
//! The value itself has the empty path. A step that begins with `~3` leads to the content of a list or map element, see
//! `ident`; no property has such a name. A cell beside a path has `#` and a suffix:
//!
//! | | |
//! |---|---|
//! | `#e` number `:` identity | an element, see `ident`; the number distinguishes equal ones |
//! | `#c` actor | the count of an actor |
//! | `#t` actor `:` level | one level of the edits of an actor |
//!
//! Numbers are lower-case hexadecimal. Each cell has exactly one name.

use super::ident;
use crate::core::hex::{parse_actor, push_hex};
use crate::core::id::{Actor, Key};
use crate::core::value::Atom;

/// How deep values merge. A deeper value is a leaf, and a name with more steps is malformed, so code that walks the tree
/// may recurse.
pub(super) const MAX_DEPTH: usize = 32;

/// The most digits of a bigint that identifies an element.
const MAX_DIGITS: usize = 100;

/// Which cell beside a path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Detail {
    /// An element: its identity, and a number that distinguishes equal ones.
    Item(Key, u32),
    Count(Actor),
    Edits(Actor, u32),
}

/// One step of a path: to a property, or to the content of an element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Property(Key),
    Element(Key),
}

/// The path of a property.
pub(super) fn child(path: &str, name: &str) -> String {
    extend(path, "/", name)
}

/// The path of an element's content.
pub(super) fn element(path: &str, step: &str) -> String {
    extend(path, "/~3", step)
}

fn extend(path: &str, begin: &str, name: &str) -> String {
    let mut text = String::with_capacity(path.len() + begin.len() + name.len());
    text.push_str(path);
    text.push_str(begin);
    for char in name.chars() {
        match char {
            '~' => text.push_str("~0"),
            '/' => text.push_str("~1"),
            '#' => text.push_str("~2"),
            _ => text.push(char),
        }
    }
    text
}

/// The name of a cell beside a path.
pub(super) fn beside(path: &str, detail: &Detail) -> Key {
    let mut text = String::from(path);
    text.push('#');
    match detail {
        Detail::Item(atom, nth) => {
            text.push('e');
            push_hex(&mut text, u64::from(*nth));
            text.push(':');
            text.push_str(atom);
        }
        Detail::Count(actor) => {
            text.push('c');
            push_hex(&mut text, actor.bits());
        }
        Detail::Edits(actor, level) => {
            text.push('t');
            push_hex(&mut text, actor.bits());
            text.push(':');
            push_hex(&mut text, u64::from(*level));
        }
    }
    Key::from(text)
}

/// Parses the name of a cell: its steps, and which cell it is beside the path. `None` if no cell has that name.
pub(super) fn parse(rest: &str) -> Option<(Vec<Step>, Option<Detail>)> {
    let (path, detail) = match rest.split_once('#') {
        Some((path, detail)) => (path, Some(parse_detail(detail)?)),
        None => (rest, None),
    };
    let mut steps = Vec::new();
    if !path.is_empty() {
        for step in path.strip_prefix('/')?.split('/') {
            if steps.len() == MAX_DEPTH {
                return None;
            }
            steps.push(match step.strip_prefix("~3") {
                Some(step) => Step::Element(parse_step(step)?),
                None => Step::Property(parse_step(step)?),
            });
        }
    }
    Some((steps, detail))
}

fn parse_step(step: &str) -> Option<Key> {
    if !step.contains('~') {
        return Some(Key::from(step));
    }
    let mut name = String::with_capacity(step.len());
    let mut chars = step.chars();
    while let Some(char) = chars.next() {
        name.push(match char {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                '2' => '#',
                _ => return None,
            },
            other => other,
        });
    }
    Some(Key::from(name))
}

fn parse_detail(detail: &str) -> Option<Detail> {
    let mut chars = detail.chars();
    let kind = chars.next()?;
    let rest = chars.as_str();
    match kind {
        'e' => {
            let (nth, atom) = rest.split_once(':')?;
            ident::parse(atom)?;
            Some(Detail::Item(Key::from(atom), parse_small(nth)?))
        }
        'c' => Some(Detail::Count(parse_actor(rest)?)),
        't' => {
            let (actor, level) = rest.split_once(':')?;
            Some(Detail::Edits(parse_actor(actor)?, parse_small(level)?))
        }
        _ => None,
    }
}

/// Parses a number that [`push_hex`] wrote. Other spellings are refused.
fn parse_number(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (canonical && digits)
        .then(|| u64::from_str_radix(text, 16).ok())
        .flatten()
}

pub(super) fn parse_small(text: &str) -> Option<u32> {
    u32::try_from(parse_number(text)?).ok()
}

/// An atom as a text, such that equal atoms have equal texts. All NaN are equal; 0 and -0 are not.
pub(super) fn push_atom(atom: &Atom) -> Key {
    let mut text = String::new();
    match atom {
        Atom::Null => text.push('z'),
        Atom::Bool(true) => text.push('t'),
        Atom::Bool(false) => text.push('f'),
        Atom::Number(number) => {
            let number = if number.is_nan() { f64::NAN } else { *number };
            text.push('n');
            push_hex(&mut text, number.to_bits());
        }
        Atom::Text(string) => {
            text.push('s');
            text.push_str(string);
        }
        Atom::Undefined => text.push('u'),
        Atom::Big(digits) => {
            text.push('b');
            text.push_str(digits);
        }
    }
    Key::from(text)
}

/// Parses what [`push_atom`] wrote.
pub(super) fn parse_atom(text: &str) -> Option<Atom> {
    let mut chars = text.chars();
    let kind = chars.next()?;
    let rest = chars.as_str();
    match kind {
        'z' if rest.is_empty() => Some(Atom::Null),
        't' if rest.is_empty() => Some(Atom::Bool(true)),
        'f' if rest.is_empty() => Some(Atom::Bool(false)),
        'n' => {
            let number = f64::from_bits(parse_number(rest)?);
            let canonical = !number.is_nan() || number.to_bits() == f64::NAN.to_bits();
            canonical.then_some(Atom::Number(number))
        }
        's' => Some(Atom::Text(String::from(rest))),
        'u' if rest.is_empty() => Some(Atom::Undefined),
        'b' if is_big(rest) => Some(Atom::Big(String::from(rest))),
        _ => None,
    }
}

/// Whether these are the canonical digits of a bigint.
fn is_big(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical = !digits.is_empty() && !digits.starts_with('0') || text == "0";
    canonical && digits.len() <= MAX_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Detail, Step, beside, child, element, parse, parse_atom, push_atom};
    use crate::core::id::{Actor, Key};
    use crate::core::value::Atom;

    #[test]
    fn any_name_is_a_step() {
        let names = [
            "",
            "a",
            "a/b",
            "#",
            "~",
            "~1",
            "a#e0:z",
            "\0.",
            "/",
            "ä\u{1f600}",
            "__proto__",
        ];
        let mut seen = std::collections::BTreeSet::new();
        for first in names {
            for second in names {
                let (first, second) = (Key::from(first), Key::from(second));
                let ways = [
                    (child(&child("", &first), &second), Step::Property(second.clone())),
                    (element(&child("", &first), &second), Step::Element(second)),
                ];
                for (path, last) in ways {
                    let steps = vec![Step::Property(first.clone()), last];
                    assert_eq!(parse(&path), Some((steps.clone(), None)));
                    let count = Detail::Count(Actor::from_random(7));
                    assert_eq!(parse(&beside(&path, &count)), Some((steps, Some(count))));
                    assert!(seen.insert(path));
                }
            }
        }
    }

    #[test]
    fn any_atom_is_an_element() {
        let numbers = [0.0, -0.0, 1.5, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE];
        let texts = ["", "#", "e0:z", "/~", "\0"].map(|text| Atom::Text(String::from(text)));
        let mut atoms = vec![Atom::Null, Atom::Bool(true), Atom::Bool(false), Atom::Undefined];
        atoms.extend(["0", "-1", "12345678901234567890"].map(|digits| Atom::Big(String::from(digits))));
        atoms.extend(numbers.map(Atom::Number));
        atoms.extend(texts);
        for atom in atoms {
            let item = Detail::Item(push_atom(&atom), 3);
            let name = beside("/x", &item);
            assert_eq!(
                parse(&name),
                Some((vec![Step::Property(Key::from("x"))], Some(item)))
            );
            let back = push_atom(&parse_atom(&push_atom(&atom)).unwrap());
            assert_eq!(back, push_atom(&atom));
        }
    }

    #[test]
    fn what_nobody_writes_is_nobodys() {
        let deep = "/a".repeat(33);
        let wrong = [
            "a",
            "a/b",
            "/~",
            "/a~3",
            "/~3~3",
            "/~4",
            "#",
            "#x",
            "#e",
            "#e0",
            "#e00:z",
            "#e0:",
            "#e0:zz",
            "#e0:n",
            "#eA:z",
            "#e100000000:z",
            "#e0:n7ff8000000000001",
            "#e0:u1",
            "#e0:b",
            "#e0:b-",
            "#e0:b-0",
            "#e0:b01",
            "#e0:b1n",
            "#e0:kx1",
            "#e0:kn8000000000000000",
            "#c",
            "#c0",
            "#t1",
            "#t1:",
            "#t1:01",
            "#ta:-1",
            "x#c1",
            &deep,
        ];
        for name in wrong {
            assert_eq!(parse(name), None, "{name}");
        }
        assert!(parse(&"/a".repeat(32)).is_some());
    }
}
