//! The characters of a text in their order, deleted ones included.
//!
//! The algorithm is YATA, as Yjs and yrs have it: a character names the two between which it was put, and those that were put
//! between the same two at once are ordered by their writers. `tests/against_yrs.rs` compares the outcome with yrs.
//!
//! Items (characters of one writer, typed one after the other) stand in blocks of bounded length, and each block knows how many
//! visible units it holds. So nothing that happens at one place walks the whole text: a position is found by adding up
//! blocks, a character by the map from the first one of each item to its block.

mod blocks;

use std::collections::BTreeMap;

use crate::update::{Content, Id, Run};

/// More items than these make two blocks of one.
const BLOCK: usize = 64;

/// Longer texts are kept as several items: cutting one costs no more than this.
const ITEM: usize = 512;

/// One change of what is visible, counted in UTF-16 units of the text as it is when its turn comes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Splice {
    /// Where.
    pub at: u32,
    /// How many units are removed there.
    pub removed: u32,
    /// What is inserted there.
    pub inserted: Vec<u16>,
}

/// Characters of one writer that stand side by side.
#[derive(Clone)]
struct Item {
    first: Id,
    length: u32,
    left: Option<Id>,
    right: Option<Id>,
    is_deleted: bool,
    /// Nothing once it is deleted.
    units: Vec<u16>,
}

#[derive(Default)]
struct Block {
    items: Vec<Item>,
    visible: u32,
}

/// The block, by its place among the others, and the item in it. One past the last item of a block is a place too.
type Place = (usize, usize);

pub(crate) struct Sequence {
    blocks: Vec<Block>,
    /// The blocks in the order of the text, as indices into `blocks`.
    order: Vec<usize>,
    /// The block of each item, by its first character.
    homes: BTreeMap<Id, usize>,
    /// A surrogate pair was cut, which only a hostile update does.
    is_ragged: bool,
}

impl Default for Sequence {
    fn default() -> Self {
        Self {
            blocks: vec![Block::default()],
            order: vec![0],
            homes: BTreeMap::new(),
            is_ragged: false,
        }
    }
}

impl Item {
    fn visible(&self) -> u32 {
        if self.is_deleted { 0 } else { self.length }
    }

    fn last(&self) -> Id {
        Id {
            clock: self.first.clock + self.length - 1,
            ..self.first
        }
    }

    /// Takes `next` in, if the two are one.
    fn join(&mut self, next: &mut Item) -> bool {
        let fits = self.is_deleted == next.is_deleted
            && next.left == Some(self.last())
            && next.first == after(self.last())
            && self.right == next.right
            && (self.is_deleted || self.units.len() + next.units.len() <= ITEM)
            && self.length.checked_add(next.length).is_some();
        if fits {
            self.length += next.length;
            self.units.append(&mut next.units);
        }
        fits
    }
}

fn after(id: Id) -> Id {
    Id {
        clock: id.clock + 1,
        ..id
    }
}

impl Sequence {
    /// What is visible. Half of a surrogate pair shows as a replacement character.
    pub(crate) fn text(&self) -> String {
        let units: Vec<u16> = self
            .visible_items()
            .flat_map(|item| &item.units)
            .copied()
            .collect();
        String::from_utf16_lossy(&units)
    }

    /// How many units of UTF-16 are visible.
    pub(crate) fn length(&self) -> u32 {
        self.blocks.iter().map(|block| block.visible).sum()
    }

    /// Whether a surrogate pair was cut, so that what is visible is not all that was inserted and not deleted.
    pub(crate) fn is_ragged(&self) -> bool {
        self.is_ragged
    }

    fn visible_items(&self) -> impl Iterator<Item = &Item> {
        let blocks = self.order.iter().filter_map(|&at| self.blocks.get(at));
        blocks
            .flat_map(|block| &block.items)
            .filter(|item| !item.is_deleted)
    }

    /// Puts new characters of `first`'s writer at a visible position. The run that says so to others.
    pub(crate) fn insert(&mut self, at: u32, first: Id, text: &str) -> Run {
        let units: Vec<u16> = text.encode_utf16().collect();
        let place = self.cut_at(at);
        let left = self.before(place).map(Item::last);
        let right = self.item(self.settle(place)).map(|item| item.first);
        let run = Run {
            first,
            length: units.len() as u32,
            left,
            right,
            content: Content::Text(text.to_owned()),
        };
        self.put(place, &run, &units);
        run
    }

