//! Values that tell which write they are of, and numbers.

use parley_sync::core::fingerprint::{Content, hash};
use parley_sync::core::value::{Parts, Value};

#[derive(Clone, PartialEq, Debug)]
pub enum Val {
    /// Of which write.
    Id(u32),
    /// To be counted up.
    Num(f64),
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
            Val::Id(_) => None,
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
            Val::Id(_) => Parts::Whole,
        }
    }
    fn of_parts(parts: Parts<Self>) -> Option<Self> {
        match parts {
            Parts::Number(number) => Some(Val::Num(number)),
            _ => None,
        }
    }
}
