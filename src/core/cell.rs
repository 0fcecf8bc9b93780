//! Cells: the registers that make up one user's key.
//!
//! Most keys are one cell, the root, which is named as the key and holds the value. Other cells stand beside it, named by
//! the key, a NUL and a suffix; a NUL in a user's key is doubled. Each cell is a register of the same replica, so batches, deltas,
//! causality, relay and storage treat all cells alike.
//!
//! | cell | holds | used by |
//! |---|---|---|
//! | root | the value | last write wins, highest version (its time is then a count) |
//! | slot of a writer | its write, what that replaced, the writes it knew of, the transaction it belongs to | transactions, `rollbackOnError`, 'manual', functions |
//! | veto of a window | writes that do not count, and what their cells held before | rollback, `validate` |
//! | count of a writer | how much it added, and to which write | `increment` |
//! | tree | one part of a merged value, see [`merge`](crate::core::merge) | 'merge' |
//!
//! A slot carries three earlier writes of its writer, no more. If one writer makes more transactions over a key than that, and all
//! of them are aborted by one later write that knew of none, the key shows nothing, or an older value.

mod content;

use std::rc::Rc;

use super::clock::Time;
use super::hex::{parse_actor, push_hex};
use super::id::{Actor, Key};
use super::merge::Node;
use super::register::Stamp;

/// Which cell of a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// The value, by plain last-write-wins.
    Root,
    /// What one writer wrote where a plain write would forget too much.
    Slot(Actor),
    /// Writes that one window refused or took back.
    Veto(Actor),
    /// What one writer added to the number.
    Count(Actor),
    /// A part of a value that is merged by parts: what the suffix says, see [`merge`](super::merge).
    Tree(Key),
    /// How many writes one writer made, on no key.
    Writes(Actor),
}

/// What a cell holds.
///
/// All but a value stands elsewhere: most cells hold a value, and each takes the room of the largest.
#[derive(Clone, Debug)]
pub enum Cell<V> {
    /// [`Part::Root`]
    Plain(V),
    /// [`Part::Slot`]
    Slot(Rc<Slot<V>>),
    /// [`Part::Veto`]
    Veto(Rc<Vec<Veto<V>>>),
    /// [`Part::Count`], [`Part::Writes`]
    Count(Rc<Count>),
    /// [`Part::Tree`]
    Node(Rc<Node<V>>),
}

/// A write with its base (the write it replaced), the writes its writer had seen, and the keys of its transaction.
#[derive(Clone, Debug)]
pub struct Slot<V> {
    /// When it was written, in the order of its key.
    pub time: Time,
    /// What; `None` to delete.
    pub value: Option<V>,
    /// The value visible before, and which write that was: visible again if this write is rolled back.
    pub base: Option<(Option<V>, Stamp)>,
    /// The same writer's earlier write, where this one may be rolled back: then it is visible again. A few of them, see [`MAX_CARRIED_WRITES`].
    pub under: Option<Rc<Slot<V>>>,
    /// Of each writer of this key, its latest write that was known here.
    pub seen: Vec<(Actor, Time)>,
    /// The keys of its transaction, which wins or is aborted as a whole; empty outside a transaction.
    pub group: Rc<[Key]>,
    /// The window that wrote, as its peers know it; empty where nobody asks.
    pub from: Rc<str>,
}

/// How many earlier writes a slot carries along.
pub const MAX_CARRIED_WRITES: usize = 3;

impl<V> Slot<V> {
    /// The write history: this write and those under it, the latest first.
    pub fn history(self: &Rc<Self>) -> impl Iterator<Item = &Rc<Slot<V>>> {
        std::iter::successors(Some(self), |slot| slot.under.as_ref()).take(MAX_CARRIED_WRITES + 1)
    }
}

/// A write that does not count.
#[derive(Clone, Debug)]
pub struct Veto<V> {
    /// The suffix of its cell, empty for the root.
    pub part: Key,
    /// Which write: for a slot its own time, for others the stamp of the cell.
    pub stamp: Stamp,
    /// What the cell held before, and which write that was.
    pub base: Option<(Cell<V>, Stamp)>,
    /// Why it does not count.
    pub reason: VetoReason,
}

/// Why a write does not count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum VetoReason {
    /// A window rejected it, or its writer rolled it back.
    #[default]
    Refused,
    /// Its writer was not granted to write that.
    Denied,
    /// A later write, which this veto names as the base, aborted its transaction: no window refused it or rolled it back.
    Aborted,
    /// A window could not deserialise its value.
    Unreadable,
}

impl VetoReason {
    /// As it crosses a wire.
    #[must_use]
    pub fn code(self) -> f64 {
        match self {
            VetoReason::Refused => 0.0,
            VetoReason::Denied => 1.0,
            VetoReason::Aborted => 2.0,
            VetoReason::Unreadable => 3.0,
        }
    }

    /// What a number stands for; an unknown number is an ordinary refusal.
    #[must_use]
    pub fn of(code: Option<f64>) -> VetoReason {
        match code {
            Some(1.0) => VetoReason::Denied,
            Some(2.0) => VetoReason::Aborted,
            Some(3.0) => VetoReason::Unreadable,
            _ => VetoReason::Refused,
        }
    }
}

