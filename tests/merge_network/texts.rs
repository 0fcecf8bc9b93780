//! What becomes of texts, by name.

use parley_sync::core::merge::Node;

use super::scenarios::{both, exchange, keeps_both, pair};
use super::value::{Json, object};
use super::{Batch, Window};

fn text(window: &mut Window) -> String {
    match window.show() {
        Some(Json::Text(text)) => text,
        other => panic!("no text: {other:?}"),
    }
}

/// Types at the end, one character at a time.
fn type_in(window: &mut Window, what: &str) -> Vec<Batch> {
    let one = |char| {
        let mut now = text(window);
        now.push(char);
        window.write(Some(&Json::Text(now)))
    };
    what.chars().map(one).collect()
}

#[test]
fn both_edits_of_a_text() {
    keeps_both(
        Some("the fox".into()),
        "the quick fox".into(),
        "the fox jumps".into(),
        "the quick fox jumps".into(),
    );
    let deep = |text: &str| object([("o", object([("t", text.into())]))]);
    keeps_both(Some(deep("ab")), deep("xab"), deep("aby"), deep("xaby"));
    keeps_both(Some("abc".into()), "ac".into(), "abXc".into(), "aXc".into());
    keeps_both(Some("abc".into()), "".into(), "abcd".into(), "d".into());
}

#[test]
fn words_typed_at_the_same_place_stay_whole() {
    let (mut a, mut b) = pair(Some(&"".into()));
    let (from_a, from_b) = (type_in(&mut a, "hello"), type_in(&mut b, "world"));
    let merged = exchange(&mut a, &mut b, &from_a, &from_b);
    assert!(merged == Some("helloworld".into()) || merged == Some("worldhello".into()));
}

#[test]
fn the_later_of_two_replacements_wins() {
    for (late, winner) in [(false, "night"), (true, "light")] {
        let (mut a, mut b) = pair(Some(&"dark".into()));
        let later = if late { &mut a } else { &mut b };
        later.at_least(10.0);
        let (from_a, from_b) = (a.write(Some(&"light".into())), b.write(Some(&"night".into())));
        assert_eq!(
            exchange(&mut a, &mut b, &[from_a], &[from_b]),
            Some(winner.into())
        );
    }
}

#[test]
fn replacing_wins_over_editing() {
    let merged = both(
        Some(&"dark".into()),
        Some(&"darker".into()),
        Some(&"light".into()),
    );
    assert_eq!(merged, Some("light".into()));
}

#[test]
fn of_different_initial_texts_the_elders_is_edited() {
    let (mut elder, mut younger) = (
        Window::starting(1, &"one text".into()),
        Window::starting(2, &"another".into()),
    );
    let (born, mut later) = (elder.start(), younger.start());
    let mut from_elder = vec![born];
    from_elder.extend(type_in(&mut elder, "!"));
    let mut from_younger = vec![std::mem::take(&mut later)];
    from_younger.extend(type_in(&mut younger, "?"));
    let merged = exchange(&mut elder, &mut younger, &from_elder, &from_younger);
    assert_eq!(merged, Some("one text!".into()));
}

#[test]
fn the_same_text_put_in_the_same_place_twice_is_one() {
    let (mut a, mut b) = pair(None);
    let mut from_a = vec![a.write(Some(&"same".into()))];
    let mut from_b = vec![b.write(Some(&"same".into()))];
    from_a.extend(type_in(&mut a, "!"));
    from_b.push(b.write(Some(&"a same".into())));
    assert_eq!(exchange(&mut a, &mut b, &from_a, &from_b), Some("a same!".into()));
}

#[test]
fn many_edits_stand_in_few_cells() {
    let mut window = Window::starting(1, &"".into());
    let mut cells = std::collections::BTreeMap::new();
    let mut sent = 0;
    for batch in type_in(&mut window, &"x".repeat(1000)) {
        for (rest, node, _) in batch {
            if let Some(Node::Edits(Json::Ops(ops), ..)) = &node {
                sent += ops.len();
            }
            cells.insert(rest, node.is_some());
        }
    }
    assert!(cells.len() <= 10, "{} cells", cells.len());
    assert_eq!(
        cells.values().filter(|full| **full).count(),
        1000u32.count_ones() as usize
    );
    assert!(sent <= 1000 * 6, "{sent} operations sent");
}

#[test]
fn edits_wait_for_what_merges_texts() {
    let (mut a, mut b) = pair(Some(&"the fox".into()));
    a.engine = false;
    assert!(!a.merged.wants_texts());
    assert!(a.write(Some(&"the quick fox".into())).is_empty());
    assert!(a.write(Some(&"the quick red fox".into())).is_empty());
    assert!(a.merged.wants_texts());
    assert!(!b.merged.wants_texts());
    let from_b = type_in(&mut b, " jumps");
    from_b.iter().for_each(|batch| a.receive(batch));
    assert_eq!(text(&mut a), "the quick red fox");
    let from_a = [a.load()];
    assert_eq!(
        exchange(&mut a, &mut b, &from_a, &[]),
        Some("the quick red fox jumps".into())
    );
    assert!(a.load().is_empty());
    assert!(b.merged.wants_texts());
}

#[test]
fn an_edit_that_waits_goes_with_the_text_it_was_of() {
    let (mut a, mut b) = pair(Some(&"dark".into()));
    a.engine = false;
    a.write(Some(&"darker".into()));
    let from_b = b.write(Some(&"light".into()));
    a.receive(&from_b);
    assert_eq!(text(&mut a), "light");
    assert!(a.load().is_empty());
    assert_eq!(text(&mut a), "light");
}

#[test]
fn what_was_taken_back_is_gone_and_nothing_else() {
    let (mut a, mut b) = pair(Some(&"ab".into()));
    let (first, second) = (a.write(Some(&"xab".into())), a.write(Some(&"xaby".into())));
    let from_b = b.write(Some(&"a-b".into()));
    exchange(&mut a, &mut b, &[first, second.clone()], &[from_b]);
    a.veto(&second);
    b.veto(&second);
    let third = a.write(Some(&"xa-bz".into()));
    assert_eq!(exchange(&mut a, &mut b, &[third], &[]), Some("xa-bz".into()));
}
