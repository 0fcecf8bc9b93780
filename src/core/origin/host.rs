//! Hosts as a browser serialises them: names in lower case, IPv4 in four decimal parts, IPv6 compressed.

use super::OriginFault;
use crate::core::lists::List;

/// The normal form of a host that stands for itself: no wildcard.
pub(super) fn normal(host: &str) -> Result<String, OriginFault> {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(OriginFault::Host)?;
        return v6(inner).ok_or(OriginFault::Host);
    }
    if has(host, b'*') {
        return Err(OriginFault::Wildcard);
    }
    if !is_name(host) || (ends_in_number(host) && !is_v4(host)) {
        return Err(OriginFault::Host);
    }
    Ok(host.to_ascii_lowercase())
}

/// Whether an ASCII character occurs. The search of std is for any text, and many times as large.
pub(super) fn has(text: &str, character: u8) -> bool {
    text.as_bytes().contains(&character)
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
    v4(host.as_bytes()).is_some()
}

fn v4(text: &[u8]) -> Option<u32> {
    let (mut address, mut parts) = (0, 0);
    for part in text.split(|&byte| byte == b'.') {
        let digits = part.iter().all(u8::is_ascii_digit);
        let padded = part.len() > 1 && part.first() == Some(&b'0');
        if part.is_empty() || part.len() > 3 || padded || !digits || parts == 4 {
            return None;
        }
        let number = part
            .iter()
            .fold(0, |number, &digit| number * 10 + u32::from(digit - b'0'));
        if number > 255 {
            return None;
        }
        address = address << 8 | number;
        parts += 1;
    }
    (parts == 4).then_some(address)
}

/// An IPv6 address in any of its spellings, to the one a browser reports: lower case, no leading zeros, the first of
/// the longest runs of two or more zeros written `::`.
fn v6(text: &str) -> Option<String> {
    let pieces = v6_pieces(text.as_bytes())?;
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

/// Eight pieces, or fewer with one `::` for the rest, which are zeros; the last two may be written as IPv4.
///
/// The parser of std does the same, and brings a hundred times the code: for every kind of address, and its errors.
fn v6_pieces(text: &[u8]) -> Option<[u16; 8]> {
    let gap = text.windows(2).position(|pair| pair == b"::");
    let (head, tail) = match gap {
        Some(gap) => (
            v6_run(text.get(..gap)?, false)?,
            v6_run(text.get(gap + 2..)?, true)?,
        ),
        None => (v6_run(text, true)?, Vec::new()),
    };
    let written = head.len() + tail.len();
    // A `::` stands for one piece at least; nothing at all is no address.
    if written > 8 || (gap.is_some() == (written == 8)) {
        return None;
    }
    let zeros = std::iter::repeat_n(0, 8 - written);
    let mut pieces = [0; 8];
    for (place, piece) in pieces.iter_mut().zip(head.into_iter().chain(zeros).chain(tail)) {
        *place = piece;
    }
    Some(pieces)
}

fn v6_run(text: &[u8], may_end_in_v4: bool) -> Option<Vec<u16>> {
    let mut pieces = Vec::new();
    if text.is_empty() {
        return Some(pieces);
    }
    let mut over = false;
    for part in text.split(|&byte| byte == b':') {
        if over {
            return None;
        }
        if may_end_in_v4 && part.contains(&b'.') {
            let address = v4(part)?;
            pieces.take_in([(address >> 16) as u16, address as u16]);
            over = true;
            continue;
        }
        if part.is_empty() || part.len() > 4 {
            return None;
        }
        let mut piece = 0;
        for &digit in part {
            piece = piece << 4 | char::from(digit).to_digit(16)?;
        }
        pieces.push(piece as u16);
    }
    Some(pieces)
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

#[cfg(test)]
mod tests {
    use super::v6_pieces;
    use std::net::Ipv6Addr;

    fn agree(text: &str) {
        let theirs = text.parse::<Ipv6Addr>().ok().map(|address| address.segments());
        assert_eq!(v6_pieces(text.as_bytes()), theirs, "{text}");
    }

    #[test]
    fn ipv6_is_read_as_the_parser_of_std_reads_it() {
        for text in [
            "",
            "::",
            ":",
            ":::",
            "1::",
            "::1",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1:2:3:4::5:6:7:8",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "::ffff:1.2.3.4",
            "1.2.3.4::",
            "1:2:3:4:5:6:1.2.3.4",
            "1:2:3:4:5:6:7:1.2.3.4",
            "::1.2.3.4:5",
            "::1.2.3",
            "::1.2.3.256",
            "::01.2.3.4",
            "fE80::%1",
            "12345::",
            "1::2::3",
            "::é",
        ] {
            agree(text);
        }
    }

    #[test]
    fn ipv6_made_at_random_is_read_alike() {
        let parts = [
            ":", ":", "::", "0", "1", "abcd", "F", "00000", "1.2.3.4", ".", "g",
        ];
        let mut state = 7u32;
        for _ in 0..200_000 {
            let mut text = String::new();
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            for _ in 0..state >> 28 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(
                    parts
                        .iter()
                        .cycle()
                        .nth((state >> 24) as usize % parts.len())
                        .unwrap_or(&""),
                );
            }
            agree(&text);
        }
    }
}
