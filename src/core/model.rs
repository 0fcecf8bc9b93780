//! One shared state as its user sees it: keys with conflict strategies, over replicated cells.
//!
//! [`StateNode`] makes every window hold the same cells. The visible value of a key is a pure function of its cells, so every
//! window shows the same value. Most keys are one cell and take a short path.
//!
//! # Rules
//!
//! - **A transaction** is aborted when a write that did not know of one of its members beats that member. Whether the beating
//!   write counts may depend on its own, later transaction, so transactions are resolved from the latest to the earliest (`group`).
//!   Before a member of an aborted transaction is overwritten, the abort is recorded, because the evidence may be overwritten.
//! - **A rollback** shows what the write had hidden: the write was a slot beside the others, not in their place (`veto`).
//! - **A rejection** (`validate`) is a cell too, so every window drops the write, even after its writer has gone (`judge`).
//! - **Candidates** under 'manual' and for functions are the writes that did not know of each other. A function folds them from the
//!   earliest to the latest, each time with the latest value that both had seen as the base (`custom`).
//! - **An increment** belongs to the write it adds to; a later write of the whole value replaces both.
//! - **Undo** writes what was there before, if the write it undoes is still visible; of a merged value only that write's changes are
//!   taken back (`undo`).

mod composite;
mod custom;
mod group;
mod hidden;
mod judge;
mod outline;
mod show;
mod strategy;
mod undo;
mod veto;
mod veto_list;
mod write;

use std::rc::Rc;

use composite::{Composite, plain};
pub use custom::Unsettled;
use group::Knot;
pub use judge::{Judge, Judged, drop_unreadable, judge};
pub use outline::Written;
pub use strategy::{Strategies, Strategy};
use undo::Steps;
use veto::Pending;
pub use write::NotANumber;

use super::cell::{Cell, Part, Why, cell_name, is_plain, parse, root_name};
use super::clock::Time;
use super::id::{Actor, Key, PeerRef};
use super::map::SmallMap;
use super::merge::{Merged, Texts};
use super::register::Stamp;
use super::replica::Stage;
use super::sync::{ChangeOrigin, KeyChange, StateEffect, StateFrame, StateNode};
use super::value::Value;
use crate::core::order;

/// What a write does to a key.
#[derive(Clone, Debug)]
pub enum Op<V> {
    /// Holds that from now on; `None` deletes it.
    Set(Option<V>),
    /// Holds so much more.
    Add(f64),
}

/// How a write is made.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// Its keys win or lose together.
    pub is_transaction: bool,
    /// It joins the transaction of the writes since the last flush.
    pub joins_turn: bool,
    /// It may have to be taken back: its id stays good until it is confirmed or taken back.
    pub may_fall: bool,
    /// `undo` takes it back.
    pub undoable: bool,
    /// It came without a frame, as if from another window; not broadcast.
    pub is_plain: bool,
    /// Whom the listeners are told it is of.
    pub origin: ChangeOrigin,
}

impl Default for How {
    fn default() -> Self {
        Self {
            is_transaction: false,
            joins_turn: false,
            may_fall: false,
            undoable: false,
            is_plain: false,
            origin: ChangeOrigin::Local,
        }
    }
}

/// One write of this window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WriteId(u64);

/// A cell that a write of another window changed: what it takes to refuse it.
#[derive(Clone, Debug)]
pub struct CellChange<V> {
    name: Key,
    stamp: Stamp,
    base: Option<(Cell<V>, Stamp)>,
}

impl<V> CellChange<V> {
    /// The key it belongs to.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        parse(&self.name).map(|(key, _)| key)
    }
}

/// One of the writes to choose from.
#[derive(Clone, Debug)]
pub struct Candidate<V> {
    /// What it wrote; `None` if it deleted.
    pub value: Option<V>,
    /// When, and which replica.
    pub stamp: Stamp,
    /// The window that wrote, as it is known to its peers.
    pub from: Option<Rc<str>>,
}

/// What a key shows.
enum Shown<V> {
    Value(Option<V>),
    /// The host's function has to say.
    Unsettled,
}

