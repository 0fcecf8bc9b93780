//! Values that are merged by their parts: objects by path, arrays of primitives as ordered sets, numbers by the sum of
//! their changes, texts by character.

/// What one cell of such a value holds.
#[derive(Clone, Debug)]
pub enum Node<V> {
    /// A value that is not merged.
    Leaf(V),
}
