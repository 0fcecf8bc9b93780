//! Lists of records: nothing that one window does to a record or to the list is lost to what others do at the same time.

use std::collections::BTreeSet;

use parley_sync::core::merge::unapply;

use super::rounds::{Round, all_hear, both, for_each_seed};
use super::value::{Json, object};
use super::{Batch, Window};
use parley_sync_kit::Random;

fn record(id: &str) -> Json {
    object([
        ("id", id.into()),
        ("done", Json::Bool(false)),
        ("title", id.into()),
    ])
}

fn id_of(json: &Json) -> String {
    match json {
        Json::Object(fields) => match &fields["id"] {
            Json::Text(id) => id.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn list(json: Json) -> Vec<Json> {
    match json {
        Json::Array(items) => items,
        other => panic!("no list: {other:?}"),
    }
}

fn set(items: &mut [Json], at: usize, name: &str, value: Json) {
    if let Json::Object(fields) = &mut items[at] {
        fields.insert(String::from(name), value);
    }
}

fn play(seed: u64) {
    let mut random = Random::new(seed);
    let count = random.between(2, 4) as usize;
    let mut start: Vec<Json> = (0..random.below(6)).map(|at| record(&format!("r{at}"))).collect();
    let mut windows: Vec<Window> = (0..count as u64)
        .map(|id| Window::starting(id, &Json::Array(start.clone())))
        .collect();
    let mut names = 0;
    for _ in 0..random.between(1, 4) {
        let mut round = Round::default();
        let mut sent: Vec<Vec<Batch>> = Vec::new();
        for (at, window) in windows.iter_mut().enumerate() {
            window.at_least(random.below(1000) as f64);
            let mut items = start.clone();
            let mut batches = Vec::new();
            for _ in 0..random.below(5) {
                match random.below(6) {
                    0 | 1 => {
                        names += 1;
                        let id = format!("n{names}");
                        items.insert(random.below(items.len() + 1), record(&id));
                        round.added.insert(id);
                    }
                    2 if !items.is_empty() => {
                        let moved = items.remove(random.below(items.len()));
                        items.insert(random.below(items.len() + 1), moved);
                    }
                    3 if !items.is_empty() => {
                        let id = id_of(&items.remove(random.below(items.len())));
                        round.gone.insert(id);
                    }
                    _ if !items.is_empty() => {
                        let place = random.below(items.len());
                        let (name, id) = (format!("f{at}"), id_of(&items[place]));
                        let value = Json::Text(format!("{at} {}", random.below(100)));
                        set(&mut items, place, &name, value.clone());
                        round.edits.insert((id, name), value);
                    }
                    _ => {}
                }
                batches.push(window.write(Some(&Json::Array(items.clone()))));
            }
            sent.push(batches);
        }
        let shown = list(all_hear(&mut windows, &sent, &mut random));
        let ids: Vec<String> = shown.iter().map(id_of).collect();
        round.check_names(start.iter().map(id_of), &ids);
        for (item, id) in shown.iter().zip(&ids) {
            let was = start.iter().find(|was| id_of(was) == *id).cloned();
            assert_eq!(*item, round.edited(id, was.unwrap_or_else(|| record(id))));
        }
        start = shown;
    }
}

#[test]
fn no_record_and_no_edit_is_lost() {
    for_each_seed(3_000, play);
}

fn items<const N: usize>(items: [Json; N]) -> Json {
    Json::Array(items.into())
}

fn with(id: &str, name: &str, value: Json) -> Json {
    let Json::Object(mut fields) = record(id) else {
        panic!("no record");
    };
    fields.insert(String::from(name), value);
    Json::Object(fields)
}

#[test]
fn one_adds_and_another_edits() {
    let shown = both(
        items([record("a")]),
        items([record("a"), record("b")]),
        items([with("a", "done", Json::Bool(true))]),
    );
    assert_eq!(shown, items([with("a", "done", Json::Bool(true)), record("b")]));
}

#[test]
fn two_begin_a_list_where_there_was_an_empty_one_or_none() {
    for start in [items([]), Json::Null] {
        let Json::Array(shown) = both(start, items([record("a")]), items([record("b")])) else {
            panic!("no list");
        };
        assert_eq!(shown.iter().map(id_of).collect::<BTreeSet<_>>().len(), 2);
    }
}

#[test]
fn taking_away_wins_over_an_edit_and_a_move() {
    let start = items([record("a"), record("b"), record("c")]);
    let gone = items([record("b"), record("c")]);
    let edited = items([with("a", "title", "new".into()), record("b"), record("c")]);
    let moved = items([record("b"), record("c"), record("a")]);
    for other in [edited, moved] {
        for (one, other) in [(&gone, &other), (&other, &gone)] {
            let shown = both(start.clone(), one.clone(), other.clone());
            assert_eq!(shown, gone);
        }
    }
}

#[test]
fn a_record_that_comes_again_begins_anew() {
    let mut window = Window::starting(0, &items([with("a", "old", 1.0.into())]));
    window.write(Some(&items([])));
    window.write(Some(&items([record("a")])));
    assert_eq!(window.show(), Some(items([record("a")])));
}

#[test]
fn two_add_the_same_identity_once() {
    let one = items([with("a", "x", 1.0.into())]);
    let other = items([with("a", "y", 2.0.into())]);
    let shown = both(items([record("b")]), one, other);
    let Json::Array(shown) = shown else {
        panic!("no list")
    };
    assert_eq!(shown.len(), 1);
    let Json::Object(fields) = &shown[0] else {
        panic!("no record")
    };
    assert_eq!(
        (&fields["x"], &fields["y"]),
        (&Json::Number(1.0), &Json::Number(2.0))
    );
}

#[test]
fn elements_without_identity_are_neither_lost_nor_doubled() {
    let plain = |n: f64| object([("n", n.into())]);
    let start = items([record("a"), plain(1.0), "p".into(), plain(2.0)]);
    let one = items([record("a"), plain(3.0), "p".into(), plain(2.0)]);
    let other = items([
        plain(1.0),
        with("a", "done", Json::Bool(true)),
        "p".into(),
        plain(2.0),
        "q".into(),
    ]);
    let Json::Array(shown) = both(start, one, other) else {
        panic!("no list")
    };
    assert_eq!(shown.len(), 5, "{shown:?}");
    for element in [
        plain(2.0),
        plain(3.0),
        with("a", "done", Json::Bool(true)),
        "p".into(),
        "q".into(),
    ] {
        assert!(shown.contains(&element), "{element:?} in {shown:?}");
    }
}

#[test]
fn one_identity_twice_stays_twice() {
    let twice = items([with("a", "n", 1.0.into()), with("a", "n", 2.0.into())]);
    let mut window = Window::starting(0, &items([record("b")]));
    window.write(Some(&twice));
    let edited = items([with("a", "n", 1.0.into()), with("a", "n", 3.0.into())]);
    window.write(Some(&edited));
    assert_eq!(window.show(), Some(edited));
}

#[test]
fn taking_a_change_back_leaves_what_others_did() {
    let old = items([record("a"), record("b")]);
    let new = items([with("a", "title", "mine".into()), record("c")]);
    let now = items([
        with("a", "done", Json::Bool(true)),
        record("c"),
        with("d", "title", "theirs".into()),
    ]);
    let left = unapply(Some(&now), Some(&old), Some(&new), "id");
    let expected = items([
        with("a", "done", Json::Bool(true)),
        record("b"),
        with("d", "title", "theirs".into()),
    ]);
    assert_eq!(left, Some(expected));
}

#[test]
fn windows_that_tell_records_apart_by_another_property_show_the_same_and_rest() {
    let start = items([object([("id", "a".into()), ("uuid", "1".into())])]);
    let mut one = Window::starting(0, &start);
    let mut other = Window::new(1);
    other.merged = parley_sync::core::merge::MergeTree::new("uuid");
    other.receive(&one.start());
    assert_eq!(other.show(), one.show());
    let next = items([object([
        ("id", "a".into()),
        ("n", 1.0.into()),
        ("uuid", "1".into()),
    ])]);
    let batch = other.write(Some(&next));
    one.receive(&batch);
    assert_eq!(one.show(), Some(next));
}
