//! Windows that hold one key's cells and tell each other of writes, in any order, some of them twice.

mod atoms;
mod draw;
mod hostile;
mod keeps;
mod maps;
mod records;
mod rounds;
mod scenarios;
pub mod schedule;
pub mod text;
mod texts;
mod undone;
pub mod value;

use std::collections::{BTreeMap, BTreeSet};

use parley_sync::core::clock::Time;
use parley_sync::core::id::{Actor, Key};
use parley_sync::core::merge::{MergeTree, Node, Texts, Writes};
use parley_sync::core::register::Stamp;
use parley_sync::core::value::Value;

use text::{Plain, Shipped};
use value::Json;

/// Writes that travel together.
pub type Batch = Vec<(Key, Option<Node<Json>>, Stamp)>;

/// One window.
pub struct Window {
    pub actor: Actor,
    clock: f64,
    /// Every write to each cell that was heard of, and those that were taken back.
    cells: BTreeMap<Key, BTreeMap<Stamp, Option<Node<Json>>>>,
    vetoed: BTreeSet<Stamp>,
    pub merged: MergeTree<Json>,
    /// Whether texts can be merged here yet.
    pub engine: bool,
    /// Whether by the engine that is shipped; the plain one shows what went wrong more plainly, and is faster.
    pub shipped: bool,
}

pub fn same(a: Option<&Json>, b: Option<&Json>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.same(b),
        (None, None) => true,
        _ => false,
    }
}

impl Window {
    pub fn new(id: u64) -> Self {
        Self {
            actor: Actor::from_random(id + 10),
            clock: 0.0,
            cells: BTreeMap::new(),
            vetoed: BTreeSet::new(),
            merged: MergeTree::default(),
            engine: true,
            shipped: false,
        }
    }

    /// A window that starts with a value.
    pub fn starting(id: u64, value: &Json) -> Self {
        let mut window = Self::new(id);
        let stamp = Stamp {
            time: Time::from_f64(-1000.0 - id as f64).unwrap(),
            actor: window.actor,
        };
        let cells = MergeTree::initial(value, "id")
            .into_iter()
            .map(|(rest, node)| (rest, node, stamp));
        window.receive(&cells.collect());
        window
    }

    /// Its clock goes on from then at least.
    pub fn at_least(&mut self, time: f64) {
        self.clock = self.clock.max(time);
    }

    /// The value it started with, to be told to others.
    pub fn start(&self) -> Batch {
        let initial = |stamp: &Stamp| stamp.time.is_initial() && stamp.actor == self.actor;
        let cells = self.cells.iter().flat_map(|(rest, writes)| {
            let own = writes.iter().filter(|write| initial(write.0));
            own.map(|(stamp, node)| (rest.clone(), node.clone(), *stamp))
        });
        cells.collect()
    }

    fn merging(&self) -> &'static dyn Texts<Json> {
        if self.shipped { &Shipped } else { &Plain }
    }

    pub fn texts(&self) -> Option<&'static dyn Texts<Json>> {
        self.engine.then_some(self.merging())
    }

    pub fn show(&mut self) -> Option<Json> {
        self.merged.resolve(self.texts())
    }

    /// Writes, and sees that it shows, all of it, and that nothing is left to write.
    pub fn write(&mut self, next: Option<&Json>) -> Batch {
        let before = self.show();
        let writes = self.merged.diff(next, self.actor, self.texts());
        let changes = !same(before.as_ref(), next);
        assert!(changes || writes.is_empty(), "{before:?} to {next:?}: {writes:?}");
        // Without the engine, an edit of a text shows before there is anything to tell.
        let waits = !self.engine && self.merged.wants_texts();
        assert!(!changes || waits || !writes.is_empty(), "{before:?} to {next:?}");
        let batch = self.commit(writes);
        let shown = self.show();
        assert!(
            same(shown.as_ref(), next),
            "{before:?} to {next:?} shows {shown:?}: {batch:?}"
        );
        batch
    }

    /// What merges texts arrives here.
    pub fn load(&mut self) -> Batch {
        self.engine = true;
        let writes = self.merged.engine_arrived(self.actor, self.merging());
        self.commit(writes)
    }

    pub fn add(&mut self, by: f64) -> Option<Batch> {
        let writes = self.merged.add(by, self.actor).ok()?;
        Some(self.commit(writes))
    }

    /// Gives each write its stamp.
    pub fn commit(&mut self, writes: Writes<Json>) -> Batch {
        let mut stamped = Batch::new();
        for (rest, node) in writes {
            self.clock += 1.0;
            let stamp = Stamp {
                time: Time::from_f64(self.clock).unwrap(),
                actor: self.actor,
            };
            stamped.push((rest, node, stamp));
        }
        self.receive(&stamped);
        stamped
    }

    pub fn receive(&mut self, batch: &Batch) {
        for (rest, node, stamp) in batch {
            self.clock = self.clock.max(stamp.time.as_f64());
            self.cells
                .entry(rest.clone())
                .or_default()
                .insert(*stamp, node.clone());
            self.tell(rest);
        }
    }

    /// Takes back what a batch wrote.
    pub fn veto(&mut self, batch: &Batch) {
        self.vetoed.extend(batch.iter().map(|write| write.2));
        for (rest, ..) in batch {
            self.tell(rest);
        }
    }

    fn latest(&self, rest: &Key) -> Option<(&Stamp, &Option<Node<Json>>)> {
        let writes = self.cells.get(rest)?.iter().rev();
        writes.into_iter().find(|write| !self.vetoed.contains(write.0))
    }

    fn tell(&mut self, rest: &Key) {
        match self.latest(rest).map(|(stamp, node)| (*stamp, node.clone())) {
            Some((stamp, node)) => self.merged.set(rest, node, stamp),
            None => self.merged.unset(rest),
        }
    }

    /// What a window shows that hears of the cells only now.
    pub fn afresh(&self) -> Option<Json> {
        let mut fresh = MergeTree::default();
        for rest in self.cells.keys().rev() {
            if let Some((stamp, node)) = self.latest(rest) {
                fresh.set(rest, node.clone(), *stamp);
            }
        }
        fresh.resolve(Some(self.merging()))
    }
}
