//! Values that are merged by their parts: objects by path, arrays of primitives and sets as ordered sets, lists of records by
//! identity, maps by key, numbers by the sum of their changes, texts by character.
//!
//! # Cells
//!
//! Each path of the value has a cell, a last-write-wins register that holds what kind of thing stands there; what it
//! consists of stands in further cells: the properties of an object at longer paths, and beside the path the elements of
//! a set, what each writer added to a number, and what each writer did to a text. `path` says how they are named.
//!
//! # What belongs to what
//!
//! A thing that takes another's place must start without the other's parts, and yet two windows that make the same thing
//! in the same place at once must not lose each other's. So a node carries its [`Era`]: the stamp of what it replaced.
//! Parts written later than that are its own, under a node of any writer; sums and edits, whose cells
//! are written over and over, name the era they belong to. Initial values of all windows are one era.
//!
//! # What wins
//!
//! - Of two different kinds, or two values that are not merged, the later.
//! - Taking away an object, or putting another kind in its place, wins over concurrent changes inside it. They show
//!   again if the object is made anew later and they are later than what was taken away.
//! - Taking away a record of a list, or an entry of a map, wins over concurrent edits and moves of it.
//! - Of adding, moving and taking away one element of a set, the later. Adding one element twice adds it once.
//! - Replacing a text wins over concurrent edits to it, see `similar`.

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

/// The stamp of what a node replaced; `None` where nothing was. Its parts are later than that.
pub type Era = Option<Stamp>;

/// Cells to write, each later than the one before.
pub type Writes<V> = Vec<(Key, Option<Node<V>>)>;

/// What one cell of such a value holds.
#[derive(Clone, Debug)]
pub enum Node<V> {
    /// At a path: a value that is not merged.
    Leaf(V),
    /// At a path: an object, whose properties stand at longer paths.
    Object(Era),
    /// At a path: an ordered set, whose elements stand beside it.
    Set(Era),
    /// At a path: a list of records that have an identity under that name; see `list`.
    List(Key, Era),
    /// At a path: a number, to which the counts of its era are added.
    Number(f64, Era),
    /// At a path: a text, as it was before the edits of its era.
    Text(Key, Era),
    /// At a path: a set in which nothing is twice, whose members stand beside it.
    Members(Era),
    /// At a path: a map, whose entries stand as the records of a list do.
    Map(Era),
    /// Beside a set: an element that is there, and its place among the others.
    Item(Key),
    /// Beside a number: what one writer added to the number of that era.
    Count(f64, Era),
    /// Beside a text: some of what one writer did to the text of that era that began as the one with that fingerprint.
    Edits(V, f64, Era),
}

impl<V> Node<V> {
    /// The era it belongs to.
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

/// What should be added to is not a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotANumber;

/// What merges texts: loaded only where a text is edited.
pub trait Texts<V> {
    /// The text that begins as `seed`, to be edited by `actor`. The same wherever it is opened.
    fn open(&self, seed: &str, actor: Actor) -> Box<dyn TextDoc<V>>;
    /// One update that stands for all of these.
    fn merge(&self, updates: &[V]) -> V;
}

/// An open text. What it says depends only on its seed and on which updates it was given, in whatever order.
pub trait TextDoc<V> {
    /// Makes it say `next`, a text. The update that does so elsewhere; `None` if it did already.
    fn edit(&mut self, next: &V) -> Option<V>;
    /// Takes an update, however often; whether it was one.
    fn apply(&mut self, update: &V) -> bool;
    /// What it says, as a text.
    fn text(&self) -> V;
    /// The text as the host knows it, for those who edit it.
    fn document(&self) -> Option<V> {
        None
    }
}

/// One key's cells, what they show, and what to write so that they show something else.
///
/// It mirrors the cells and decides nothing about which write to a cell wins: a cell may well go back to what it held.
pub struct MergeTree<V> {
    tree: Tree<V>,
    /// The property that identifies records.
    by: Key,
    /// The root's own cell; `tree` has the later of it and `plain`.
    root: Option<tree::Cell<V>>,
    plain: Option<tree::Cell<V>>,
    /// Some text was edited, here or elsewhere.
    edited: bool,
    /// Some text is to be edited as soon as that can be done.
    waits: bool,
    /// What was shown last was shown with what merges texts.
    resolved_with_texts: bool,
}

impl<V: Value> Default for MergeTree<V> {
    fn default() -> Self {
        Self::new(IDENTITY)
    }
}

/// The property that identifies records by default.
pub const IDENTITY: &str = "id";

/// Whose cell that is, if only one writer may write it. `rest` is a tree cell's name.
#[must_use]
pub fn owner_of(rest: &str) -> Option<Actor> {
    match path::parse(rest)?.1? {
        path::Detail::Count(actor) | path::Detail::Edits(actor, _) => Some(actor),
        path::Detail::Item(..) => None,
    }
}

impl<V: Value> MergeTree<V> {
    /// A key without cells, whose records that property identifies.
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

