//! The variable-length numbers and strings of Yjs, read without believing any of them.

/// What is left of some bytes. Every read ends in `None` at their end or at a form that no writer uses.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// Seven bits a byte, the lowest first; at most `limit`.
    pub(crate) fn number(&mut self, limit: u64) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return (number <= limit).then_some(number);
            }
        }
        None
    }

    /// A number that counts or names characters.
    pub(crate) fn clock(&mut self) -> Option<u32> {
        u32::try_from(self.number(u64::from(MAX_CLOCK))?).ok()
    }

    pub(crate) fn string(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number(u64::from(MAX_CLOCK))?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        str::from_utf8(text).ok()
    }
}

/// Yrs subtracts these as signed numbers of 32 bits.
pub(crate) const MAX_CLOCK: u32 = i32::MAX as u32;

pub(crate) fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(crate) fn write_string(out: &mut Vec<u8>, text: &str) {
    write_number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}
