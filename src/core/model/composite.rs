//! Composites: keys that have cells besides their root.

use crate::core::cell::{Cell, Part};
use crate::core::id::{Actor, Key};
use crate::core::merge::MergeTree;
use crate::core::register::Stamp;

/// A composite in this window.
pub(super) struct Composite<V> {
    /// Its slots, vetoes and counts, with the names of their cells. The parts of a merged value are in `tree`.
    parts: Vec<(Part, Key)>,
    /// The merge tree, if the key merges.
    pub(super) tree: Option<MergeTree<V>>,
    /// The visible value.
    pub(super) shown: Option<V>,
    /// The candidates that were last reported.
    pub(super) reported: Vec<Stamp>,
}

impl<V> Composite<V> {
    pub(super) fn new(shown: Option<V>) -> Self {
        Self {
            parts: Vec::new(),
            tree: None,
            shown,
            reported: Vec::new(),
        }
    }

    /// Records a cell.
    pub(super) fn add(&mut self, part: Part, name: Key) {
        let is_listed = matches!(part, Part::Slot(_) | Part::Veto(_) | Part::Count(_));
        if is_listed && !self.parts.iter().any(|(_, known)| *known == name) {
            self.parts.push((part, name));
        }
    }

    /// The name of one writer's slot.
    pub(super) fn slot(&self, of: Actor) -> Option<&Key> {
        self.slots().find(|(actor, _)| *actor == of).map(|slot| slot.1)
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = (Actor, &Key)> {
        self.parts.iter().filter_map(|(part, name)| match part {
            Part::Slot(actor) => Some((*actor, name)),
            _ => None,
        })
    }

    pub(super) fn vetoes(&self) -> impl Iterator<Item = &Key> {
        self.parts
            .iter()
            .filter(|(part, _)| matches!(part, Part::Veto(_)))
            .map(|(_, name)| name)
    }

    pub(super) fn counts(&self) -> impl Iterator<Item = (Actor, &Key)> {
        self.parts.iter().filter_map(|(part, name)| match part {
            Part::Count(actor) => Some((*actor, name)),
            _ => None,
        })
    }
}

/// A write that may be visible.
pub(super) struct Contribution<V> {
    /// The suffix of the name of its cell.
    pub(super) part: Key,
    /// Its stamp.
    pub(super) stamp: Stamp,
    /// The value; `None` for a deletion.
    pub(super) value: Option<V>,
    /// What it replaced, and the stamp of that.
    pub(super) base: Option<(Option<V>, Stamp)>,
    /// The latest write of each writer that its writer knew of.
    pub(super) seen: Vec<(Actor, crate::core::clock::Time)>,
    /// The id of the window that wrote it, if it is known.
    pub(super) from: Option<std::rc::Rc<str>>,
}

impl<V> Contribution<V> {
    /// Whether its writer knew of that write.
    pub(super) fn saw(&self, stamp: Stamp) -> bool {
        saw(&self.seen, self.stamp, stamp)
    }
}

/// Whether the write `by`, whose writer knew `seen`, knew of the write `of`.
pub(super) fn saw(seen: &[(Actor, crate::core::clock::Time)], by: Stamp, of: Stamp) -> bool {
    of.time.is_initial()
        || (by.actor == of.actor && by.time >= of.time)
        || seen
            .iter()
            .any(|&(actor, time)| actor == of.actor && time >= of.time)
}

/// The plain value of a cell.
pub(super) fn plain<V: Clone>(cell: Option<&Cell<V>>) -> Option<V> {
    match cell {
        Some(Cell::Plain(value)) => Some(value.clone()),
        _ => None,
    }
}