impl<V> Cell<V> {
    /// The cell of a count.
    #[must_use]
    pub fn count(count: Count) -> Cell<V> {
        Cell::Count(Rc::new(count))
    }

    /// The cell of a node of a merge tree.
    #[must_use]
    pub fn node(node: Node<V>) -> Cell<V> {
        Cell::Node(Rc::new(node))
    }

    /// The latest of the times that it names beside its own stamp: one that lies in the future would win as a stamp does.
    #[must_use]
    pub fn latest(&self) -> Option<Time> {
        match self {
            Cell::Plain(_) => None,
            Cell::Slot(slot) => slot.history().map(|entry| entry.latest()).max(),
            Cell::Veto(vetoes) => vetoes.iter().filter_map(Veto::latest).max(),
            Cell::Count(count) => count.to.map(|stamp| stamp.time),
            Cell::Node(node) => node.era().map(|stamp| stamp.time),
        }
    }
}

impl<V> Slot<V> {
    fn latest(&self) -> Time {
        let base = self.base.as_ref().map(|base| base.1.time);
        let seen = self.seen.iter().map(|seen| seen.1);
        seen.chain(base).fold(self.time, Time::max)
    }
}

impl<V> Veto<V> {
    fn latest(&self) -> Option<Time> {
        let base = self.base.as_ref();
        let inside = base.and_then(|(cell, stamp)| cell.latest().max(Some(stamp.time)));
        inside.max(Some(self.stamp.time))
    }
}

/// What was added since a write.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Count {
    /// The write it adds to; `None` for initial values and for keys that are not there.
    pub to: Option<Stamp>,
    /// The sum.
    pub sum: f64,
}

/// Which write a cell of that part holds.
#[must_use]
pub fn write_of<V>(part: &Part, cell: Option<&Cell<V>>, stamp: Stamp) -> Stamp {
    match (part, cell) {
        (Part::Slot(actor), Some(Cell::Slot(slot))) => Stamp {
            time: slot.time,
            actor: *actor,
        },
        _ => stamp,
    }
}

const MARK: char = '\0';

/// The name of a user's key's root cell.
#[must_use]
pub fn root_name(key: &Key) -> Key {
    if key.contains(MARK) {
        Key::from(key.replace(MARK, "\0\0"))
    } else {
        Rc::clone(key)
    }
}

/// The name of a cell.
#[must_use]
pub fn cell_name(key: &Key, part: &Part) -> Key {
    let root = root_name(key);
    let suffix = suffix(part);
    if suffix.is_empty() {
        return root;
    }
    let mut name = String::with_capacity(root.len() + 1 + suffix.len());
    name.push_str(&root);
    name.push(MARK);
    name.push_str(&suffix);
    Key::from(name)
}

/// What stands behind the NUL; empty for the root.
#[must_use]
pub fn suffix(part: &Part) -> Key {
    let (kind, actor) = match part {
        Part::Root => return Key::from(""),
        Part::Tree(rest) => {
            let mut text = String::with_capacity(1 + rest.len());
            text.push('.');
            text.push_str(rest);
            return Key::from(text);
        }
        Part::Slot(actor) => ('s', actor),
        Part::Veto(actor) => ('x', actor),
        Part::Count(actor) => ('c', actor),
        Part::Writes(actor) => ('w', actor),
    };
    let mut text = String::with_capacity(15);
    text.push(kind);
    push_hex(&mut text, actor.bits());
    Key::from(text)
}

/// Whether a cell's name is a plain key: its root, and nothing doubled.
#[must_use]
pub fn is_plain(name: &str) -> bool {
    !name.as_bytes().contains(&0)
}

/// Which cell of which key that is; `None` if nothing this package writes.
#[must_use]
pub fn parse(name: &Key) -> Option<(Key, Part)> {
    if is_plain(name) {
        return Some((Rc::clone(name), Part::Root));
    }
    let mut key = String::with_capacity(name.len());
    let mut rest = name.chars();
    while let Some(char) = rest.next() {
        if char != MARK {
            key.push(char);
            continue;
        }
        let after = rest.as_str();
        if let Some(doubled) = after.strip_prefix(MARK) {
            key.push(MARK);
            rest = doubled.chars();
        } else {
            return Some((Key::from(key), parse_suffix(after)?));
        }
    }
    Some((Key::from(key), Part::Root))
}

/// The part that a suffix names.
#[must_use]
pub fn parse_suffix(suffix: &str) -> Option<Part> {
    let mut chars = suffix.chars();
    let Some(kind) = chars.next() else {
        return Some(Part::Root);
    };
    let rest = chars.as_str();
    if kind == '.' {
        return Some(Part::Tree(Key::from(rest)));
    }
    let actor = parse_actor(rest)?;
    match kind {
        's' => Some(Part::Slot(actor)),
        'x' => Some(Part::Veto(actor)),
        'c' => Some(Part::Count(actor)),
        'w' => Some(Part::Writes(actor)),
        _ => None,
    }
}
