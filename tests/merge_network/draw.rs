//! Random values, and small changes to them.

use std::collections::BTreeMap;

use parley_sync::core::value::{Atom, Value};

use super::atoms::{atom, key, of_key};
use super::value::{Json, array, object};
use parley_sync_kit::Random;

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
