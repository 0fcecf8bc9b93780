//! An open text document, and which edits it has applied.

use super::Which;
use crate::core::id::Actor;
use crate::core::lists::{Gather, List};
use crate::core::merge::{TextDoc, Texts};
use crate::core::register::Stamp;
use crate::core::value::Value;

/// One cell of edits.
#[derive(Clone)]
pub(super) struct Edit<V> {
    pub(super) actor: Actor,
    pub(super) level: u32,
    pub(super) stamp: Stamp,
    pub(super) update: V,
}

/// Invariant after `sync`: the document has applied exactly the edits in `applied`, or edits merged into these.
pub(super) struct Open<V> {
    pub(super) which: Which,
    /// The actor that edits it; `None` if it is only read.
    pub(super) editor: Option<Actor>,
    pub(super) doc: Box<dyn TextDoc<V>>,
    pub(super) applied: Vec<Edit<V>>,
    /// The level of this window's own edit that the document has applied before its cell was set.
    pub(super) written: Option<u32>,
    pub(super) said: Option<V>,
}

impl<V: Value> Open<V> {
    pub(super) fn new(which: &Which, editor: Option<Actor>, doc: Box<dyn TextDoc<V>>) -> Self {
        Self {
            which: which.clone(),
            editor,
            doc,
            applied: Vec::new(),
            written: None,
            said: None,
        }
    }

    pub(super) fn say(&mut self) -> V {
        self.said.get_or_insert_with(|| self.doc.text()).clone()
    }

    pub(super) fn change(&mut self, to: &V) -> Option<V> {
        self.said = None;
        self.doc.edit(to)
    }

    /// Applies an edit. A malformed update is ignored, as in every window.
    pub(super) fn apply(&mut self, edit: Edit<V>) {
        self.said = None;
        self.doc.apply(&edit.update);
        self.applied.push(edit);
    }

    /// Applies the edits that are new. Returns whether the document then has exactly these edits.
    pub(super) fn catch_up(&mut self, edits: &[Edit<V>], texts: &dyn Texts<V>) -> bool {
        let new: Vec<&Edit<V>> = edits.iter().filter(|edit| !edit.is_in(&self.applied)).gather();
        if let Some(level) = self.written.take()
            && !new
                .iter()
                .any(|edit| edit.level == level && Some(edit.actor) == self.editor)
        {
            return false;
        }
        let (stay, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut self.applied)
            .into_iter()
            .partition(|edit| edit.is_in(edits));
        self.applied = stay;
        let stood_for = |gone: &[Edit<V>]| {
            let Some(actor) = gone.first().map(|edit| edit.actor) else {
                return true;
            };
            // An edit that was merged into a new one changes nothing when that is applied.
            let heirs = new.iter().filter(|edit| edit.actor == actor);
            let mut updates: Vec<V> = heirs.map(|edit| edit.update.clone()).gather();
            if updates.is_empty() {
                return false;
            }
            let heirs = texts.merge(&updates);
            updates.take_in(gone.iter().map(|edit| edit.update.clone()));
            texts.merge(&updates).same(&heirs)
        };
        if !gone.chunk_by(|a, b| a.actor == b.actor).all(stood_for) {
            return false;
        }
        new.into_iter().for_each(|edit| self.apply(edit.clone()));
        true
    }
}

impl<V> Edit<V> {
    pub(super) fn is_in(&self, others: &[Self]) -> bool {
        let same =
            |other: &Self| (other.actor, other.level, other.stamp) == (self.actor, self.level, self.stamp);
        others.iter().any(same)
    }
}
