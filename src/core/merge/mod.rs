//! The merge tree: values that merge by their parts. Objects merge by path, arrays of primitives and sets as ordered sets,
//! lists of records by identity, maps by key, numbers by the sum of their changes, texts by character.
//!
//! # Cells
//!
//! Each path of the value has a cell, a last-write-wins register that holds the kind of node there. The parts of a node
//! have cells of their own: the properties of an object at longer paths; beside the path the elements of a set, the count
//! of each writer of a number, and the edits of each writer of a text. `path` says how cells are named.
//!
//! # Eras
//!
//! A node that replaces another must begin without its parts. But two windows that put the same node in the same place
//! concurrently must not lose each other's parts. So each node carries its [`Era`]: the stamp of the cell that it replaced.
//! Parts with a later stamp belong to it, whichever writer's node is there. Counts and edits are overwritten again and
//! again, so they name their era. All initial values are one era.
//!
//! # Conflicts
//!
//! - Of two nodes of different kinds, or two values that do not merge, the later wins.
//! - Deleting an object, or replacing it by another kind of node, wins over concurrent changes inside it. Such a change is
//!   visible again if the object is written anew and the change is later than the deleted object.
//! - Removing a record from a list, or an entry from a map, wins over concurrent edits and moves of it.
//! - Of adding, moving and removing one element of a set, the latest wins. Adding an element twice adds it once.
//! - Replacing a text wins over concurrent edits of it, see `similar`.

mod align;
mod changes;
mod diff;
mod fractional_index;
mod ident;
mod list;
mod number;
mod path;
mod resolve;
mod set;
mod similar;
mod text;
mod tree;
mod unapply;
mod unapply_list;

use super::clock::Time;
use super::id::{Actor, Key};
use super::register::Stamp;
use super::value::Value;
use diff::Diff;
use tree::Tree;

pub use unapply::unapply;

/// The stamp of the cell that a node replaced; `None` if it replaced none. The parts of the node have later stamps.
pub type Era = Option<Stamp>;

/// Cells to write. They get ascending stamps in this order.
pub type Writes<V> = Vec<(Key, Option<Node<V>>)>;

/// The content of one cell of a merge tree.
#[derive(Clone, Debug)]
pub enum Node<V> {
    /// At a path: a value that does not merge.
    Leaf(V),
    /// At a path: an object, whose properties are at longer paths.
    Object(Era),
    /// At a path: an ordered set, whose elements are beside it.
    Set(Era),
    /// At a path: a list of records, identified by the property of that name; see `list`.
    List(Key, Era),
    /// At a path: a number, the base to which the counts of its era are added.
    Number(f64, Era),
    /// At a path: a text, as it was before the edits of its era. This is its seed.
    Text(Key, Era),
    /// At a path: a set without duplicates, whose members are beside it.
    Members(Era),
    /// At a path: a map, whose entries are stored as the records of a list are.
    Map(Era),
    /// Beside a set: an element, with its fractional index.
    Item(Key),
    /// Beside a number: what one writer added to the number of that era.
    Count(f64, Era),
    /// Beside a text: one level of one writer's edits, with the fingerprint of the seed and the era of the text that they
    /// edit.
    Edits(V, f64, Era),
}

impl<V> Node<V> {
    /// The era of a node, or the era that a count or edit belongs to.
    pub fn era(&self) -> Era {
        match self {
            Node::Leaf(_) | Node::Item(_) => None,
            Node::Object(era) | Node::Set(era) | Node::List(_, era) => *era,
            Node::Members(era) | Node::Map(era) => *era,
            Node::Number(_, era) | Node::Text(_, era) => *era,
            Node::Count(_, era) | Node::Edits(_, _, era) => *era,
        }
    }
}

/// The error of an increment whose key does not hold a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotANumber;

/// The text engine, which merges texts by character. It is loaded only when a text is edited.
pub trait Texts<V> {
    /// Opens a document whose content begins as `seed`, for edits by `actor`. Equal seeds give equal documents in all
    /// windows.
    fn open(&self, seed: &str, actor: Actor) -> Box<dyn TextDoc<V>>;
    /// Merges updates into one.
    fn merge(&self, updates: &[V]) -> V;
}

