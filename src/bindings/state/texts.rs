//! The text engine, which merges texts by character: a second wasm, loaded by states that merge texts.

use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{JsEntry, SetOptions, StateHost};
use crate::core::id::{Actor, Key};
use crate::core::merge::{TextDoc, Texts};
use crate::core::model::{Op, StateModel, Strategy};
use crate::platform::{callback, host, promise};

/// How far the engine is loaded for this state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TextsAre {
    /// Nothing has needed it yet.
    Unasked,
    /// It is being loaded, or loading failed.
    Asked,
    /// It is loaded.
    Here,
}

#[wasm_bindgen]
extern "C" {
    type Engine;
    #[wasm_bindgen(method, structural, catch)]
    fn open(this: &Engine, seed: &str, actor: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn merge(this: &Engine, updates: &Array) -> Result<JsValue, JsValue>;

    type Document;
    #[wasm_bindgen(method, structural, catch)]
    fn edit(this: &Document, next: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn apply(this: &Document, update: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn text(this: &Document) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn free(this: &Document) -> Result<JsValue, JsValue>;
}

struct TextEngine(JsValue);

struct TextDocument(JsValue);

impl Texts<JsEntry> for TextEngine {
    fn open(&self, seed: &str, actor: Actor) -> Box<dyn TextDoc<JsEntry>> {
        let opened = self.0.unchecked_ref::<Engine>().open(seed, actor.as_f64());
        Box::new(TextDocument(opened.unwrap_or(JsValue::UNDEFINED)))
    }

    fn merge(&self, updates: &[JsEntry]) -> JsEntry {
        let list: Array = updates.iter().map(|update| update.value.clone()).collect();
        let merged = self.0.unchecked_ref::<Engine>().merge(&list);
        JsEntry::made(merged.unwrap_or_else(|_| Uint8Array::new_with_length(0).into()))
    }
}

impl TextDoc<JsEntry> for TextDocument {
    fn edit(&mut self, next: &JsEntry) -> Option<JsEntry> {
        let update = self.0.unchecked_ref::<Document>().edit(&next.value).ok()?;
        (!update.is_undefined()).then(|| JsEntry::made(update))
    }

    fn apply(&mut self, update: &JsEntry) -> bool {
        let applied = self.0.unchecked_ref::<Document>().apply(&update.value);
        applied.is_ok_and(|applied| applied.is_truthy())
    }

    fn text(&self) -> JsEntry {
        let text = self.0.unchecked_ref::<Document>().text();
        JsEntry::made(text.unwrap_or_else(|_| JsValue::from_str("")))
    }

    fn document(&self) -> Option<JsEntry> {
        Some(JsEntry::made(self.0.clone()))
    }
}

impl Drop for TextDocument {
    fn drop(&mut self) {
        let _ = self.0.unchecked_ref::<Document>().free();
    }
}

impl StateHost {
    /// Loads the engine once a text needs it.
    pub(super) fn look_for_texts(&self) {
        if self.texts.get() != TextsAre::Unasked
            || !self.options.strategies.merge_any()
            || !(self.node.borrow().wants_texts() || self.filtered_peers_want_texts())
        {
            return;
        }
        self.texts.set(TextsAre::Asked);
        let loading: Promise = match host::load_texts() {
            Ok(loading) => loading,
            Err(error) => return self.report(&error),
        };
        let (come, failed): (Weak<StateHost>, Weak<StateHost>) = (self.weak(), self.weak());
        let come = callback::reaction(move |engine| {
            if let Some(state) = come.upgrade() {
                state.texts_come(&engine);
            }
        });
        let failed = callback::reaction(move |error| {
            if let Some(state) = failed.upgrade() {
                // Until the page is loaded again, texts are sent as a whole.
                state.texts.set(TextsAre::Here);
                state.report(&error);
                state.flush_batch();
                state.become_ready();
            }
        });
        promise::then(&loading, &come as &Function, Some(&failed));
    }

    fn texts_come(&self, engine: &JsValue) {
        if self.destroyed.get() {
            return;
        }
        self.texts.set(TextsAre::Here);
        let engine: Rc<dyn Texts<JsEntry>> = Rc::new(TextEngine(engine.clone()));
        let effects = self
            .node
            .borrow_mut()
            .provide_texts(Rc::clone(&engine), host::wall());
        self.run(effects);
        self.set_texts_of_filtered_peers(&engine);
        let held = self.batch.borrow().is_some();
        if held {
            self.flush_batch();
        } else if !self.node.borrow().open_keys().is_empty() {
            self.schedule_flush();
        }
        if self.node.borrow().node().is_ready() {
            self.become_ready();
        }
    }

    /// For an editor of a key's text: `[document, number]`, see [`Model::document`](crate::core::model::Model::document).
    /// Undefined if the key holds no text now, false if it does not merge.
    pub(crate) fn text_of(&self, key: &Key, engine: &JsValue) -> Result<JsValue, JsValue> {
        self.check_alive()?;
        if self.options.strategies.of(key) != Strategy::Merge || !self.options.is_synced(key) {
            return Ok(JsValue::FALSE);
        }
        let waits = |model: &dyn StateModel<JsEntry>| model.full().is_some() && !model.has_texts();
        if waits(&**self.node.borrow()) {
            self.texts_come(engine);
        }
        let found = self.node.borrow_mut().document(key);
        Ok(found.map_or(JsValue::UNDEFINED, |(document, number)| {
            Array::of2(&document.value, &JsValue::from_f64(number)).into()
        }))
    }

    /// Writes a text that was typed.
    pub(crate) fn type_text(&self, key: Key, next: &JsValue) -> Result<Promise, JsValue> {
        self.check_alive()?;
        let options = SetOptions {
            typed: true,
            ..SetOptions::default()
        };
        self.write(vec![(key, Op::Set(Some(JsEntry::made(next.clone()))))], options)
    }

    /// Whether the flush waits for the engine: the promise of a write waits for its text.
    pub(super) fn texts_hold_turn(&self) -> bool {
        self.texts.get() == TextsAre::Asked && self.node.borrow().holds_texts()
    }

    /// The contents of others have arrived. `ready` resolves once texts can be resolved.
    pub(super) fn become_ready(&self) {
        if !self.storage_holds_ready()
            && self.texts.get() != TextsAre::Asked
            && !self.awaits_filtered_peers()
            && !self.is_early()
        {
            self.ready.resolve(&JsValue::UNDEFINED);
        }
    }
}
