//! Validation: no window shows a value that a window's `validate` rejects.
//!
//! `validate` runs on the resolved value, not on the incoming write. If it rejects, the foreign writes that the value is made of
//! are vetoed (of a function's candidates, those that are bad by themselves), and the next visible value is checked in turn, until
//! one passes or no foreign write is left. A window's own writes are not checked.
//!
//! The veto is a cell, so every window drops the write, also when its writer is gone. Writes under a rejected write
//! are kept or aborted with their own transactions. A transaction that was aborted by a later write is marked as aborted, so nobody
//! reports it as a rejection.

use std::rc::Rc;

use super::resolve::{binding, is_vetoed, latest, live};
use super::{CellChange, Model, ModelEffect, ModelEffects, Strategy, same};
use crate::core::cell::{Cell, Part, VetoReason, cell_name, parse, parse_suffix, suffix};
use crate::core::id::{Actor, Key};
use crate::core::lists::{Gather, List};
use crate::core::register::Stamp;
use crate::core::sync::KeyChange;
use crate::core::value::Value;

/// How many next candidates are validated one by one. After that all foreign writes on that key are vetoed at once: this
/// bounds the cost of many bad writes.
const ROUNDS: usize = 20;

/// The validator. No borrow is held while it is called.
pub trait Validator<V> {
    /// Whether the user's function accepts the changes.
    fn accepts(&mut self, changes: &[KeyChange<V>]) -> bool;
    /// Lets the model act.
    fn model<R: Default>(&mut self, act: impl FnOnce(&mut Model<V>) -> R) -> R;
    /// Resolves the key by its custom function, see [`Model::settle`].
    fn settle(&mut self, key: &Key) -> Option<KeyChange<V>>;
}

/// The foreign writes that the visible value of a key is made of.
enum Sources<V> {
    /// Vetoed together.
    All(Vec<CellChange<V>>),
    /// Each is a value by itself, the earliest first. With each, whether it came now.
    Each(Vec<(Option<V>, CellChange<V>, bool)>),
}

impl<V> Default for Sources<V> {
    fn default() -> Self {
        Sources::All(Vec::new())
    }
}

/// The result of validating changes.
pub struct Validated<V> {
    /// The changes that remain.
    pub changes: Vec<KeyChange<V>>,
    /// Whether something was rejected.
    pub refused: bool,
    /// Further effects.
    pub rest: ModelEffects<V>,
}

/// Validates changes. `came` are the cells that have just arrived.
pub fn validate<V: Value>(
    host: &mut impl Validator<V>,
    changes: Vec<KeyChange<V>>,
    came: &[CellChange<V>],
    now: f64,
) -> Validated<V> {
    let mut left = changes;
    let mut rest = Vec::new();
    let mut asked: Vec<KeyChange<V>> = left.clone();
    let mut refused = false;
    for round in 0_usize.. {
        let bad = bad_keys(host, &asked);
        let mut cells = Vec::new();
        for key in &bad {
            cells.take_in(match round {
                0..ROUNDS => rejected_writes(host, key, came),
                _ => host.model(|model| model.all_of_others(key)),
            });
        }
        if cells.is_empty() {
            break;
        }
        refused = true;
        let mut touched = bad;
        let effects = host.model(|model| model.veto(cells, VetoReason::Refused, now));
        merge_vetoed(host, effects, &mut left, &mut touched, &mut rest);
        // A value that was visible before was accepted before.
        asked = left
            .iter()
            .filter(|one| touched.contains(&one.key) && !same(one.old.as_ref(), one.new.as_ref()))
            .cloned()
            .gather();
    }
    if refused {
        left.keep(|one| !same(one.old.as_ref(), one.new.as_ref()));
    }
    Validated {
        changes: left,
        refused,
        rest,
    }
}

