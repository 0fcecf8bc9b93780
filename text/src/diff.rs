//! What was edited, from the text before and after.
//!
//! Compared by lines, words and letters, each inside of what changed by the one before; letters that are equal by chance do not keep apart what changed at
//! once. Typing at one place costs one pass over the text.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput, TokenSource};

use crate::update::utf16_length;

/// One edit, counted in UTF-16 in the text before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hunk<'a> {
    /// Where.
    pub at: u32,
    /// How much is removed there.
    pub removed: u32,
    /// What is inserted there.
    pub inserted: &'a str,
}

/// The edits that make `before` into `after`, in their order. None cuts a character.
#[must_use]
pub fn hunks<'a>(before: &str, after: &'a str) -> Vec<Hunk<'a>> {
    let (start, before, after) = trimmed(before, after);
    let mut cursor = Cursor {
        units: start.units,
        byte: 0,
        text: before,
    };
    compared(before, after, &LEVELS)
        .into_iter()
        .filter_map(|(removed, inserted)| cursor.hunk(removed, part(after, &inserted)))
        .collect()
}

/// By lines, what differs then by words, what still differs by letters: each only where both sides have at most so many
/// pieces, for repetitive texts cost the square of their number.
const LEVELS: [(Next, usize); 3] = [(line, 4_000), (word, 4_000), (letter, 500)];

/// Fewer bytes than these between two changes inside of a word are equal by chance.
const CHANCE: usize = 3;

fn compared(before: &str, after: &str, levels: &[(Next, usize)]) -> Vec<Change> {
    let Some((&(next, limit), finer)) = levels.split_first() else {
        return vec![(0..before.len(), 0..after.len())];
    };
    let few = |text| Pieces { rest: text, next }.take(limit + 1).count() <= limit;
    if !few(before) || !few(after) {
        return compared(before, after, finer);
    }
    let changes = changed(before, after, next);
    if finer.is_empty() {
        return joined(changes);
    }
    let mut found = Vec::new();
    for (removed, inserted) in changes {
        let parts = compared(part(before, &removed), part(after, &inserted), finer);
        found.extend(
            parts
                .into_iter()
                .map(|(old, new)| (moved(old, removed.start), moved(new, inserted.start))),
        );
    }
    found
}

fn moved(range: Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

fn part<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).unwrap_or_default()
}

type Change = (Range<usize>, Range<usize>);

/// Where two texts differ, in their bytes, compared by what `next` takes from the beginning of each.
fn changed(before: &str, after: &str, next: Next) -> Vec<Change> {
    if before.is_empty() || after.is_empty() {
        return vec![(0..before.len(), 0..after.len())];
    }
    let input = InternedInput::new(Pieces { rest: before, next }, Pieces { rest: after, next });
    let diff = Diff::compute(Algorithm::Myers, &input);
    let (mut old, mut new) = (Bytes::of(before, next), Bytes::of(after, next));
    let hunks = diff.hunks();
    hunks
        .map(|hunk| (old.range(hunk.before), new.range(hunk.after)))
        .collect()
}

/// The changes, those as one that stand too close to each other.
fn joined(changes: Vec<Change>) -> Vec<Change> {
    let mut out: Vec<Change> = Vec::new();
    for (removed, inserted) in changes {
        match out.last_mut() {
            Some((before, after)) if removed.start - before.end < CHANCE => {
                before.end = removed.end;
                after.end = inserted.end;
            }
            _ => out.push((removed, inserted)),
        }
    }
    out
}

/// How much two texts have in common at their beginning.
struct Start {
    bytes: usize,
    units: u32,
}

/// Both texts without what they have in common at their ends.
fn trimmed<'a, 'b>(before: &'a str, after: &'b str) -> (Start, &'a str, &'b str) {
    let common = before
        .chars()
        .zip(after.chars())
        .take_while(|(a, b)| a == b)
        .map(|(character, _)| (character.len_utf8(), character.len_utf16() as u32));
    let mut start = Start { bytes: 0, units: 0 };
    for (bytes, units) in common {
        start.bytes += bytes;
        start.units += units;
    }
    let before = before.get(start.bytes..).unwrap_or_default();
    let after = after.get(start.bytes..).unwrap_or_default();
    let end: usize = before
        .chars()
        .rev()
        .zip(after.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(character, _)| character.len_utf8())
        .sum();
    let shortened = |text: &'_ str| text.len() - end;
    (
        start,
        before.get(..shortened(before)).unwrap_or_default(),
        after.get(..shortened(after)).unwrap_or_default(),
    )
}

/// A place in the text before that only moves on.
struct Cursor<'a> {
    text: &'a str,
    byte: usize,
    units: u32,
}

impl Cursor<'_> {
    /// The edit, without what it leaves as it was; none if that is all.
    fn hunk<'b>(&mut self, removed: Range<usize>, inserted: &'b str) -> Option<Hunk<'b>> {
        let old = self.text.get(removed.clone()).unwrap_or_default();
        let (start, old, inserted) = trimmed(old, inserted);
        let passed = self
            .text
            .get(self.byte..removed.start + start.bytes)
            .unwrap_or_default();
        self.units += utf16_length(passed) as u32;
        self.byte = removed.start + start.bytes;
        let removed = utf16_length(old) as u32;
        (removed > 0 || !inserted.is_empty()).then_some(Hunk {
            at: self.units,
            removed,
            inserted,
        })
    }
}

/// Where the pieces of a text are, in its bytes; asked from left to right.
struct Bytes<'a> {
    pieces: Pieces<'a>,
    piece: u32,
    byte: usize,
}

impl<'a> Bytes<'a> {
    fn of(rest: &'a str, next: Next) -> Self {
        Self {
            pieces: Pieces { rest, next },
            piece: 0,
            byte: 0,
        }
    }

    fn range(&mut self, pieces: Range<u32>) -> Range<usize> {
        self.at(pieces.start)..self.at(pieces.end)
    }

    fn at(&mut self, piece: u32) -> usize {
        while self.piece < piece
            && let Some(passed) = self.pieces.next()
        {
            self.piece += 1;
            self.byte += passed.len();
        }
        self.byte
    }
}

/// How long the first piece of a text is, in bytes, if its first character is this.
type Next = fn(&str, char) -> usize;

/// A line with its end.
fn line(text: &str, _: char) -> usize {
    text.find('\n').map_or(text.len(), |end| end + 1)
}

/// A word, or one character between words.
fn word(text: &str, first: char) -> usize {
    if in_word(first) {
        text.find(|character| !in_word(character)).unwrap_or(text.len())
    } else {
        first.len_utf8()
    }
}

fn letter(_: &str, first: char) -> usize {
    first.len_utf8()
}

/// Letters and digits up to where scripts begin that put no spaces between words; marks that combine are among them.
fn in_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || ('\u{c0}'..'\u{e00}').contains(&character)
}

/// A text, piece by piece.
#[derive(Clone, Copy)]
struct Pieces<'a> {
    rest: &'a str,
    next: Next,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let first = self.rest.chars().next()?;
        let (piece, rest) = self.rest.split_at_checked((self.next)(self.rest, first))?;
        self.rest = rest;
        Some(piece)
    }
}

impl<'a> TokenSource for Pieces<'a> {
    type Token = &'a str;
    type Tokenizer = Self;

    fn tokenize(&self) -> Self {
        *self
    }

    fn estimate_tokens(&self) -> u32 {
        (self.rest.len() / 4) as u32
    }
}
