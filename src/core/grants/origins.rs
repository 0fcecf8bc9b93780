//! The grants of whole origins, as the options list them.

use std::rc::Rc;

use super::Grants;
use crate::core::origin::{Allowlist, OriginFault, OriginPattern};

/// Origins with their grants. An origin that no entry names is held to nothing.
#[derive(Clone, Debug, Default)]
pub struct OriginGrants {
    /// The most exact first: an origin is held to the first entry that matches.
    entries: Vec<(OriginPattern, Rc<Grants>)>,
}

/// Why the grants of an origin cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadEntry {
    /// The origin is none.
    Origin(OriginFault),
    /// It is an origin that the list of those who are let in does not name: a slip of the pen, or a grant without effect.
    NotAllowed,
}

impl BadEntry {
    /// The reason in words, for an error's message.
    pub fn text(self) -> &'static str {
        match self {
            BadEntry::Origin(fault) => fault.text(),
            BadEntry::NotAllowed => "allowedOrigins does not let it in",
        }
    }
}

impl OriginGrants {
    /// Adds an entry, written as in the list of allowed origins.
    pub fn add(&mut self, origin: &str, grants: Grants, allowed: &Allowlist) -> Result<(), BadEntry> {
        let pattern = OriginPattern::parse(origin).map_err(BadEntry::Origin)?;
        if !allowed.covers(&pattern) {
            return Err(BadEntry::NotAllowed);
        }
        let place = self
            .entries
            .iter()
            .position(|(other, _)| other.exactness() < pattern.exactness());
        self.entries
            .insert(place.unwrap_or(self.entries.len()), (pattern, Rc::new(grants)));
        Ok(())
    }

    /// What an origin, exactly as the browser reported it, is held to.
    pub fn of(&self, origin: &str) -> Option<Rc<Grants>> {
        let entry = self.entries.iter().find(|(pattern, _)| pattern.matches(origin));
        entry.map(|(_, grants)| grants.clone())
    }
}