    /// The cells of a key that starts with `value`: the same in every window that starts with it.
    #[must_use]
    pub fn initial(value: &V, by: &str) -> Writes<V> {
        Self::new(by).diff(Some(value), nobody(), None)
    }

    /// A cell of this key changed, here or elsewhere. Names that nobody writes are left out.
    pub fn set(&mut self, rest: &str, node: Option<Node<V>>, stamp: Stamp) {
        let Some((steps, detail)) = path::parse(rest) else {
            return;
        };
        self.put(&steps, detail, Some(tree::Cell { node, stamp }));
    }

    /// What a cell held was taken back, and nobody had written it before.
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

    /// The key was also written without its parts (by a window that does not merge it): `value` at `stamp`, `None` to
    /// delete. It counts as written at the root, if it is later than what stands there.
    pub fn set_plain(&mut self, plain: Option<(Option<V>, Stamp)>) {
        self.plain = plain.map(|(value, stamp)| tree::Cell {
            node: value.map(Node::Leaf),
            stamp,
        });
        self.settle_root();
    }

    /// The stamp of the root's cell, if there is one.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        Some(self.root.as_ref()?.stamp)
    }

    /// What the cells show; `None` if nothing is there. Properties stand in the order of their names.
    pub fn resolve(&mut self, texts: Option<&dyn Texts<V>>) -> Option<V> {
        // Texts show differently where they cannot be merged, or wait to be.
        if self.waits || self.resolved_with_texts != texts.is_some() {
            self.tree.forget_cached();
        }
        self.resolved_with_texts = texts.is_some();
        resolve::resolve(&mut self.tree, None, texts)
    }

    /// What to write so that `next` shows here (`None`: nothing), and nothing that shows already is written again. It is
    /// to be [set](Self::set) before the next call. Edits of texts are kept back, and show, while there are no `texts`.
    pub fn diff(&mut self, next: Option<&V>, actor: Actor, texts: Option<&dyn Texts<V>>) -> Writes<V> {
        self.diff_as(next, actor, texts, false)
    }

    /// As [`diff`](Self::diff), for what [is typed](super::model::How::is_typed) if it `is_typed`.
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

    /// The text that the whole value is, as the host knows it, and a number that is the same wherever that text is edited;
    /// `None` if it is none now.
    pub fn document(&mut self, texts: &dyn Texts<V>) -> Option<(V, f64)> {
        match self.tree.value(None)? {
            Node::Text(seed, era) => {
                let which = text::Which::new(seed, *era);
                text::document(&mut self.tree, &which, texts)
            }
            _ => None,
        }
    }

    /// Whether there is a text that cannot be shown or written without what merges texts.
    #[must_use]
    pub fn wants_texts(&self) -> bool {
        self.edited || self.waits
    }

    /// Whether there are edits that wait for what merges texts.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// What merges texts has arrived: what to write of what [`diff`](Self::diff) left pending. Until then that shows
    /// here alone. An edit of a text that was replaced meanwhile is lost with it.
    pub fn engine_arrived(&mut self, actor: Actor, texts: &dyn Texts<V>) -> Writes<V> {
        let mut diff = Diff::new(actor, &self.by, Some(texts));
        if std::mem::take(&mut self.waits) {
            diff.apply_pending_edits(&mut self.tree, diff::Cursor::root(), texts);
            self.tree.forget_pending_edits();
        }
        diff.writes
    }

    /// What to write to add to the number that the whole value is. A missing one counts as 0.
    ///
    /// # Errors
    /// [`NotANumber`] if it is something else.
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

/// Who writes initial values: no window, so that all write the same.
fn nobody() -> Actor {
    Actor::from_random(0)
}

/// The era of what replaces a cell of that stamp. All initial values are one.
fn era_after(stamp: Stamp) -> Era {
    if !stamp.time.is_initial() {
        return Some(stamp);
    }
    Some(Stamp {
        time: Time::initial(0.0),
        actor: nobody(),
    })
}

/// Whether something written at `stamp` is a part of what began in `era`.
fn is_part(era: Era, stamp: Stamp) -> bool {
    era.is_none_or(|era| !stamp.time.is_initial() && stamp > era)
}
