//! Bytes that no honest window sends: they are refused or do what they say, and never more than that.

#![allow(clippy::indexing_slicing, clippy::string_slice, clippy::unwrap_used)]

#[path = "../../tests/allocated/mod.rs"]
mod allocated;
mod common;

use std::fs;

use allocated::{assert_linear, total};
use common::{Fate, Random, Style, Window, first_seed, human, schedules};
use parley_sync_text::{Doc, merge};

const SEED: &str = "a seed 😀 of text";

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A number that is small, or at an edge.
fn odd(random: &mut Random) -> u64 {
    const EDGES: [u64; 9] = [
        0,
        1,
        (1 << 31) - 2,
        (1 << 31) - 1,
        1 << 31,
        u32::MAX as u64,
        (1 << 53) - 1,
        1 << 53,
        u64::MAX >> 1,
    ];
    if random.percent(3) {
        EDGES[random.below(EDGES.len())]
    } else {
        random.below(12) as u64
    }
}

/// Well-formed most of the time; whose, after whom and what it says is drawn at random.
fn plausible(random: &mut Random) -> Vec<u8> {
    let mut out = Vec::new();
    let client = |random: &mut Random| random.below(5) as u64;
    let writers = random.below(3);
    number(&mut out, writers as u64);
    for _ in 0..writers {
        let runs = random.below(4);
        number(&mut out, runs as u64);
        let who = if random.percent(95) {
            1 + random.below(4) as u64
        } else {
            odd(random)
        };
        number(&mut out, who);
        number(&mut out, odd(random));
        for _ in 0..runs {
            let kind: u8 = match random.below(20) {
                0..=12 => 4,
                13..=16 => 1,
                17 | 18 => 10,
                _ => random.below(256) as u8,
            };
            if kind == 10 {
                out.push(kind);
                number(&mut out, odd(random));
                continue;
            }
            let sides = (random.below(4) as u8) << 6;
            out.push(kind | sides);
            for bit in [0x80, 0x40] {
                if sides & bit != 0 {
                    number(&mut out, client(random));
                    number(&mut out, odd(random));
                }
            }
            if sides == 0 {
                out.extend_from_slice(b"\x01\x01t");
            }
            if kind == 4 {
                let text = human(random, &mut 0);
                number(&mut out, text.len() as u64);
                out.extend_from_slice(text.as_bytes());
            } else {
                number(&mut out, odd(random));
            }
        }
    }
    let sets = random.below(3);
    number(&mut out, sets as u64);
    for _ in 0..sets {
        number(&mut out, client(random));
        let ranges = random.below(4);
        number(&mut out, ranges as u64);
        for _ in 0..ranges {
            number(&mut out, odd(random));
            number(&mut out, odd(random));
        }
    }
    out
}

/// An honest update with bytes changed, taken away, added or taken from another.
fn mutated(random: &mut Random, honest: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = honest[random.below(honest.len())].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        match random.below(5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, random.next() as u8),
            2 => {
                let other = &honest[random.below(honest.len())];
                let from = random.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = if random.percent(50) {
                        *byte ^ (1 << random.below(8))
                    } else {
                        random.next() as u8
                    };
                }
            }
        }
    }
    bytes
}

fn honest(random: &mut Random) -> Vec<Vec<u8>> {
    let mut fate = Fate::default();
    let mut windows = [Window::open(SEED, 1), Window::open(SEED, 2)];
    for _ in 0..8 {
        let at = random.below(2);
        let style = Style {
            characters: human,
            places: 3,
        };
        windows[at].edit(random, style, &mut fate);
        if let Some(update) = windows[at].written.last().cloned() {
            windows[1 - at].hear(&update);
        }
    }
    windows.into_iter().flat_map(|window| window.written).collect()
}

