//! Where a case takes its choices from: bytes. When they are over every choice is the plainest, so that a case is made
//! smaller by making its bytes fewer and 0.

use std::collections::BTreeSet;

pub struct Choices<'a> {
    bytes: &'a [u8],
    at: usize,
    /// What the case came to: which inputs are worth changing further is told by what is new of it.
    pub seen: BTreeSet<u64>,
}

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            seen: BTreeSet::new(),
        }
    }

    pub fn is_over(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte
    }

    pub fn u64(&mut self) -> u64 {
        (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    /// From 0 to `bound` - 1.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = usize::from(self.byte());
        if bound <= 256 {
            wide % bound.max(1)
        } else {
            (wide << 8 | usize::from(self.byte())) % bound
        }
    }

    /// Once in so many; never when the bytes are over.
    pub fn once(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// The bytes that are left.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at = self.bytes.len();
        rest
    }

    pub fn note(&mut self, kind: u64, what: usize) {
        // Of large numbers only the size counts.
        let size = if what < 16 {
            what as u64
        } else {
            16 + u64::from(what.ilog2())
        };
        self.seen.insert(kind << 16 | size);
    }
}
