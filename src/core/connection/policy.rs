//! The policy of a Parley: allowed origins, grants and limits.

use std::rc::Rc;

use crate::core::grants::{Grants, OriginGrants};
use crate::core::limits::Limits;
use crate::core::origin::{Allowlist, OPAQUE};

/// The options that concern other windows.
pub struct Policy {
    /// This window's origin; None where there is none.
    pub own_origin: Option<String>,
    /// The allowed origins.
    pub allowed: Allowlist,
    /// The grants of each origin.
    pub grants: OriginGrants,
    /// The limits that the user gave, for every peer. None: the defaults, for windows of other origins.
    pub limits: Option<Limits>,
    /// The number of peers above which uncalled windows are refused.
    pub most_peers: usize,
}

impl Policy {
    /// This window's origin as text.
    #[must_use]
    pub fn own(&self) -> &str {
        self.own_origin.as_deref().unwrap_or_default()
    }

    /// Whether this document is of an opaque origin, which nobody can address.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.own() == OPAQUE
    }

    /// Whether an origin is this very one. An opaque origin equals none, not even itself.
    #[must_use]
    pub fn is_own(&self, origin: &str) -> bool {
        self.own_origin.as_deref() == Some(origin) && origin != OPAQUE
    }

    /// The grants of a peer of this origin; None: everything.
    #[must_use]
    pub fn grants_for(&self, origin: &str) -> Option<Rc<Grants>> {
        self.grants.of(origin)
    }

    /// The limits of a peer of this origin. A window of the own origin could change this very page, so defaults would
    /// restrict none. Wires without an origin were handed over by the user, who knows what is at their other end.
    #[must_use]
    pub fn limits_for(&self, origin: &str) -> Option<Limits> {
        let is_foreign = !origin.is_empty() && !self.is_own(origin);
        self.limits.or_else(|| is_foreign.then_some(Limits::DEFAULT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(own: &str, limits: Option<Limits>) -> Policy {
        Policy {
            own_origin: Some(own.to_owned()),
            allowed: Allowlist::own_only(Some(own)),
            grants: OriginGrants::default(),
            limits,
            most_peers: 10,
        }
    }

    #[test]
    fn only_windows_of_other_origins_are_held_to_the_defaults() {
        let policy = of("https://a.example", None);
        assert_eq!(policy.limits_for("https://a.example"), None);
        assert_eq!(policy.limits_for(""), None);
        for other in ["https://b.example", OPAQUE] {
            assert_eq!(policy.limits_for(other), Some(Limits::DEFAULT));
        }
        let opaque = of(OPAQUE, None);
        assert!(opaque.is_opaque() && !opaque.is_own(OPAQUE));
        assert_eq!(opaque.limits_for(OPAQUE), Some(Limits::DEFAULT));
    }

    #[test]
    fn what_the_user_gave_holds_for_everybody() {
        let given = Limits {
            depth: 3,
            ..Limits::DEFAULT
        };
        let policy = of("https://a.example", Some(given));
        for origin in ["https://a.example", "https://b.example", ""] {
            assert_eq!(policy.limits_for(origin), Some(given));
        }
    }
}
