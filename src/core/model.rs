//! The model of one shared state: keys with conflict strategies, over replicated cells.
//!
//! [`StateNode`] makes every window hold the same cells. The visible value of a key is a pure function of its cells, so every
//! window shows the same value. Most keys are one cell and take a short path.
//!
//! # Rules
//!
//! - **A transaction** is aborted when a write that did not know of one of its members beats that member. Whether the beating
//!   write counts may depend on its own, later transaction, so transactions are resolved from the latest to the earliest (`transaction`).
//!   Before a member of an aborted transaction is overwritten, the abort is recorded, because the evidence may be overwritten.
//! - **A rollback** makes visible again what the write had hidden. The write was a slot beside the others, not in their
//!   place (`veto`).
//! - **A rejection** (`validate`) is a cell too, so every window drops the write, even after its writer has gone (`validate`).
//! - **Candidates** under 'manual' and for functions are the writes that did not know of each other. A function folds them from the
//!   earliest to the latest, each time with the latest value that both had seen as the base (`custom`).
//! - **An increment** belongs to the write it adds to; a later write of the whole value replaces both.
//! - **Undo** writes what was there before, if the write it undoes is still visible; of a merged value only that write's changes are
//!   taken back (`undo`).

mod access;
mod composite;
mod counts;
mod custom;
mod deferred;
mod effects;
mod hidden;
mod interface;
mod of_plain;
mod partial;
mod plain;
mod plan;
mod resolve;
mod steps;
mod strategy;
mod transaction;
mod translate;
mod undo;
mod validate;
mod veto;
mod veto_list;
mod write;

use std::rc::Rc;

pub use access::Written;
use composite::Composite;
pub use custom::Unsettled;
pub use effects::{Candidate, CellChange, How, ModelEffect, ModelEffects, Op, WriteId};
pub use interface::StateModel;
pub use plain::{PlainModel, cell_needs_more, write_needs_more};
use steps::Steps;
pub use strategy::{Strategies, Strategy};
use transaction::Component;
pub use validate::{Validated, Validator, drop_unreadable, validate};
use veto::Pending;
pub use write::NotANumber;

use super::cell::{Cell, Part, cell_name, is_plain, parse, root_name};
use super::clock::Time;
use super::id::{Actor, Key, PeerRef};
use super::map::SmallMap;
use super::merge::{MergeTree, Texts};
use super::replica::Stage;
use super::sync::{ChangeOrigin, StateEffect, StateNode};
use super::value::Value;
use crate::core::lists::{Gather, List};

/// The model of one shared state in one window.
pub struct Model<V> {
    node: StateNode<Cell<V>>,
    strategies: Strategies,
    /// The id of this window.
    name: Rc<str>,
    keys: SmallMap<Key, Composite<V>>,
    /// Returned for a key that is not in `keys`.
    nowhere: Composite<V>,
    /// The transaction component of each key that a group names or named.
    components: SmallMap<Key, Rc<Component>>,
    texts: Option<Rc<dyn Texts<V>>>,
    pending: Vec<Pending<V>>,
    /// Keys that others wrote to while a write of this window was pending, and the peer that sent it.
    hidden: Vec<(Key, PeerRef)>,
    undos: Steps<V>,
    redos: Steps<V>,
    next_write: u64,
    counts_writes: bool,
    /// Members of the transaction that the writes of this turn join.
    turn: Vec<Key>,
    /// Names of changed cells, while they are watched.
    watched: Option<Vec<Key>>,
}

impl<V: Value> Model<V> {
    /// A state made now. `name` is the id of this window.
    #[must_use]
    pub fn new(
        actor: Actor,
        born_ms: f64,
        name: &str,
        strategies: Strategies,
        initial: Vec<(Key, V)>,
    ) -> Self {
        let cells = Self::initial_cells(initial, &strategies);
        Self::over(StateNode::new(actor, born_ms, cells), name, strategies)
    }

    /// The cells of initial values.
    fn initial_cells(initial: Vec<(Key, V)>, strategies: &Strategies) -> Vec<(Key, Cell<V>)> {
        let mut cells = Vec::with_capacity(initial.len());
        for (key, value) in initial {
            if strategies.of(&key) == Strategy::Merge {
                for (rest, node) in MergeTree::initial(&value, &strategies.identity_of(&key)) {
                    if let Some(node) = node {
                        cells.push((cell_name(&key, &Part::Tree(rest)), Cell::node(node)));
                    }
                }
            } else {
                cells.push((root_name(&key), Cell::Plain(value)));
            }
        }
        cells
    }

    /// A model over that node, with the keys of its cells.
    fn over(node: StateNode<Cell<V>>, name: &str, strategies: Strategies) -> Self {
        let names: Vec<Key> = node.registers().map(|one| Rc::clone(one.0)).gather();
        let mut model = Self {
            node,
            strategies,
            name: Rc::from(name),
            keys: SmallMap::new(),
            nowhere: Composite::new(None),
            components: SmallMap::new(),
            texts: None,
            pending: Vec::new(),
            hidden: Vec::new(),
            undos: Steps::new(),
            redos: Steps::new(),
            next_write: 0,
            counts_writes: false,
            turn: Vec::new(),
            watched: None,
        };
        let mut composite = Vec::new();
        for name in names {
            if let Some(key) = model.note(&name) {
                composite.push(key);
            }
        }
        model.refresh(composite);
        model
    }

    /// Counts writes from now on, see [`writes`](Self::writes).
    pub fn count_writes(&mut self) {
        self.counts_writes = true;
    }

