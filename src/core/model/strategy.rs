//! How writes to one key that did not know of each other are settled.

use crate::core::id::Key;
use crate::core::map::SmallMap;
use crate::core::merge::IDENTITY;

/// One key's strategy. All windows must be given the same; which one they are given decides nothing about what is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Strategy {
    /// The later by the hybrid logical clock.
    #[default]
    LastWriteWins,
    /// The one that had seen more writes to the key.
    HighestVersion,
    /// Both, part by part.
    Merge,
    /// All are kept until somebody resolves; the later shows.
    Manual,
    /// A function of all that are there, called by the host.
    Custom,
}

impl Strategy {
    /// As users write it; a function has no name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Strategy::LastWriteWins => "last-write-wins",
            Strategy::HighestVersion => "highest-version",
            Strategy::Merge => "merge",
            Strategy::Manual => "manual",
            Strategy::Custom => "function",
        }
    }

    /// Whether writes that did not know of each other are all kept.
    #[must_use]
    pub fn keeps_all(self) -> bool {
        matches!(self, Strategy::Manual | Strategy::Custom)
    }
}

/// The strategy of each key.
#[derive(Clone, Debug, Default)]
pub struct Strategies {
    /// Of keys that are not named.
    pub default: Strategy,
    /// Of those that are.
    pub by_key: SmallMap<Key, Strategy>,
    /// The property that identifies records of keys without an own one, if not the usual one.
    pub identity: Option<Key>,
    /// Of those that are.
    pub identity_by_key: SmallMap<Key, Key>,
}

impl Strategies {
    /// The strategy of that key.
    #[must_use]
    pub fn of(&self, key: &str) -> Strategy {
        self.by_key.get(key).copied().unwrap_or(self.default)
    }

    /// The property that identifies the records of that key.
    #[must_use]
    pub fn identity_of(&self, key: &str) -> Key {
        let named = self.identity_by_key.get(key);
        let default = self.identity.as_ref().filter(|_| !self.by_key.contains_key(key));
        named.or(default).map_or_else(|| Key::from(IDENTITY), Key::clone)
    }

    /// Whether any key is merged.
    #[must_use]
    pub fn merge_any(&self) -> bool {
        self.default == Strategy::Merge || self.by_key.values().any(|one| *one == Strategy::Merge)
    }
}
