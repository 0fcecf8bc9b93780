//! Origins: parsing, the patterns a configuration may hold, and the list of who may talk to this window.
//!
//! An origin is compared as the browser serialises it (the ASCII serialisation of the URL standard), byte for byte.
//! Only what a person wrote is normalised, never what arrived: a reported origin that is not in normal form was not
//! reported by a browser.

mod allowlist;
mod host;
mod pattern;

pub use allowlist::{Allowlist, BadOrigin};
pub use pattern::OriginPattern;

/// How browsers report the origin of a document that has none of its own: it is like no other, not even itself.
pub const OPAQUE: &str = "null";

/// Schemes whose documents have an opaque origin, or none: they can name nobody.
const OPAQUE_SCHEMES: [&str; 7] = [
    "file",
    "data",
    "javascript",
    "blob",
    "about",
    "filesystem",
    "null",
];

/// Longer than any origin a browser can report (a DNS name has at most 253 bytes; extension ids are shorter).
const MAX_LENGTH: usize = 512;

/// An exact origin in normal form: scheme and host in lower case, no default port, no trailing slash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

/// Why an origin, or a pattern of origins, was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginFault {
    /// Nothing was written.
    Empty,
    /// `*` alone, or anywhere but as the first whole label of a host with at least one dot, or as the port of a loopback host.
    Wildcard,
    /// `null`, or a scheme whose origins are opaque (`file:`, `data:`, `blob:` ...): no list can name it.
    Opaque,
    /// No scheme, or one that is not written as RFC 3986 wants it.
    Scheme,
    /// A user name or password before the host.
    UserInfo,
    /// A path, a query or a fragment after the host.
    Path,
    /// White space, a control character or a backslash.
    Space,
    /// A host that is empty, not ASCII (write it in punycode) or not written as a browser would.
    Host,
    /// A port that is empty, not a decimal number, or above 65535.
    Port,
}

impl OriginFault {
    /// The reason in words, for an error's message.
    pub fn text(self) -> &'static str {
        match self {
            OriginFault::Empty => "it is empty",
            OriginFault::Wildcard => {
                "a wildcard may only be the first label of a host with a dot, as in https://*.app.example, or the port of this \
                 machine, as in http://localhost:*"
            }
            OriginFault::Opaque => {
                "opaque origins cannot be listed: connect to the frame with { opaque: true }"
            }
            OriginFault::Scheme => "it must start with a scheme, as in https://app.example",
            OriginFault::UserInfo => "it names a user",
            OriginFault::Path => "it has a path, a query or a fragment",
            OriginFault::Space => "it holds white space, a control character or a backslash",
            OriginFault::Host => {
                "its host is not written as a browser reports it (ASCII or punycode, no empty label)"
            }
            OriginFault::Port => "its port is not a number from 0 to 65535",
        }
    }
}

impl Origin {
    /// The normal form of an exact origin, without any trailing slash; `None` for everything else.
    pub fn parse(text: &str) -> Option<Origin> {
        parse_exact(text).ok()
    }

    /// As [`Origin::parse`], and one trailing slash is dropped: people copy it from the address bar.
    pub fn parse_config(text: &str) -> Result<Origin, OriginFault> {
        parse_exact(text.strip_suffix('/').unwrap_or(text))
    }

    /// The origin as a browser would serialise it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn parse_exact(text: &str) -> Result<Origin, OriginFault> {
    let parts = Parts::split(text)?;
    let host = host::normal(parts.host)?;
    Ok(Origin(join(&parts.scheme, &host, parts.port)))
}

fn join(scheme: &str, host: &str, port: Option<u16>) -> String {
    let mut text = String::with_capacity(scheme.len() + host.len() + 9);
    text.push_str(scheme);
    text.push_str("://");
    text.push_str(host);
    push_port(&mut text, port);
    text
}

fn push_port(text: &mut String, port: Option<u16>) {
    let Some(port) = port else { return };
    text.push(':');
    let mut unit = 10_000;
    let mut started = false;
    while unit > 0 {
        let digit = port / unit % 10;
        started |= digit != 0 || unit == 1;
        if started {
            text.push(char::from(b'0' + digit as u8));
        }
        unit /= 10;
    }
}

/// The three parts every origin has; the host is not yet looked at.
struct Parts<'a> {
    scheme: String,
    host: &'a str,
    port: Option<u16>,
}

impl Parts<'_> {
    fn split(text: &str) -> Result<Parts<'_>, OriginFault> {
        if text.is_empty() {
            return Err(OriginFault::Empty);
        }
        if text == "*" {
            return Err(OriginFault::Wildcard);
        }
        if text == "null" {
            return Err(OriginFault::Opaque);
        }
        if text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '\\')
        {
            return Err(OriginFault::Space);
        }
        let (scheme, rest) = text.split_once(':').ok_or(OriginFault::Scheme)?;
        let scheme = scheme.to_ascii_lowercase();
        let mut letters = scheme.bytes();
        let starts_well = letters.next().is_some_and(|b| b.is_ascii_lowercase());
        if !starts_well
            || !letters
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.'))
        {
            return Err(OriginFault::Scheme);
        }
        if OPAQUE_SCHEMES.contains(&scheme.as_str()) {
            return Err(OriginFault::Opaque);
        }
        let rest = rest.strip_prefix("//").ok_or(OriginFault::Scheme)?;
        if rest.bytes().any(|byte| matches!(byte, b'/' | b'?' | b'#')) {
            return Err(OriginFault::Path);
        }
        if host::has(rest, b'@') {
            return Err(OriginFault::UserInfo);
        }
        if text.len() > MAX_LENGTH {
            return Err(OriginFault::Host);
        }
        let (host, port) = split_port(rest)?;
        let port = port.filter(|&port| default_port(&scheme) != Some(port));
        Ok(Parts { scheme, host, port })
    }
}

/// A colon inside brackets belongs to the IPv6 address.
fn split_port(rest: &str) -> Result<(&str, Option<u16>), OriginFault> {
    let end = rest.rfind(']').map_or(0, |at| at + 1);
    let (Some(head), Some(tail)) = (rest.get(..end), rest.get(end..)) else {
        return Err(OriginFault::Host);
    };
    let Some((between, port)) = tail.split_once(':') else {
        return Ok((rest, None));
    };
    let host = rest.get(..head.len() + between.len()).ok_or(OriginFault::Host)?;
    let canonical = !port.is_empty()
        && port.bytes().all(|b| b.is_ascii_digit())
        && (port == "0" || !port.starts_with('0'));
    if !canonical {
        return Err(OriginFault::Port);
    }
    port.parse()
        .map(|port| (host, Some(port)))
        .map_err(|_| OriginFault::Port)
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}
