//! Changes say where they are, and positions stay with their text.

#![allow(clippy::indexing_slicing, clippy::string_slice, clippy::unwrap_used)]

mod common;

use common::{Fate, Random, Style, Window, chunks, first_seed, human, schedules, unique};
use parley_sync_text::{Anchor, Doc, Splice};

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn spliced(text: &mut Vec<u16>, splices: &[Splice]) {
    for splice in splices {
        let at = splice.at as usize;
        text.splice(at..at + splice.removed as usize, splice.inserted.iter().copied());
    }
}

/// Where characters begin, as units of UTF-16; the end of the text too.
fn boundaries(text: &str) -> Vec<u32> {
    let mut at = 0;
    let mut found = vec![0];
    for character in text.chars() {
        at += character.len_utf16() as u32;
        found.push(at);
    }
    found
}

/// Changes at some places of a text, in their order, and the text they make of it.
fn drawn(random: &mut Random, text: &str) -> (Vec<(u32, u32, String)>, String) {
    let places = boundaries(text);
    let mut points: Vec<usize> = (0..2 * (1 + random.below(3)))
        .map(|_| random.below(places.len()))
        .collect();
    points.sort_unstable();
    let (mut changes, mut made, mut passed) = (Vec::new(), Vec::new(), 0);
    for pair in points.chunks(2) {
        let (at, end) = (places[pair[0]], places[pair[1].min(pair[0] + 4)]);
        let inserted = if random.percent(70) {
            human(random, &mut 0)
        } else {
            String::new()
        };
        made.extend_from_slice(&units(text)[passed as usize..at as usize]);
        made.extend(units(&inserted));
        passed = end;
        changes.push((at, end - at, inserted));
    }
    made.extend_from_slice(&units(text)[passed as usize..]);
    (changes, String::from_utf16(&made).unwrap())
}

fn change(doc: &mut Doc, changes: &[(u32, u32, String)]) -> Option<Vec<u8>> {
    let changes: Vec<_> = changes
        .iter()
        .map(|(at, removed, text)| (*at, *removed, text.as_str()))
        .collect();
    doc.change(&changes)
}

#[test]
fn changes_are_made_where_they_say() {
    for seed in first_seed()..first_seed() + schedules(2_000) {
        let mut random = Random::new(seed);
        let (mut doc, mut other) = (Doc::open("The 😀 fox", 1), Doc::open("The 😀 fox", 2));
        for _ in 0..20 {
            let (changes, expected) = drawn(&mut random, &doc.text());
            let update = change(&mut doc, &changes);
            assert_eq!(doc.text(), expected, "seed {seed}: {changes:?}");
            assert_eq!(doc.length() as usize, units(&expected).len(), "seed {seed}");
            if let Some(update) = update {
                assert!(other.apply(&update, Some(1)));
            }
            assert_eq!(other.text(), expected, "seed {seed}");
        }
    }
}

#[test]
fn changes_that_are_none_change_nothing() {
    let mut doc = Doc::open("abc", 1);
    let refused: [&[(u32, u32, &str)]; 6] = [
        &[(4, 0, "x")],
        &[(2, 2, "")],
        &[(0, u32::MAX, "")],
        &[(2, 1, "x"), (1, 0, "y")],
        &[(0, 2, "x"), (1, 1, "y")],
        &[(1, 0, "")],
    ];
    for changes in refused {
        assert_eq!(doc.change(changes), None, "{changes:?}");
        assert_eq!(doc.text(), "abc");
    }
    // Two at one place stand in their order.
    assert!(doc.change(&[(1, 0, "x"), (1, 1, "y")]).is_some());
    assert_eq!(doc.text(), "axyc");
}

/// What others wrote, in any order and often, is told as splices that make the old text the new one.
#[test]
fn splices_make_the_old_text_the_new_one() {
    for seed in first_seed()..first_seed() + schedules(2_000) {
        let mut random = Random::new(seed);
        let style = Style {
            characters: human,
            places: 3,
        };
        let mut fate = Fate::default();
        let mut windows: Vec<Window> = (1..=3).map(|actor| Window::open("a 😀 seed", actor)).collect();
        for _ in 0..30 {
            let at = random.below(3);
            if random.percent(60) {
                windows[at].edit(&mut random, style, &mut fate);
                continue;
            }
            let mut news = chunks(&mut random, &windows[(at + 1) % 3].written.clone());
            news.truncate(random.below(news.len() + 1));
            for update in news {
                let doc = &mut windows[at].doc;
                let mut text = units(&doc.text());
                spliced(&mut text, &doc.splices(&update, None).unwrap());
                assert_eq!(text, units(&doc.text()), "seed {seed}");
            }
        }
    }
}

