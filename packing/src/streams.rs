//! The streams of a module, and the walk over it.
//!
//! Packing and unpacking take the same walk ([`walk`]) through the binary format of WebAssembly 2.0
//! (<https://webassembly.github.io/spec/core/binary/>). Packing reads a byte from the module and adds it to a stream; unpacking
//! takes it from the stream and adds it to the module. What the walk needs to know of a byte it gets from either.

use std::ops::RangeInclusive;

/// Bytes of one kind, which stand together. The order is that in which they are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// What is no code: types, imports, exports, data.
    Other,

    /// The opcodes of all functions.
    Opcode,
    /// The types of blocks.
    Block,
    /// The depths that branches name.
    Branch,
    /// How many locals of which type a function declares.
    Declared,
    /// The indices of locals.
    Local,
    /// Alignments: zero where it is that of the access.
    Alignment,
    /// Indices of globals, tables, segments, and what else is seldom.
    Rare,

    /// The functions that are called.
    Call,
    /// Constants of 32 bits of one or two bytes.
    Small,
    /// Constants of 32 bits of more bytes: addresses, mostly.
    Large,
    /// What is added to an address.
    Offset,
    /// Constants of 64 bits.
    Long,
    /// Floating-point constants.
    Float,
}

impl Stream {
    /// How many there are.
    pub const COUNT: usize = Self::Float as usize + 1;

    /// The last of each group: its streams have their frequent bytes in common.
    #[cfg(not(target_arch = "wasm32"))]
    pub const GROUPS: [Self; 3] = [Self::Other, Self::Rare, Self::Float];
}

/// The opcode that stands, packed, for a constant in [`Stream::Large`]. Like those below, it is none that the walk knows.
pub const LARGE: u8 = 0x06;

/// The opcodes that stand, packed, for an instruction with its operand: the most frequent ones. As single bytes they tell more of
/// what comes next (measured: 2 % of the whole; more of them, or stores and loads as well, gave nothing).
const SHORT: RangeInclusive<u8> = 0xe0..=0xe9;

/// So many of them are `local.get`, the others `i32.const`.
const SHORT_LOCALS: u8 = 8;

/// The opcode and the operand that this packed opcode stands for.
pub fn expanded(packed: u8) -> Option<[u8; 2]> {
    let place = SHORT.contains(&packed).then(|| packed - SHORT.start())?;
    Some(match place.checked_sub(SHORT_LOCALS) {
        Some(constant) => [I32_CONST, constant],
        None => [LOCAL_GET, place],
    })
}

/// `local.get`.
const LOCAL_GET: u8 = 0x20;

/// `i32.const`.
pub const I32_CONST: u8 = 0x41;

/// `end`.
pub const END: u8 = 0x0b;

/// The section that holds the code.
const CODE: u8 = 10;

/// Where the walk gets its bytes from; they are moved as they are read.
pub trait Cursor {
    /// Whether the whole module has been moved.
    fn is_done(&self) -> bool;

    /// The next byte, which is of this stream. Packed it is combined with `mask` by exclusive or.
    fn masked(&mut self, stream: Stream, mask: u8) -> u8;

    /// The next opcode as it is packed; [`expanded`] and [`LARGE`] say what it stands for.
    fn opcode(&mut self) -> u8;

    /// A function's body begins: its size stands here in the module, and is not packed.
    fn begin_body(&mut self);

    /// It ends.
    fn end_body(&mut self);

    /// The next byte.
    fn byte(&mut self, stream: Stream) -> u8 {
        self.masked(stream, 0)
    }

    /// Bytes that say nothing to the walk.
    fn bytes(&mut self, stream: Stream, count: u32) {
        for _ in 0..count {
            if self.is_done() {
                return;
            }
            self.byte(stream);
        }
    }

    /// A number in LEB128, signed or not.
    fn number(&mut self, stream: Stream) {
        while self.byte(stream) & 0x80 != 0 {}
    }

    /// An unsigned number in LEB128, and what it is.
    fn count(&mut self, stream: Stream) -> u32 {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte(stream);
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        value
    }
}

/// An opcode whose form the walk does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown(pub u8);

