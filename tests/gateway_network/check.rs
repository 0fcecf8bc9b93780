//! What may cross to whom, and what all agree on in the end.

use parley_sync::core::cell::{Cell, parse};
use parley_sync::core::id::Key;

use crate::frames::entries;

use super::{APART, Frame, KEYS, Network, READ, TRUSTED, WINDOWS};

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
    pub fn check_mismatched(&self) {
        for key in KEYS {
            for at in 1..WINDOWS {
                let like = if key == APART && at >= TRUSTED { 3 } else { 0 };
                if key == APART && at < TRUSTED && self.is_parted {
                    continue;
                }
                assert_eq!(
                    self.models[at].get(key),
                    self.models[like].get(key),
                    "{key} in window {at}"
                );
            }
        }
        assert!(self.denied.is_empty(), "nothing is denied");
    }

    /// Two windows agree on each key that reaches one from the other.
    pub fn check_mixed(&self) {
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
                let (here, there) = (self.models[at].get(key), self.models[first].get(key));
                assert_eq!(here, there, "{key} in windows {at} and {first}");
            }
        }
        assert!(self.denied.is_empty(), "nothing is denied");
    }

    /// Trusted windows agree, and the others on what they may read.
    pub fn check(&self) {
        for key in KEYS {
            let first = self.models[0].get(key);
            for at in 1..TRUSTED {
                assert_eq!(self.models[at].get(key), first, "{key} in window {at}");
            }
            if READ.contains(&key) {
                for at in TRUSTED..WINDOWS {
                    assert_eq!(
                        self.models[at].get(key),
                        first,
                        "{key} in window {at}, behind a gateway"
                    );
                }
            }
        }
        assert_eq!(self.models[3].get("write"), self.models[4].get("write"));
        for at in TRUSTED..WINDOWS {
            assert_eq!(
                self.models[at].get("secret"),
                None,
                "what was denied shows no more"
            );
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
