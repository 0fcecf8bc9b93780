//! Maps and sets: nothing that one window does to an entry or member is lost to what others do at the same time.

use std::collections::BTreeSet;

use parley_sync::core::merge::unapply;

use super::rounds::{Round, all_hear, both, for_each_seed};
use super::value::{Json, object};
use super::{Batch, Window};
use parley_sync_kit::Random;

fn map<const N: usize>(entries: [(Json, Json); N]) -> Json {
    Json::Map(entries.into())
}

fn members<const N: usize>(members: [&str; N]) -> Json {
    Json::Members(members.map(Json::from).into())
}

fn value() -> Json {
    object([("done", Json::Bool(false))])
}

/// Keys of every kind, by number: 1 and '1' are among them.
fn key(number: u32) -> Json {
    match number % 4 {
        0 => Json::from(f64::from(number)),
        1 => Json::from(format!("{}", number - 1).as_str()),
        2 => Json::Big(i64::from(number) - 2),
        _ => Json::from(format!("{number}/#~").as_str()),
    }
}

fn entries_of(json: Json) -> Vec<(Json, Json)> {
    match json {
        Json::Map(entries) => entries,
        other => panic!("no map: {other:?}"),
    }
}

fn name(json: &Json) -> String {
    json.json_text()
}

fn play(seed: u64) {
    let mut random = Random::new(seed);
    let count = random.between(2, 4) as usize;
    let mut names = random.below(6) as u32;
    let mut start: Vec<(Json, Json)> = (0..names).map(|at| (key(at), value())).collect();
    let mut windows: Vec<Window> = (0..count as u64)
        .map(|id| Window::starting(id, &Json::Map(start.clone())))
        .collect();
    for _ in 0..random.between(1, 4) {
        let mut round = Round::default();
        let mut sent: Vec<Vec<Batch>> = Vec::new();
        for (at, window) in windows.iter_mut().enumerate() {
            window.at_least(random.below(1000) as f64);
            let mut all = start.clone();
            let mut batches = Vec::new();
            for _ in 0..random.below(5) {
                match random.below(6) {
                    0 | 1 => {
                        all.push((key(names), value()));
                        round.added.insert(name(&key(names)));
                        names += 1;
                    }
                    2 if !all.is_empty() => {
                        let moved = all.remove(random.below(all.len()));
                        all.push(moved);
                    }
                    3 if !all.is_empty() => {
                        let (key, _) = all.remove(random.below(all.len()));
                        round.gone.insert(name(&key));
                    }
                    _ if !all.is_empty() => {
                        let place = random.below(all.len());
                        let field = format!("f{at}");
                        let value = Json::Text(format!("{at} {}", random.below(100)));
                        let Json::Object(fields) = &mut all[place].1 else {
                            panic!("no object");
                        };
                        fields.insert(field.clone(), value.clone());
                        round.edits.insert((name(&all[place].0), field), value);
                    }
                    _ => {}
                }
                batches.push(window.write(Some(&Json::Map(all.clone()))));
            }
            sent.push(batches);
        }
        let shown = entries_of(all_hear(&mut windows, &sent, &mut random));
        let names = shown.iter().map(|entry| name(&entry.0));
        round.check_names(
            start.iter().map(|entry| name(&entry.0)),
            &names.collect::<Vec<_>>(),
        );
        for (key, held) in &shown {
            let key = name(key);
            let was = start.iter().find(|was| name(&was.0) == key);
            let was = was.map_or_else(value, |was| was.1.clone());
            assert_eq!(*held, round.edited(&key, was));
        }
        start = shown;
    }
}

#[test]
fn no_entry_and_no_edit_is_lost() {
    for_each_seed(3_000, play);
}

#[test]
fn two_windows_add_an_entry_each_to_a_map_or_to_what_was_none() {
    for start in [map([]), Json::Null, object([]), members(["a"])] {
        let shown = both(
            start,
            map([(1.0.into(), "number".into())]),
            map([("1".into(), "text".into())]),
        );
        let entries: BTreeSet<String> = entries_of(shown).iter().map(|entry| name(&entry.0)).collect();
        assert_eq!(entries, BTreeSet::from([name(&1.0.into()), name(&"1".into())]));
    }
}