    /// The number of writes that all counting windows have made.
    #[must_use]
    pub fn writes(&self) -> f64 {
        let cells = self.node.iter().filter_map(|(name, cell)| match cell {
            Cell::Count(count) if matches!(parse(name), Some((_, Part::Writes(_)))) => Some(count.sum),
            _ => None,
        });
        cells.fold(0.0, |sum, count| sum + count)
    }

    /// The visible value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        if !self.keys.is_empty()
            && let Some(composite) = self.keys.get(key)
        {
            return composite.shown.as_ref();
        }
        let cell = if is_plain(key) {
            self.node.get(key)
        } else {
            self.node.get(&root_name(&Key::from(key)))
        };
        match cell {
            Some(Cell::Plain(value)) => Some(value),
            _ => None,
        }
    }

    /// Every key with a value.
    pub fn iter(&self) -> impl Iterator<Item = (Key, &V)> {
        let plain = self.node.iter().filter_map(|(name, cell)| {
            let Cell::Plain(value) = cell else {
                return None;
            };
            if is_plain(name) {
                return (!self.keys.contains_key(name)).then(|| (Rc::clone(name), value));
            }
            let (key, part) = parse(name)?;
            (part == Part::Root && !self.keys.contains_key(&key)).then_some((key, value))
        });
        let composite = self
            .keys
            .iter()
            .filter_map(|(key, composite)| Some((Rc::clone(key), composite.shown.as_ref()?)));
        plain.chain(composite)
    }

    /// Keys with writes that wait for the next flush, each once.
    #[must_use]
    pub fn open_keys(&self) -> Vec<Key> {
        interface::open_keys(&self.node)
    }

    /// Keys with more than one candidate.
    #[must_use]
    pub fn contested(&self) -> Vec<Key> {
        self.keys
            .iter()
            .filter(|(_, composite)| composite.reported.len() > 1)
            .map(|(key, _)| Rc::clone(key))
            .gather()
    }

    /// The text engine is loaded. Writes the pending edits.
    pub fn provide_texts(&mut self, texts: Rc<dyn Texts<V>>, now: f64) -> ModelEffects<V> {
        self.texts = Some(Rc::clone(&texts));
        let me = self.node.actor();
        let keys: Vec<Key> = self.keys.keys().cloned().gather();
        let mut cells = Vec::new();
        for key in &keys {
            let tree = self.keys.get_mut(&**key).and_then(|one| one.tree.as_mut());
            if let Some(planned) = tree.map(|tree| tree.engine_arrived(me, &*texts)) {
                self.stamp_tree(key, planned, now, &mut cells);
            }
        }
        let mut effects = self.put_cells(cells, Stage::Open, ChangeOrigin::Local);
        let changes = self.refresh(keys);
        effects.take_in(ModelEffect::changed(changes, None, ChangeOrigin::Remote));
        effects
    }

    /// Whether the text engine is loaded.
    #[must_use]
    pub fn has_texts(&self) -> bool {
        self.texts.is_some()
    }

    /// The host's document of a key whose value is a text, and a number that is the same in all windows that edit this
    /// text. `None` if the key does not merge, its value is no text, or the engine is not loaded.
    pub fn document(&mut self, key: &Key) -> Option<(V, f64)> {
        let texts = self.texts.clone()?;
        let is_merged = self.strategies.of(key) == Strategy::Merge;
        let has_parts = self.keys.get(&**key).is_some_and(|one| one.tree.is_some());
        (is_merged && has_parts).then(|| self.tree_of(key).document(&*texts))?
    }

    /// Whether an edit cannot be sent before the text engine is loaded.
    #[must_use]
    pub fn holds_texts(&self) -> bool {
        self.keys
            .values()
            .any(|composite| composite.tree.as_ref().is_some_and(MergeTree::waits))
    }

    /// Whether a text needs the text engine.
    #[must_use]
    pub fn wants_texts(&self) -> bool {
        self.texts.is_none()
            && self
                .keys
                .values()
                .any(|composite| composite.tree.as_ref().is_some_and(MergeTree::wants_texts))
    }

    /// The replication node, for queries: what was seen, and by which peers.
    #[must_use]
    pub fn node(&self) -> &StateNode<Cell<V>> {
        &self.node
    }

    /// Observes a time that a cell names besides its stamp. Returns false if it is too far ahead.
    pub fn witnessed(&mut self, time: Option<Time>, now: f64) -> bool {
        time.is_none_or(|time| self.node.witnessed(time, now))
    }

    /// Calls the replication node and translates its effects, see [`StateNode`].
    pub fn with_node(
        &mut self,
        act: impl FnOnce(&mut StateNode<Cell<V>>) -> Vec<StateEffect<Cell<V>>>,
    ) -> ModelEffects<V> {
        let effects = act(&mut self.node);
        self.translate(effects)
    }

    /// The composite of a key, which is made if need be.
    fn composite(&mut self, key: &Key) -> &mut Composite<V> {
        if !self.keys.contains_key(key) {
            let shown = self.get(key).cloned();
            self.keys.insert(Rc::clone(key), Composite::new(shown));
        }
        match self.keys.get_mut(&**key) {
            Some(composite) => composite,
            // Unreachable: it has just been inserted.
            None => &mut self.nowhere,
        }
    }

    /// The merge tree of a key, which is made if need be.
    fn tree_at(&mut self, key: &Key) -> &mut MergeTree<V> {
        let known = self.keys.get(&**key).is_some_and(|one| one.tree.is_some());
        let by = (!known).then(|| self.strategies.identity_of(key));
        let tree = &mut self.composite(key).tree;
        tree.get_or_insert_with(|| by.map_or_else(MergeTree::default, |by| MergeTree::new(&by)))
    }
}

/// Whether two optional values are the same.
fn same<V: Value>(a: Option<&V>, b: Option<&V>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.same(b),
        _ => false,
    }
}
