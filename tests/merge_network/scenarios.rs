//! What becomes of two changes that did not know of each other, by name.

use parley_sync::core::merge::{MergeTree, NotANumber};

use super::value::{Json, array, object};
use super::{Batch, Window};

/// Two windows that start alike.
pub fn pair(start: Option<&Json>) -> (Window, Window) {
    match start {
        Some(start) => (Window::starting(1, start), Window::starting(2, start)),
        None => (Window::new(1), Window::new(2)),
    }
}

/// Each hears of the other; what both then show.
pub fn exchange(a: &mut Window, b: &mut Window, from_a: &[Batch], from_b: &[Batch]) -> Option<Json> {
    from_b.iter().for_each(|batch| a.receive(batch));
    from_a.iter().for_each(|batch| b.receive(batch));
    let shown = a.show();
    assert_eq!(shown, b.show());
    assert_eq!(shown, a.afresh());
    shown
}

/// What comes of two changes at once. Whichever is the later.
pub fn both(start: Option<&Json>, one: Option<&Json>, other: Option<&Json>) -> Option<Json> {
    let mut outcomes = [false, true].into_iter().map(|late| {
        let (mut a, mut b) = pair(start);
        let later = if late { &mut a } else { &mut b };
        later.at_least(100.0);
        let (from_a, from_b) = (a.write(one), b.write(other));
        exchange(&mut a, &mut b, &[from_a], &[from_b])
    });
    let first = outcomes.next().unwrap();
    assert_eq!(outcomes.next().unwrap(), first, "who is later decides");
    first
}

pub fn keeps_both(start: Option<Json>, one: Json, other: Json, merged: Json) {
    assert_eq!(both(start.as_ref(), Some(&one), Some(&other)), Some(merged));
}

#[test]
fn both_properties_of_an_object() {
    let start = object([
        ("font", "serif".into()),
        ("theme", "dark".into()),
        ("size", 1.0.into()),
    ]);
    let one = object([
        ("font", "mono".into()),
        ("theme", "dark".into()),
        ("size", 1.0.into()),
    ]);
    let other = object([("font", "serif".into()), ("theme", "light".into())]);
    let merged = object([("font", "mono".into()), ("theme", "light".into())]);
    keeps_both(Some(start), one, other, merged);
}

#[test]
fn both_properties_of_an_object_that_was_not_there() {
    let (font, theme) = (
        object([("font", "mono".into())]),
        object([("theme", "dark".into())]),
    );
    let merged = object([("font", "mono".into()), ("theme", "dark".into())]);
    keeps_both(None, font.clone(), theme.clone(), merged.clone());
    for instead in [Json::Null, 7.0.into(), "none".into(), array(["x"])] {
        keeps_both(Some(instead), font.clone(), theme.clone(), merged.clone());
    }
    let nested = |inner| object([("deep", inner)]);
    keeps_both(Some(object([])), nested(font), nested(theme), nested(merged));
}

#[test]
fn what_a_new_object_takes_the_place_of_stays_away() {
    let start = object([("x", 1.0.into())]);
    let (mut a, mut b) = pair(Some(&start));
    // Known to nobody when the object goes, and older.
    let from_b = b.write(Some(&object([("x", 1.0.into()), ("y", "old".into())])));
    a.at_least(10.0);
    let gone = a.write(None);
    let anew = a.write(Some(&object([("z", 3.0.into())])));
    let shown = exchange(&mut a, &mut b, &[gone, anew], &[from_b]);
    assert_eq!(shown, Some(object([("z", 3.0.into())])));
}

#[test]
fn taking_an_object_away_wins_over_changes_inside_it() {
    let start = object([("o", object([("x", 1.0.into())]))]);
    let edited = object([("o", object([("x", 1.0.into()), ("y", 2.0.into())]))]);
    keeps_both(Some(start.clone()), edited.clone(), object([]), object([]));
    let replaced = object([("o", Json::Null)]);
    keeps_both(Some(start), edited, replaced.clone(), replaced);
}

