//! What may cross to whom, and what all agree on in the end.

use std::ops::Range;

use parley_sync::core::cell::{Cell, parse};
use parley_sync::core::id::Key;
use parley_sync_kit::Outcome;

use crate::frames::entries;

use super::{APART, Frame, KEYS, Network, READ, TRUSTED, Val, WINDOWS};

impl Network {
    /// Nothing but keys that may be read, or that the reader named itself, crosses to it.
    pub(super) fn check_secrecy(&self, frame: &Frame) {
        for (name, cell) in entries(frame) {
            let key = parse(name).unwrap().0;
            // Nor what a trusted window wrote there: its values count from 1001.
            assert!(
                READ.contains(&&*key) || !self.is_besieged || !format!("{cell:?}").contains("Id(1"),
                "{name:?} tells {cell:?}"
            );
            assert!(
                READ.contains(&&*key) || self.used.contains(&*key) || self.is_besieged,
                "{name:?} crosses to who may not read it"
            );
        }
        for (_, cell) in entries(frame) {
            if let Some(Cell::Slot(slot)) = cell {
                assert!(
                    self.is_besieged
                        || slot
                            .group
                            .iter()
                            .all(|key| READ.contains(&&**key) || self.used.contains(&**key)),
                    "a group names what may not be read"
                );
            }
        }
    }

    /// All agree on every key but one; on that one those agree who settle it alike, and whom the network connects without
    /// passing through others.
    pub fn check_mismatched(&self) -> Outcome {
        for key in KEYS {
            for at in 1..WINDOWS {
                let like = if key == APART && at >= TRUSTED { 3 } else { 0 };
                if key != APART || at >= TRUSTED || !self.is_parted {
                    self.check_equal(key, at, like)?;
                }
            }
        }
        self.check_nothing_denied()
    }

    /// Two windows agree on each key that reaches one from the other.
    pub fn check_mixed(&self) -> Outcome {
        for key in KEYS {
            let mut alike: Vec<usize> = (0..WINDOWS).collect();
            for _ in 0..WINDOWS {
                for (a, b) in self.pairs() {
                    let filter = self.filter(a, b).and_then(|filter| filter.1);
                    if filter.is_none_or(|excluded| !excluded.contains(key)) {
                        let first = alike[a].min(alike[b]);
                        (alike[a], alike[b]) = (first, first);
                    }
                }
            }
            for (at, first) in alike.into_iter().enumerate() {
                self.check_equal(key, at, first)?;
            }
        }
        self.check_nothing_denied()
    }

    /// Trusted windows agree, and the others on what they may read.
    pub fn check(&self) -> Outcome {
        for key in KEYS {
            let agreeing = if READ.contains(&key) { WINDOWS } else { TRUSTED };
            for at in 1..agreeing {
                self.check_equal(key, at, 0)?;
            }
        }
        self.check_equal("write", 3, 4)?;
        for at in TRUSTED..WINDOWS {
            if let Some(denied) = self.models[at].get("secret") {
                return Err(format!("window {at} shows {denied:?}, which was denied"));
            }
        }
        Ok(())
    }

    /// Each of these windows shows that value of each of these keys.
    pub fn assert_shown(&self, windows: Range<usize>, values: &[(&str, Option<Val>)]) {
        for at in windows {
            for (key, value) in values {
                assert_eq!(self.models[at].get(key), value.as_ref(), "{key} in window {at}");
            }
        }
    }

    fn check_equal(&self, key: &str, a: usize, b: usize) -> Outcome {
        let (one, other) = (self.models[a].get(key), self.models[b].get(key));
        if one == other {
            return Ok(());
        }
        Err(format!("{key}: window {a} shows {one:?}, window {b} {other:?}"))
    }

    fn check_nothing_denied(&self) -> Outcome {
        match self.denied.first() {
            None => Ok(()),
            Some(at) => Err(format!("a write of window {at} was denied")),
        }
    }

    /// How many cells the view of that gateway holds.
    pub fn view_cells(&self, link: (usize, usize)) -> usize {
        self.gateways[&link].view().node().registers().count()
    }
}

/// The keys that the cells of a frame are of.
pub(super) fn names_of(frame: &Frame) -> Vec<Key> {
    let entries = entries(frame).into_iter();
    entries.map(|(name, _)| parse(name).unwrap().0).collect()
}
