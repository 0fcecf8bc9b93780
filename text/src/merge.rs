//! One update that stands for many.

use crate::ranges::Ranges;
use crate::update::{self, Content, Id, Run, Update};

/// One update with the effect of all of these, in any order: runs that were typed one after the other are one run, and what
/// was inserted and deleted again leaves only its length. What is no update is left out.
#[must_use]
pub fn merge<B: AsRef<[u8]>>(updates: &[B]) -> Vec<u8> {
    let mut all = Update::default();
    for mut update in updates.iter().filter_map(|bytes| update::decode(bytes.as_ref())) {
        while let Some(run) = update.runs.pop() {
            all.runs.insert(run);
        }
        for (first, end) in update.deleted.iter() {
            all.deleted.insert(first, end);
        }
    }

    let mut parts = Vec::new();
    let mut known = Id { client: 0, clock: 0 };
    while let Some(run) = all.runs.pop() {
        let first = run.first;
        if known.client != first.client {
            known = first;
        }
        if run.end() <= known.clock {
            continue;
        }
        let end = run.end();
        let run = run.without_first(known.clock.saturating_sub(first.clock));
        known.clock = end;
        without_deleted(run, &all.deleted, &mut parts);
    }
    for run in parts {
        all.runs.insert(run);
    }
    update::encode(&all)
}

/// Adds the run: of what is deleted only the length, of the rest the text.
fn without_deleted(run: Run, deleted: &Ranges, out: &mut Vec<Run>) {
    let Content::Text(text) = &run.content else {
        push(out, run);
        return;
    };
    let end = run.end();
    let mut at = run.first;
    let mut left = run.left;
    let mut rest = text.as_str();
    while at.clock < end {
        let (mut length, mut gone) = deleted.alike(at, end);
        let (head, tail) = split(rest, length).unwrap_or_else(|| {
            // A boundary inside a surrogate pair: whoever applies the deletion cuts it there.
            length = end - at.clock;
            gone = false;
            (rest, "")
        });
        let content = if gone {
            Content::Gone(length)
        } else {
            Content::Text(head.to_owned())
        };
        let part = Run {
            first: at,
            length,
            left,
            right: run.right,
            content,
        };
        push(out, part);
        at.clock += length;
        left = Some(Id {
            clock: at.clock - 1,
            ..at
        });
        rest = tail;
    }
}

/// The text before and after a place counted in UTF-16; `None` inside a surrogate pair or behind
/// its end.
pub(crate) fn split(text: &str, units: u32) -> Option<(&str, &str)> {
    let mut passed = 0;
    let mut rest = text.chars();
    while passed < units {
        passed += rest.next()?.len_utf16() as u32;
    }
    let tail = rest.as_str();
    (passed == units).then(|| text.split_at_checked(text.len() - tail.len()))?
}

/// Adds the run to the one before it, if they are one, as Yjs would have it.
fn push(out: &mut Vec<Run>, run: Run) {
    if let Some(last) = out.last_mut()
        && last.first.client == run.first.client
        && last.end() == run.first.clock
        && run.left
            == Some(Id {
                clock: run.first.clock - 1,
                ..run.first
            })
        && last.right == run.right
    {
        let joined = match (&mut last.content, &run.content) {
            (Content::Text(text), Content::Text(more)) => {
                text.push_str(more);
                true
            }
            (Content::Gone(length), Content::Gone(more)) => {
                *length += more;
                true
            }
            _ => false,
        };
        if joined {
            last.length += run.length;
            return;
        }
    }
    out.push(run);
}