/// An open text document. Its content depends only on the seed and the set of updates applied, not on their order.
pub trait TextDoc<V> {
    /// Changes the content to the text `next`. Returns the update to apply elsewhere; `None` if the content is the same.
    fn edit(&mut self, next: &V) -> Option<V>;
    /// Applies an update. Applying it again changes nothing. Returns false if it is malformed.
    fn apply(&mut self, update: &V) -> bool;
    /// The content, as a text.
    fn text(&self) -> V;
    /// The host's own object for the document, for text editors.
    fn document(&self) -> Option<V> {
        None
    }
}

/// The merge tree of one key: resolves its cells to a value, and diffs that value with another.
///
/// It mirrors the cells. The replica decides which write to a cell wins, and may also set a cell back to an earlier write.
pub struct MergeTree<V> {
    tree: Tree<V>,
    /// The property that identifies records.
    by: Key,
    /// The root's own cell. `tree` has the later one of it and `plain`.
    root: Option<tree::Cell<V>>,
    plain: Option<tree::Cell<V>>,
    /// Some text was edited, by this window or another.
    edited: bool,
    /// Some edit is pending until the text engine is loaded.
    waits: bool,
    /// Whether the last call of `resolve` had a text engine.
    resolved_with_texts: bool,
}

impl<V: Value> Default for MergeTree<V> {
    fn default() -> Self {
        Self::new(IDENTITY)
    }
}

/// The property that identifies records by default.
pub const IDENTITY: &str = "id";

/// The only actor that may write that cell; `None` if everyone may. `rest` is the name of a cell in the tree.
#[must_use]
pub fn owner_of(rest: &str) -> Option<Actor> {
    match path::parse(rest)?.1? {
        path::Detail::Count(actor) | path::Detail::Edits(actor, _) => Some(actor),
        path::Detail::Item(..) => None,
    }
}

impl<V: Value> MergeTree<V> {
    /// A tree without cells. `by` is the property that identifies records.
    #[must_use]
    pub fn new(by: &str) -> Self {
        Self {
            tree: Tree::new(),
            by: Key::from(by),
            root: None,
            plain: None,
            edited: false,
            waits: false,
            resolved_with_texts: false,
        }
    }

    /// The cells of a key with the initial value `value`: the same in every window with that initial value.
    #[must_use]
    pub fn initial(value: &V, by: &str) -> Writes<V> {
        Self::new(by).diff(Some(value), nobody(), None)
    }

    /// Sets a cell that was written here or elsewhere. A name that is no cell's is ignored.
    pub fn set(&mut self, rest: &str, node: Option<Node<V>>, stamp: Stamp) {
        let Some((steps, detail)) = path::parse(rest) else {
            return;
        };
        self.put(&steps, detail, Some(tree::Cell { node, stamp }));
    }

    /// Removes a cell: its only write was vetoed.
    pub fn unset(&mut self, rest: &str) {
        if let Some((steps, detail)) = path::parse(rest) {
            self.put(&steps, detail, None);
        }
    }

    fn put(&mut self, steps: &[path::Step], detail: Option<path::Detail>, cell: Option<tree::Cell<V>>) {
        self.edited |= matches!(&cell, Some(cell) if matches!(cell.node, Some(Node::Edits(..))));
        if steps.is_empty() && detail.is_none() {
            self.root = cell;
            self.settle_root();
            return;
        }
        if let Some(tree) = self.tree.at(steps) {
            tree.cached = None;
            match detail {
                Some(detail) => tree.set_detail(detail, cell),
                None => tree.cell = cell,
            }
        }
    }

    /// Sets the write to the key as a whole, from a window that does not merge it: the value, `None` for a deletion, and
    /// the stamp. It counts as a write to the root's cell if it is later than that.
    pub fn set_plain(&mut self, plain: Option<(Option<V>, Stamp)>) {
        self.plain = plain.map(|(value, stamp)| tree::Cell {
            node: value.map(Node::Leaf),
            stamp,
        });
        self.settle_root();
    }

