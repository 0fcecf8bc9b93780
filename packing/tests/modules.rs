//! Modules are the same after packing and unpacking; what would not be is refused; nothing packed can hang or overrun.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used
)]

use parley_sync_kit::Random;
use parley_sync_packing::{Unpackable, pack, text, unpack};

fn number(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let digit = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(digit);
            return bytes;
        }
        bytes.push(digit | 0x80);
    }
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [vec![id], number(content.len() as u64), content.to_vec()].concat()
}

/// A module with these bodies, between sections that are no code.
fn module(bodies: &[Vec<u8>]) -> Vec<u8> {
    let mut code = number(bodies.len() as u64);
    for body in bodies {
        code.extend(number(body.len() as u64));
        code.extend(body);
    }
    [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, b"types"),
        section(10, &code),
        section(11, b"data behind the code"),
    ]
    .concat()
}

fn body(instructions: &[u8]) -> Vec<u8> {
    // Two groups of locals: 300 of i32, one of i64.
    [&[2, 0xac, 0x02, 0x7f, 1, 0x7e], instructions, &[0x0b]].concat()
}

fn assert_returns(module: &[u8]) {
    let packed = pack(module).unwrap_or_else(|why| panic!("{why}: {module:02x?}"));
    let mut again = vec![0; module.len()];
    unpack(&packed.concat(), &mut again);
    assert_eq!(again, module);
}

/// One instruction of each form, as the specification writes it.
const FORMS: [&[u8]; 38] = [
    &[0x00],                                                 // unreachable
    &[0x02, 0x40, 0x0b],                                     // block of no type
    &[0x03, 0x81, 0x01, 0x0b],                               // loop of a type by its index
    &[0x04, 0x7f, 0x05, 0x0b],                               // if, else
    &[0x0c, 0x00],                                           // br
    &[0x0d, 0x80, 0x01],                                     // br_if
    &[0x0e, 0x02, 0x00, 0x01, 0x82, 0x01],                   // br_table
    &[0x0f],                                                 // return
    &[0x10, 0xe5, 0x8e, 0x26],                               // call
    &[0x11, 0x83, 0x01, 0x00],                               // call_indirect
    &[0x12, 0x01],                                           // return_call
    &[0x1a],                                                 // drop
    &[0x1b],                                                 // select
    &[0x1c, 0x01, 0x6f],                                     // select of a type
    &[0x20, 0xab, 0x02],                                     // local.get
    &[0x20, 0x00, 0x20, 0x07, 0x20, 0x08], // those that are packed in one byte, and the next
    &[0x21, 0x00],                         // local.set
    &[0x22, 0x01],                         // local.tee
    &[0x23, 0x00],                         // global.get
    &[0x25, 0x00],                         // table.get
    &[0x28, 0x02, 0x80, 0x80, 0x40],       // i32.load
    &[0x29, 0x00, 0x08],                   // i64.load, not aligned
    &[0x2d, 0x00, 0x0b],                   // i32.load8_u
    &[0x3b, 0x01, 0x0b],                   // i32.store16
    &[0x3f, 0x00],                         // memory.size
    &[0x41, 0x7f],                         // i32.const -1
    &[0x41, 0x00, 0x41, 0x01, 0x41, 0x02], // those that are packed in one byte, and the next
    &[0x41, 0xff, 0x00],                   // i32.const 127
    &[0x41, 0x80, 0x80, 0x01],             // a large one
    &[0x41, 0x80, 0x80, 0x80, 0x80, 0x78], // the least
    &[0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], // i64.const
    &[0x43, 0x0b, 0x00, 0x00, 0x3f],       // f32.const
    &[0x44, 0x0b, 0x06, 0x0b, 0x0b, 0x0b, 0x0b, 0xf0, 0x3f], // f64.const
    &[0x6a, 0xc4, 0xd1],                   // arithmetic
    &[0xd0, 0x6f],                         // ref.null
    &[0xfc, 0x00],                         // i32.trunc_sat_f32_s
    &[0xfc, 0x0a, 0x00, 0x00],             // memory.copy
    &[0xfc, 0x11, 0x00],                   // table.fill
];

#[test]
fn each_form_of_an_instruction_returns() {
    for form in FORMS {
        assert_returns(&module(&[body(form), body(&[])]));
    }
    assert_returns(&module(&[body(&FORMS.concat())]));
    assert_returns(&module(&[]));
    assert_returns(b"\0asm\x01\0\0\0");
}

#[test]
fn functions_of_any_length_return() {
    let mut random = Random::new(1);
    for _ in 0..2_000 {
        let bodies: Vec<_> = (0..random.below(6))
            .map(|_| {
                let length = random.pick(&[0, 3, 40, 200, 7_000]);
                let forms: Vec<_> = (0..length).map(|_| random.pick(&FORMS)).collect();
                body(&forms.concat())
            })
            .collect();
        assert_returns(&module(&bodies));
    }
}

#[test]
fn what_would_differ_is_refused() {
    assert_eq!(
        pack(&module(&[body(&[0xfd, 0x0c])])),
        Err(Unpackable::Unknown(0xfd)),
        "vectors"
    );
    assert_eq!(
        pack(&module(&[body(&[0xfc, 0x12])])),
        Err(Unpackable::Unknown(0xfc)),
        "what 0xfc does not have yet"
    );
    assert!(
        matches!(
            pack(&module(&[body(&[0x06, 0x40, 0x0b])])),
            Err(Unpackable::Unknown(_))
        ),
        "the opcode that stands for a large constant"
    );
    // A body whose size is written with one byte more than it needs.
    let mut long = b"\0asm\x01\0\0\0".to_vec();
    long.extend(section(10, &[1, 0x82, 0x00, 0x00, 0x0b]));
    assert_eq!(pack(&long), Err(Unpackable::Differs));
    let whole = module(&[body(&FORMS.concat())]);
    for length in 9..whole.len() {
        // A module may end behind a section.
        if let Ok(packed) = pack(&whole[..length]) {
            let mut again = vec![0; length];
            unpack(&packed.concat(), &mut again);
            assert_eq!(again, whole[..length]);
        }
    }
}

#[test]
fn whatever_is_unpacked_ends() {
    let mut random = Random::new(2);
    let packed = pack(&module(&[body(&FORMS.concat()), body(&FORMS.concat())]))
        .unwrap()
        .concat();
    for _ in 0..20_000 {
        let mut broken = packed.clone();
        for _ in 0..=random.below(4) {
            let at = random.below(broken.len());
            broken[at] = random.next() as u8;
        }
        broken.truncate(random.below(broken.len() * 2));
        unpack(&broken, &mut vec![0; random.below(500)]);
    }
}

#[test]
fn bytes_return_from_a_text() {
    let mut random = Random::new(3);
    for round in 0..2_000 {
        let groups: Vec<Vec<u8>> = (0..random.below(4))
            .map(|_| {
                let span = random.pick(&[1, 8, 90, 256]);
                (0..random.below(600)).map(|_| random.below(span) as u8).collect()
            })
            .collect();
        let text = text::write(&groups);
        let is_plain = |character: char| matches!(character, ' '..='~') && !"\"'\\`$<".contains(character);
        assert!(text.chars().all(is_plain), "round {round}");
        let mut room = text.into_bytes();
        let length = text::read(&mut room);
        assert_eq!(room[..length], groups.concat(), "round {round}");
    }
    let long = vec![7; 100_000];
    let mut room = text::write(&[&long[..], &long[..], b"end"]).into_bytes();
    let length = text::read(&mut room);
    assert_eq!(room[..length], [&long[..], &long[..], b"end"].concat());
}
