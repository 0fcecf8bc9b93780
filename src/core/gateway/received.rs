//! What a frame of the peer changed in the view, until the gateway has checked it.

use crate::core::id::Key;
use crate::core::lists::List;
use crate::core::model::{CellChange, ModelEffect, ModelEffects};
use crate::core::order;
use crate::core::sync::KeyChange;
use crate::core::value::Value;

/// What a frame of the peer did to its view.
pub struct Received<V> {
    /// Frames to send and refusals to count.
    pub effects: ModelEffects<V>,
    /// In the order of their keys.
    pub(super) changes: Vec<KeyChange<V>>,
    /// Its cells, visible or not.
    pub(super) names: Vec<Key>,
    /// Cells that changed a visible value.
    pub(super) cells: Vec<CellChange<V>>,
}

impl<V: Value> Received<V> {
    pub(super) fn new() -> Self {
        Self {
            effects: Vec::new(),
            changes: Vec::new(),
            names: Vec::new(),
            cells: Vec::new(),
        }
    }

    /// What a key showed before the frame, if it has changed.
    pub(super) fn before(&self, key: &Key) -> Option<&KeyChange<V>> {
        let at = self.changes.binary_search_by(|change| change.key.cmp(key)).ok()?;
        self.changes.get(at)
    }

    pub(super) fn absorb(&mut self, effects: ModelEffects<V>) {
        for effect in effects {
            match effect {
                ModelEffect::Changed {
                    changes, from, cells, ..
                } => {
                    merge_changes(&mut self.changes, changes);
                    if from.is_some() {
                        self.cells.take_in(cells);
                    }
                }
                ModelEffect::Send { .. } | ModelEffect::Refused { .. } => self.effects.push(effect),
                ModelEffect::Contested { .. }
                | ModelEffect::Lost { .. }
                | ModelEffect::Restamped { .. }
                | ModelEffect::Ready => {}
            }
        }
    }
}

/// Merges later changes into earlier ones. The result has each key once, sorted.
fn merge_changes<V>(changes: &mut Vec<KeyChange<V>>, later: Vec<KeyChange<V>>) {
    if changes.is_empty() {
        changes.take_in(later);
        return order::sort_by(changes, |a, b| a.key.cmp(&b.key));
    }
    for change in later {
        match changes.binary_search_by(|earlier| earlier.key.cmp(&change.key)) {
            Ok(at) => {
                if let Some(earlier) = changes.get_mut(at) {
                    earlier.new = change.new;
                    earlier.stamp = change.stamp;
                }
            }
            Err(at) => changes.insert(at, change),
        }
    }
}