/// What the host has to do, in this order.
pub enum ModelEffect<V> {
    /// Hand a frame to these neighbours.
    Send {
        /// To whom; never empty.
        to: Vec<PeerRef>,
        /// What.
        frame: StateFrame<Cell<V>>,
    },
    /// Tell the listeners. Keys in `unsettled` first go through the host's function, then [`Model::settle`]: its result is
    /// what changed, if anything.
    Changed {
        /// What changed.
        changes: Vec<KeyChange<V>>,
        /// Keys whose value a function has to say.
        unsettled: Vec<Key>,
        /// From which neighbour it came.
        from: Option<PeerRef>,
        /// Who wrote it.
        origin: ChangeOrigin,
        /// To refuse it: for [`judge`]. Empty for own writes.
        cells: Vec<CellChange<V>>,
    },
    /// These keys have other candidates to choose from than before, more than one.
    Contested {
        /// Which.
        keys: Vec<Key>,
    },
    /// Somebody refused writes of this window; they have been taken back.
    Lost {
        /// Those that could still fall.
        ids: Vec<WriteId>,
        /// The keys of the others.
        keys: Vec<Key>,
        /// Why: of several reasons one that is not a simple refusal.
        why: Why,
    },
    /// See [`StateEffect::Restamped`].
    Restamped {
        /// See there; names of cells.
        writes: Vec<(Key, Stamp, Stamp)>,
    },
    /// See [`StateEffect::Ready`].
    Ready,
    /// See [`StateEffect::Refused`].
    Refused {
        /// Whose frame.
        from: PeerRef,
        /// Why.
        code: &'static str,
    },
}

/// Effects, in order.
pub type ModelEffects<V> = Vec<ModelEffect<V>>;

/// One shared state in one window.
pub struct Model<V> {
    node: StateNode<Cell<V>>,
    strategies: Strategies,
    /// This window, as its peers know it.
    name: Rc<str>,
    keys: SmallMap<Key, Composite<V>>,
    /// What stands for a composite that is not in `keys`.
    nowhere: Composite<V>,
    /// Of each key that a group named, and each that one was on, the keys that hang together with it now.
    knots: SmallMap<Key, Rc<Knot>>,
    texts: Option<Rc<dyn Texts<V>>>,
    pending: Vec<Pending<V>>,
    /// Keys that others wrote to meanwhile, and who told it.
    hidden: Vec<(Key, PeerRef)>,
    undos: Steps<V>,
    redos: Steps<V>,
    next_write: u64,
    counts_writes: bool,
    /// Members of the transaction that the writes of this turn join.
    turn: Vec<Key>,
    /// Names of cells that changed, while somebody asks.
    watched: Option<Vec<Key>>,
}

