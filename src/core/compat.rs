//! Compatibility of the options of windows that share a state.
//!
//! The visible value of a key is a function of its cells *and* of its strategy. Two windows that settle a key differently hold the
//! same cells and show different values. So each window announces how it treats its keys. A key that two windows treat
//! differently is not exchanged between them, see [`Gateway`](super::gateway::Gateway), and both report it.

use std::rc::Rc;

use super::id::Key;
use super::map::SmallMap;
use super::merge::IDENTITY;
use super::model::{Strategies, Strategy};
use super::order;
use crate::core::lists::Gather;

/// The treatment of a key that never leaves its window.
pub const NOT_SYNCED: &str = "not synced";

/// The same of one whose writes by others are passed on: how those settle it stands behind.
const NOT_SYNCED_RELAYED: &str = "not synced:";

/// The treatment of merged keys, with the format of their cells: windows of different formats do not exchange them. It rises with
/// whatever an older build would not understand; since 2 there are maps and sets, and elements stand apart from properties.
const MERGE: &str = "merge/2";

/// How the writes to a key are settled that a window makes or passes on; `None` if it does not know.
fn settled(treatment: &str) -> Option<&str> {
    match treatment.strip_prefix(NOT_SYNCED_RELAYED) {
        Some(carried) => Some(carried),
        None => (treatment != NOT_SYNCED).then_some(treatment),
    }
}

/// A treatment as it is reported.
fn plain(treatment: &Rc<str>) -> Rc<str> {
    match treatment.starts_with(NOT_SYNCED_RELAYED) {
        true => Rc::from(NOT_SYNCED),
        false => Rc::clone(treatment),
    }
}

/// A treatment as users call it: without the format, unless just that is what differs from the other.
fn reported(treatment: Rc<str>, other: &str) -> Rc<str> {
    let Some(rest) = treatment.strip_prefix(MERGE) else {
        return treatment;
    };
    let mut name = String::from(Strategy::Merge.name());
    name.push_str(rest);
    if name == other { treatment } else { Rc::from(name) }
}

/// How a window treats the keys of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Treatments {
    /// Of keys that are not named; `None` if nothing is said of them.
    pub default: Option<Rc<str>>,
    /// Of those that are.
    pub by_key: SmallMap<Key, Rc<str>>,
}

/// A key that two windows treat differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Which; `None` for all that are not named.
    pub key: Option<Key>,
    /// How this window treats it.
    pub mine: Rc<str>,
    /// How the other does.
    pub theirs: Rc<str>,
}

/// The keys that are not exchanged with a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// Whether keys that are not named are excluded.
    default: bool,
    /// Those that are otherwise.
    by_key: SmallMap<Key, bool>,
}

impl Excluded {
    /// Whether that key is excluded.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.by_key.get(key).copied().unwrap_or(self.default)
    }
}

impl Treatments {
    /// Of a state with these options.
    #[must_use]
    pub fn new(strategies: &Strategies, synced_keys: Option<&[String]>) -> Self {
        let of = |key: Option<&Key>| -> Rc<str> {
            let (strategy, by) = match key {
                Some(key) => (strategies.of(key), Some(strategies.identity_of(key))),
                None => (strategies.default, strategies.identity.clone()),
            };
            match (strategy, by) {
                (Strategy::Merge, by) => {
                    let mut name = String::from(MERGE);
                    if let Some(by) = by.filter(|by| **by != *IDENTITY) {
                        name.push_str(" by ");
                        name.push_str(&by);
                    }
                    Rc::from(name)
                }
                _ => Rc::from(strategy.name()),
            }
        };
        let mut treatments = Self {
            default: Some(match synced_keys {
                Some(_) => Rc::from(NOT_SYNCED),
                None => of(None),
            }),
            by_key: SmallMap::new(),
        };
        match synced_keys {
            Some(keys) => {
                for key in keys {
                    let key = Key::from(key.as_str());
                    let treatment = of(Some(&key));
                    treatments.by_key.insert(key, treatment);
                }
            }
            None => {
                for key in strategies.by_key.keys() {
                    let treatment = of(Some(key));
                    if Some(&treatment) != treatments.default.as_ref() {
                        treatments.by_key.insert(Rc::clone(key), treatment);
                    }
                }
            }
        }
        treatments
    }

    /// What is said of a key; `None` if nothing.
    #[must_use]
    pub fn of(&self, key: &str) -> Option<&Rc<str>> {
        self.by_key.get(key).or(self.default.as_ref())
    }

