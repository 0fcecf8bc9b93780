//! What the core may ask of a user's value, where it has to look into one at all.

use super::id::Key;

/// A user's value. Plain last-write-wins never looks into it; counting, merging and telling equal values apart do.
pub trait Value: Clone {
    /// The number it is, if it is a finite one.
    fn as_number(&self) -> Option<f64>;
    /// A number as a value.
    fn of_number(number: f64) -> Self;
    /// Deep equality.
    fn same(&self, other: &Self) -> bool;
    /// Whether it consists of no more than can be merged by its parts: with every part counted as often as it occurs, for
    /// one that stands in many places, or in itself, would become as many.
    fn is_small(&self) -> bool {
        true
    }
    /// What it consists of.
    fn parts(&self) -> Parts<Self>;
    /// The value that consists of those; `None` for [`Parts::Whole`].
    fn of_parts(parts: Parts<Self>) -> Option<Self>;
}

/// What a value consists of, as far as merging goes.
#[derive(Clone, PartialEq, Debug)]
pub enum Parts<V> {
    /// Nothing that can be merged: one of two wins.
    Whole,
    /// A number: changes add up.
    Number(f64),
    /// A text: merged by character.
    Text(String),
    /// An array of primitives: an ordered set.
    Set(Vec<Atom>),
    /// A plain object: merged by path.
    Object(Vec<(Key, V)>),
}

/// A primitive in an array.
#[derive(Clone, PartialEq, PartialOrd, Debug)]
pub enum Atom {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// Finite or not; NaN and -0 included.
    Number(f64),
    /// A string without lone surrogates.
    Text(String),
}
