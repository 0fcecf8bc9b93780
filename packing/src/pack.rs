//! From a module to its streams.

use std::fmt::{self, Display, Formatter};
use std::mem;

use crate::streams::{Cursor, I32_CONST, LARGE, Stream, Unknown, expanded, walk};
use crate::unpack::unpack;

/// Why a module cannot be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpackable {
    /// It has an instruction that the walk does not know: `streams` has to learn it.
    Unknown(u8),
    /// It is no module, or writes a number with more bytes than it needs: unpacked it would differ.
    Differs,
}

impl Display for Unpackable {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(opcode) => write!(
                out,
                "the instruction {opcode:#04x} is not known to packing/src/streams.rs"
            ),
            Self::Differs => out.write_str("the wasm would not be the same after unpacking"),
        }
    }
}

/// The streams of a module: their lengths, four bytes each with the least first, and then their bytes, in groups of those whose
/// frequent bytes are the same.
///
/// # Errors
/// [`Unpackable`] if [`unpack`] would not give the same module.
pub fn pack(module: &[u8]) -> Result<Vec<Vec<u8>>, Unpackable> {
    let mut packing = Packing {
        module,
        at: 0,
        streams: Default::default(),
    };
    walk(&mut packing).map_err(|Unknown(opcode)| Unpackable::Unknown(opcode))?;
    let streams = packing.streams.each_ref();
    let lengths = streams.map(|stream| u32::try_from(stream.len()).unwrap_or(u32::MAX).to_le_bytes());
    let mut groups = Vec::new();
    let mut group = lengths.concat();
    for (stream, number) in streams.into_iter().zip(0..) {
        group.extend(stream);
        if Stream::GROUPS.iter().any(|last| *last as usize == number) {
            groups.push(mem::take(&mut group));
        }
    }

    let mut again = vec![0; module.len()];
    unpack(&groups.concat(), &mut again);
    if again == module {
        Ok(groups)
    } else {
        Err(Unpackable::Differs)
    }
}

struct Packing<'a> {
    module: &'a [u8],
    at: usize,
    streams: [Vec<u8>; Stream::COUNT],
}

impl Packing<'_> {
    /// The next byte of the module; behind its end one that ends every number and every block.
    fn next(&mut self) -> u8 {
        let byte = self.module.get(self.at).copied();
        self.at += 1;
        byte.unwrap_or(crate::streams::END)
    }

    fn push(&mut self, stream: Stream, byte: u8) {
        if let Some(bytes) = self.streams.get_mut(stream as usize) {
            bytes.push(byte);
        }
    }
}

impl Cursor for Packing<'_> {
    fn is_done(&self) -> bool {
        self.at >= self.module.len()
    }

    fn masked(&mut self, stream: Stream, mask: u8) -> u8 {
        let byte = self.next();
        self.push(stream, byte ^ mask);
        byte
    }

    fn opcode(&mut self) -> u8 {
        let opcode = self.next();
        let ahead = self.module.get(self.at..).unwrap_or_default();
        let opcode = if opcode == LARGE || expanded(opcode).is_some() {
            // Unpacked it would be another instruction. One that no module has stands for it, and is refused.
            0xff
        } else if let Some(short) = short(opcode, ahead) {
            self.at += 1;
            short
        } else if opcode == I32_CONST && ahead.iter().take(2).all(|byte| byte & 0x80 != 0) {
            LARGE
        } else {
            opcode
        };
        self.push(Stream::Opcode, opcode);
        opcode
    }

    fn begin_body(&mut self) {
        while self.next() & 0x80 != 0 {}
    }

    fn end_body(&mut self) {}
}

/// What stands for this opcode and the operand ahead, if anything does.
fn short(opcode: u8, ahead: &[u8]) -> Option<u8> {
    let operand = ahead.first()?;
    (0..=u8::MAX).find(|packed| expanded(*packed) == Some([opcode, *operand]))
}
