//! What JavaScript sees.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Doc, merge};

/// One text.
#[wasm_bindgen(js_name = Text)]
pub struct TextBinding(Doc);

#[wasm_bindgen(js_class = Text)]
impl TextBinding {
    /// A text that begins as `seed`, edited by `actor`.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(seed: &str, actor: f64) -> Self {
        Self(Doc::open(seed, actor as u64))
    }

    /// Makes the text `next`; returns what others need, nothing if nothing differs.
    pub fn edit(&mut self, next: &str) -> Option<Vec<u8>> {
        self.0.edit(next)
    }

    /// Applies an update; `false` if it is none, or one of another writer than `writer`.
    pub fn apply(&mut self, update: &[u8], writer: Option<f64>) -> bool {
        self.0.apply(update, writer.map(|writer| writer as u64))
    }

    /// The text as it is now.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.text()
    }
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
