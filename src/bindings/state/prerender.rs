//! A state in a prerendered document. Its values at the activation count as its initial values: they lose to stored values,
//! and to every value of another window.

use super::texts::TextsAre;
use super::{JsEntry, StateHost, StateOptions};
use crate::core::id::{Actor, Key};
use crate::core::limits::Bounds;
use crate::core::lists::Gather;
use crate::core::model::{PlainModel, StateModel};
use crate::platform::host;

impl StateOptions {
    /// A model that defers its commands until the activation.
    pub(super) fn model(
        &self,
        initial: Vec<(Key, JsEntry)>,
        bounds: Bounds,
        born: f64,
    ) -> Box<dyn StateModel<JsEntry>> {
        let actor = Actor::from_random(host::random_u64());
        let mut model = PlainModel::new(actor, born, initial);
        model.node_mut().set_bounds(bounds);
        if self.needs_more() {
            model.start_deferring();
        }
        Box::new(model)
    }
}

impl StateHost {
    /// The document is activated: begins again with its visible values as initial values.
    pub(super) fn begin_anew(&self) {
        if self.destroyed.get() {
            return;
        }
        self.send_batch();
        let shown: Vec<(Key, _)> = {
            let node = self.node.borrow();
            let synced = node.iter().filter(|(key, _)| self.options.is_synced(key));
            synced.map(|(key, held)| (key, held.clone())).gather()
        };
        let bounds = self.node.borrow().node().bounds();
        let node = self.options.model(shown, bounds, host::wall());
        drop(self.node.replace(node));
        if self.options.needs_more() {
            self.require_more();
        }
        // Nobody was connected, so nobody could acknowledge them.
        self.confirm_outcomes();
        self.open_storage_late();
        if self.texts.get() == TextsAre::Here {
            // The new model has no text engine.
            self.texts.set(TextsAre::Unasked);
        }
        self.look_for_texts();
    }
}
