//! The values that the windows of the room hold.

use parley_sync::core::fingerprint::{Content, hash};
use parley_sync::core::value::{Parts, Value};

/// A value: text, or a number if it looks like one.
#[derive(Clone, Debug, PartialEq)]
pub struct Text(pub String);

impl Content for Text {
    fn fingerprint(&self) -> u64 {
        hash(self.0.as_bytes(), 1)
    }
}

impl Value for Text {
    fn as_number(&self) -> Option<f64> {
        self.0.parse().ok()
    }
    fn of_number(number: f64) -> Self {
        Text(number.to_string())
    }
    fn as_text(&self) -> Option<String> {
        Some(self.0.clone())
    }
    fn of_text(text: &str) -> Self {
        Text(text.to_owned())
    }
    fn same(&self, other: &Self) -> bool {
        self == other
    }
    fn parts(&self, _: &str) -> Parts<Self> {
        Parts::Whole
    }
    fn of_parts(parts: Parts<Self>) -> Option<Self> {
        match parts {
            Parts::Number(number) => Some(Self::of_number(number)),
            Parts::Text(text) => Some(text),
            _ => None,
        }
    }
}

pub fn json(text: &str) -> Option<Text> {
    Some(Text(text.to_owned()))
}
