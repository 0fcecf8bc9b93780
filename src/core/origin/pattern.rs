//! What one entry of a list of origins may be.

use super::{Origin, OriginFault, Parts, host, parse_exact, push_port};

/// An exact origin; `scheme://*.suffix[:port]`: any depth of subdomain, never the apex; or a loopback host at any port, as
/// `http://localhost:*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginPattern(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Exact(Origin),
    /// `head` is `scheme://`; `tail` is `.suffix[:port]`, its dot included: the apex does not end in it.
    Below {
        head: String,
        tail: String,
    },
    /// `scheme://host` of this very machine.
    AnyPort(Origin),
}

/// Hosts that lead to this machine and no other (RFC 6761, section 6.3; RFC 5735; RFC 4291).
const LOOPBACK: [&str; 6] = [
    "http://localhost",
    "https://localhost",
    "http://127.0.0.1",
    "https://127.0.0.1",
    "http://[::1]",
    "https://[::1]",
];

impl OriginPattern {
    /// Reads one entry as a person writes it; one trailing slash is dropped.
    ///
    /// Which suffixes are public (`co.uk`, `github.io`) is not known here: a suffix needs a dot, or to be `localhost`,
    /// and the rest is the author's to know.
    pub fn parse(text: &str) -> Result<OriginPattern, OriginFault> {
        let text = text.strip_suffix('/').unwrap_or(text);
        if let Some(machine) = text.strip_suffix(":*") {
            let machine = parse_exact(machine)?;
            let is_loopback = LOOPBACK.contains(&machine.as_str());
            return match is_loopback {
                true => Ok(OriginPattern(Kind::AnyPort(machine))),
                false => Err(OriginFault::Wildcard),
            };
        }
        if !host::has(text, b'*') {
            return parse_exact(text).map(|origin| OriginPattern(Kind::Exact(origin)));
        }
        let parts = Parts::split(text).map_err(|fault| match fault {
            OriginFault::Scheme => OriginFault::Wildcard,
            other => other,
        })?;
        let suffix = parts
            .host
            .strip_prefix("*.")
            .ok_or(OriginFault::Wildcard)?
            .to_ascii_lowercase();
        if host::has(&suffix, b'*') {
            return Err(OriginFault::Wildcard);
        }
        // A numeric last label is an IPv4 address to a browser: `*.0.0.1` would let in 10.0.0.1.
        if !host::is_name(&suffix) || host::ends_in_number(&suffix) {
            return Err(OriginFault::Host);
        }
        if !host::has(&suffix, b'.') && suffix != "localhost" {
            return Err(OriginFault::Wildcard);
        }
        let mut head = parts.scheme;
        head.push_str("://");
        let mut tail = String::with_capacity(suffix.len() + 7);
        tail.push('.');
        tail.push_str(&suffix);
        push_port(&mut tail, parts.port);
        Ok(OriginPattern(Kind::Below { head, tail }))
    }

    /// Whether an origin, exactly as the browser reported it, is meant by this entry.
    pub fn matches(&self, origin: &str) -> bool {
        match &self.0 {
            Kind::Exact(exact) => exact.as_str() == origin,
            Kind::Below { head, tail } => origin
                .strip_prefix(head.as_str())
                .and_then(|rest| rest.strip_suffix(tail.as_str()))
                .is_some_and(|below| host::is_name(below) && !below.bytes().any(|b| b.is_ascii_uppercase())),
            Kind::AnyPort(machine) => without_port(origin) == Some(machine.as_str()),
        }
    }

    /// Whether every origin that `narrow` means is meant by this entry.
    pub fn covers(&self, narrow: &OriginPattern) -> bool {
        match (&self.0, &narrow.0) {
            (_, Kind::Exact(exact)) => self.matches(exact.as_str()),
            (Kind::AnyPort(wide), Kind::AnyPort(narrow)) => wide == narrow,
            (Kind::Exact(_) | Kind::AnyPort(_), _) | (_, Kind::AnyPort(_)) => false,
            (
                Kind::Below { head, tail },
                Kind::Below {
                    head: narrow_head,
                    tail: narrow_tail,
                },
            ) => head == narrow_head && narrow_tail.ends_with(tail.as_str()),
        }
    }

    /// Whether it means this origin and no other.
    pub fn is_exactly(&self, origin: &str) -> bool {
        matches!(&self.0, Kind::Exact(exact) if exact.as_str() == origin)
    }

    /// Of two entries that mean the same origin, the one with the larger number says more about it.
    pub fn exactness(&self) -> usize {
        match &self.0 {
            Kind::Exact(_) => usize::MAX,
            Kind::AnyPort(_) => usize::MAX - 1,
            Kind::Below { tail, .. } => tail.len(),
        }
    }
}

/// What stands before the port of an origin in normal form; `None` where it is in no normal form.
fn without_port(origin: &str) -> Option<&str> {
    let normal = parse_exact(origin).ok()?;
    if normal.as_str() != origin {
        return None;
    }
    let host = match origin.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => origin,
    };
    Some(host)
}