/// An anchor beside a character stays beside it, and where the character was when it is deleted; the same in every window.
#[test]
fn anchors_stay_with_their_text() {
    let style = Style {
        characters: unique,
        places: 1,
    };
    for seed in first_seed()..first_seed() + schedules(1_000) {
        let mut random = Random::new(seed);
        let mut fate = Fate::default();
        let mut windows: Vec<Window> = (1..=3)
            .map(|actor| Window::open("The quickzfox.", actor))
            .collect();
        let mut anchors: Vec<(Anchor, String, u32)> = Vec::new();
        for _ in 0..25 {
            let at = random.below(3);
            match random.below(10) {
                0..=4 => windows[at].edit(&mut random, style, &mut fate),
                5 | 6 => {
                    let text = windows[at].doc.text();
                    let places = boundaries(&text);
                    let place = places[random.below(places.len())];
                    let anchor = windows[at].doc.anchor(place, random.percent(50));
                    assert_eq!(windows[at].doc.position(anchor), Some(place), "seed {seed}");
                    anchors.push((anchor, text, place));
                }
                _ => {
                    let written = windows[(at + 1) % 3].written.clone();
                    for update in chunks(&mut random, &written) {
                        windows[at].hear(&update);
                    }
                }
            }
        }
        let all: Vec<Vec<u8>> = windows.iter().flat_map(|window| window.written.clone()).collect();
        for window in &mut windows {
            all.iter().for_each(|update| window.hear(update));
        }
        let text = windows[0].doc.text();
        let now = units(&text);
        for (anchor, then, place) in anchors {
            let position = windows[0].doc.position(anchor).unwrap();
            for window in &windows {
                assert_eq!(window.doc.position(anchor), Some(position), "seed {seed}");
            }
            let find = |character: char| {
                let at = text.chars().take_while(|other| *other != character);
                let there = text.contains(character);
                there.then(|| at.map(|other| other.len_utf16() as u32).sum::<u32>())
            };
            // Every character that was there on one side of it, and still is, is on that side.
            for (character, start) in then.chars().zip(boundaries(&then)) {
                let Some(at) = find(character) else { continue };
                let was_before = start < place;
                assert_eq!(at < position, was_before, "seed {seed}: {character} in {text}");
            }
            // Nothing was put between it and its character.
            let beside = if anchor.is_behind {
                then.chars()
                    .zip(boundaries(&then))
                    .filter(|one| one.1 < place)
                    .last()
            } else {
                then.chars().zip(boundaries(&then)).find(|one| one.1 == place)
            };
            match beside {
                Some((character, _)) if text.contains(character) => {
                    let at = find(character).unwrap();
                    let expected = if anchor.is_behind {
                        at + character.len_utf16() as u32
                    } else {
                        at
                    };
                    assert_eq!(position, expected, "seed {seed}");
                }
                Some(_) => {}
                None if anchor.is_behind => assert_eq!(position, 0, "seed {seed}"),
                None => assert_eq!(position as usize, now.len(), "seed {seed}"),
            }
        }
    }
}

#[test]
fn an_anchor_at_a_character_that_has_not_come_has_no_position() {
    let (mut one, mut other) = (Doc::open("text", 1), Doc::open("text", 2));
    let update = one.change(&[(2, 0, "--")]).unwrap();
    let anchor = one.anchor(3, true);
    assert_eq!(anchor.character, Some((1, 0)));
    assert_eq!(other.position(anchor), None);
    assert!(other.change(&[(0, 0, "a ")]).is_some());
    assert!(other.apply(&update, None));
    assert_eq!(other.position(anchor), Some(5));
}

/// So many edits, and pasted texts so long, that the sequence is many blocks.
#[test]
fn a_long_text_stays_exact() {
    let mut random = Random::new(first_seed());
    let seed = "A line of text with an 😀 in it.\n".repeat(3_000);
    let (mut doc, mut other) = (Doc::open(&seed, 1), Doc::open(&seed, 2));
    let mut text = units(&seed);
    let mut theirs = text.clone();
    let is_low = |unit: Option<&u16>| unit.is_some_and(|unit| (0xdc00..0xe000).contains(unit));
    for round in 0..6_000 {
        let mut at = random.below(text.len() + 1);
        at -= usize::from(is_low(text.get(at)));
        let mut removed = if random.percent(40) { random.below(20) } else { 0 }.min(text.len() - at);
        removed += usize::from(is_low(text.get(at + removed)));
        let inserted = if round % 500 == 0 {
            "pasted 😀 ".repeat(1_000)
        } else {
            "😀x"[..if random.percent(50) { 4 } else { 5 }].to_owned()
        };
        let update = doc.change(&[(at as u32, removed as u32, &inserted)]).unwrap();
        text.splice(at..at + removed, units(&inserted));
        spliced(&mut theirs, &other.splices(&update, None).unwrap());
        if round % 100 == 0 {
            assert!(units(&doc.text()) == text && theirs == text, "round {round}");
            for at in [0, text.len() / 2, text.len()] {
                assert_eq!(doc.position(doc.anchor(at as u32, true)), Some(at as u32));
                assert_eq!(other.position(doc.anchor(at as u32, false)), Some(at as u32));
            }
        }
    }
    assert!(units(&doc.text()) == text && units(&other.text()) == text && theirs == text);
}
