//! Replica access for another model of this window: reads, imports and vetoes cells by their names.

use std::rc::Rc;

use super::resolve::{is_vetoed, latest};
use super::{CellChange, Model, ModelEffects, Strategy};
use crate::core::cell::{
    Cell, Part, Slot, Veto, VetoReason, cell_name, parse, parse_suffix, root_name, suffix, write_of,
};
use crate::core::id::{Key, PeerRef};
use crate::core::lists::{Gather, List};
use crate::core::register::Stamp;
use crate::core::replica::Stage;
use crate::core::sync::ChangeOrigin;
use crate::core::value::Value;

/// The name of a cell, its content, and the stamp of its write.
pub type Written<V> = (Key, Option<Cell<V>>, Stamp);

impl<V> CellChange<V> {
    /// The cell's name.
    #[must_use]
    pub fn name(&self) -> &Key {
        &self.name
    }

    /// The stamp of the write.
    #[must_use]
    pub fn write(&self) -> Stamp {
        self.stamp
    }
}

impl<V: Value> Model<V> {
    /// Starts or stops recording which cells change.
    pub fn watch(&mut self, is_watched: bool) {
        if !is_watched {
            self.watched = None;
        } else if self.watched.is_none() {
            self.watched = Some(Vec::new());
        }
    }

    /// Returns the names of the cells that changed since the last call. A name may occur twice.
    pub fn take_watched(&mut self) -> Vec<Key> {
        self.watched.as_mut().map_or_else(Vec::new, std::mem::take)
    }

    /// Every cell, with deleted ones.
    pub fn written(&self) -> impl Iterator<Item = Written<V>> + '_ {
        let registers = self.node.registers();
        registers.map(|(name, held)| (Rc::clone(name), held.value.clone(), held.stamp))
    }

    /// The conflict strategy of a key.
    #[must_use]
    pub fn strategy(&self, key: &str) -> Strategy {
        self.strategies.of(key)
    }

    /// One cell.
    #[must_use]
    pub fn written_to(&self, name: &Key) -> Option<Written<V>> {
        let held = self.node.register(name)?;
        Some((Rc::clone(name), held.value.clone(), held.stamp))
    }

    /// Whether the key has any cell, even a deleted one.
    #[must_use]
    pub fn has_cells(&self, key: &Key) -> bool {
        self.keys.contains_key(key) || self.node.register(&root_name(key)).is_some()
    }

    /// Drops the cells of those keys, which are sorted and have no value, but those to keep: roots, whatever they hold.
    pub fn forget(&mut self, keys: &[Key], is_kept: impl Fn(&Key) -> bool) {
        let is_named = |name: &Key| parse(name).is_some_and(|(key, _)| keys.binary_search(&key).is_ok());
        self.node.drop_named(|name| is_named(name) && !is_kept(name));
        for key in keys {
            self.keys.remove(&**key);
            self.components.remove(&**key);
        }
    }

    /// Imports cells of another model of this window, as if they came from that neighbour.
    pub fn adopt(&mut self, written: Vec<Written<V>>, from: Option<PeerRef>, now: f64) -> ModelEffects<V> {
        // A time inside a cell counts like a stamp: later writes here must be later.
        let inside = written.iter().filter_map(|cell| cell.1.as_ref()?.latest()).max();
        self.witnessed(inside, now);
        let effects = self.node.take_over(written, from, now);
        self.translate(effects)
    }

    /// A cell of this state as a change that can be vetoed; `base` is what replaces it. `None` if it is vetoed already, or
    /// holds vetoes itself.
    #[must_use]
    pub fn refusable(&self, name: &Key, base: Option<Written<V>>) -> Option<CellChange<V>> {
        let (key, part) = parse(name)?;
        let held = self.node.register(name)?;
        let stamp = write_of(&part, held.value.as_ref(), held.stamp);
        if matches!(part, Part::Veto(_)) || is_vetoed(&self.vetoes(&key), &suffix(&part), stamp) {
            return None;
        }
        let base = base.and_then(|(_, cell, stamp)| {
            let stamp = write_of(&part, cell.as_ref(), stamp);
            Some((cell?, stamp))
        });
        Some(CellChange {
            name: Rc::clone(name),
            stamp,
            base: base.filter(|base| base.1 < stamp),
        })
    }

    /// The write history of a slot, the latest first, without vetoed writes: each as a change that can be vetoed, and as a
    /// slot. Empty for other cells.
    #[must_use]
    pub fn slot_history(&self, name: &Key) -> Vec<(CellChange<V>, Rc<Slot<V>>)> {
        let Some((key, Part::Slot(actor))) = parse(name) else {
            return Vec::new();
        };
        let (vetoes, part) = (self.vetoes(&key), suffix(&Part::Slot(actor)));
        let mut history = self.history(&key, actor, &vetoes);
        history.keep(|(stamp, _)| !is_vetoed(&vetoes, &part, *stamp));
        let change = |(stamp, slot): (Stamp, Rc<Slot<V>>)| {
            let name = Rc::clone(name);
            let base = None;
            (CellChange { name, stamp, base }, slot)
        };
        history.into_iter().map(change).gather()
    }

    /// Whether that write of that cell was denied for lack of a grant.
    #[must_use]
    pub fn is_denied(&self, name: &Key, write: Stamp) -> bool {
        let Some((key, part)) = parse(name) else {
            return false;
        };
        let part = suffix(&part);
        let is_denial =
            |veto: &Veto<V>| veto.reason == VetoReason::Denied && veto.part == part && veto.stamp == write;
        self.vetoes(&key).iter().any(is_denial)
    }

    /// The visible write of a key, by its cell.
    #[must_use]
    pub fn visible_write(&self, key: &Key) -> Option<(Key, Stamp)> {
        let list = self.visible_writes(key);
        let top = latest(&list)?;
        Some((cell_name(key, &parse_suffix(&top.part)?), top.stamp))
    }

    /// Whether that cell holds that write, a slot also under its own.
    #[must_use]
    pub fn holds(&self, name: &Key, part: &Part, write: Stamp) -> bool {
        let Some(held) = self.node.register(name) else {
            return false;
        };
        match (parse(name), part) {
            (Some((key, _)), Part::Slot(actor)) if held.value.is_some() => {
                let history = self.history(&key, *actor, &self.vetoes(&key));
                history.iter().any(|entry| entry.0 == write)
            }
            _ => write_of(part, held.value.as_ref(), held.stamp) == write,
        }
    }

    /// Vetoes the visible write of a key. `None` for an initial value.
    pub fn veto_visible_write(&mut self, key: &Key, reason: VetoReason, now: f64) -> Option<ModelEffects<V>> {
        let list = self.visible_writes(key);
        let top = latest(&list).filter(|top| !top.stamp.time.is_initial())?;
        let veto = Veto {
            part: Rc::clone(&top.part),
            stamp: top.stamp,
            base: None,
            reason,
        };
        let mut cells = Vec::new();
        self.plan_vetoes(key, vec![veto], now, &mut cells);
        Some(self.put_cells(cells, Stage::Open, ChangeOrigin::Rollback))
    }
}
