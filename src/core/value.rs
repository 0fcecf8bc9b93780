//! What the core may ask of a user's value, where it has to look into one at all.

use super::fingerprint::Content;
use super::id::Key;

/// A user's value. Plain last-write-wins never looks into it; counting, merging and telling equal values apart do.
pub trait Value: Content {
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
    /// What it consists of. The property `by` identifies records.
    fn parts(&self, by: &str) -> Parts<Self>;
    /// The text it is, if it is one.
    fn as_text(&self) -> Option<String> {
        None
    }
    /// A text as a value.
    fn of_text(text: &str) -> Self;
    /// Whether two texts have half of the shorter one in common at their beginnings, or at their ends. False where that is not
    /// quickly said.
    fn shares_half(&self, other: &Self) -> bool {
        let _ = other;
        false
    }
    /// Whether it is the very same frozen value; false where that is not known.
    fn is_identical(&self, other: &Self) -> bool {
        let _ = other;
        false
    }
    /// Of two plain objects the properties that are not the very same, `None` for those that are gone; `None` where that is
    /// not easily said.
    fn changed_fields(&self, before: &Self) -> Option<Fields<Self>> {
        let _ = before;
        None
    }
    /// A plain object with these properties, all of which it has, in the place of its own.
    fn with_fields(&self, fields: &[(Key, Self)]) -> Option<Self> {
        let _ = fields;
        None
    }
    /// What has changed between two arrays with the same identities in the same order, or two maps of which this one has the other's
    /// entries in their order, without some, and new ones behind them. `None` where that is not so, or not easily said.
    fn changed_items(&self, before: &Self, by: &str) -> Option<Changes<Self>> {
        let _ = (before, by);
        None
    }
    /// An array or map with these elements in the place of its own.
    fn with_items(&self, items: &[(usize, Self)]) -> Option<Self> {
        let _ = items;
        None
    }
    /// The value that consists of those; `None` for [`Parts::Whole`].
    fn of_parts(parts: Parts<Self>) -> Option<Self>;
}

/// Properties, and what they hold; `None` for nothing.
pub type Fields<V> = Vec<(Key, Option<V>)>;

/// Elements that are not the very same, by place, `None` for those that are gone; and entries that are new.
pub type Changes<V> = (Vec<(usize, Option<V>)>, Vec<Element<V>>);

/// What a value consists of, as far as merging goes.
#[derive(Clone, PartialEq, Debug)]
pub enum Parts<V> {
    /// Nothing that can be merged: one of two wins.
    Whole,
    /// A number: changes add up.
    Number(f64),
    /// A text: merged by character. It is the value itself, for a long one is not to be copied.
    Text(V),
    /// An array of primitives: an ordered set.
    Set(Vec<Atom>),
    /// Any other array: records are merged by identity.
    List(Vec<Element<V>>),
    /// A plain object: merged by path.
    Object(Vec<(Key, V)>),
    /// A set of primitives: an ordered set in which nothing is twice.
    Members(Vec<Atom>),
    /// A map whose keys are primitives: merged by key. It has no elements but entries.
    Map(Vec<Element<V>>),
}

/// An element of an array.
#[derive(Clone, PartialEq, Debug)]
pub enum Element<V> {
    /// A primitive.
    Atom(Atom),
    /// A plain object with an identity: a string or a finite number.
    Record(Atom, V),
    /// Anything else.
    Other(V),
    /// The entry of a map: its key and its value.
    Entry(Atom, V),
}

/// A primitive in an array, or what stands in a set or is the key of a map.
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
    /// `undefined`, not in arrays.
    Undefined,
    /// A bigint by its decimal digits, not in arrays.
    Big(String),
}