    /// Deletes what is visible from a position on. Each piece: its first character, and the clock after its last.
    pub(crate) fn remove(&mut self, at: u32, mut length: u32) -> Vec<(Id, u32)> {
        let mut gone = Vec::new();
        while length > 0 {
            let mut place = self.cut_at(at);
            while self.item(place).is_none_or(|item| item.is_deleted) {
                if place.0 >= self.order.len() {
                    return gone;
                }
                place = self.next(place);
            }
            let Some(item) = self.item(place) else { return gone };
            let taken = item.length.min(length);
            let first = item.first;
            self.cut(place, taken);
            self.hide(place);
            gone.push((first, first.clock + taken));
            length -= taken;
        }
        gone
    }

    /// Puts characters where their writer put them, seen from here. Those they were put between have to be there.
    pub(crate) fn integrate(&mut self, run: &Run) -> Option<Splice> {
        if let Some(right) = run.right {
            self.cut_before(right);
        }
        let place = match run.left {
            Some(left) => {
                self.cut_before(after(left));
                let (order, item, _) = self.find(left)?;
                self.next((order, item))
            }
            None => self.settle((0, 0)),
        };
        let place = self.among_equals(place, run);
        let at = self.position(place);
        let Content::Text(text) = &run.content else {
            self.put(place, run, &[]);
            return None;
        };
        let inserted: Vec<u16> = text.encode_utf16().collect();
        self.put(place, run, &inserted);
        Some(Splice {
            at,
            removed: 0,
            inserted,
        })
    }

    /// Deletes characters that are there, from `first` up to, but without, the clock `end`.
    pub(crate) fn delete(&mut self, mut first: Id, end: u32, made: &mut Vec<Splice>) {
        while first.clock < end {
            self.cut_before(first);
            let Some((order, at, _)) = self.find(first) else {
                return;
            };
            let place = (order, at);
            let Some(item) = self.item(place) else { return };
            let taken = item.length.min(end - first.clock);
            if !item.is_deleted {
                self.cut(place, taken);
                made.push(Splice {
                    at: self.position(place),
                    removed: taken,
                    inserted: Vec::new(),
                });
                self.hide(place);
            }
            first.clock += taken;
        }
    }

    /// The visible character that begins at a position.
    pub(crate) fn id_at(&self, at: u32) -> Option<Id> {
        let mut left = at;
        for item in self.block_at(&mut left)? {
            if left < item.visible() {
                return Some(Id {
                    clock: item.first.clock + left,
                    ..item.first
                });
            }
            left -= item.visible();
        }
        None
    }

    /// How many visible units stand before that character, and whether it is visible itself; `None` if it is not there.
    pub(crate) fn position_of(&self, id: Id) -> Option<(u32, bool)> {
        let (order, at, offset) = self.find(id)?;
        let item = self.item((order, at))?;
        let inside = if item.is_deleted { 0 } else { offset };
        Some((self.position((order, at)) + inside, !item.is_deleted))
    }

    // Conflicts ------------------------------------------------------------------------------------------------------

    /// Where among those that were put between the same characters at once.
    fn among_equals(&self, start: Place, run: &Run) -> Place {
        let (mut scan, mut place) = (start, start);
        let mut passed: BTreeMap<Id, usize> = BTreeMap::new();
        // Of those that were passed, these and later ones compete for the place.
        let mut rivals = 0;
        while let Some(item) = self.item(scan) {
            if Some(item.first) == run.right {
                break;
            }
            passed.insert(item.first, passed.len());
            let next = self.next(scan);
            if item.left == run.left {
                if item.first.client < run.first.client {
                    (place, rivals) = (next, passed.len());
                } else if item.right == run.right {
                    break;
                }
            } else if let Some(rank) = item.left.and_then(|left| self.rank(left, &passed)) {
                if rank < rivals {
                    (place, rivals) = (next, passed.len());
                }
            } else {
                break;
            }
            scan = next;
        }
        place
    }

    fn rank(&self, id: Id, passed: &BTreeMap<Id, usize>) -> Option<usize> {
        let (first, _) = self.homes.range(..=id).next_back()?;
        passed.get(first).copied().filter(|_| first.client == id.client)
    }
}
