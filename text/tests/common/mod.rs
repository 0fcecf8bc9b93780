//! Windows that edit one text, and what they type.

#![allow(dead_code)]

use std::collections::{BTreeSet, HashSet};

pub use parley_sync_kit::Random;
use parley_sync_kit::schedule::setting;
use parley_sync_text::{Doc, merge};

/// How many schedules a test runs.
pub fn schedules(standard: u64) -> u64 {
    setting("PARLEY_SCHEDULES", standard)
}

/// The first of them.
pub fn first_seed() -> u64 {
    setting("PARLEY_SEED", 1)
}

/// How an edit is made: its characters, and at how many places at most.
#[derive(Clone, Copy)]
pub struct Style {
    pub characters: fn(&mut Random, &mut u32) -> String,
    pub places: usize,
}

/// Each character only once in a schedule, some of them outside the first plane: what happens to each can be told.
pub fn unique(random: &mut Random, used: &mut u32) -> String {
    let from = if random.percent(50) { 0x4e00 } else { 0x1f300 };
    let made = (0..=random.below(4)).filter_map(|_| {
        *used += 1;
        char::from_u32(from + *used)
    });
    made.collect()
}

/// What people type: words, emoji of several code points, marks that combine, scripts without spaces.
pub fn human(random: &mut Random, _: &mut u32) -> String {
    const PIECES: [&str; 14] = [
        "a",
        "ab",
        " ",
        "the ",
        "e\u{301}",
        "\u{301}",
        "日本",
        "語",
        "😀",
        "👩\u{200d}👩\u{200d}👧",
        "\r\n",
        "é",
        "\0",
        "नमस्ते",
    ];
    let mut made = String::new();
    for _ in 0..=random.below(3) {
        made.push_str(PIECES[random.below(PIECES.len())]);
    }
    made
}

pub struct Window {
    pub doc: Doc,
    /// What this window wrote, in order.
    pub written: Vec<Vec<u8>>,
    /// Every text it showed.
    pub shown: Vec<String>,
}

/// What happened to the characters of one schedule.
#[derive(Default)]
pub struct Fate {
    pub inserted: BTreeSet<char>,
    pub deleted: HashSet<char>,
    used: u32,
}

impl Window {
    pub fn open(seed: &str, actor: u64) -> Self {
        let doc = Doc::open(seed, actor);
        assert_eq!(doc.text(), seed);
        Self {
            doc,
            written: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// Replaces, inserts or deletes.
    pub fn edit(&mut self, random: &mut Random, style: Style, fate: &mut Fate) {
        let mut text: Vec<char> = self.doc.text().chars().collect();
        for _ in 0..=random.below(style.places) {
            let at = if random.percent(30) {
                0
            } else {
                random.below(text.len() + 1)
            };
            let removed = if random.percent(40) { random.below(4) } else { 0 }.min(text.len() - at);
            let inserted = if random.percent(75) {
                (style.characters)(random, &mut fate.used)
            } else {
                String::new()
            };
            fate.inserted.extend(inserted.chars());
            fate.deleted
                .extend(text.splice(at..at + removed, inserted.chars()));
        }
        self.write(&text.into_iter().collect::<String>());
    }

    pub fn write(&mut self, next: &str) {
        let before = self.doc.text();
        let update = self.doc.edit(next);
        assert_eq!(update.is_none(), before == next);
        assert_eq!(self.doc.text(), next);
        self.shown.push(next.to_owned());
        self.written.extend(update);
    }

    pub fn hear(&mut self, update: &[u8]) {
        assert!(self.doc.apply(update, None), "an honest update was refused");
        self.shown.push(self.doc.text());
    }
}

/// What a window wrote as the chunks in which another gets it: some merged, any order, some twice, cut anywhere.
pub fn chunks(random: &mut Random, written: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut made = Vec::new();
    let mut at = 0;
    while at < written.len() {
        let count = 1 + random.below((written.len() - at).min(5));
        let part = &written[at..at + count];
        if random.percent(50) {
            let mut part = part.to_vec();
            random.shuffle(&mut part);
            made.push(merge(&part));
        } else {
            made.extend_from_slice(part);
        }
        // Overlapping chunks, now and then.
        at += if random.percent(80) {
            count
        } else {
            count.div_ceil(2)
        };
    }
    let again = random.below(made.len() + 1).min(3);
    for _ in 0..again {
        made.push(made[random.below(made.len())].clone());
    }
    random.shuffle(&mut made);
    made
}
