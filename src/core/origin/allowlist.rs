//! Who may talk to this window.

use super::{OPAQUE_SCHEMES, OriginFault, OriginPattern};

/// The origins and patterns that are let in. Opaque origins never are: a frame of one is let in by its exact window.
#[derive(Clone, Debug, Default)]
pub struct Allowlist {
    /// This window's own origin, verbatim: whatever the browser says of it needs no normal form.
    own: Option<String>,
    patterns: Vec<OriginPattern>,
}

/// The first entry of a list that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadOrigin {
    /// Its position in the list.
    pub index: usize,
    /// What is wrong with it.
    pub fault: OriginFault,
}

impl Allowlist {
    /// Reads a configured list. An entry equal to `own` is always taken, so that `[location.origin]` works on every
    /// page; where the own origin is opaque, that entry lets nobody in.
    pub fn parse<'a>(
        entries: impl Iterator<Item = &'a str>,
        own: Option<&str>,
    ) -> Result<Allowlist, BadOrigin> {
        let mut list = Allowlist::default();
        for (index, entry) in entries.enumerate() {
            if own == Some(entry) && !entry.is_empty() {
                list.own = named(entry);
                continue;
            }
            match OriginPattern::parse(entry) {
                Ok(pattern) => list.patterns.push(pattern),
                Err(fault) => return Err(BadOrigin { index, fault }),
            }
        }
        Ok(list)
    }

    /// The default: this window's own origin and no other; nobody, when it has none or an opaque one.
    pub fn own_only(own: Option<&str>) -> Allowlist {
        Allowlist {
            own: own.and_then(named),
            patterns: Vec::new(),
        }
    }

    /// Whether an origin may talk to this window: exactly as the browser reported it, so any other spelling of an
    /// allowed origin is a stranger's.
    pub fn allows(&self, origin: &str) -> bool {
        named(origin).is_some()
            && (self.own.as_deref() == Some(origin)
                || self.patterns.iter().any(|pattern| pattern.matches(origin)))
    }

    /// Whether every origin that an entry means may talk to this window.
    pub fn covers(&self, entry: &OriginPattern) -> bool {
        self.own.as_deref().is_some_and(|own| entry.is_exactly(own))
            || self.patterns.iter().any(|pattern| pattern.covers(entry))
    }
}

/// The origin, unless it is one that many documents share without having anything in common.
fn named(origin: &str) -> Option<String> {
    let (scheme, rest) = origin.split_once(':')?;
    let rest = rest.strip_prefix("//")?;
    (!rest.is_empty() && !OPAQUE_SCHEMES.contains(&scheme)).then(|| origin.to_owned())
}