impl<V: Value> Model<V> {
    /// A state born now. `name` is this window as its peers know it.
    #[must_use]
    pub fn new(
        actor: Actor,
        born_ms: f64,
        name: &str,
        strategies: Strategies,
        initial: Vec<(Key, V)>,
    ) -> Self {
        let mut cells = Vec::with_capacity(initial.len());
        for (key, value) in initial {
            if strategies.of(&key) == Strategy::Merge {
                for (rest, node) in Merged::initial(&value, &strategies.identity_of(&key)) {
                    if let Some(node) = node {
                        cells.push((cell_name(&key, &Part::Tree(rest)), Cell::Node(node)));
                    }
                }
            } else {
                cells.push((root_name(&key), Cell::Plain(value)));
            }
        }
        let names: Vec<Key> = cells.iter().map(|cell| Rc::clone(&cell.0)).collect();
        let mut model = Self {
            node: StateNode::new(actor, born_ms, cells),
            strategies,
            name: Rc::from(name),
            keys: SmallMap::new(),
            nowhere: Composite::new(None),
            knots: SmallMap::new(),
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

    /// How many writes were made, by all windows that count theirs.
    #[must_use]
    pub fn writes(&self) -> f64 {
        let cells = self.node.iter().filter_map(|(name, cell)| match cell {
            Cell::Count(count) if matches!(parse(name), Some((_, Part::Writes(_)))) => Some(count.sum),
            _ => None,
        });
        cells.fold(0.0, |sum, count| sum + count)
    }

    /// What a key holds.
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

    /// Every key that is there.
    pub fn iter(&self) -> impl Iterator<Item = (Key, &V)> {
        let plain = self.node.iter().filter_map(|(name, cell)| {
            let Cell::Plain(value) = cell else { return None };
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
        let mut keys: Vec<Key> = Vec::new();
        let mut parts = false;
        for (name, _) in self.node.open_writes() {
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

    /// Keys with more than one candidate.
    #[must_use]
    pub fn contested(&self) -> Vec<Key> {
        self.keys
            .iter()
            .filter(|(_, composite)| composite.told.len() > 1)
            .map(|(key, _)| Rc::clone(key))
            .collect()
    }

    /// The engine that merges texts has come. What was typed before goes through it.
    pub fn provide_texts(&mut self, texts: Rc<dyn Texts<V>>, now: f64) -> ModelEffects<V> {
        self.texts = Some(Rc::clone(&texts));
        let me = self.node.actor();
        let keys: Vec<Key> = self.keys.keys().cloned().collect();
        let mut cells = Vec::new();
        for key in &keys {
            let tree = self.keys.get_mut(&**key).and_then(|one| one.tree.as_mut());
            if let Some(planned) = tree.map(|tree| tree.engine_arrived(me, &*texts)) {
                self.stamp_tree(key, planned, now, &mut cells);
            }
        }
        let mut effects = self.put_cells(cells, Stage::Open, ChangeOrigin::Local);
        let changes = self.refresh(keys);
        if !changes.is_empty() {
            effects.push(ModelEffect::Changed {
                changes,
                unsettled: Vec::new(),
                from: None,
                origin: ChangeOrigin::Remote,
                cells: Vec::new(),
            });
        }
        effects
    }

    /// Whether something was typed that cannot be told before the engine that merges texts is there.
    #[must_use]
    pub fn holds_texts(&self) -> bool {
        self.keys
            .values()
            .any(|composite| composite.tree.as_ref().is_some_and(Merged::waits))
    }

    /// Whether a text waits for the engine that merges texts.
    #[must_use]
    pub fn wants_texts(&self) -> bool {
        self.texts.is_none()
            && self
                .keys
                .values()
                .any(|composite| composite.tree.as_ref().is_some_and(Merged::wants_texts))
    }

    /// The node below, for what it alone decides: what was seen, who has what.
    #[must_use]
    pub fn node(&self) -> &StateNode<Cell<V>> {
        &self.node
    }

    /// Takes note of a time that a cell names beside its stamp. Whether it can be believed.
    pub fn witnessed(&mut self, time: Option<Time>, now: f64) -> bool {
        time.is_none_or(|time| self.node.witnessed(time, now))
    }

    /// Lets the node below act, see [`StateNode`].
    pub fn with_node(
        &mut self,
        act: impl FnOnce(&mut StateNode<Cell<V>>) -> Vec<StateEffect<Cell<V>>>,
    ) -> ModelEffects<V> {
        let effects = act(&mut self.node);
        self.translate(effects)
    }

    /// The composite of a key; the key becomes one.
    fn composite(&mut self, key: &Key) -> &mut Composite<V> {
        if !self.keys.contains_key(key) {
            let shown = self.get(key).cloned();
            self.keys.insert(Rc::clone(key), Composite::new(shown));
        }
        match self.keys.get_mut(&**key) {
            Some(composite) => composite,
            // Never: it has just been put there.
            None => &mut self.nowhere,
        }
    }

    /// The parts of a key; they begin to be kept.
    fn tree_at(&mut self, key: &Key) -> &mut Merged<V> {
        let known = self.keys.get(&**key).is_some_and(|one| one.tree.is_some());
        let by = (!known).then(|| self.strategies.identity_of(key));
        let tree = &mut self.composite(key).tree;
        tree.get_or_insert_with(|| by.map_or_else(Merged::default, |by| Merged::new(&by)))
    }

    /// Takes note of a cell that was written; which key that makes more than its root.
    fn note(&mut self, name: &Key) -> Option<Key> {
        let (key, part) = parse(name)?;
        let register = self
            .node
            .register(name)
            .map(|held| (held.value.clone(), held.stamp));
        match part {
            Part::Writes(_) => return None,
            Part::Root => {
                let composite = self.keys.contains_key(&key);
                let kept = matches!(self.strategies.of(&key), Strategy::Manual | Strategy::Custom);
                return (composite || kept).then_some(key);
            }
            _ => {}
        }
        if let Some((Some(cell), _)) = &register {
            self.note_groups(&key, cell);
        }
        if let Part::Tree(rest) = &part {
            let tree = self.tree_at(&key);
            match register {
                Some((Some(Cell::Node(node)), stamp)) => tree.set(rest, Some(node), stamp),
                Some((_, stamp)) => tree.set(rest, None, stamp),
                // Dropped: the neighbour that it came from has seen it, and does not hold it any more.
                None => tree.unset(rest),
            }
        }
        self.composite(&key).add(part, Rc::clone(name));
        Some(key)
    }

    /// Effects of cells as effects of keys.
    fn translate(&mut self, effects: Vec<StateEffect<Cell<V>>>) -> ModelEffects<V> {
        let mut out = Vec::with_capacity(effects.len());
        for effect in effects {
            match effect {
                StateEffect::Send { to, frame } => out.push(ModelEffect::Send { to, frame }),
                StateEffect::Changed {
                    changes,
                    from,
                    origin,
                } => self.translate_changes(changes, from, origin, &mut out),
                StateEffect::Restamped { writes } => {
                    if let Some(watched) = &mut self.watched {
                        watched.extend(writes.iter().map(|write| Rc::clone(&write.0)));
                    }
                    out.push(ModelEffect::Restamped { writes });
                }
                StateEffect::Ready => out.push(ModelEffect::Ready),
                StateEffect::Refused { from, code } => out.push(ModelEffect::Refused { from, code }),
            }
        }
        out
    }

    fn translate_changes(
        &mut self,
        cells: Vec<KeyChange<Cell<V>>>,
        from: Option<PeerRef>,
        origin: ChangeOrigin,
        out: &mut ModelEffects<V>,
    ) {
        if let Some(watched) = &mut self.watched {
            watched.extend(cells.iter().map(|cell| Rc::clone(&cell.key)));
        }
        self.note_hidden(&cells, from);
        let noted = if from.is_some() {
            Self::note_cells(&cells)
        } else {
            Vec::new()
        };
        let mut changes = Vec::with_capacity(cells.len());
        let mut touched: Vec<Key> = Vec::new();
        // What keys that become composite in this very change showed before it.
        let mut roots: Vec<(Key, Option<V>)> = Vec::new();
        let mut names = Vec::new();
        let mut vetoes = Vec::new();
        for change in cells {
            let lone = is_plain(&change.key)
                && !self.keys.contains_key(&change.key)
                && !self.is_grouped(&change.key)
                && matches!(
                    self.strategies.of(&change.key),
                    Strategy::LastWriteWins | Strategy::HighestVersion | Strategy::Merge
                );
            if lone {
                let (old, new) = (plain(change.old.as_ref()), plain(change.new.as_ref()));
                roots.push((Rc::clone(&change.key), old.clone()));
                if old.is_some() || new.is_some() {
                    changes.push(KeyChange {
                        key: change.key,
                        old,
                        new,
                        was: change.was,
                        stamp: change.stamp,
                    });
                }
                continue;
            }
            if let Some((key, Part::Root)) = parse(&change.key)
                && !self.keys.contains_key(&key)
            {
                self.keys
                    .insert(Rc::clone(&key), Composite::new(plain(change.old.as_ref())));
            }
            names.push(Rc::clone(&change.key));
            if is_veto(&change.key) {
                vetoes.push(change);
            }
        }
        for name in &names {
            let fresh = parse(name).filter(|(key, _)| !self.keys.contains_key(key));
            if let Some(key) = self.note(name) {
                if let Some((key, _)) = fresh
                    && let Some(at) = roots.iter().position(|root| root.0 == key)
                {
                    let old = roots.swap_remove(at).1;
                    changes.retain(|change: &KeyChange<V>| change.key != key);
                    self.composite(&key).shown = old;
                }
                if !touched.contains(&key) {
                    touched.push(key);
                }
            }
        }
        let vetoed = !names.is_empty() && roots.is_empty() && names.len() == vetoes.len();
        let origin = if vetoed { ChangeOrigin::Rollback } else { origin };
        let mut unsettled = Vec::new();
        let mut contested = Vec::new();
        if !touched.is_empty() {
            let touched = self.regroup(touched);
            self.refresh_into(touched, &mut changes, &mut unsettled, &mut contested);
        }
        if !changes.is_empty() || !unsettled.is_empty() {
            out.push(ModelEffect::Changed {
                changes,
                unsettled,
                from,
                origin,
                cells: noted,
            });
        }
        if !contested.is_empty() {
            out.push(ModelEffect::Contested { keys: contested });
        }
        let (mut ids, mut keys, mut why) = (Vec::new(), Vec::new(), Why::Refused);
        for change in &vetoes {
            let (some, key) = self.lost(change, &mut why);
            ids.extend(some);
            keys.extend(key);
        }
        if !ids.is_empty() || !keys.is_empty() {
            out.push(ModelEffect::Lost { ids, keys, why });
        }
    }

    /// Works out again what those keys show.
    fn refresh(&mut self, keys: Vec<Key>) -> Vec<KeyChange<V>> {
        let mut changes = Vec::new();
        self.refresh_into(keys, &mut changes, &mut Vec::new(), &mut Vec::new());
        changes
    }

    fn refresh_into(
        &mut self,
        keys: Vec<Key>,
        changes: &mut Vec<KeyChange<V>>,
        unsettled: &mut Vec<Key>,
        contested: &mut Vec<Key>,
    ) {
        for key in keys {
            if !self.keys.contains_key(&key) {
                continue;
            }
            self.veto_tree(&key);
            let stamp = self.top(&key);
            match self.show(&key) {
                Shown::Unsettled => unsettled.push(Rc::clone(&key)),
                Shown::Value(new) => {
                    let composite = self.composite(&key);
                    let old = std::mem::replace(&mut composite.shown, new.clone());
                    if !same(old.as_ref(), new.as_ref()) {
                        changes.push(KeyChange {
                            key: Rc::clone(&key),
                            old,
                            new,
                            was: None,
                            stamp: stamp.unwrap_or(self.nobody()),
                        });
                    }
                }
            }
            if self.strategies.of(&key) == Strategy::Manual {
                let stamps: Vec<Stamp> = self.live_of(&key).iter().map(|one| one.stamp).collect();
                let composite = self.composite(&key);
                if composite.told != stamps {
                    if stamps.len() > 1 {
                        contested.push(key);
                    }
                    composite.told = stamps;
                }
            }
        }
    }

    /// Parts of a merged value that were taken back show what they held before.
    fn veto_tree(&mut self, key: &Key) {
        let vetoes = self.vetoes(key);
        for veto in vetoes {
            let Some(Part::Tree(rest)) = super::cell::parse_suffix(&veto.part) else {
                continue;
            };
            let name = cell_name(key, &Part::Tree(Rc::clone(&rest)));
            let effective = self.effective(&name, &veto.part, std::slice::from_ref(&veto));
            let held = self.node.register(&name).map(|register| register.stamp);
            if held != Some(veto.stamp) {
                continue;
            }
            if let Some(tree) = self.keys.get_mut(&**key).and_then(|one| one.tree.as_mut()) {
                match effective {
                    Some((Some(Cell::Node(node)), stamp)) => tree.set(&rest, Some(node), stamp),
                    _ => tree.unset(&rest),
                }
            }
        }
    }

    fn nobody(&self) -> Stamp {
        Stamp {
            time: Time::after(None),
            actor: self.node.actor(),
        }
    }
}

/// Whether a cell holds vetoes.
fn is_veto(name: &Key) -> bool {
    matches!(parse(name), Some((_, Part::Veto(_))))
}

/// Whether two values are the same, absent ones too.
fn same<V: Value>(a: Option<&V>, b: Option<&V>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.same(b),
        _ => false,
    }
}