#[test]
fn nothing_makes_it_panic_and_it_goes_on_afterwards() {
    let (mut taken, mut refused) = (0_u64, 0_u64);
    for seed in first_seed()..first_seed() + schedules(4_000) {
        let mut random = Random::new(seed);
        let honest = honest(&mut random);
        let mut doc = Doc::open(SEED, 3);
        let mut heard: Vec<Vec<u8>> = Vec::new();
        for _ in 0..30 {
            let bytes = match random.below(8) {
                0 => (0..random.below(40)).map(|_| random.next() as u8).collect(),
                1..=3 => mutated(&mut random, &honest),
                4 => honest[random.below(honest.len())].clone(),
                _ => plausible(&mut random),
            };
            let before = doc.text();
            if doc.apply(&bytes, None) {
                taken += 1;
            } else {
                refused += 1;
                assert_eq!(doc.text(), before, "seed {seed}: refused, and yet applied");
            }
            heard.push(bytes);
            if random.percent(20) {
                let next = format!("{}!", doc.text());
                assert!(doc.edit(&next).is_some());
                assert_eq!(doc.text(), next, "seed {seed}");
            }
        }
        let merged = merge(&heard);
        assert!(
            Doc::open(SEED, 4).apply(&merged, None),
            "seed {seed}: what was merged is no update"
        );
        assert!(merged.len() <= heard.iter().map(Vec::len).sum::<usize>() * 2 + 2);
        for update in &honest {
            assert!(doc.apply(update, None));
        }
    }
    println!("{taken} taken, {refused} refused");
    assert!(taken > 1_000 && refused > 1_000);
}

/// Windows that hear the same hostile updates in different orders. The updates contradict neither each other nor themselves:
/// one that claims to stand between two characters names them in their order. (Of one that does not, windows may make
/// different texts: where it belongs is not decided.)
#[test]
fn windows_agree_about_what_a_hostile_writer_says() {
    let mut disagree = 0;
    let runs = schedules(2_000);
    for seed in first_seed()..first_seed() + runs {
        let mut random = Random::new(seed);
        let mut updates: Vec<Vec<u8>> = honest(&mut random);
        // One hostile writer: each of its updates goes on where the one before ended.
        let mut clock = 0;
        for _ in 0..6 {
            let text = human(&mut random, &mut 0);
            let sides = (random.below(4) as u8) << 6;
            let mut bytes = vec![1, 1, 9];
            number(&mut bytes, clock);
            bytes.push(4 | sides);
            let left = random.below(8) as u64;
            let right = left + 1 + random.below(8) as u64;
            for (bit, at) in [(0x80, left), (0x40, right)] {
                if sides & bit != 0 {
                    // Of two they are the seed's.
                    number(&mut bytes, if sides == 0xc0 { 0 } else { random.below(3) as u64 });
                    number(&mut bytes, at);
                }
            }
            if sides == 0 {
                bytes.extend_from_slice(b"\x01\x01t");
            }
            number(&mut bytes, text.len() as u64);
            bytes.extend_from_slice(text.as_bytes());
            bytes.extend_from_slice(&[1, random.below(3) as u8, 1, random.below(9) as u8, 1]);
            clock += text.encode_utf16().count() as u64;
            updates.push(bytes);
        }
        let mut texts = Vec::new();
        for actor in [11, 12, 13] {
            let mut doc = Doc::open(SEED, actor);
            random.shuffle(&mut updates);
            for update in &updates {
                doc.apply(update, None);
            }
            texts.push(doc.text());
        }
        disagree += u32::from(texts[0] != texts[1] || texts[1] != texts[2]);
    }
    println!("{disagree} of {runs} disagree");
    assert_eq!(disagree, 0);
}

#[test]
fn few_bytes_claim_much() {
    let mut huge = Vec::new();
    number(&mut huge, (1 << 31) - 2);
    let claims: Vec<Vec<u8>> = vec![
        huge.clone(),
        [huge.as_slice(), &[1, 1, 0]].concat(),
        [&[1][..], &huge, &[1, 0]].concat(),
        // One run of two thousand million characters that are gone, and a string that is said to be as long.
        [&[1, 1, 1, 0, 1, 1, 1, b't'][..], &huge, &[0]].concat(),
        [&[1, 1, 1, 0, 4, 1, 1, b't'][..], &huge, b"text", &[0]].concat(),
        [&[1, 2, 1, 0, 10][..], &huge, &[0x84, 1, 0, 1, b'x', 0]].concat(),
        [&[0, 1, 0, 1, 0][..], &huge].concat(),
        [&[0][..], &huge].concat(),
        [&[0, 1, 0][..], &huge].concat(),
    ];
    let mut doc = Doc::open(SEED, 3);
    for claim in &claims {
        doc.apply(claim, None);
    }
    assert!(merge(&claims).len() < 1_000);
    assert!(doc.edit("still here").is_some());
    assert_eq!(doc.text(), "still here");
    // The highest this process ever needed.
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(kilobytes < 300_000, "{kilobytes} kB");
    }
}

