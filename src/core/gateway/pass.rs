//! The filter of a gateway: which cells pass, and which parts of them.

use std::rc::Rc;

use super::Gateway;
use crate::core::cell::{Cell, MAX_CARRIED_WRITES, Part, Slot, parse, root_name};
use crate::core::clock::Time;
use crate::core::id::{Actor, Key};
use crate::core::lists::{Gather, List};
use crate::core::merge::owner_of;
use crate::core::model::{Model, Strategy, Written};
use crate::core::register::Stamp;
use crate::core::value::Value;

/// How much later than this window's clock, and than the times it was sent, a restricted peer's writes may be, ms, once they
/// are later than any clock. Below that its clock may be wrong, as any clock may.
const LEEWAY_MS: f64 = 1000.0;

/// The decision about a cell that the peer wrote.
pub(super) enum Decision<V> {
    /// The state takes it over, as it is here.
    Pass(Written<V>),
    /// The state takes over what is valid of the write history; those writes are denied.
    PassPart(Written<V>, Vec<Stamp>),
    /// Its key may be written, but not with this content.
    Deny,
    /// Its key may not be written.
    Unwritable,
    /// It is no write of the peer: it came from the state, or comes from there soon.
    Ignore,
}

impl<V: Value> Gateway<V> {
    /// What the peer may see of a cell of the state.
    pub(super) fn outgoing(&self, (name, cell, stamp): Written<V>) -> Option<Written<V>> {
        let (key, part) = parse(&name)?;
        let is_seen = match part {
            Part::Writes(_) => self.grants.may_read_all(&self.name),
            _ => self.may_read(&key),
        };
        if !is_seen {
            return None;
        }
        let cell = match cell {
            Some(Cell::Slot(slot)) => Some(Cell::Slot(self.seen_slot(&slot))),
            cell => cell,
        };
        Some((name, cell, stamp))
    }

    /// A write without the name of its window for a restricted peer, and without the names of keys that may not be read.
    fn seen_slot(&self, slot: &Slot<V>) -> Rc<Slot<V>> {
        let mut group: Vec<Key> = slot.group.iter().cloned().gather();
        group.keep(|key| self.may_read(key) && self.may_write(key));
        if group.len() < 2 {
            group.clear();
        }
        let is_restricted = self.grants.restricts();
        Rc::new(Slot {
            under: slot.under.as_ref().map(|under| self.seen_slot(under)),
            group: Rc::from(group),
            from: if is_restricted {
                Rc::from("")
            } else {
                Rc::clone(&slot.from)
            },
            ..slot.clone()
        })
    }

