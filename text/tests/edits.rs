//! What counts as edited between two texts.

#![allow(clippy::indexing_slicing, clippy::string_slice, clippy::unwrap_used)]

mod common;

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

/// Texts without anything in common, and repetitive ones: the comparison must not take the square of their length.
#[test]
fn long_texts_are_compared_in_time() {
    let words = |from: u32| -> String {
        (0..60_000)
            .map(|i| format!("{} ", (i * 7 + from) % 100_003))
            .collect()
    };
    let lines = |word: &str| format!("{word}\n").repeat(60_000);
    for (before, after) in [
        ("a b\n".repeat(999), "b a\n".repeat(999)),
        ("a\n".repeat(3_999), "b\n".repeat(1_999) + &"a\nb\n".repeat(1_000)),
        ("ab".repeat(249), "ba".repeat(240)),
        (words(0), words(50_001)),
        (lines("a b"), lines("b a")),
        ("ab".repeat(100_000), "ba".repeat(150_000)),
        ("日本".repeat(50_000), "本語日".repeat(50_000)),
    ] {
        let started = std::time::Instant::now();
        let found = hunks(&before, &after);
        assert!(!found.is_empty());
        let took = started.elapsed();
        println!("{} bytes: {} edits, {took:?}", before.len(), found.len());
        assert!(took.as_secs() < 5, "{took:?}");
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