/// Drops, in every window, the writes of cells that could not be deserialised here.
pub fn drop_unreadable<V: Value>(
    host: &mut impl Validator<V>,
    changes: Vec<KeyChange<V>>,
    cells: Vec<CellChange<V>>,
    now: f64,
) -> Validated<V> {
    let (mut left, mut touched, mut rest) = (changes, Vec::new(), Vec::new());
    let refused = !cells.is_empty();
    let effects = host.model(|model| model.veto(cells, VetoReason::Unreadable, now));
    merge_vetoed(host, effects, &mut left, &mut touched, &mut rest);
    left.keep(|one| !same(one.old.as_ref(), one.new.as_ref()));
    Validated {
        changes: left,
        refused,
        rest,
    }
}

/// Merges the changes that a veto caused into the changes that it vetoed.
fn merge_vetoed<V: Value>(
    host: &mut impl Validator<V>,
    effects: ModelEffects<V>,
    left: &mut Vec<KeyChange<V>>,
    touched: &mut Vec<Key>,
    rest: &mut ModelEffects<V>,
) {
    for effect in effects {
        let ModelEffect::Changed {
            mut changes,
            unsettled,
            ..
        } = effect
        else {
            rest.push(effect);
            continue;
        };
        changes.take_in(unsettled.iter().filter_map(|key| host.settle(key)));
        for back in changes {
            if !touched.contains(&back.key) {
                touched.push(Rc::clone(&back.key));
            }
            match left.iter_mut().find(|change| change.key == back.key) {
                Some(change) => {
                    change.new = back.new;
                    change.stamp = back.stamp;
                }
                None => left.push(back),
            }
        }
    }
}

/// If many keys changed at once: those that are rejected by themselves, or all if none is.
fn bad_keys<V: Value>(host: &mut impl Validator<V>, asked: &[KeyChange<V>]) -> Vec<Key> {
    if asked.is_empty() || host.accepts(asked) {
        return Vec::new();
    }
    let keys = |changes: &[KeyChange<V>]| changes.iter().map(|one| Rc::clone(&one.key)).gather();
    if asked.len() == 1 {
        return keys(asked);
    }
    let mut bad = Vec::new();
    for one in asked {
        if !host.accepts(std::slice::from_ref(one)) {
            bad.push(Rc::clone(&one.key));
        }
    }
    if bad.is_empty() { keys(asked) } else { bad }
}

/// The writes to veto of a key whose value is rejected.
fn rejected_writes<V: Value>(
    host: &mut impl Validator<V>,
    key: &Key,
    came: &[CellChange<V>],
) -> Vec<CellChange<V>> {
    let each = match host.model(|model| model.sources(key, came)) {
        Sources::All(cells) => return cells,
        Sources::Each(each) => each,
    };
    if each.len() == 1 {
        return each.into_iter().map(|one| one.1).gather();
    }
    // Of several values that a function was given: those rejected by themselves, or else the sources of the visible one.
    let mut bad = Vec::new();
    for (value, cell, _) in &each {
        let alone = KeyChange {
            key: Rc::clone(key),
            old: None,
            new: value.clone(),
            was: None,
            stamp: cell.stamp,
        };
        if !host.accepts(&[alone]) {
            bad.push(cell.clone());
        }
    }
    if bad.is_empty() {
        bad.take_in(each.iter().filter(|one| one.2).map(|one| one.1.clone()));
    }
    if bad.is_empty() {
        bad.take_in(each.into_iter().next_back().map(|one| one.1));
    }
    bad
}

impl<V: Value> Model<V> {
    /// Whether the visible value of a key has sources written by others.
    #[must_use]
    pub fn has_writes_of_others(&self, key: &Key) -> bool {
        match self.sources(key, &[]) {
            Sources::All(cells) => !cells.is_empty(),
            Sources::Each(each) => !each.is_empty(),
        }
    }

