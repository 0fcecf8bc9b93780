//! Values that tell which write they are of, numbers to count up, and a function that nobody should settle with.

use parley_sync::core::fingerprint::{Content, hash};
use parley_sync::core::value::{Parts, Value};

/// What a user holds on a key.
#[derive(Clone, PartialEq, Debug)]
pub enum Val {
    /// Of which write: no two writes have the same.
    Id(u32),
    /// To be counted up.
    Num(f64),
    /// What [`ugly`] made of others.
    Mixed(u64),
}

impl Content for Val {
    fn fingerprint(&self) -> u64 {
        hash(format!("{self:?}").as_bytes(), 1)
    }
}

impl Value for Val {
    fn as_number(&self) -> Option<f64> {
        match self {
            Val::Num(number) => Some(*number),
            _ => None,
        }
    }
    fn of_number(number: f64) -> Self {
        Val::Num(number)
    }
    fn of_text(_: &str) -> Self {
        // No value here is a text.
        Val::Id(0)
    }
    fn same(&self, other: &Self) -> bool {
        self == other
    }
    fn parts(&self, _: &str) -> Parts<Self> {
        match self {
            Val::Num(number) => Parts::Number(*number),
            _ => Parts::Whole,
        }
    }
    fn of_parts(parts: Parts<Self>) -> Option<Self> {
        match parts {
            Parts::Number(number) => Some(Val::Num(number)),
            _ => None,
        }
    }
}

/// Neither commutative nor associative, and it forgets values at will.
pub fn ugly(so_far: Option<&Val>, next: Option<&Val>, base: Option<&Val>) -> Option<Val> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for one in [so_far, next, base] {
        let bits = match one {
            None => 3,
            Some(Val::Id(id)) => u64::from(*id) * 4,
            Some(Val::Num(number)) => number.to_bits() ^ 1,
            Some(Val::Mixed(mixed)) => mixed ^ 2,
        };
        hash = (hash ^ bits).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
    }
    match hash % 7 {
        0 => None,
        1 => Some(Val::Num((hash % 100) as f64)),
        2 => so_far.cloned(),
        _ => Some(Val::Mixed(hash)),
    }
}