    /// Decides about a cell of the view that a frame of the peer has changed.
    pub(super) fn incoming(
        &self,
        (name, cell, stamp): Written<V>,
        state: &Model<V>,
        now: f64,
    ) -> Decision<V> {
        let Some((key, part)) = parse(&name) else {
            return Decision::Ignore;
        };
        if self.is_excluded(&key) {
            return Decision::Ignore;
        }
        if !self.grants.restricts() {
            return self.incoming_of_trusted((name, cell, stamp), state);
        }
        // In the name of a window that the state knows: its own copy returning, or one that arrives over a more direct
        // route. A forged one changes nothing.
        if self.is_known(stamp.actor, state) {
            return Decision::Ignore;
        }
        if let Part::Writes(_) = part {
            let is_counted = self.grants.may_write_all(&self.name) && owner(&part) == Some(stamp.actor);
            return if is_counted {
                Decision::Pass((name, cell, stamp))
            } else {
                Decision::Ignore
            };
        }
        if !self.may_write(&key) {
            // A deletion where the peer sees nothing: another gateway forgets what it denied.
            let is_absent = cell.is_none() && (!self.may_read(&key) || state.get(&key).is_none());
            return if stamp.time.is_initial() || matches!(part, Part::Veto(_)) || is_absent {
                Decision::Ignore
            } else {
                Decision::Unwritable
            };
        }
        let inside = cell.as_ref().and_then(Cell::latest);
        let latest = inside.max(Some(stamp.time));
        if owner(&part).is_some_and(|owner| owner != stamp.actor)
            || latest.is_some_and(|time| self.is_late(time, now))
        {
            return Decision::Deny;
        }
        let settles_alone = state.strategy(&key) != Strategy::LastWriteWins;
        let Some(Cell::Slot(slot)) = cell else {
            return Decision::Pass((name, cell, stamp));
        };
        let by = stamp.actor;
        let write = |entry: &Slot<V>| Stamp {
            time: entry.time,
            actor: by,
        };
        let passes = |entry: &Slot<V>| {
            let may_group = !settles_alone || entry.group.is_empty();
            may_group
                && !self.is_late(entry.time, now)
                && entry.group.iter().all(|key| self.may_write(key))
                && !self.view.is_denied(&name, write(entry))
        };
        let mut history: Vec<Rc<Slot<V>>> = slot.history().cloned().gather();
        let mut denied: Vec<Stamp> = Vec::new();
        let is_whole = history.iter().all(|entry| passes(entry));
        if !is_whole {
            history = self
                .view
                .slot_history(&name)
                .into_iter()
                .map(|entry| entry.1)
                .gather();
            denied = history
                .iter()
                .filter(|entry| !passes(entry))
                .map(|entry| write(entry))
                .gather();
            history.keep(|entry| passes(entry));
        }
        let root = root_name(&key);
        let is_gone = |base: Stamp| {
            let is_denied = self.view.is_denied(&name, base) || self.view.is_denied(&root, base);
            is_denied || denied.contains(&base)
        };
        match passed_slot(history, by, is_gone) {
            None => Decision::Deny,
            Some(slot) if is_whole => Decision::Pass((name, Some(Cell::Slot(slot)), stamp)),
            Some(slot) => Decision::PassPart((name, Some(Cell::Slot(slot)), stamp), denied),
        }
    }

    /// The same for a peer without restrictions. Writes of other windows may arrive by this route only.
    fn incoming_of_trusted(&self, (name, cell, stamp): Written<V>, state: &Model<V>) -> Decision<V> {
        if stamp.actor == state.node().actor() || stamp.actor == self.view.node().actor() {
            return Decision::Ignore;
        }
        let cell = match cell {
            Some(Cell::Slot(slot)) => Some(Cell::Slot(self.seen_slot(&slot))),
            cell => cell,
        };
        Decision::Pass((name, cell, stamp))
    }

    /// Whether that is later than a correct window can have written by now.
    fn is_late(&self, time: Time, now: f64) -> bool {
        if time.is_of_a_clock() {
            return false;
        }
        let shown = self.ceiling.map_or(now, Time::millis);
        time.millis() > now.max(shown) + LEEWAY_MS
    }

    /// Whether a window that takes part in the state itself writes by that name, or this view does.
    pub(super) fn is_known(&self, actor: Actor, state: &Model<V>) -> bool {
        actor == state.node().actor()
            || actor == self.view.node().actor()
            || state.node().vector().get(actor) > 0
    }
}

/// A slot of those writes of one writer, the latest first, without the names of windows. What another replaced counts as a lone
/// write, so those that are gone are not named so.
fn passed_slot<V: Clone>(
    history: Vec<Rc<Slot<V>>>,
    by: Actor,
    is_gone: impl Fn(Stamp) -> bool,
) -> Option<Rc<Slot<V>>> {
    let mut passed = None;
    for entry in history
        .into_iter()
        .take(MAX_CARRIED_WRITES + 1)
        .gather()
        .into_iter()
        .rev()
    {
        let base = entry.base.clone();
        passed = Some(Rc::new(Slot {
            base: base.filter(|base| base.1.actor != by || !is_gone(base.1)),
            under: passed,
            from: Rc::from(""),
            ..(*entry).clone()
        }));
    }
    passed
}

/// The one writer that may write such a cell; None if any may.
fn owner(part: &Part) -> Option<Actor> {
    match part {
        Part::Slot(actor) | Part::Veto(actor) | Part::Count(actor) | Part::Writes(actor) => Some(*actor),
        Part::Tree(rest) => owner_of(rest),
        Part::Root => None,
    }
}
