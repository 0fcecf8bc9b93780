//! What crosses between windows, in Yjs' first format: runs of characters, and what was deleted.
//!
//! Of that format only what a text without attributes needs is understood; the rest is refused.

use std::collections::BTreeMap;

use crate::bytes::{MAX_CLOCK, Reader, write_number, write_string};
use crate::ranges::Ranges;

/// Who inserted a character, and as which one of theirs: counted in units of UTF-16, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Id {
    pub(crate) client: u64,
    pub(crate) clock: u32,
}

/// The writer of what every window starts with. No window is this one.
pub(crate) const SEED: u64 = 0;

/// The largest number that names a writer.
pub(crate) const MAX_CLIENT: u64 = (1 << 53) - 1;

/// The one text in a document of Yjs.
pub(crate) const NAME: &str = "t";

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    Text(String),
    /// So many characters which were deleted before anyone had to be told what they were.
    Gone(u32),
}

/// Characters that one writer inserted side by side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Run {
    pub(crate) first: Id,
    pub(crate) length: u32,
    /// The characters they were put between; none is an end of the text.
    pub(crate) left: Option<Id>,
    pub(crate) right: Option<Id>,
    pub(crate) content: Content,
}

/// Runs by their first character; of those that begin alike the longest, which says most.
#[derive(Default)]
pub(crate) struct Runs(BTreeMap<Id, Run>);

impl Runs {
    pub(crate) fn insert(&mut self, run: Run) {
        let longer = |there: &Run| there.length < run.length;
        if self.0.get(&run.first).is_none_or(longer) {
            self.0.insert(run.first, run);
        }
    }

    /// The first of the writer's.
    pub(crate) fn first_of(&self, client: u64) -> Option<&Run> {
        let (_, run) = self.0.range(Id { client, clock: 0 }..).next()?;
        (run.first.client == client).then_some(run)
    }

    pub(crate) fn remove(&mut self, first: Id) -> Option<Run> {
        self.0.remove(&first)
    }

    /// Takes out the first of all.
    pub(crate) fn pop(&mut self) -> Option<Run> {
        self.0.pop_first().map(|(_, run)| run)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Run> {
        self.0.values()
    }
}

#[derive(Default)]
pub(crate) struct Update {
    pub(crate) runs: Runs,
    pub(crate) deleted: Ranges,
}

const HAS_LEFT: u8 = 0x80;
const HAS_RIGHT: u8 = 0x40;
const GONE: u8 = 1;
const TEXT: u8 = 4;
const SKIP: u8 = 10;

/// How long JavaScript thinks the text is.
pub(crate) fn utf16_length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

impl Run {
    /// The clock after the last character.
    pub(crate) fn end(&self) -> u32 {
        self.first.clock + self.length
    }

