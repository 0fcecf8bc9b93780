//! Translation of effects of cells to effects of keys: changed keys, and what else the host has to do.

use std::rc::Rc;

use super::composite::{Composite, plain};
use super::interface::nobody;
use super::{Model, ModelEffect, ModelEffects, Strategy, same};
use crate::core::cell::{self, Cell, Part, VetoReason, cell_name, is_plain, parse};
use crate::core::id::{Key, PeerRef};
use crate::core::lists::{Gather, List};
use crate::core::register::Stamp;
use crate::core::sync::{ChangeOrigin, KeyChange, StateEffect};
use crate::core::value::Value;

/// The result of resolving a key.
pub(super) enum Resolved<V> {
    Value(Option<V>),
    /// The function of the strategy 'custom' has to choose.
    Unsettled,
}

impl<V: Value> Model<V> {
    /// Records a cell that was written. Returns its key if that has more cells than its root.
    pub(super) fn note(&mut self, name: &Key) -> Option<Key> {
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
                Some((Some(Cell::Node(node)), stamp)) => {
                    tree.set(rest, Some(Rc::unwrap_or_clone(node)), stamp)
                }
                Some((_, stamp)) => tree.set(rest, None, stamp),
                // Dropped, because the neighbour has seen it and does not hold it any more.
                None => tree.unset(rest),
            }
        }
        self.composite(&key).add(part, Rc::clone(name));
        Some(key)
    }

    /// Translates effects of cells to effects of keys.
    pub(super) fn translate(&mut self, effects: Vec<StateEffect<Cell<V>>>) -> ModelEffects<V> {
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
                        watched.take_in(writes.iter().map(|write| Rc::clone(&write.0)));
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
            watched.take_in(cells.iter().map(|cell| Rc::clone(&cell.key)));
        }
        self.note_hidden(&cells, from);
        let noted = if from.is_some() {
            Self::note_cells(&cells)
        } else {
            Vec::new()
        };
        let mut changes = Vec::with_capacity(cells.len());
        let mut touched: Vec<Key> = Vec::new();
        // The earlier values of keys that become composite by this change.
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
                    changes.keep(|change: &KeyChange<V>| change.key != key);
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
        let (mut ids, mut keys, mut reason) = (Vec::new(), Vec::new(), VetoReason::Refused);
        for change in &vetoes {
            let (some, key) = self.lost(change, &mut reason);
            ids.take_in(some);
            keys.take_in(key);
        }
        if !ids.is_empty() || !keys.is_empty() {
            out.push(ModelEffect::Lost { ids, keys, reason });
        }
    }

    /// Resolves those keys again, and returns what changed.
    pub(super) fn refresh(&mut self, keys: Vec<Key>) -> Vec<KeyChange<V>> {
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
            match self.resolve(&key) {
                Resolved::Unsettled => unsettled.push(Rc::clone(&key)),
                Resolved::Value(new) => {
                    let composite = self.composite(&key);
                    let old = std::mem::replace(&mut composite.shown, new.clone());
                    if !same(old.as_ref(), new.as_ref()) {
                        changes.push(KeyChange {
                            key: Rc::clone(&key),
                            old,
                            new,
                            was: None,
                            stamp: stamp.unwrap_or(nobody(&self.node)),
                        });
                    }
                }
            }
            if self.strategies.of(&key) == Strategy::Manual {
                let stamps: Vec<Stamp> = self.live_of(&key).iter().map(|one| one.stamp).gather();
                let composite = self.composite(&key);
                if composite.reported != stamps {
                    if stamps.len() > 1 {
                        contested.push(key);
                    }
                    composite.reported = stamps;
                }
            }
        }
    }

    /// Sets vetoed parts of a merged value back to what they were before.
    fn veto_tree(&mut self, key: &Key) {
        let vetoes = self.vetoes(key);
        for veto in vetoes {
            let Some(Part::Tree(rest)) = cell::parse_suffix(&veto.part) else {
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
                    Some((Some(Cell::Node(node)), stamp)) => {
                        tree.set(&rest, Some(Rc::unwrap_or_clone(node)), stamp)
                    }
                    _ => tree.unset(&rest),
                }
            }
        }
    }
}

/// Whether a cell holds vetoes.
fn is_veto(name: &Key) -> bool {
    matches!(parse(name), Some((_, Part::Veto(_))))
}