#[test]
fn another_writers_characters_are_refused() {
    let mut honest = Doc::open(SEED, 1);
    let update = honest.edit("a seed 😀 of text, and more").unwrap();
    let mut doc = Doc::open(SEED, 2);
    assert!(!doc.apply(&update, Some(3)));
    assert_eq!(doc.text(), SEED);
    assert!(doc.apply(&update, Some(1)));
    // A deletion may be of anyone's.
    let mut third = Doc::open(SEED, 3);
    assert!(third.apply(&update, Some(1)));
    let deletion = third.edit("").unwrap();
    assert!(doc.apply(&deletion, Some(3)));
    assert_eq!(doc.text(), "");
}

/// Halves of a surrogate pair cannot be told apart by an honest window: what is left of one is a replacement character.
#[test]
fn half_a_character_leaves_a_replacement() {
    let mut texts = Vec::new();
    // Deletes the second half of the first character; inserts between the halves of the second.
    let deletion = vec![0, 1, 0, 1, 1, 1];
    let insertion = vec![1, 1, 5, 0, 0xc4, 0, 2, 0, 3, 1, b'x', 0];
    for order in [[&deletion, &insertion], [&insertion, &deletion]] {
        let mut doc = Doc::open("😀😀", 1);
        for update in order {
            assert!(doc.apply(update, None));
        }
        assert!(doc.is_ragged(), "splices do not tell what it says");
        texts.push(doc.text());
    }
    assert_eq!(texts, ["\u{fffd}\u{fffd}x\u{fffd}", "\u{fffd}\u{fffd}x\u{fffd}"]);
}

/// What costs the most that one can think of: an update of twice the size allocates twice as much, not four times. (Walks
/// along a list are not counted.)
#[test]
fn no_small_update_costs_much() {
    let names: Vec<&str> = costly(1).into_iter().map(|case| case.0).collect();
    for (at, name) in names.into_iter().enumerate() {
        assert_linear(name, 3_000, |size| {
            let (_, updates) = costly(size as u64).swap_remove(at);
            total(|| {
                let mut doc = Doc::open("", 1 << 40);
                for update in &updates {
                    assert!(doc.apply(update, None), "{name}");
                }
                assert!(doc.apply(&merge(&updates), None), "{name}");
            })
        });
    }
}

fn costly(n: u64) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let one = |client: u64, clock: u64, sides: &[(u64, u64)], flags: u8| {
        let mut bytes = Vec::new();
        for value in [1, client, clock] {
            number(&mut bytes, value);
        }
        bytes.push(4 | flags);
        for &(client, clock) in sides {
            number(&mut bytes, client);
            number(&mut bytes, clock);
        }
        if flags == 0 {
            bytes.extend_from_slice(b"\x01\x01t");
        }
        bytes.extend_from_slice(b"\x01x");
        bytes
    };
    let all = |parts: Vec<Vec<u8>>| {
        let mut bytes = Vec::new();
        number(&mut bytes, parts.len() as u64);
        bytes.extend(parts.concat());
        bytes.push(0);
        bytes
    };
    let mut scattered = vec![0, 1, 1];
    number(&mut scattered, n);
    for i in 0..n {
        number(&mut scattered, i * 2);
        number(&mut scattered, 1);
    }
    let long = {
        let mut doc = Doc::open("", 1);
        doc.edit(&"long ".repeat(n as usize)).unwrap()
    };
    vec![
        (
            "all at one place",
            vec![all((1..=n).map(|client| one(client, 0, &[], 0)).collect())],
        ),
        (
            "all at one place, the other way",
            vec![all((1..=n).rev().map(|client| one(client, 0, &[], 0)).collect())],
        ),
        (
            "each after the next",
            vec![all((1..=n)
                .map(|client| one(client, 0, &[(client + 1, 0)], 0x80))
                .collect())],
        ),
        (
            "each after the next, and at last the last",
            vec![
                all((1..=n)
                    .map(|client| one(client, 0, &[(client + 1, 0)], 0x80))
                    .collect()),
                all(vec![one(n + 1, 0, &[], 0)]),
            ],
        ),
        (
            "never the first",
            vec![all((1..=n).map(|client| one(client, 1, &[], 0)).collect()); 5],
        ),
        ("every second character", vec![long, scattered]),
    ]
}
