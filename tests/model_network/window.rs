//! One window: a model, and a listener that holds it to its word.

use std::collections::BTreeMap;
use std::rc::Rc;

use parley_sync::core::id::Key;
use parley_sync::core::model::{Model, WriteId};
use parley_sync::core::register::Stamp;
use parley_sync::core::sync::KeyChange;

use crate::values::{Val, ugly};
use parley_sync_kit::Mirror;

pub struct Window {
    pub node: Model<Val>,
    pub readied: u32,
    /// Writes that can still be rolled back, and which of the ledger they are.
    pub pending: Vec<(WriteId, Vec<usize>)>,
    /// What the listener knows, from the changes alone.
    pub mirror: Mirror<Key, Val>,
}

impl Window {
    pub fn new(node: Model<Val>) -> Self {
        let mirror = Mirror::starting(node.iter().map(|(key, value)| (key, value.clone())));
        Self {
            node,
            readied: 0,
            pending: Vec::new(),
            mirror,
        }
    }

    pub fn state(&self) -> Result<BTreeMap<Key, Val>, String> {
        let mut state = BTreeMap::new();
        for (key, value) in self.node.iter() {
            if self.node.get(&key) != Some(value) {
                return Err(format!(
                    "{key}: iter has {value:?}, get {:?}",
                    self.node.get(&key)
                ));
            }
            if state.insert(Rc::clone(&key), value.clone()).is_some() {
                return Err(format!("{key} is there twice"));
            }
        }
        Ok(state)
    }

    /// The function settles what is open; what that changed.
    pub fn settle(&mut self, unsettled: Vec<Key>) -> Vec<KeyChange<Val>> {
        let mut changes = Vec::new();
        for key in unsettled {
            let Some(open) = self.node.unsettled(&key) else {
                continue;
            };
            let mut value = open.first;
            for (next, base) in open.rest {
                value = ugly(value.as_ref(), next.as_ref(), base.as_ref());
            }
            changes.extend(self.node.settle(&key, value));
        }
        changes
    }

    /// Takes note of a change: it starts from what the listener knows, and ends at what is there.
    pub fn hear(&mut self, changes: &[KeyChange<Val>]) -> Result<(), String> {
        for KeyChange { key, old, new, .. } in changes {
            self.mirror.hear(key, old.as_ref(), new.as_ref())?;
        }
        self.mirror.check(&self.state()?)
    }

    /// The write that shows on that key.
    pub fn top(&self, key: &Key) -> Option<Stamp> {
        self.node.candidates(key).last().map(|one| one.stamp)
    }
}
