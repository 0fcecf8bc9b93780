//! Numbers as hexadecimal text, in the names of cells.

use super::id::Actor;

/// Writes a number in lower-case hexadecimal, without leading zeros.
pub(crate) fn push_hex(text: &mut String, number: u64) {
    let digits = (64 - number.leading_zeros()).div_ceil(4).max(1);
    for at in (0..digits).rev() {
        let digit = (number >> (at * 4)) as u32 & 15;
        text.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
}

/// An actor as [`push_hex`] wrote it, and in no other way.
pub(crate) fn parse_actor(text: &str) -> Option<Actor> {
    let canonical = !text.starts_with('0') && text.len() <= 14;
    let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !canonical || !digits {
        return None;
    }
    let bits = u64::from_str_radix(text, 16).ok()?;
    Actor::from_f64(bits as f64).filter(|actor| actor.bits() == bits)
}
