//! A state in a prerendered document. What it shows when the document is activated counts as its initial values: they lose to
//! what is stored, and to every value of another window.

use super::texts::TextsAre;
use super::{Held, StateHost, StateOptions};
use crate::core::id::{Actor, Key};
use crate::core::limits::Bounds;
use crate::core::lists::Gather;
use crate::core::model::Model;
use crate::platform::host;

impl StateOptions {
    /// A model that nobody has met yet. `own_id` is the window, as its peers know it.
    pub(super) fn model(
        &self,
        own_id: &str,
        initial: Vec<(Key, Held)>,
        bounds: Bounds,
        born: f64,
    ) -> Model<Held> {
        let actor = Actor::from_random(host::random_u64());
        let mut model = Model::new(actor, born, own_id, self.strategies.clone(), initial);
        if self.counted {
            model.count_writes();
        }
        model.with_node(|node| {
            node.set_bounds(bounds);
            Vec::new()
        });
        model
    }
}

impl StateHost {
    /// Begins anew with what it shows. The document is activated: from now on it hears of others.
    pub(super) fn begin_anew(&self) {
        if self.destroyed.get() {
            return;
        }
        self.send_turn();
        let shown: Vec<(Key, _)> = {
            let node = self.node.borrow();
            let synced = node.iter().filter(|(key, _)| self.options.is_synced(key));
            synced.map(|(key, held)| (key, held.clone())).gather()
        };
        let bounds = self.node.borrow().node().bounds();
        let node = self
            .options
            .model(&self.carrier.own_id(), shown, bounds, host::wall());
        drop(self.node.replace(node));
        // Nobody was connected whom they could have waited for.
        self.confirm_outcomes();
        self.open_storage();
        if self.texts.get() == TextsAre::Here {
            // The new model has no engine.
            self.texts.set(TextsAre::Unasked);
        }
        self.look_for_texts();
    }
}
