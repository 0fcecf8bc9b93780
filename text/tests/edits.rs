//! What counts as edited between two texts.

#![allow(clippy::indexing_slicing, clippy::string_slice, clippy::unwrap_used)]

#[path = "../../tests/allocated/mod.rs"]
mod allocated;
mod common;

use allocated::{assert_linear, total};
use common::{Fate, Random, Style, Window, first_seed, human, schedules};
use parley_sync_text::{Doc, Hunk, hunks};

fn hunk(at: u32, removed: u32, inserted: &str) -> Hunk<'_> {
    Hunk {
        at,
        removed,
        inserted,
    }
}

#[test]
fn what_stays_is_not_touched() {
    for (before, after, expected) in [
        ("", "", vec![]),
        ("same", "same", vec![]),
        ("", "abc", vec![hunk(0, 0, "abc")]),
        ("abc", "", vec![hunk(0, 3, "")]),
        ("hello world", "hello big world", vec![hunk(6, 0, "big ")]),
        ("abc", "aXc", vec![hunk(1, 1, "X")]),
        (
            "one two three",
            "One two Three",
            vec![hunk(0, 1, "O"), hunk(8, 1, "T")],
        ),
        ("one two three", "one three", vec![hunk(5, 4, "")]),
        (
            "colour and flavour",
            "color and flavor",
            vec![hunk(4, 1, ""), hunk(16, 1, "")],
        ),
        // Places count UTF-16; a surrogate pair stays whole.
        ("😀 a b", "😀 x b", vec![hunk(3, 1, "x")]),
        ("😀", "😁", vec![hunk(0, 2, "😁")]),
        ("a 😀 b", "a 😁 B", vec![hunk(2, 2, "😁"), hunk(5, 1, "B")]),
        (
            "日本語の文",
            "日本の文です",
            vec![hunk(2, 1, ""), hunk(5, 0, "です")],
        ),
        ("e", "e\u{301}", vec![hunk(1, 0, "\u{301}")]),
    ] {
        assert_eq!(hunks(before, after), expected, "{before:?} -> {after:?}");
    }
}

#[test]
fn edits_make_the_one_text_into_the_other() {
    for seed in first_seed()..first_seed() + schedules(5_000) {
        let mut random = Random::new(seed);
        let text = |random: &mut Random| {
            (0..random.below(12))
                .map(|_| human(random, &mut 0))
                .collect::<String>()
        };
        let (before, after) = (text(&mut random), text(&mut random));
        let mut units: Vec<u16> = before.encode_utf16().collect();
        for hunk in hunks(&before, &after).into_iter().rev() {
            let at = hunk.at as usize;
            units.splice(at..at + hunk.removed as usize, hunk.inserted.encode_utf16());
        }
        assert_eq!(String::from_utf16(&units).unwrap(), after, "seed {seed}");
    }
}

/// Edits at both ends of a paragraph, at once with an edit in its middle by another.
#[test]
fn several_edits_in_one_turn_leave_room_for_others() {
    let seed = "The quick brown fox jumps over the lazy dog.";
    let (mut one, mut other) = (Doc::open(seed, 1), Doc::open(seed, 2));
    let first = one.edit("A quick brown fox jumps over a lazy cat.").unwrap();
    let second = other
        .edit("The quick brown fox jumped over the lazy dog.")
        .unwrap();
    assert!(one.apply(&second, Some(2)) && other.apply(&first, Some(1)));
    assert_eq!(one.text(), "A quick brown fox jumped over a lazy cat.");
    assert_eq!(other.text(), one.text());
}

type Texts = fn(usize) -> (String, String);

fn words(count: usize, from: usize) -> String {
    let word = |i: usize| format!("{} ", (i * 7 + from) % 100_003);
    (0..count).map(word).collect()
}

/// Texts without anything in common, and repetitive ones, with the most pieces that are compared.
const LONG: [(&str, usize, Texts); 5] = [
    // A space is a piece too.
    ("other words", 2_000, |n| {
        (words(n, 0), format!("and {}", words(n - 1, 50_001)))
    }),
    ("words of lines", 1_000, |n| {
        ("a b\n".repeat(n), "b a\n".repeat(n))
    }),
    ("lines", 4_000, |n| {
        ("a\n".repeat(n), "b\n".repeat(n / 2) + &"a\nb\n".repeat(n / 4))
    }),
    ("letters", 250, |n| ("ab".repeat(n), "ba".repeat(n / 2) + "cab")),
    ("wide letters", 2_000, |n| {
        ("日本".repeat(n), "本日".repeat(n - 2) + "語日本")
    }),
];

/// Comparing takes the square of the number of pieces in the worst case: more than a limit are not compared.
#[test]
fn more_pieces_than_the_limit_are_one_edit() {
    for (name, limit, texts) in LONG {
        let count = |n| {
            let (before, after) = texts(n);
            hunks(&before, &after).len()
        };
        assert!(count(limit) > 1, "{name}: so many are compared");
        assert_eq!(count(limit * 5 / 4), 1, "{name}: more are not");
    }
}

#[test]
fn what_is_not_compared_takes_work_in_proportion_to_its_length() {
    for (name, limit, texts) in LONG {
        assert_linear(name, limit * 10, |n| {
            let (before, after) = texts(n);
            total(|| assert_eq!(hunks(&before, &after).len(), 1, "{name}"))
        });
    }
}

#[test]
fn a_long_life_of_edits_stays_exact() {
    let mut random = Random::new(first_seed());
    let mut window = Window::open("begin", 9);
    let mut fate = Fate::default();
    for _ in 0..2_000 {
        let style = Style {
            characters: human,
            places: 3,
        };
        window.edit(&mut random, style, &mut fate);
        if window.doc.text().len() > 2_000 {
            window.write("");
        }
    }
}
