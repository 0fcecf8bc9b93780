//! Conflict strategies: how concurrent writes to one key are settled.

use crate::core::id::Key;
use crate::core::map::SmallMap;
use crate::core::merge::IDENTITY;

/// The strategy of one key. All windows must have the same one. It does not change what is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Strategy {
    /// The later write by the hybrid logical clock wins.
    #[default]
    LastWriteWins,
    /// The write that had seen more writes to the key wins.
    HighestVersion,
    /// Both merge, part by part.
    Merge,
    /// All are kept until the user resolves them. Meanwhile the later one is visible.
    Manual,
    /// The user's function chooses or combines, called by the host.
    Custom,
}

impl Strategy {
    /// The name in the options; a function has none.
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

    /// Whether concurrent writes are all kept.
    #[must_use]
    pub fn keeps_all(self) -> bool {
        matches!(self, Strategy::Manual | Strategy::Custom)
    }
}

/// The strategy of each key.
#[derive(Clone, Debug, Default)]
pub struct Strategies {
    /// The strategy of keys that are not in `by_key`.
    pub default: Strategy,
    /// The strategies of single keys.
    pub by_key: SmallMap<Key, Strategy>,
    /// The property that identifies records, if not the default one.
    pub identity: Option<Key>,
    /// That property for single keys.
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
