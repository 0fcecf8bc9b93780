//! One text.

use crate::diff::hunks;
use crate::gate::Gate;
use crate::sequence::{Sequence, Splice};
use crate::update::{self, Id, MAX_CLIENT, Run, SEED, Update, utf16_length};

/// A text that several windows edit, each with a `Doc` of its own, opened with the same seed.
pub struct Doc {
    sequence: Sequence,
    gate: Gate,
    actor: u64,
}

/// A character, and on which side of it: a position that stays with its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anchor {
    /// Who inserted the character, and as which one of theirs. `None` is the end of the text on that side.
    pub character: Option<(u64, u32)>,
    /// Behind the character, not before it.
    pub is_behind: bool,
}

impl Doc {
    /// A text that begins as `seed`, to be edited by `actor`: a number from 1 to 2^53 - 1 that nobody else uses, and that this
    /// one uses again only if all it has written is applied before the first edit. Of other numbers the lower 53 bits count.
    ///
    /// The seed is written by nobody, so two that begin with the same one have it once, not twice.
    #[must_use]
    pub fn open(seed: &str, actor: u64) -> Self {
        let mut opened = Self {
            sequence: Sequence::default(),
            gate: Gate::default(),
            actor: (actor & MAX_CLIENT).max(1),
        };
        let length = utf16_length(seed) as u32;
        if length > 0 {
            let first = Id {
                client: SEED,
                clock: 0,
            };
            opened.sequence.insert(0, first, seed);
            opened.gate.pass(SEED, length);
        }
        opened
    }

    /// The text as it is now.
    #[must_use]
    pub fn text(&self) -> String {
        self.sequence.text()
    }

    /// How long it is, in units of UTF-16.
    #[must_use]
    pub fn length(&self) -> u32 {
        self.sequence.length()
    }

    /// Whether an update cut a surrogate pair: then splices do not tell what the text says.
    #[must_use]
    pub fn is_ragged(&self) -> bool {
        self.sequence.is_ragged()
    }

    /// Makes the text `next`, as edits of this actor where it differs. Returns what the others need; `None` if nothing differs.
    pub fn edit(&mut self, next: &str) -> Option<Vec<u8>> {
        let before = self.text();
        let changes: Vec<(u32, u32, &str)> = hunks(&before, next)
            .into_iter()
            .map(|hunk| (hunk.at, hunk.removed, hunk.inserted))
            .collect();
        self.change(&changes)
    }

    /// Makes these changes: where, how much is removed there, what is inserted. They are counted in UTF-16 units of the text before
    /// all of them, stand in their order, do not overlap, and cut no character. Returns what the others need; `None`, and
    /// nothing is changed, if they change nothing, or are not that.
    pub fn change(&mut self, changes: &[(u32, u32, &str)]) -> Option<Vec<u8>> {
        let mut passed = 0;
        let length = self.length();
        for &(at, removed, _) in changes {
            let end = at
                .checked_add(removed)
                .filter(|&end| at >= passed && end <= length)?;
            passed = end;
        }
        let mut update = Update::default();
        // From the last to the first: the places of those before stay as they are.
        for &(at, removed, inserted) in changes.iter().rev() {
            for (first, end) in self.sequence.remove(at, removed) {
                update.deleted.insert(first, end);
            }
            if !inserted.is_empty() {
                let first = Id {
                    client: self.actor,
                    clock: self.gate.through(self.actor),
                };
                let run = self.sequence.insert(at, first, inserted);
                self.gate.pass(self.actor, run.end());
                update.runs.insert(run);
            }
        }
        let is_empty = update.runs.iter().next().is_none() && update.deleted.is_empty();
        (!is_empty).then(|| update::encode(&update))
    }

    /// Applies an update of another, or one of this actor's own again; how often, and in which order, does not matter: what
    /// builds on something that is not there yet waits for it. `false`, and nothing is applied, if these bytes are no update,
    /// or insert characters of another writer than `writer`, if one is given.
    pub fn apply(&mut self, update: &[u8], writer: Option<u64>) -> bool {
        self.splices(update, writer).is_some()
    }

    /// Applies an update as [`apply`](Self::apply) does. Returns how the text changed, each splice counted in the text that the
    /// one before it left.
    pub fn splices(&mut self, update: &[u8], writer: Option<u64>) -> Option<Vec<Splice>> {
        let update = update::decode(update)?;
        let foreign = |run: &Run| writer.is_some_and(|writer| writer != run.first.client);
        if update.runs.iter().any(foreign) {
            return None;
        }
        let mut made = Vec::new();
        let ready = self.gate.admit(update);
        for run in ready.runs {
            made.extend(self.sequence.integrate(&run));
        }
        for (first, end) in ready.deleted.iter() {
            self.sequence.delete(first, end, &mut made);
        }
        Some(made)
    }

    /// The position `at` as one that stays with its text: with the character behind it, or before it.
    #[must_use]
    pub fn anchor(&self, at: u32, is_behind: bool) -> Anchor {
        let character = if is_behind {
            at.checked_sub(1).and_then(|before| self.sequence.id_at(before))
        } else {
            self.sequence.id_at(at)
        };
        Anchor {
            character: character.map(|id| (id.client, id.clock)),
            is_behind,
        }
    }

    /// Where that is now; where the character was, if it was deleted. `None` if it has not come here.
    #[must_use]
    pub fn position(&self, anchor: Anchor) -> Option<u32> {
        let Some((client, clock)) = anchor.character else {
            return Some(if anchor.is_behind { 0 } else { self.length() });
        };
        let (before, is_visible) = self.sequence.position_of(Id { client, clock })?;
        Some(before + u32::from(anchor.is_behind && is_visible))
    }

    /// Who edits here.
    #[must_use]
    pub fn actor(&self) -> u64 {
        self.actor
    }
}
