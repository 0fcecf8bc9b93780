//! One window of the network: a node, and a listener that holds it to its word.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use parley_sync::core::id::{Actor, Key};
use parley_sync::core::register::Stamp;
use parley_sync::core::sync::{ChangeOrigin, KeyChange, StateNode};

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
        let known = |node: &StateNode<Value>| {
            keys.iter()
                .filter_map(|key| Some((Rc::clone(key), node.stamp(key)?)))
                .collect()
        };
        self.list.push(node.map_or_else(Vec::new, known));
        self.list.len() as Value - 1
    }

    /// That value is to be seen together with this register, or with something later.
    pub fn add(&mut self, value: Value, key: &Key, stamp: Stamp) {
        self.list[value as usize].push((Rc::clone(key), stamp));
    }
}

pub struct Window {
    pub node: StateNode<Value>,
    /// How many windows lived here before.
    pub life: u32,
    pub readied: u32,
    /// What the listener knows, from the changes alone.
    mirror: BTreeMap<Key, Value>,
    /// Every value the listener was ever told on a key.
    told: HashSet<(Key, Value)>,
}

impl Window {
    pub fn new(actor: Actor, born: f64, life: u32, initial: Vec<(Key, Value)>) -> Self {
        let mirror = initial.iter().cloned().collect();
        let told = initial.iter().cloned().collect();
        Self {
            node: StateNode::new(actor, born, initial),
            life,
            readied: 0,
            mirror,
            told,
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
    ) -> Result<(), String> {
        if changes.is_empty() {
            return Err("told of no change".into());
        }
        for KeyChange { key, old, new } in changes {
            if self.mirror.get(key) != old.as_ref() {
                let had = self.mirror.get(key);
                return Err(format!(
                    "{key}: told that {old:?} became {new:?}, but the listener knows {had:?}"
                ));
            }
            match new {
                Some(value) => {
                    if !self.told.insert((Rc::clone(key), *value)) {
                        return Err(format!("{key}: told twice of write {value}"));
                    }
                    self.mirror.insert(Rc::clone(key), *value);
                }
                None => {
                    self.mirror.remove(key);
                }
            }
        }
        if origin == ChangeOrigin::Remote {
            changes
                .iter()
                .filter_map(|change| change.new)
                .try_for_each(|value| self.rests(value, causes))?;
        }
        Ok(())
    }

    /// Every cause of that write is here, or something later.
    fn rests(&self, value: Value, causes: &Causes) -> Result<(), String> {
        for (key, stamp) in &causes.list[value as usize] {
            if self.node.stamp(key).is_none_or(|here| here < *stamp) {
                return Err(format!("write {value} is shown before its cause on {key}"));
            }
        }
        Ok(())
    }

    /// What must hold after everything has been said and heard.
    pub fn check_quiet(&self) -> Result<(), String> {
        if self.node.pending() {
            return Err("writes are pending".into());
        }
        if self.mirror != self.state() {
            return Err(format!(
                "listener knows {:?}, state is {:?}",
                self.mirror,
                self.state()
            ));
        }
        if self.readied != 1 || !self.node.is_ready() {
            return Err(format!("ready {} times", self.readied));
        }
        Ok(())
    }
}