#[test]
fn numbers_add_up() {
    keeps_both(Some(10.0.into()), 13.0.into(), 9.0.into(), 12.0.into());
    keeps_both(Some(0.1.into()), 0.3.into(), 0.2.into(), (0.3 + 0.1).into());
    let start = object([("n", 1.0.into())]);
    let (one, other) = (object([("n", 2.0.into())]), object([("n", 5.0.into())]));
    keeps_both(Some(start), one, other, object([("n", 6.0.into())]));
}

#[test]
fn increments_of_what_is_not_there_all_count() {
    for start in [None, Some(Json::from(0.0))] {
        let (mut a, mut b) = pair(start.as_ref());
        let from_a = [a.add(1.0).unwrap(), a.add(2.0).unwrap()];
        let from_b = [b.add(4.0).unwrap()];
        assert_eq!(exchange(&mut a, &mut b, &from_a, &from_b), Some(7.0.into()));
        let (gone, hidden) = (a.write(None), b.add(1.0).unwrap());
        assert_eq!(exchange(&mut a, &mut b, &[gone], &[hidden]), None);
        let (from_a, from_b) = (a.add(1.0).unwrap(), b.add(1.0).unwrap());
        assert_eq!(exchange(&mut a, &mut b, &[from_a], &[from_b]), Some(2.0.into()));
    }
}

#[test]
fn only_a_number_is_added_to() {
    let mut text = Window::starting(1, &"1".into());
    assert_eq!(text.merged.add(1.0, text.actor).unwrap_err(), NotANumber);
    let mut huge = Window::starting(1, &f64::MAX.into());
    huge.add(f64::MAX).unwrap();
    assert_eq!(huge.show(), Some(f64::INFINITY.into()));
    huge.write(Some(&1.0.into()));
    huge.add(1.0).unwrap();
    assert_eq!(huge.show(), Some(2.0.into()));
}

#[test]
fn what_was_added_to_ones_own_initial_number_counts_under_anothers() {
    let (mut elder, mut younger) = (
        Window::starting(1, &100.0.into()),
        Window::starting(2, &5.0.into()),
    );
    let (born, younger_born) = (elder.start(), younger.start());
    let counted = younger.add(2.0).unwrap();
    let shown = exchange(&mut elder, &mut younger, &[born], &[younger_born, counted]);
    assert_eq!(shown, Some(102.0.into()));
}

#[test]
fn sets_keep_what_both_add() {
    keeps_both(
        Some(array(["a", "z"])),
        array(["a", "b", "c", "d", "z"]),
        array(["a", "x", "y", "z", "e"]),
        array(["a", "b", "c", "d", "x", "y", "z", "e"]),
    );
    keeps_both(None, array(["a"]), array(["b"]), array(["a", "b"]));
    keeps_both(Some(array([])), array(["a"]), array(["a"]), array(["a"]));
}

#[test]
fn runs_typed_one_by_one_stay_whole() {
    for front in [false, true] {
        let (mut a, mut b) = pair(Some(&array(["m"])));
        let type_in = |window: &mut Window, items: [&str; 3]| {
            items.map(|item| {
                let Some(Json::Array(mut now)) = window.show() else {
                    panic!("no array");
                };
                now.insert(if front { 0 } else { now.len() }, item.into());
                window.write(Some(&Json::Array(now)))
            })
        };
        let from_a = type_in(&mut a, ["a1", "a2", "a3"]);
        let from_b = type_in(&mut b, ["b1", "b2", "b3"]);
        let merged = if front {
            array(["a3", "a2", "a1", "b3", "b2", "b1", "m"])
        } else {
            array(["m", "a1", "a2", "a3", "b1", "b2", "b3"])
        };
        assert_eq!(exchange(&mut a, &mut b, &from_a, &from_b), Some(merged));
    }
}

#[test]
fn sets_lose_what_either_takes_away() {
    keeps_both(
        Some(array(["a", "b", "c", "d"])),
        array(["a", "c", "d"]),
        array(["a", "b", "d", "new"]),
        array(["a", "d", "new"]),
    );
}

