//! What JavaScript sees.
//!
//! Lists of changes cross as two values: for each change where it is, how many units it removes, and how many it inserts; and all
//! that is inserted as one string.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::merge::split;
use crate::{Anchor, Doc, Splice, hunks, merge};

/// One text.
#[wasm_bindgen(js_name = Text)]
pub struct TextBinding {
    doc: Doc,
    /// How the last update changed it, until that is asked for.
    made: Vec<Splice>,
}

#[wasm_bindgen(js_class = Text)]
impl TextBinding {
    /// A text that begins as `seed`, edited by `actor`.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(seed: &str, actor: f64) -> Self {
        Self {
            doc: Doc::open(seed, actor as u64),
            made: Vec::new(),
        }
    }

    /// Makes changes, counted in the text before all of them; returns what others need, nothing if nothing changes.
    pub fn change(&mut self, places: &[u32], inserted: &str) -> Option<Vec<u8>> {
        let mut rest = inserted;
        let changes = places.chunks_exact(3).map(|place| {
            let &[at, removed, length] = place else {
                return None;
            };
            let (head, tail) = split(rest, length)?;
            rest = tail;
            Some((at, removed, head))
        });
        let changes: Vec<_> = changes.collect::<Option<_>>()?;
        self.doc.change(&changes)
    }

    /// Applies an update; `false` if it is none, or one of another writer than `writer`.
    pub fn apply(&mut self, update: &[u8], writer: Option<f64>) -> bool {
        let made = self.doc.splices(update, writer.map(|writer| writer as u64));
        let is_update = made.is_some();
        self.made = made.unwrap_or_default();
        is_update
    }

    /// Where the last update changed the text, each splice counted in what the one before it left.
    #[must_use]
    pub fn places(&self) -> Vec<u32> {
        places(
            self.made
                .iter()
                .map(|one| (one.at, one.removed, one.inserted.len() as u32)),
        )
    }

    /// What it inserted. It is given once.
    pub fn inserted(&mut self) -> String {
        let made = std::mem::take(&mut self.made);
        let units: Vec<u16> = made.into_iter().flat_map(|one| one.inserted).collect();
        String::from_utf16_lossy(&units)
    }

    /// Whether the text is not what its splices say.
    #[must_use]
    pub fn ragged(&self) -> bool {
        self.doc.is_ragged()
    }

    /// The text as it is now.
    #[must_use]
    pub fn text(&self) -> String {
        self.doc.text()
    }

    /// The writer of the character behind a position (or before it), and which of theirs it is; nothing at the end of the text.
    #[must_use]
    pub fn anchor(&self, at: u32, behind: bool) -> Vec<f64> {
        let character = self.doc.anchor(at, behind).character;
        character.map_or_else(Vec::new, |(writer, clock)| vec![writer as f64, f64::from(clock)])
    }

    /// Where a character of that writer is, on that side of it.
    #[must_use]
    pub fn position(&self, writer: f64, clock: u32, behind: bool) -> Option<u32> {
        self.doc.position(Anchor {
            character: Some((writer as u64, clock)),
            is_behind: behind,
        })
    }
}

/// What makes one text of another.
#[wasm_bindgen]
pub struct Difference {
    places: Vec<u32>,
    inserted: String,
}

#[wasm_bindgen]
impl Difference {
    /// Between the two.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(before: &str, after: &str) -> Self {
        let hunks = hunks(before, after);
        let length = |text: &str| text.encode_utf16().count() as u32;
        Self {
            places: places(
                hunks
                    .iter()
                    .map(|one| (one.at, one.removed, length(one.inserted))),
            ),
            inserted: hunks.iter().map(|one| one.inserted).collect(),
        }
    }

    /// Where.
    #[must_use]
    pub fn places(&self) -> Vec<u32> {
        self.places.clone()
    }

    /// What is inserted.
    #[must_use]
    pub fn inserted(&self) -> String {
        self.inserted.clone()
    }
}

fn places(changes: impl Iterator<Item = (u32, u32, u32)>) -> Vec<u32> {
    changes
        .flat_map(|(at, removed, inserted)| [at, removed, inserted])
        .collect()
}

/// Updates that become one.
#[wasm_bindgen]
#[derive(Default)]
pub struct Merge(Vec<Vec<u8>>);

#[wasm_bindgen]
impl Merge {
    /// None yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more.
    pub fn add(&mut self, update: &[u8]) {
        self.0.push(update.to_vec());
    }

    /// The one that stands for all.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        merge(&self.0)
    }
}
