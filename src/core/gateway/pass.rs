//! The filter of a gateway: which cells pass, and which parts of them.

use std::rc::Rc;

use super::Gateway;
use crate::core::cell::{Cell, Part, Slot, parse};
use crate::core::clock::Time;
use crate::core::id::{Actor, Key};
use crate::core::lists::{Gather, List};
use crate::core::merge::owner_of;
use crate::core::model::{Model, Strategy, Written};
use crate::core::value::Value;

/// How much later than this window's clock, and than the times it was sent, a restricted peer's writes may be, ms, once they
/// are later than any clock. Below that its clock may be wrong, as any clock may.
const LEEWAY_MS: f64 = 1000.0;

/// The decision about a cell that the peer wrote.
pub(super) enum Decision<V> {
    /// The state takes it over, as it is here.
    Pass(Written<V>),
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
        group.keep(|key| self.may_read(key));
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
            return if stamp.time.is_initial() || matches!(part, Part::Veto(_)) {
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
        match cell {
            Some(Cell::Slot(slot)) if settles_alone && !slot.group.is_empty() => Decision::Deny,
            Some(Cell::Slot(slot)) => match self.passed_slot(&slot, now) {
                Some(slot) => Decision::Pass((name, Some(Cell::Slot(slot)), stamp)),
                None => Decision::Deny,
            },
            cell => Decision::Pass((name, cell, stamp)),
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

    /// A write without the name of its window, if every member of its transaction may be written.
    fn passed_slot(&self, slot: &Slot<V>, now: f64) -> Option<Rc<Slot<V>>> {
        if self.is_late(slot.time, now) || !slot.group.iter().all(|key| self.may_write(key)) {
            return None;
        }
        let under = match &slot.under {
            Some(under) => Some(self.passed_slot(under, now)?),
            None => None,
        };
        Some(Rc::new(Slot {
            under,
            from: Rc::from(""),
            ..slot.clone()
        }))
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

/// The one writer that may write such a cell; None if any may.
fn owner(part: &Part) -> Option<Actor> {
    match part {
        Part::Slot(actor) | Part::Veto(actor) | Part::Count(actor) | Part::Writes(actor) => Some(*actor),
        Part::Tree(rest) => owner_of(rest),
        Part::Root => None,
    }
}