#[test]
fn an_element_moves_while_others_come() {
    keeps_both(
        Some(array(["a", "b", "c", "d"])),
        array(["d", "a", "b", "c"]),
        array(["a", "x", "b", "c", "d"]),
        array(["d", "a", "x", "b", "c"]),
    );
}

#[test]
fn duplicates_are_kept() {
    keeps_both(
        Some(array(["a", "a", "b", "a"])),
        array(["a", "b", "a"]),
        array(["a", "a", "b", "a", "c"]),
        array(["a", "b", "a", "c"]),
    );
}

#[test]
fn arrays_of_other_things_are_one_value() {
    let list = |text: &str| Json::Array(vec![object([("t", text.into())])]);
    let (mut a, mut b) = pair(Some(&list("start")));
    b.at_least(10.0);
    let (from_a, from_b) = (a.write(Some(&list("a"))), b.write(Some(&list("b"))));
    assert_eq!(exchange(&mut a, &mut b, &[from_a], &[from_b]), Some(list("b")));
}

#[test]
fn only_what_differs_is_written() {
    let start = object([
        ("o", object([("x", 1.0.into()), ("y", Json::Null)])),
        ("s", array(["a", "b", "c", "d"])),
        ("l", Json::Array(vec![object([])])),
    ]);
    let with = |name: &str, value: Json| {
        let Json::Object(mut fields) = start.clone() else {
            panic!("no object");
        };
        fields.insert(name.into(), value);
        Json::Object(fields)
    };
    let cases: [(Json, &[&str]); 7] = [
        (start.clone(), &[]),
        (
            with("o", object([("x", 2.0.into()), ("y", Json::Null)])),
            &["/o#cb"],
        ),
        (
            with("o", object([("x", 1.0.into()), ("y", Json::Bool(true))])),
            &["/o/y"],
        ),
        (with("o", object([("x", 1.0.into())])), &["/o/y"]),
        (with("s", array(["a", "c", "d", "e"])), &["/s#e0:sb", "/s#e0:se"]),
        (with("s", array(["d", "a", "b", "c"])), &["/s#e0:sd"]),
        (with("l", Json::Array(vec![object([]), Json::Null])), &["/l"]),
    ];
    for (next, names) in cases {
        let mut window = Window::starting(1, &start);
        let writes = window.write(Some(&next));
        let written: Vec<&str> = writes.iter().map(|write| &*write.0).collect();
        let names: Vec<String> = names.iter().map(|name| name.replace("/o#", "/o/x#")).collect();
        assert_eq!(written, names);
    }
}

#[test]
fn a_plain_write_counts_as_one_at_the_root() {
    let mut window = Window::starting(1, &object([("x", 1.0.into())]));
    let stamp = |at: f64| parley_sync::core::register::Stamp {
        time: parley_sync::core::clock::Time::from_f64(at).unwrap(),
        actor: window.actor,
    };
    let (plain, later) = (stamp(50.0), stamp(70.0));
    window.merged.set_plain(Some((Some("plain".into()), plain)));
    assert_eq!(window.show(), Some("plain".into()));
    window.at_least(60.0);
    window.write(Some(&object([("y", 2.0.into())])));
    assert_eq!(window.show(), Some(object([("y", 2.0.into())])));
    window.merged.set_plain(Some((None, later)));
    assert_eq!(window.show(), None);
    window.merged.set_plain(None);
    assert_eq!(window.show(), Some(object([("y", 2.0.into())])));
}

#[test]
fn names_that_are_nobodys_change_nothing() {
    let mut window = Window::starting(1, &1.0.into());
    let stamp = window.merged.stamp().unwrap();
    for rest in ["x", "#", "/~9", "#e0:?", "#t1"] {
        window.merged.set(rest, None, stamp);
    }
    assert_eq!(window.show(), Some(1.0.into()));
    assert_eq!(MergeTree::<Json>::default().stamp(), None);
}
