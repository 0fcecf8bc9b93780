//! From the streams to the module.

use crate::streams::{Cursor, END, I32_CONST, LARGE, Stream, expanded, walk};

/// How many bytes at most a number of 32 bits takes in LEB128.
const LONGEST: usize = 5;

/// Writes the module that was packed into `module`, which has exactly its length.
///
/// Whatever `packed` holds, this ends and writes nowhere else.
pub fn unpack(packed: &[u8], module: &mut [u8]) {
    let mut at = Stream::COUNT * 4;
    let starts = std::array::from_fn(|stream| {
        let start = at;
        let length = packed.get(stream * 4..).and_then(|rest| rest.first_chunk());
        at += length.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
        start
    });
    let mut unpacking = Unpacking {
        packed,
        starts,
        module,
        at: 0,
        body: 0,
    };
    // What is not known to the walk was not packed.
    let _ = walk(&mut unpacking);
}

struct Unpacking<'a> {
    packed: &'a [u8],
    /// Where the rest of each stream begins.
    starts: [usize; Stream::COUNT],
    module: &'a mut [u8],
    at: usize,
    /// Where the body begins that is being written.
    body: usize,
}

impl Unpacking<'_> {
    /// The next byte of a stream; behind the end one that ends every number and every block.
    fn next(&mut self, stream: Stream) -> u8 {
        let Some(start) = self.starts.get_mut(stream as usize) else {
            return END;
        };
        let byte = self.packed.get(*start).copied();
        *start += 1;
        byte.unwrap_or(END)
    }

    fn write(&mut self, byte: u8) {
        if let Some(place) = self.module.get_mut(self.at) {
            *place = byte;
        }
        self.at += 1;
    }
}

impl Cursor for Unpacking<'_> {
    fn is_done(&self) -> bool {
        self.at >= self.module.len()
    }

    fn masked(&mut self, stream: Stream, mask: u8) -> u8 {
        let byte = self.next(stream) ^ mask;
        self.write(byte);
        byte
    }

    fn opcode(&mut self) -> u8 {
        let opcode = self.next(Stream::Opcode);
        match expanded(opcode) {
            Some([opcode, operand]) => {
                self.write(opcode);
                self.write(operand);
            }
            None if opcode == LARGE => self.write(I32_CONST),
            None => self.write(opcode),
        }
        opcode
    }

    /// The size is known at the end of the body, which is then moved to stand behind it.
    fn begin_body(&mut self) {
        self.body = self.at;
    }

    fn end_body(&mut self) {
        let end = self.at;
        let mut size = end.saturating_sub(self.body);
        let mut digits = [0; LONGEST];
        let mut count = 0;
        for digit in &mut digits {
            *digit = (size & 0x7f) as u8;
            size >>= 7;
            count += 1;
            if size == 0 {
                break;
            }
            *digit |= 0x80;
        }
        for from in (self.body..end).rev() {
            let byte = self.module.get(from).copied();
            if let (Some(byte), Some(place)) = (byte, self.module.get_mut(from + count)) {
                *place = byte;
            }
        }
        for (digit, place) in digits
            .iter()
            .take(count)
            .zip(self.module.iter_mut().skip(self.body))
        {
            *place = *digit;
        }
        self.at = end + count;
    }
}