    /// The stamp of the root's cell, `None` without one.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        Some(self.root.as_ref()?.stamp)
    }

    /// Resolves the cells to the value; `None` if there is none. Properties are sorted by name.
    pub fn resolve(&mut self, texts: Option<&dyn Texts<V>>) -> Option<V> {
        // Texts resolve differently without the engine, and while edits are pending.
        if self.waits || self.resolved_with_texts != texts.is_some() {
            self.tree.forget_cached();
        }
        self.resolved_with_texts = texts.is_some();
        resolve::resolve(&mut self.tree, None, texts)
    }

    /// Diffs the tree with `next` (`None`: no value). Returns only the cells that have to change. The caller
    /// [sets](Self::set) them before the next call. Without `texts`, edits of texts stay pending and are visible in this
    /// window alone.
    pub fn diff(&mut self, next: Option<&V>, actor: Actor, texts: Option<&dyn Texts<V>>) -> Writes<V> {
        self.diff_as(next, actor, texts, false)
    }

    /// Does the same. With `is_typed` every change of a text is an edit, see
    /// [`How::is_typed`](super::model::How::is_typed).
    pub fn diff_as(
        &mut self,
        next: Option<&V>,
        actor: Actor,
        texts: Option<&dyn Texts<V>>,
        is_typed: bool,
    ) -> Writes<V> {
        let mut diff = Diff::new(actor, &self.by, texts);
        diff.is_typed = is_typed;
        diff.value(&mut self.tree, diff::Cursor::root(), next);
        self.waits |= diff.waits;
        diff.writes
    }

    /// The host's document of a key whose whole value is a text, and a number that is the same in all windows that edit
    /// this text. `None` if the value is not a text.
    pub fn document(&mut self, texts: &dyn Texts<V>) -> Option<(V, f64)> {
        match self.tree.value(None)? {
            Node::Text(seed, era) => {
                let which = text::Which::new(seed, *era);
                text::document(&mut self.tree, &which, texts)
            }
            _ => None,
        }
    }

    /// Whether there is a text that cannot be resolved or written without the text engine.
    #[must_use]
    pub fn wants_texts(&self) -> bool {
        self.edited || self.waits
    }

    /// Whether edits are pending until the text engine is loaded.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// The text engine is loaded: returns the cells to write for the edits that [`diff`](Self::diff) left pending. A
    /// pending edit of a text that was replaced meanwhile is dropped.
    pub fn engine_arrived(&mut self, actor: Actor, texts: &dyn Texts<V>) -> Writes<V> {
        let mut diff = Diff::new(actor, &self.by, Some(texts));
        if std::mem::take(&mut self.waits) {
            diff.apply_pending_edits(&mut self.tree, diff::Cursor::root(), texts);
            self.tree.forget_pending_edits();
        }
        diff.writes
    }

    /// The cells to write to add `by` to the number that is the whole value. A missing value counts as 0.
    ///
    /// # Errors
    /// [`NotANumber`] if the value is something else.
    pub fn add(&mut self, by: f64, actor: Actor) -> Result<Writes<V>, NotANumber> {
        let mut diff = Diff::new(actor, &self.by, None);
        diff.add(&self.tree, by)?;
        Ok(diff.writes)
    }

    fn settle_root(&mut self) {
        let later = [&self.root, &self.plain].into_iter().flatten();
        let later = later.max_by_key(|cell| cell.stamp);
        let stamp = |cell: Option<&tree::Cell<V>>| cell.map(|cell| cell.stamp);
        if stamp(later) != stamp(self.tree.cell.as_ref()) {
            self.tree.cached = None;
            self.tree.is_stale = true;
        }
        self.tree.cell = later.cloned();
    }
}

/// The actor of initial values: no window's, so that all windows write the same cells.
fn nobody() -> Actor {
    Actor::from_random(0)
}

/// The era of a node that replaces a cell with that stamp. All initial values are one era.
fn era_after(stamp: Stamp) -> Era {
    if !stamp.time.is_initial() {
        return Some(stamp);
    }
    Some(Stamp {
        time: Time::initial(0.0),
        actor: nobody(),
    })
}

/// Whether a cell written at `stamp` is a part of a node of `era`.
fn is_part(era: Era, stamp: Stamp) -> bool {
    era.is_none_or(|era| !stamp.time.is_initial() && stamp > era)
}
