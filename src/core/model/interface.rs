//! The interface of both models of a state, [`PlainModel`] and [`Model`], to the host.

use std::rc::Rc;

use super::How;
use super::{Candidate, Model, ModelEffects, NotANumber, Op, PlainModel, Unsettled, WriteId, same};
use crate::core::cell::{Cell, Part, is_plain, parse};
use crate::core::clock::Time;
use crate::core::id::{Key, PeerRef};
use crate::core::merge::Texts;
use crate::core::order;
use crate::core::register::Stamp;
use crate::core::sync::{KeyChange, StateEffect, StateNode};
use crate::core::value::Value;

/// One shared state in one window, by key. The default methods are those of the plain model.
pub trait StateModel<V: Value> {
    /// The replication node, for queries: what was seen, and by which peers.
    fn node(&self) -> &StateNode<Cell<V>>;
    /// The replication node. Its effects go through [`translate`](Self::translate).
    fn node_mut(&mut self) -> &mut StateNode<Cell<V>>;
    /// Translates effects of cells to effects of keys.
    fn translate(&mut self, effects: Vec<StateEffect<Cell<V>>>) -> ModelEffects<V>;
    /// The visible value of a key.
    fn get(&self, key: &str) -> Option<&V>;
    /// The stamp of the visible write of a key.
    fn top(&self, key: &Key) -> Option<Stamp>;
    /// Every key with a value.
    fn iter(&self) -> Box<dyn Iterator<Item = (Key, &V)> + '_>;
    /// See [`Model::write`].
    ///
    /// # Errors
    /// [`NotANumber`] if something is added to what is not a number.
    fn write(
        &mut self,
        ops: Vec<(Key, Op<V>)>,
        how: How,
        now: f64,
    ) -> Result<(WriteId, ModelEffects<V>), NotANumber>;
    /// See [`Model::apply_plain`].
    fn apply_plain(&mut self, entries: Vec<(Key, Option<V>)>, now: f64) -> ModelEffects<V>;
    /// See [`Model::undo`] and [`Model::redo`].
    fn undo_or_redo(&mut self, is_undo: bool, now: f64) -> Option<ModelEffects<V>>;
    /// See [`Model::retract`].
    fn retract(&mut self, id: WriteId, now: f64) -> ModelEffects<V>;
    /// See [`Model::confirm`].
    fn confirm(&mut self, id: WriteId) {
        let _ = id;
    }
    /// See [`Model::writes`].
    fn writes(&self) -> f64 {
        0.0
    }
    /// See [`Model::contested`].
    fn contested(&self) -> Vec<Key> {
        Vec::new()
    }
    /// See [`Model::candidates`].
    fn candidates(&self, key: &Key) -> Vec<Candidate<V>> {
        let _ = key;
        Vec::new()
    }
    /// See [`Model::unsettled`].
    fn unsettled(&self, key: &Key) -> Option<Unsettled<V>> {
        let _ = key;
        None
    }
    /// See [`Model::settle`].
    fn settle(&mut self, key: &Key, value: Option<V>) -> Option<KeyChange<V>> {
        let _ = (key, value);
        None
    }
    /// See [`Model::provide_texts`].
    fn provide_texts(&mut self, texts: Rc<dyn Texts<V>>, now: f64) -> ModelEffects<V> {
        let _ = (texts, now);
        Vec::new()
    }
    /// See [`Model::has_texts`].
    fn has_texts(&self) -> bool {
        false
    }
    /// See [`Model::document`].
    fn document(&mut self, key: &Key) -> Option<(V, f64)> {
        let _ = key;
        None
    }
    /// See [`Model::holds_texts`].
    fn holds_texts(&self) -> bool {
        false
    }
    /// See [`Model::wants_texts`].
    fn wants_texts(&self) -> bool {
        false
    }
    /// See [`Model::take_hidden`].
    fn take_hidden(&mut self) -> Vec<(Key, PeerRef)> {
        Vec::new()
    }
    /// See [`Model::has_pending`].
    fn has_pending(&self) -> bool {
        false
    }
    /// See [`Model::has_writes_of_others`].
    fn has_writes_of_others(&self, key: &Key) -> bool {
        let _ = key;
        false
    }
    /// See [`Model::take_watched`].
    fn take_watched(&mut self) -> Vec<Key> {
        Vec::new()
    }
    /// The full model, if it is one.
    fn full(&self) -> Option<&Model<V>> {
        None
    }
    /// The same, mutable.
    fn full_mut(&mut self) -> Option<&mut Model<V>> {
        None
    }
    /// The plain model, if it is one.
    fn plain_mut(&mut self) -> Option<&mut PlainModel<V>> {
        None
    }
}