#[test]
fn numbers_and_objects_in_a_map_are_merged() {
    let start = map([("n".into(), 1.0.into()), ("o".into(), value())]);
    let mine = object([("done", Json::Bool(true))]);
    let theirs = object([("done", Json::Bool(false)), ("title", "t".into())]);
    let shown = both(
        start,
        map([("n".into(), 3.0.into()), ("o".into(), mine)]),
        map([("n".into(), 6.0.into()), ("o".into(), theirs)]),
    );
    let merged = object([("done", Json::Bool(true)), ("title", "t".into())]);
    assert_eq!(shown, map([("n".into(), 8.0.into()), ("o".into(), merged)]));
}

#[test]
fn taking_away_wins_over_an_edit_and_a_move() {
    let entry = |key: &str| (Json::from(key), value());
    let start = map([entry("a"), entry("b"), entry("c")]);
    let gone = map([entry("b"), entry("c")]);
    let edited = map([("a".into(), Json::Null), entry("b"), entry("c")]);
    let moved = map([entry("b"), entry("c"), entry("a")]);
    for other in [edited, moved] {
        for (one, other) in [(&gone, &other), (&other, &gone)] {
            assert_eq!(both(start.clone(), one.clone(), other.clone()), gone);
        }
    }
}

#[test]
fn an_entry_that_comes_again_begins_anew() {
    let mut window = Window::starting(0, &map([("a".into(), object([("old", 1.0.into())]))]));
    window.write(Some(&map([])));
    window.write(Some(&map([("a".into(), value())])));
}

#[test]
fn members_are_added_and_taken_away_by_themselves() {
    let shown = both(members(["a", "b"]), members(["a", "b", "c"]), members(["b", "d"]));
    let Json::Members(shown) = shown else {
        panic!("no set")
    };
    let names: BTreeSet<String> = shown.iter().map(name).collect();
    assert_eq!(names, ["b", "c", "d"].map(|member| name(&member.into())).into());
    let twice = both(members([]), members(["x"]), members(["x"]));
    assert_eq!(twice, members(["x"]));
}

#[test]
fn a_map_by_objects_is_one_value() {
    let key = object([("id", 1.0.into())]);
    let one = map([(key.clone(), 1.0.into())]);
    let other = map([(key.clone(), 2.0.into())]);
    let shown = both(map([]), one.clone(), other.clone());
    assert!(shown == one || shown == other, "{shown:?}");
}

#[test]
fn of_two_kinds_the_later_stands() {
    let start = map([("a".into(), 1.0.into())]);
    let more = map([("a".into(), 1.0.into()), ("b".into(), 2.0.into())]);
    let object = object([("a", 1.0.into())]);
    assert_eq!(both(start, more, object.clone()), object);
    let record = |id: &str| super::value::object([("id", id.into())]);
    let list = |ids: &[&str]| Json::Array(ids.iter().map(|id| record(id)).collect());
    assert_eq!(both(list(&["a"]), list(&["a", "b"]), object.clone()), object);
}

#[test]
fn taking_a_change_back_leaves_what_others_did() {
    let (a, b, c) = (Json::from("a"), Json::from("b"), Json::from("c"));
    let with = |fields: &[&str]| {
        let fields = fields.iter().map(|name| (String::from(*name), Json::Null));
        Json::Object(fields.collect())
    };
    let old = map([(a.clone(), with(&[])), (b.clone(), with(&[]))]);
    let new = map([(a.clone(), with(&["mine"]))]);
    let now = map([(a.clone(), with(&["mine", "theirs"])), (c.clone(), with(&[]))]);
    let left = unapply(Some(&now), Some(&old), Some(&new), "id");
    let expected = [(a, with(&["theirs"])), (b, with(&[])), (c, with(&[]))];
    let mut left = entries_of(left.unwrap());
    left.sort_by_key(|entry| name(&entry.0));
    assert_eq!(left, expected);
    let left = unapply(
        Some(&members(["a", "x", "y"])),
        Some(&members(["a", "b"])),
        Some(&members(["a", "x"])),
        "id",
    );
    let Some(Json::Members(mut left)) = left else {
        panic!("no set")
    };
    left.sort_by_key(name);
    assert_eq!(Json::Members(left), members(["a", "b", "y"]));
    // Made here, and nothing of others in it: gone.
    let made = map([("k".into(), value())]);
    assert_eq!(unapply(Some(&made), None, Some(&made), "id"), None);
}
