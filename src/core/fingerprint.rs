//! Fingerprints of what a write wrote: two windows that hold one write with two contents find out by them.
//!
//! One name stands for one write, so honest windows never need to look into it. A peer that gives two windows different contents
//! under one name makes them differ, while their version vectors are equal. So windows that have seen the same also compare the
//! fingerprints of what they hold, on the slow tick only; of two contents the one with the greater fingerprint wins, everywhere.
//!
//! They are no cryptographic digests: a peer that may write, and constructs two contents with the same fingerprint, is not
//! detected.

use super::register::Stamp;
use super::version::mix;

/// What a fingerprint can be taken of.
pub trait Content: Clone {
    /// The same in every window for the same content, whatever way it took. Differs if the content does, as far as it can be
    /// read.
    fn fingerprint(&self) -> u64;
}

impl Content for &str {
    fn fingerprint(&self) -> u64 {
        hash(self.as_bytes(), 1)
    }
}

impl Content for u32 {
    fn fingerprint(&self) -> u64 {
        mix(1, u64::from(*self))
    }
}

impl Content for u64 {
    fn fingerprint(&self) -> u64 {
        mix(1, *self)
    }
}

impl Content for usize {
    fn fingerprint(&self) -> u64 {
        mix(1, *self as u64)
    }
}

impl<A: Content, B: Content> Content for (A, B) {
    fn fingerprint(&self) -> u64 {
        Fingerprint::of(2)
            .content(Some(&self.0))
            .content(Some(&self.1))
            .end()
    }
}

impl<T: Content> Content for Vec<T> {
    fn fingerprint(&self) -> u64 {
        let all = Fingerprint::of(self.len() as u64);
        self.iter().fold(all, |all, one| all.content(Some(one))).end()
    }
}

/// A fingerprint of several things, in their order.
#[derive(Clone, Copy)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Of nothing yet, but of a thing of that kind.
    #[must_use]
    pub fn of(kind: u64) -> Self {
        Self(mix(kind, 1))
    }

    /// With a number.
    #[must_use]
    pub fn bits(self, bits: u64) -> Self {
        Self(mix(self.0, bits))
    }

    /// With a string.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.bits(hash(text.as_bytes(), 1))
    }

    /// With a number of JavaScript: both zeros are one, and every NaN is.
    #[must_use]
    pub fn number(self, number: f64) -> Self {
        let number = if number.is_nan() { f64::NAN } else { number + 0.0 };
        self.bits(number.to_bits())
    }

    /// With a stamp, or with none.
    #[must_use]
    pub fn stamp(self, stamp: Option<Stamp>) -> Self {
        match stamp {
            Some(stamp) => self.bits(stamp.time.as_f64().to_bits()).bits(stamp.actor.bits()),
            None => self.bits(0),
        }
    }

    /// With some content, or with none.
    #[must_use]
    pub fn content(self, content: Option<&impl Content>) -> Self {
        self.bits(content.map_or(0, |content| content.fingerprint().max(1)))
    }

    /// The fingerprint.
    #[must_use]
    pub fn end(self) -> u64 {
        self.0
    }
}

/// FxHash over eight bytes at a time, with the high bits folded in: the table takes the low ones.
#[inline]
pub fn hash(bytes: &[u8], seed: u64) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let tail = rest
        .iter()
        .fold(bytes.len() as u64, |tail, &byte| (tail << 8) | u64::from(byte));
    let hashed = words
        .iter()
        .map(|&word| u64::from_le_bytes(word))
        .chain([tail])
        .fold(seed, |hash, word| {
            (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
        });
    hashed ^ (hashed >> 32)
}
