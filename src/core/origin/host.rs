//! Hosts as a browser serialises them: names in lower case, IPv4 in four decimal parts, IPv6 compressed.

use super::OriginFault;

/// The normal form of a host that stands for itself: no wildcard.
pub(super) fn normal(host: &str) -> Result<String, OriginFault> {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(OriginFault::Host)?;
        return v6(inner).ok_or(OriginFault::Host);
    }
    if host.contains('*') {
        return Err(OriginFault::Wildcard);
    }
    if !is_name(host) || (ends_in_number(host) && !is_v4(host)) {
        return Err(OriginFault::Host);
    }
    Ok(host.to_ascii_lowercase())
}

/// Labels of ASCII letters, digits, `-` and `_`, none of them empty: so no trailing dot either, which browsers
/// take for another origin.
pub(super) fn is_name(host: &str) -> bool {
    host.split('.')
        .all(|label| !label.is_empty() && label.bytes().all(is_label_byte))
}

fn is_label_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The URL standard reads any host whose last label is a number (decimal, or hexadecimal after `0x`) as an IPv4
/// address: such a host is either one, or no host.
pub(super) fn ends_in_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or(host);
    if !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let hex = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    hex.is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Four decimal numbers below 256 without leading zeros. Browsers rewrite the other spellings (`127.1`, `0x7f.1`);
/// in a list they are more likely a trap than a wish.
fn is_v4(host: &str) -> bool {
    let mut parts = 0;
    for part in host.split('.') {
        parts += 1;
        if part.is_empty() || part.len() > 3 || (part.len() > 1 && part.starts_with('0')) {
            return false;
        }
        if part.parse::<u8>().is_err() {
            return false;
        }
    }
    parts == 4
}

/// An IPv6 address in any of its spellings, to the one a browser reports: lower case, no leading zeros, the first of
/// the longest runs of two or more zeros written `::`.
fn v6(text: &str) -> Option<String> {
    // The address parser of std allows a zone id nowhere and an embedded IPv4 tail, as the URL standard does.
    let pieces = text.parse::<std::net::Ipv6Addr>().ok()?.segments();
    let (start, length) = longest_zeros(&pieces);
    let mut out = String::with_capacity(41);
    out.push('[');
    for (index, &piece) in pieces.iter().enumerate() {
        if length > 1 && index >= start && index < start + length {
            if index == start {
                out.push_str(if start == 0 { "::" } else { ":" });
            }
            continue;
        }
        push_hex(&mut out, piece);
        if index < 7 {
            out.push(':');
        }
    }
    out.push(']');
    Some(out)
}

fn longest_zeros(pieces: &[u16; 8]) -> (usize, usize) {
    let (mut best, mut run) = ((0, 0), (0, 0));
    for (index, &piece) in pieces.iter().enumerate() {
        run = if piece != 0 {
            (index + 1, 0)
        } else if run.1 == 0 {
            (index, 1)
        } else {
            (run.0, run.1 + 1)
        };
        if run.1 > best.1 {
            best = run;
        }
    }
    best
}

fn push_hex(out: &mut String, piece: u16) {
    let mut started = false;
    for shift in [12, 8, 4, 0] {
        let digit = (piece >> shift) & 15;
        started |= digit != 0 || shift == 0;
        if started {
            out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
}