impl<V: Value> dyn StateModel<V> + '_ {
    /// Calls the replication node and translates its effects, see [`StateNode`].
    pub fn with_node(
        &mut self,
        act: impl FnOnce(&mut StateNode<Cell<V>>) -> Vec<StateEffect<Cell<V>>>,
    ) -> ModelEffects<V> {
        let effects = act(self.node_mut());
        self.translate(effects)
    }

    /// Observes a time that a cell names besides its stamp. Returns false if it is too far ahead.
    pub fn witnessed(&mut self, time: Option<Time>, now: f64) -> bool {
        time.is_none_or(|time| self.node_mut().witnessed(time, now))
    }

    /// Keys with writes that wait for the next flush, each once.
    #[must_use]
    pub fn open_keys(&self) -> Vec<Key> {
        open_keys(self.node())
    }
}

/// The change of a key whose value was `old`; `None` if it is the same.
pub(super) fn change<V: Value>(model: &dyn StateModel<V>, key: &Key, old: Option<V>) -> Option<KeyChange<V>> {
    let new = model.get(key).cloned();
    (!same(old.as_ref(), new.as_ref())).then(|| KeyChange {
        key: Rc::clone(key),
        old,
        new,
        was: None,
        stamp: model.top(key).unwrap_or(nobody(model.node())),
    })
}

/// The stamp of a key without a write.
pub(super) fn nobody<V: Value>(node: &StateNode<Cell<V>>) -> Stamp {
    Stamp {
        time: Time::after(None),
        actor: node.actor(),
    }
}

/// Keys with writes that wait for the next flush, each once.
pub(super) fn open_keys<V: Value>(node: &StateNode<Cell<V>>) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    let mut parts = false;
    for (name, _) in node.open_writes() {
        if is_plain(name) {
            keys.push(Rc::clone(name));
        } else if let Some((key, part)) = parse(name)
            && !matches!(part, Part::Writes(_))
        {
            parts = true;
            keys.push(key);
        }
    }
    if parts {
        order::sort(&mut keys);
        keys.dedup();
    }
    keys
}

impl<V: Value> StateModel<V> for Model<V> {
    fn node(&self) -> &StateNode<Cell<V>> {
        &self.node
    }
    fn node_mut(&mut self) -> &mut StateNode<Cell<V>> {
        &mut self.node
    }
    fn translate(&mut self, effects: Vec<StateEffect<Cell<V>>>) -> ModelEffects<V> {
        self.translate(effects)
    }
    fn get(&self, key: &str) -> Option<&V> {
        self.get(key)
    }
    fn top(&self, key: &Key) -> Option<Stamp> {
        self.top(key)
    }
    fn iter(&self) -> Box<dyn Iterator<Item = (Key, &V)> + '_> {
        Box::new(self.iter())
    }
    fn write(
        &mut self,
        ops: Vec<(Key, Op<V>)>,
        how: How,
        now: f64,
    ) -> Result<(WriteId, ModelEffects<V>), NotANumber> {
        self.write(ops, how, now)
    }
    fn apply_plain(&mut self, entries: Vec<(Key, Option<V>)>, now: f64) -> ModelEffects<V> {
        self.apply_plain(entries, now)
    }
    fn undo_or_redo(&mut self, is_undo: bool, now: f64) -> Option<ModelEffects<V>> {
        if is_undo { self.undo(now) } else { self.redo(now) }
    }
    fn retract(&mut self, id: WriteId, now: f64) -> ModelEffects<V> {
        self.retract(id, now)
    }
    fn confirm(&mut self, id: WriteId) {
        self.confirm(id);
    }
    fn writes(&self) -> f64 {
        self.writes()
    }
    fn contested(&self) -> Vec<Key> {
        self.contested()
    }
    fn candidates(&self, key: &Key) -> Vec<Candidate<V>> {
        self.candidates(key)
    }
    fn unsettled(&self, key: &Key) -> Option<Unsettled<V>> {
        self.unsettled(key)
    }
    fn settle(&mut self, key: &Key, value: Option<V>) -> Option<KeyChange<V>> {
        self.settle(key, value)
    }
    fn provide_texts(&mut self, texts: Rc<dyn Texts<V>>, now: f64) -> ModelEffects<V> {
        self.provide_texts(texts, now)
    }
    fn has_texts(&self) -> bool {
        self.has_texts()
    }
    fn document(&mut self, key: &Key) -> Option<(V, f64)> {
        self.document(key)
    }
    fn holds_texts(&self) -> bool {
        self.holds_texts()
    }
    fn wants_texts(&self) -> bool {
        self.wants_texts()
    }
    fn take_hidden(&mut self) -> Vec<(Key, PeerRef)> {
        self.take_hidden()
    }
    fn has_pending(&self) -> bool {
        self.has_pending()
    }
    fn has_writes_of_others(&self, key: &Key) -> bool {
        self.has_writes_of_others(key)
    }
    fn take_watched(&mut self) -> Vec<Key> {
        self.take_watched()
    }
    fn full(&self) -> Option<&Model<V>> {
        Some(self)
    }
    fn full_mut(&mut self) -> Option<&mut Model<V>> {
        Some(self)
    }
}
