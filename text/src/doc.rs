//! One text.

use yrs::updates::decoder::Decode;
use yrs::{ClientID, GetString, OffsetKind, Options, Text, TextRef, Transact};

use crate::diff::hunks;
use crate::gate::Gate;
use crate::update::{self, Content, Id, MAX_CLIENT, NAME, Run, SEED, Update, utf16_length};

/// A text that several windows edit, each with a `Doc` of its own, opened with the same seed.
pub struct Doc {
    doc: yrs::Doc,
    text: TextRef,
    gate: Gate,
    actor: u64,
}

impl Doc {
    /// A text that begins as `seed`, to be edited by `actor`: a number from 1 to 2^53 - 1 that nobody else uses, and that this
    /// one uses again only if all it has written is applied before the first edit. Of other numbers the lower 53 bits count.
    ///
    /// The seed is written by nobody, so two that begin with the same one have it once, not twice.
    #[must_use]
    pub fn open(seed: &str, actor: u64) -> Self {
        let actor = (actor & MAX_CLIENT).max(1);
        let mut options = Options::with_guid_and_client_id(NAME.into(), ClientID::new(actor));
        options.offset_kind = OffsetKind::Utf16;
        let doc = yrs::Doc::with_options(options);
        let text = doc.get_or_insert_text(NAME);
        let gate = Gate::default();
        let mut opened = Self {
            doc,
            text,
            gate,
            actor,
        };
        opened.sow(seed);
        opened
    }

    fn sow(&mut self, seed: &str) {
        let length = utf16_length(seed) as u32;
        if length == 0 {
            return;
        }
        let run = Run {
            first: Id {
                client: SEED,
                clock: 0,
            },
            length,
            left: None,
            right: None,
            content: Content::Text(seed.to_owned()),
        };
        let mut update = Update::default();
        update.runs.insert(run);
        let ready = self.gate.admit(update);
        self.integrate(&ready);
    }

    /// The text as it is now.
    #[must_use]
    pub fn text(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }

    /// Makes the text `next`, as edits of this actor where it differs. Returns what the others need; `None` if nothing differs.
    pub fn edit(&mut self, next: &str) -> Option<Vec<u8>> {
        let before = self.text();
        let hunks = hunks(&before, next);
        if hunks.is_empty() {
            return None;
        }
        let mut transaction = self.doc.transact_mut();
        // From the last to the first: the places of those before stay as they are.
        for hunk in hunks.iter().rev() {
            if hunk.removed > 0 {
                self.text.remove_range(&mut transaction, hunk.at, hunk.removed);
            }
            if !hunk.inserted.is_empty() {
                self.text.insert(&mut transaction, hunk.at, hunk.inserted);
            }
        }
        let update = transaction.encode_update_v1();
        drop(transaction);
        for run in update::decode(&update)?.runs.iter() {
            self.gate.pass(run.first.client, run.end());
        }
        Some(update)
    }

    /// Applies an update of another, or one of this actor's own again; how often, and in which order, does not matter: what
    /// builds on something that is not there yet waits for it. `false`, and nothing is applied, if these bytes are no update,
    /// or insert characters of another writer than `writer`, if one is given.
    pub fn apply(&mut self, update: &[u8], writer: Option<u64>) -> bool {
        let Some(update) = update::decode(update) else {
            return false;
        };
        let foreign = |run: &Run| writer.is_some_and(|writer| writer != run.first.client);
        if update.runs.iter().any(foreign) {
            return false;
        }
        let ready = self.gate.admit(update);
        self.integrate(&ready)
    }

    fn integrate(&mut self, ready: &Update) -> bool {
        if ready.runs.iter().next().is_none() && ready.deleted.is_empty() {
            return true;
        }
        let bytes = update::encode(ready);
        match yrs::Update::decode_v1(&bytes) {
            Ok(update) => self.doc.transact_mut().apply_update(update).is_ok(),
            Err(_) => false,
        }
    }

    /// Who edits here.
    #[must_use]
    pub fn actor(&self) -> u64 {
        self.actor
    }
}