    /// What is said of these keys alone.
    #[must_use]
    pub fn of_these<'a>(&self, keys: impl Iterator<Item = &'a str>) -> Self {
        let mut some = Self::default();
        for key in keys {
            if let Some(treatment) = self.of(key) {
                some.by_key.insert(Key::from(key), Rc::clone(treatment));
            }
        }
        some
    }

    /// Takes note of how a peer settles keys that nothing is known of; whether that was news. For keys that this window does not
    /// sync: the first that is heard holds, so that it passes on writes of one kind only.
    pub fn learn(&mut self, theirs: &Treatments) -> bool {
        let mut has_news = false;
        for (key, treatment) in theirs.by_key.iter() {
            if let Some(settled) = settled(treatment).filter(|_| self.of(key).is_none()) {
                self.by_key.insert(Rc::clone(key), Rc::from(settled));
                has_news = true;
            }
        }
        let default = theirs.default.as_deref().and_then(settled);
        if let Some(default) = default.filter(|_| self.default.is_none()) {
            self.default = Some(Rc::from(default));
            has_news = true;
        }
        has_news
    }

    /// Says of keys that are not synced how those are settled that are passed on.
    pub fn carry(&mut self, carried: &Treatments) {
        let of = |settled: &str| -> Rc<str> {
            let mut treatment = String::from(NOT_SYNCED_RELAYED);
            treatment.push_str(settled);
            Rc::from(treatment)
        };
        for (key, settled) in carried.by_key.iter() {
            if !self.by_key.contains_key(key) {
                self.by_key.insert(Rc::clone(key), of(settled));
            }
        }
        if let Some(settled) = &carried.default {
            self.default = Some(of(settled));
        }
    }

    /// The keys that the other treats differently, and which of them are not exchanged. A key that one of the two keeps to
    /// itself needs no exclusion, unless it passes on what others settle differently.
    #[must_use]
    pub fn compare(&self, theirs: &Treatments) -> (Vec<Mismatch>, Option<Excluded>) {
        let mut mismatches = Vec::new();
        let mut is_apart = |key: Option<&Key>, mine: Option<&Rc<str>>, theirs: Option<&Rc<str>>| {
            let (Some(mine), Some(theirs)) = (mine, theirs) else {
                return false;
            };
            let is_apart = match (settled(mine), settled(theirs)) {
                (Some(mine), Some(theirs)) => mine != theirs,
                _ => false,
            };
            let (mine, theirs) = (plain(mine), plain(theirs));
            if is_apart || mine != theirs {
                mismatches.push(Mismatch {
                    key: key.map(Rc::clone),
                    mine: reported(Rc::clone(&mine), &theirs),
                    theirs: reported(theirs, &mine),
                });
            }
            is_apart
        };
        let default = is_apart(None, self.default.as_ref(), theirs.default.as_ref());
        let mut keys: Vec<&Key> = self.by_key.keys().chain(theirs.by_key.keys()).gather();
        order::sort(&mut keys);
        keys.dedup();
        let mut by_key = SmallMap::new();
        for key in keys {
            let is_apart = is_apart(Some(key), self.of(key), theirs.of(key));
            if is_apart != default {
                by_key.insert(Rc::clone(key), is_apart);
            }
        }
        let excluded = (default || !by_key.is_empty()).then_some(Excluded { default, by_key });
        (mismatches, excluded)
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::{Mismatch, Treatments};
    use crate::core::id::Key;
    use crate::core::model::{Strategies, Strategy};

    #[test]
    fn merged_keys_are_not_exchanged_with_a_build_of_another_format_and_both_are_named() {
        let strategies = Strategies {
            default: Strategy::Merge,
            ..Strategies::default()
        };
        let ours = Treatments::new(&strategies, None);
        let mut older = Treatments::default();
        older.by_key.insert(Key::from("k"), Rc::from("merge"));
        older.by_key.insert(Key::from("j"), Rc::from("last-write-wins"));
        let (mismatches, excluded) = ours.compare(&older);
        let of = |key: &str, mine: &str, theirs: &str| Mismatch {
            key: Some(Key::from(key)),
            mine: Rc::from(mine),
            theirs: Rc::from(theirs),
        };
        let expected = [of("j", "merge", "last-write-wins"), of("k", "merge/2", "merge")];
        assert_eq!(mismatches, expected);
        assert!(excluded.is_some_and(|excluded| excluded.contains("k")));
        assert_eq!(ours.compare(&ours), (Vec::new(), None));
    }
}