/// Moves a whole module.
pub fn walk(cursor: &mut impl Cursor) -> Result<(), Unknown> {
    // The magic number and the version.
    cursor.bytes(Stream::Other, 8);
    while !cursor.is_done() {
        let section = cursor.byte(Stream::Other);
        let size = cursor.count(Stream::Other);
        if section == CODE {
            for _ in 0..cursor.count(Stream::Other) {
                if cursor.is_done() {
                    break;
                }
                cursor.begin_body();
                body(cursor)?;
                cursor.end_body();
            }
        } else {
            cursor.bytes(Stream::Other, size);
        }
    }
    Ok(())
}

fn body(cursor: &mut impl Cursor) -> Result<(), Unknown> {
    for _ in 0..cursor.count(Stream::Declared) {
        if cursor.is_done() {
            break;
        }
        cursor.number(Stream::Declared);
        cursor.byte(Stream::Declared);
    }
    let mut depth = 1_u32;
    while depth > 0 && !cursor.is_done() {
        let opcode = cursor.opcode();
        match opcode {
            0x02..=0x04 => {
                depth += 1;
                cursor.number(Stream::Block);
            }
            END => depth -= 1,
            _ => operands(cursor, opcode)?,
        }
    }
    Ok(())
}

/// What stands behind the opcode of an instruction that opens or closes no block.
fn operands(cursor: &mut impl Cursor, opcode: u8) -> Result<(), Unknown> {
    match opcode {
        // br, br_if
        0x0c | 0x0d => cursor.number(Stream::Branch),
        // br_table
        0x0e => {
            for _ in 0..=cursor.count(Stream::Branch) {
                if cursor.is_done() {
                    break;
                }
                cursor.number(Stream::Branch);
            }
        }
        // call, return_call
        0x10 | 0x12 => cursor.number(Stream::Call),
        // call_indirect, return_call_indirect
        0x11 | 0x13 => {
            cursor.number(Stream::Rare);
            cursor.number(Stream::Rare);
        }
        // select with types
        0x1c => {
            let types = cursor.count(Stream::Rare);
            cursor.bytes(Stream::Rare, types);
        }
        // local.get, local.set, local.tee
        0x20..=0x22 => cursor.number(Stream::Local),
        // global.get and set, table.get and set, memory.size and grow, ref.null, ref.func
        0x23..=0x26 | 0x3f | 0x40 | 0xd0 | 0xd2 => cursor.number(Stream::Rare),
        // loads and stores
        0x28..=0x3e => {
            cursor.masked(Stream::Alignment, natural_alignment(opcode));
            cursor.number(Stream::Offset);
        }
        I32_CONST => cursor.number(Stream::Small),
        // With its operand.
        0xe0..=0xe9 => (),
        LARGE => cursor.number(Stream::Large),
        // i64.const
        0x42 => cursor.number(Stream::Long),
        // f32.const, f64.const
        0x43 => cursor.bytes(Stream::Float, 4),
        0x44 => cursor.bytes(Stream::Float, 8),
        // saturating truncation; memory.init, data.drop, memory.copy and fill, table.init, elem.drop, table.copy, grow, size, fill
        0xfc => {
            let operands = match cursor.count(Stream::Rare) {
                0..=7 => 0,
                8 | 10 | 12 | 14 => 2,
                9 | 11 | 13 | 15..=17 => 1,
                _ => return Err(Unknown(opcode)),
            };
            for _ in 0..operands {
                cursor.number(Stream::Rare);
            }
        }
        // unreachable, nop, else, return; drop, select; comparisons and arithmetic; ref.is_null
        0x00 | 0x01 | 0x05 | 0x0f | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 => (),
        _ => return Err(Unknown(opcode)),
    }
    Ok(())
}

/// The alignment, as an exponent of two, of the access that a load or a store makes.
fn natural_alignment(opcode: u8) -> u8 {
    match opcode {
        0x29 | 0x2b | 0x37 | 0x39 => 3,
        0x28 | 0x2a | 0x34..=0x36 | 0x38 | 0x3e => 2,
        0x2e | 0x2f | 0x32 | 0x33 | 0x3b | 0x3d => 1,
        _ => 0,
    }
}
