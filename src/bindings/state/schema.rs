//! Versions of a state's shape: writes of older versions are translated, newer versions are refused.
//!
//! The contents of older windows are kept in a shadow: a model of their version that takes part in their exchange and
//! writes nothing. Whenever it changes, `migrate` translates it, and what is new is merged with its own stamps. Nothing is
//! sent back: an older window cannot read what a newer one writes.

use std::rc::Rc;

use js_sys::{Array, Function};
use wasm_bindgen::JsValue;

use super::cell_codec::cell_out;
use super::conflicts_part::part;
use super::entry::JsEntry;
use super::{StateHost, codec};
use crate::bindings::persist::{Record, translated};
use crate::bindings::wire::label_out;
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::id::{Actor, Key, PeerRef};
use crate::core::lists::Gather;
use crate::core::model::{ModelEffect, ModelEffects, PlainModel, StateModel};
use crate::core::sync::{ChangeOrigin, StateFrame};
use crate::core::version::VersionVector;
use crate::platform::cell::RefCell;
use crate::platform::error::{fail_with, text};
use crate::platform::host;

/// The contents of windows of one older version.
pub(super) struct Shadow {
    version: u32,
    label: JsValue,
    model: RefCell<Box<dyn StateModel<JsEntry>>>,
    /// Its last translation: cells and their contents.
    last: RefCell<Vec<(Key, JsValue)>>,
    /// `migrate` threw, and the error was reported.
    failed: std::cell::Cell<bool>,
}

impl StateHost {
    /// Receives a frame of a window with another version.
    pub(super) fn receive_other_version(&self, from: PeerRef, version: u32, kind: Kind, frame: &Array) {
        // The grants of a restricted peer are about keys of its version, which say nothing of their translations.
        let migrate = self
            .options
            .migrate
            .clone()
            .filter(|_| version < self.options.version && self.restriction(from).is_none());
        let Some(migrate) = migrate else {
            return self.keep_apart(from, version, kind);
        };
        let Some(decoded) = codec::decode(kind, frame) else {
            return self.messenger.refuse(from, codes::MALFORMED);
        };
        let shadow = self.shadow_of(version);
        let latest = codec::latest(&decoded);
        if !shadow.model.borrow_mut().witnessed(latest, host::wall()) {
            return self.messenger.refuse(from, codes::CLOCK);
        }
        if self.schema.borrow_mut().part(from, version) {
            self.release_filtered_peer(from);
            self.decide(|model, now| model.with_node(|node| node.peer_down(from, now)));
            self.send_own_version(from);
        }
        let effects = shadow
            .model
            .borrow_mut()
            .with_node(|node| node.receive(from, &[], decoded, host::wall()));
        self.run_shadow(&shadow, from, effects, &migrate);
    }

    /// The two windows cannot exchange this state. Both are told.
    fn keep_apart(&self, from: PeerRef, version: u32, kind: Kind) {
        let apart = self
            .messenger
            .refuse_version("state", &self.options.name, &self.schema, from, version);
        if apart {
            self.release_filtered_peer(from);
            self.decide(|model, now| model.with_node(|node| node.peer_down(from, now)));
        }
        if kind.asks() {
            self.send_own_version(from);
        }
    }

    /// Sends an empty answer, which is never answered, with this window's version.
    fn send_own_version(&self, to: PeerRef) {
        let nothing = StateFrame::Delta(crate::core::batch::Delta {
            since: VersionVector::new(),
            vector: VersionVector::new(),
            entries: Vec::new(),
            whole: false,
            fingerprint: 0,
            content: 0,
        });
        let frame = codec::encode(&self.name_js, &nothing);
        self.messenger.send(&[to], &frame);
    }

    /// A window with another version before has this one now.
    pub(super) fn meet_again(&self, from: PeerRef) {
        if self.schema.borrow_mut().meet(from) {
            self.shadows_peer_down(from);
            if self.filter(from).is_none() {
                self.decide(|model, _| model.with_node(|node| node.peer_up(from, host::now())));
            }
        }
    }

    /// A model without contents. Callers that need the full model have it loaded: `migrate` does so.
    pub(super) fn bare_model(&self, actor: Actor) -> Box<dyn StateModel<JsEntry>> {
        let is_full = self.node.borrow().full().is_some();
        match part().filter(|_| is_full) {
            Some(part) => (part.model)(&self.options, actor),
            None => Box::new(PlainModel::new(actor, host::wall(), Vec::new())),
        }
    }

