//! One window of the network: a node, and a listener that holds it to its word.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use parley_sync::core::id::{Actor, Key};
use parley_sync::core::limits::Bounds;
use parley_sync::core::register::Stamp;
use parley_sync::core::sync::{ChangeOrigin, KeyChange, StateEffect, StateNode};
use parley_sync_kit::Mirror;
use parley_sync_kit::event::Arrival;

/// A value tells which write it is of: no two writes have the same.
pub type Value = u64;

/// What each write's window had in its registers then: its causes.
#[derive(Default)]
pub struct Causes {
    list: Vec<Vec<(Key, Stamp)>>,
}

impl Causes {
    /// A new value that rests on what that window holds. `keys` are all keys there are.
    pub fn value(&mut self, node: Option<&StateNode<Value>>, keys: &[Key]) -> Value {
        self.list
            .push(node.map_or_else(Vec::new, |node| stamps(node, keys)));
        self.list.len() as Value - 1
    }

    /// That value is to be seen together with this register, or with something later.
    pub fn add(&mut self, value: Value, key: &Key, stamp: Stamp) {
        self.list[value as usize].push((Rc::clone(key), stamp));
    }
}

/// When each key was last written, deletions too.
pub fn stamps(node: &StateNode<Value>, keys: &[Key]) -> Vec<(Key, Stamp)> {
    keys.iter()
        .filter_map(|key| Some((Rc::clone(key), node.stamp(key)?)))
        .collect()
}

/// What a neighbour had when the two were connected.
struct Awaited {
    peer: usize,
    since: u64,
    /// The window knows of it.
    shown: bool,
    has: Vec<(Key, Stamp)>,
}

/// As long as a node waits for a neighbour.
const PATIENCE_MS: u64 = 5_000;

pub struct Window {
    pub node: StateNode<Value>,
    pub readied: u32,
    /// The host has looked round.
    settled: bool,
    /// What has to be here when the window is ready.
    awaited: Vec<Awaited>,
    /// What the listener knows, from the changes alone.
    mirror: Mirror<Key, Value>,
    /// Every value the listener was ever told on a key.
    told: HashSet<(Key, Value)>,
    /// It forgets deletions: then a write may show again that was deleted, and what it rests on may be gone.
    forgetful: bool,
}

impl Window {
    pub fn new(actor: Actor, born: f64, initial: Vec<(Key, Value)>, forgetful: bool) -> Self {
        let mirror = Mirror::starting(initial.iter().cloned());
        let told = initial.iter().cloned().collect();
        let mut node = StateNode::new(actor, born, initial);
        if forgetful {
            node.set_bounds(Bounds {
                tombstones: 1,
                ..Bounds::DEFAULT
            });
        }
        Self {
            node,
            readied: 0,
            settled: false,
            awaited: Vec::new(),
            mirror,
            told,
            forgetful,
        }
    }

    pub fn state(&self) -> BTreeMap<Key, Value> {
        self.node
            .iter()
            .map(|(key, &value)| (Rc::clone(key), value))
            .collect()
    }

    /// Takes note of a change, and checks all that can be checked of it.
    pub fn hear(
        &mut self,
        changes: &[KeyChange<Value>],
        origin: ChangeOrigin,
        causes: &Causes,
        stored: Option<f64>,
    ) -> Result<(), String> {
        if changes.is_empty() {
            return Err("told of no change".into());
        }
        for KeyChange { key, old, new, .. } in changes {
            self.mirror.hear(key, old.as_ref(), new.as_ref())?;
            if let Some(value) = new
                && !self.told.insert((Rc::clone(key), *value))
                && !self.forgetful
            {
                return Err(format!("{key}: told twice of write {value}"));
            }
        }
        if origin == ChangeOrigin::Remote {
            changes
                .iter()
                .filter_map(|change| change.new)
                .try_for_each(|value| self.rests(value, causes, stored))?;
        }
        Ok(())
    }

    /// Writes that were stamped anew: after what was later than them they are told once more.
    pub fn may_hear_again(&mut self, writes: &[(Key, Value)]) {
        for write in writes {
            self.told.remove(write);
        }
    }

    /// Every cause of that write is here, or something later. Initial values are not stored, so what came by way of a
    /// disk may come without those it was written over, and without deletions from before `stored`.
    fn rests(&self, value: Value, causes: &Causes, stored: Option<f64>) -> Result<(), String> {
        let mut causes = causes.list[value as usize].clone();
        causes.retain(|(_, stamp)| {
            stored.is_none_or(|since| !stamp.time.is_initial() && stamp.time.millis() >= since)
        });
        match self.first_missing(&causes) {
            Some(key) => Err(format!("write {value} is shown before its cause on {key}")),
            None => Ok(()),
        }
    }

    /// Connected to a neighbour that has this: the window waits for it, unless its host has looked round.
    pub fn awaits(&mut self, peer: usize, since: u64, has: Vec<(Key, Stamp)>) {
        self.forgets(peer);
        if !self.settled {
            let shown = false;
            self.awaited.push(Awaited {
                peer,
                since,
                shown,
                has,
            });
        }
    }

    pub fn forgets(&mut self, peer: usize) {
        self.awaited.retain(|awaited| awaited.peer != peer);
    }

    /// Something of a neighbour reaches the window: it knows of it, until it hears that it is gone.
    pub fn shows<F>(&mut self, arrival: &Arrival<F>) {
        let (Arrival::Up(peer) | Arrival::Frame { from: peer, .. } | Arrival::Down(peer)) = *arrival;
        if let Some(awaited) = self.awaited.iter_mut().find(|awaited| awaited.peer == peer) {
            awaited.shown = !matches!(arrival, Arrival::Down(_));
        }
    }

    pub fn settle(&mut self) -> Vec<StateEffect<Value>> {
        self.settled = true;
        self.awaited.retain(|awaited| awaited.shown);
        self.node.settle_ready()
    }

    pub fn tick(&mut self, now: u64, clock: f64) -> Vec<StateEffect<Value>> {
        self.awaited.retain(|awaited| now - awaited.since < PATIENCE_MS);
        self.node.tick(clock)
    }

    /// The window says that it is ready.
    pub fn ready(&mut self) -> Result<(), String> {
        self.readied += 1;
        match self
            .awaited
            .iter()
            .find_map(|awaited| self.first_missing(&awaited.has))
        {
            Some(key) => Err(format!("ready without what a neighbour had on {key}")),
            None => Ok(()),
        }
    }

    fn first_missing<'a>(&self, stamps: &'a [(Key, Stamp)]) -> Option<&'a Key> {
        if self.forgetful {
            return None;
        }
        let missing = stamps
            .iter()
            .find(|(key, stamp)| self.node.stamp(key).is_none_or(|here| here < *stamp));
        missing.map(|(key, _)| key)
    }

    /// What must hold after everything has been said and heard.
    pub fn check_quiet(&self) -> Result<(), String> {
        if self.node.pending() {
            return Err("writes are pending".into());
        }
        self.mirror.check(&self.state())?;
        if self.readied != 1 || !self.node.is_ready() {
            return Err(format!("ready {} times", self.readied));
        }
        Ok(())
    }
}