    /// The foreign writes that the key's value is made of: an increment or a part that has just arrived, or else the
    /// visible write.
    fn sources(&self, key: &Key, came: &[CellChange<V>]) -> Sources<V> {
        let vetoes = self.vetoes(key);
        let visible = self.visible_writes(key);
        let top = latest(&visible).map(|one| one.stamp);
        let to = binding(top);
        let is_tree = self.strategies.of(key) == Strategy::Merge
            && self.keys.get(&**key).is_some_and(|one| one.tree.is_some());
        let added: Vec<CellChange<V>> = came
            .iter()
            .filter(|cell| match parse(&cell.name) {
                Some((of, Part::Count(actor))) if of == *key => {
                    self.adds(&cell.name, to) && !is_vetoed(&vetoes, &suffix(&Part::Count(actor)), cell.stamp)
                }
                Some((of, part @ Part::Tree(_))) if of == *key => {
                    is_tree && !is_vetoed(&vetoes, &suffix(&part), cell.stamp)
                }
                _ => false,
            })
            .cloned()
            .gather();
        if !added.is_empty() {
            return Sources::All(added);
        }
        let shown = match self.strategies.of(key) {
            // A function may choose any of the values that it was given.
            Strategy::Custom => live(visible),
            _ => visible.into_iter().filter(|one| Some(one.stamp) == top).gather(),
        };
        let mut each = Vec::new();
        for one in shown {
            let Some(part) = parse_suffix(&one.part).filter(|_| self.is_others(one.stamp)) else {
                continue;
            };
            let name = cell_name(key, &part);
            let from = came.iter().find(|cell| cell.name == name);
            // If an earlier value than this write was there before the cell, it was there before the write too.
            let base = from.and_then(|cell| cell.base.clone());
            let cell = CellChange {
                base: base.filter(|base| base.1 < one.stamp),
                name,
                stamp: one.stamp,
            };
            each.push((one.value, cell, from.is_some()));
        }
        if each.is_empty() {
            // An own value, or none, with increments by others.
            return Sources::All(self.added_by_others(key, to));
        }
        Sources::Each(each)
    }

    /// All visible foreign writes to that key.
    fn all_of_others(&self, key: &Key) -> Vec<CellChange<V>> {
        let mut cells = Vec::new();
        let root = self.node.register(&cell_name(key, &Part::Root));
        let root = root.map(|root| (root.stamp, Key::from("")));
        let slots = self.slots_of(key).into_iter().map(|slot| (slot.0, slot.2));
        let vetoes = self.vetoes(key);
        for (stamp, part) in slots.chain(root) {
            if !self.is_others(stamp) || is_vetoed(&vetoes, &part, stamp) {
                continue;
            }
            if let Some(part) = parse_suffix(&part) {
                cells.push(CellChange {
                    name: cell_name(key, &part),
                    stamp,
                    base: None,
                });
            }
        }
        let to = binding(latest(&self.visible_writes(key)).map(|one| one.stamp));
        cells.take_in(self.added_by_others(key, to));
        cells
    }

    fn added_by_others(&self, key: &Key, to: Option<Stamp>) -> Vec<CellChange<V>> {
        let Some(composite) = self.keys.get(&**key) else {
            return Vec::new();
        };
        let vetoes = self.vetoes(key);
        let cell = |(actor, name): (Actor, &Key)| {
            let stamp = self.node.register(name)?.stamp;
            let counts = self.is_others(stamp) && self.adds(name, to);
            let counts = counts && !is_vetoed(&vetoes, &suffix(&Part::Count(actor)), stamp);
            counts.then(|| CellChange {
                name: Rc::clone(name),
                stamp,
                base: None,
            })
        };
        composite.counts().filter_map(cell).gather()
    }

    /// Whether that count adds to that write.
    fn adds(&self, name: &Key, to: Option<Stamp>) -> bool {
        matches!(self.held(name), Some(Cell::Count(count)) if count.to == to)
    }

    /// Whether a write is foreign. Own writes are not validated.
    fn is_others(&self, stamp: Stamp) -> bool {
        stamp.actor != self.node.actor()
    }
}