    fn shadow_of(&self, version: u32) -> Rc<Shadow> {
        let known = self
            .shadows
            .borrow()
            .iter()
            .find(|shadow| shadow.version == version)
            .cloned();
        if let Some(shadow) = known {
            return shadow;
        }
        let mut model = self.bare_model(Actor::from_random(host::random_u64()));
        drop(model.with_node(|node| node.settle_ready()));
        let shadow = Rc::new(Shadow {
            version,
            label: label_out(&self.options.name, version),
            model: RefCell::new(model),
            last: RefCell::new(Vec::new()),
            failed: std::cell::Cell::new(false),
        });
        self.shadows.borrow_mut().push(shadow.clone());
        shadow
    }

    pub(super) fn shadows_peer_down(&self, peer: PeerRef) {
        let shadows = self.shadows.borrow().clone();
        for shadow in shadows {
            let now = host::wall();
            let effects = shadow
                .model
                .borrow_mut()
                .with_node(|node| node.peer_down(peer, now));
            self.send_of(&shadow, effects);
        }
    }

    pub(super) fn shadows_tick(&self) {
        let shadows = self.shadows.borrow().clone();
        for shadow in shadows {
            let now = host::now();
            let effects = shadow.model.borrow_mut().with_node(|node| node.tick(now));
            self.send_of(&shadow, effects);
        }
    }

    /// Sends the shadow's frames, with its version. Returns whether its visible values changed.
    fn send_of(&self, shadow: &Shadow, effects: ModelEffects<JsEntry>) -> bool {
        let mut changed = false;
        for effect in effects {
            match effect {
                ModelEffect::Send { to, frame } => {
                    let frame = codec::encode(&shadow.label, &frame);
                    self.messenger.send(&to, &frame);
                }
                ModelEffect::Refused { from, code } => self.messenger.refused(from, code, &self.options.name),
                ModelEffect::Changed { .. } => changed = true,
                _ => {}
            }
        }
        changed
    }

    fn run_shadow(&self, shadow: &Shadow, from: PeerRef, effects: ModelEffects<JsEntry>, migrate: &Function) {
        if !self.send_of(shadow, effects) {
            return;
        }
        let (shown, records) = {
            let model = shadow.model.borrow();
            let shown: Vec<(Key, JsValue)> =
                model.iter().map(|(key, held)| (key, held.value.clone())).gather();
            let records = model.node().export().map(|record| Record {
                key: record.key,
                stamp: record.stamp,
                value: record.value.as_ref().map(|cell| cell_out(Some(cell))),
                cleared: record.cleared,
            });
            (shown, records.collect::<Vec<Record>>())
        };
        let records = match translated(shown, migrate, records, f64::from(shadow.version)) {
            Ok(records) => records,
            Err(error) => return self.cannot_translate(shadow, from, &error),
        };
        let mut news = Vec::with_capacity(records.len());
        let mut last = Vec::with_capacity(records.len());
        for record in records {
            let value = record.value.clone().unwrap_or(JsValue::UNDEFINED);
            let before = shadow.last.borrow();
            let same = before
                .iter()
                .any(|(key, held)| *key == record.key && host::same(held, &value));
            drop(before);
            last.push((record.key.clone(), value));
            if !same {
                news.push(record);
            }
        }
        shadow.last.replace(last);
        let cells = self.cells(news);
        if cells.is_empty() {
            return;
        }
        let mut effects = self
            .node
            .borrow_mut()
            .with_node(|node| node.import(cells, host::wall()));
        for effect in &mut effects {
            if let ModelEffect::Changed { from: by, origin, .. } = effect {
                (*by, *origin) = (Some(from), ChangeOrigin::Remote);
            }
        }
        self.run(effects);
    }

    /// Reports an error of `migrate`, once for each version.
    fn cannot_translate(&self, shadow: &Shadow, from: PeerRef, cause: &JsValue) {
        self.messenger.refuse(from, codes::SCHEMA_VERSION);
        if shadow.failed.replace(true) {
            return;
        }
        let message = text(&[
            "migrate() of the state '",
            &self.options.name,
            "' threw: windows of version ",
            &shadow.version.to_string(),
            " are not let in",
        ]);
        let details = [("cause", cause.clone())];
        self.report(&fail_with(codes::SCHEMA_VERSION, &message, &details));
    }
}