    /// The same characters without the first `count`.
    pub(crate) fn without_first(self, count: u32) -> Self {
        if count == 0 {
            return self;
        }
        let content = match self.content {
            Content::Gone(length) => Content::Gone(length - count),
            Content::Text(text) => Content::Text(text_from(&text, count)),
        };
        let at = self.first.clock + count;
        Self {
            first: Id {
                clock: at,
                ..self.first
            },
            length: self.length - count,
            left: Some(Id {
                clock: at - 1,
                ..self.first
            }),
            right: self.right,
            content,
        }
    }
}

/// The text from a place on, counted in UTF-16. Half of a surrogate pair becomes a replacement character, as in Yjs: the
/// places of all that follows stay.
fn text_from(text: &str, units: u32) -> String {
    let mut passed = 0;
    let mut rest = text.chars();
    while passed < units {
        match rest.next() {
            Some(character) => passed += character.len_utf16() as u32,
            None => break,
        }
    }
    let half = if passed > units { "\u{fffd}" } else { "" };
    [half, rest.as_str()].concat()
}

/// The update these bytes are, `None` if they are none.
pub(crate) fn decode(bytes: &[u8]) -> Option<Update> {
    let mut from = Reader(bytes);
    let mut update = Update::default();
    for _ in 0..from.clock()? {
        let count = from.clock()?;
        let client = from.number(MAX_CLIENT)?;
        let mut clock = from.clock()?;
        // What every window starts with comes from nowhere.
        if client == SEED {
            return None;
        }
        for _ in 0..count {
            let first = Id { client, clock };
            let info = from.byte()?;
            clock = if info == SKIP {
                clock + from.clock().filter(|&length| length > 0)?
            } else {
                let run = decode_run(&mut from, info, first)?;
                let end = run.end();
                update.runs.insert(run);
                end
            };
            if clock > MAX_CLOCK {
                return None;
            }
        }
    }
    for _ in 0..from.clock()? {
        let client = from.number(MAX_CLIENT)?;
        for _ in 0..from.clock()? {
            let clock = from.clock()?;
            let end = clock + from.clock().filter(|&length| length > 0)?;
            if end > MAX_CLOCK {
                return None;
            }
            update.deleted.insert(Id { client, clock }, end);
        }
    }
    from.0.is_empty().then_some(update)
}

fn decode_run(from: &mut Reader<'_>, info: u8, first: Id) -> Option<Run> {
    let left = decode_neighbour(from, info & HAS_LEFT != 0, first)?;
    let right = decode_neighbour(from, info & HAS_RIGHT != 0, first)?;
    if left.is_none() && right.is_none() && (from.byte()? != 1 || from.string()? != NAME) {
        return None;
    }
    let (length, content) = match info & !(HAS_LEFT | HAS_RIGHT) {
        GONE => {
            let length = from.clock()?;
            (length, Content::Gone(length))
        }
        TEXT => {
            let text = from.string()?;
            (
                u32::try_from(utf16_length(text)).ok()?,
                Content::Text(text.to_owned()),
            )
        }
        _ => return None,
    };
    (length > 0).then_some(Run {
        first,
        length,
        left,
        right,
        content,
    })
}

/// A neighbour of its own writer is an earlier character: one that is not would be waited for without end.
fn decode_neighbour(from: &mut Reader<'_>, there: bool, first: Id) -> Option<Option<Id>> {
    if !there {
        return Some(None);
    }
    let client = from.number(MAX_CLIENT)?;
    let clock = from.clock()?;
    let earlier = clock < MAX_CLOCK && (client != first.client || clock < first.clock);
    earlier.then_some(Some(Id { client, clock }))
}

/// The bytes of an update. The runs of one writer must not overlap.
pub(crate) fn encode(update: &Update) -> Vec<u8> {
    let runs: Vec<&Run> = update.runs.iter().collect();
    let by_writer = || runs.chunk_by(|a, b| a.first.client == b.first.client);
    let mut out = Vec::new();
    write_number(&mut out, by_writer().count() as u64);
    for runs in by_writer() {
        encode_writer(&mut out, runs);
    }

    let deleted: Vec<(Id, u32)> = update.deleted.iter().collect();
    let by_writer = || deleted.chunk_by(|(a, _), (b, _)| a.client == b.client);
    write_number(&mut out, by_writer().count() as u64);
    for ranges in by_writer() {
        let client = ranges.first().map_or(SEED, |(first, _)| first.client);
        write_number(&mut out, client);
        write_number(&mut out, ranges.len() as u64);
        for &(first, end) in ranges {
            write_number(&mut out, u64::from(first.clock));
            write_number(&mut out, u64::from(end - first.clock));
        }
    }
    out
}

fn encode_writer(out: &mut Vec<u8>, runs: &[&Run]) {
    let Some(Run { first, .. }) = runs.first() else {
        return;
    };
    let mut parts = 0_u64;
    let mut body = Vec::new();
    let mut clock = first.clock;
    for run in runs {
        if run.first.clock > clock {
            body.push(SKIP);
            write_number(&mut body, u64::from(run.first.clock - clock));
            parts += 1;
        }
        encode_run(&mut body, run);
        parts += 1;
        clock = run.end();
    }
    write_number(out, parts);
    write_number(out, first.client);
    write_number(out, u64::from(first.clock));
    out.append(&mut body);
}

fn encode_run(out: &mut Vec<u8>, run: &Run) {
    let kind = match run.content {
        Content::Gone(_) => GONE,
        Content::Text(_) => TEXT,
    };
    let left = if run.left.is_some() { HAS_LEFT } else { 0 };
    let right = if run.right.is_some() { HAS_RIGHT } else { 0 };
    out.push(kind | left | right);
    for id in [run.left, run.right].into_iter().flatten() {
        write_number(out, id.client);
        write_number(out, u64::from(id.clock));
    }
    if run.left.is_none() && run.right.is_none() {
        out.push(1);
        write_string(out, NAME);
    }
    match &run.content {
        Content::Gone(length) => write_number(out, u64::from(*length)),
        Content::Text(text) => write_string(out, text),
    }
}
