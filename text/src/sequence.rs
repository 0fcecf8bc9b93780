//! The characters of a text in their order, deleted ones included.
//!
//! The algorithm is YATA, as Yjs and yrs have it: a character names the two between which it was put, and those that were put
//! between the same two at once are ordered by their writers. `tests/against_yrs.rs` compares the outcome with yrs.
//!
//! Items (characters of one writer, typed one after the other) stand in blocks of bounded length, and each block knows how many
//! visible units it holds. So nothing that happens at one place walks the whole text: a position is found by adding up
//! blocks, a character by the map from the first one of each item to its block.

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

    // Places ---------------------------------------------------------------------------------------------------------

    fn block(&self, order: usize) -> Option<&Block> {
        self.blocks.get(*self.order.get(order)?)
    }

    fn block_mut(&mut self, order: usize) -> Option<&mut Block> {
        self.blocks.get_mut(*self.order.get(order)?)
    }

    fn item(&self, place: Place) -> Option<&Item> {
        self.block(place.0)?.items.get(place.1)
    }

    fn before(&self, (order, at): Place) -> Option<&Item> {
        match at.checked_sub(1) {
            Some(before) => self.item((order, before)),
            None => self.block(order.checked_sub(1)?)?.items.last(),
        }
    }

    /// The place of the next item: past the last one there is one more.
    fn next(&self, (order, at): Place) -> Place {
        self.settle((order, at + 1))
    }

    /// The end of a block is the beginning of the next.
    fn settle(&self, (order, at): Place) -> Place {
        let is_end = self.block(order).is_none_or(|block| at >= block.items.len());
        if is_end { (order + 1, 0) } else { (order, at) }
    }

    /// The item that has a character, and which of its characters that is.
    fn find(&self, id: Id) -> Option<(usize, usize, u32)> {
        let (first, &home) = self.homes.range(..=id).next_back()?;
        if first.client != id.client {
            return None;
        }
        let items = &self.blocks.get(home)?.items;
        let at = items.iter().position(|item| item.first == *first)?;
        let offset = id.clock - first.clock;
        if offset >= items.get(at)?.length {
            return None;
        }
        let order = self.order.iter().position(|&block| block == home)?;
        Some((order, at, offset))
    }

    /// How many visible units stand before a place.
    fn position(&self, (order, at): Place) -> u32 {
        let blocks = self
            .order
            .iter()
            .take(order)
            .filter_map(|&at| self.blocks.get(at));
        let before: u32 = blocks.map(|block| block.visible).sum();
        let items = self.block(order).map_or(&[][..], |block| &block.items);
        before + items.iter().take(at).map(Item::visible).sum::<u32>()
    }

    /// The items of the block in which the visible unit `left` stands; `left` is counted from its beginning then.
    fn block_at(&self, left: &mut u32) -> Option<&[Item]> {
        for &at in &self.order {
            let block = self.blocks.get(at)?;
            if *left < block.visible {
                return Some(&block.items);
            }
            *left -= block.visible;
        }
        None
    }

    /// The place right behind that many visible units; the item there is cut if need be.
    fn cut_at(&mut self, at: u32) -> Place {
        if at == 0 {
            return (0, 0);
        }
        let mut left = at;
        for order in 0..self.order.len() {
            let Some(block) = self.block(order) else { break };
            if left > block.visible {
                left -= block.visible;
                continue;
            }
            let mut found = None;
            for (at, item) in block.items.iter().enumerate() {
                if left <= item.visible() {
                    found = Some((at, left));
                    break;
                }
                left -= item.visible();
            }
            let Some((at, length)) = found else { break };
            self.cut((order, at), length);
            return (order, at + 1);
        }
        let last = self.order.len().saturating_sub(1);
        (last, self.block(last).map_or(0, |block| block.items.len()))
    }

    fn cut_before(&mut self, id: Id) {
        if let Some((order, at, offset)) = self.find(id) {
            self.cut((order, at), offset);
        }
    }

    // Changes --------------------------------------------------------------------------------------------------------

    /// Makes two items of one, the first of them `length` long; nothing where one of them would be empty.
    fn cut(&mut self, (order, at): Place, length: u32) {
        let Some(&home) = self.order.get(order) else {
            return;
        };
        let Some(block) = self.blocks.get_mut(home) else {
            return;
        };
        let Some(item) = block.items.get_mut(at) else {
            return;
        };
        if length == 0 || length >= item.length {
            return;
        }
        let units = if item.is_deleted {
            Vec::new()
        } else {
            item.units.split_off(length as usize)
        };
        let high = item
            .units
            .last()
            .is_some_and(|unit| (0xd800..0xdc00).contains(unit));
        let low = units.first().is_some_and(|unit| (0xdc00..0xe000).contains(unit));
        self.is_ragged |= high && low;
        let rest = Item {
            first: Id {
                clock: item.first.clock + length,
                ..item.first
            },
            length: item.length - length,
            left: Some(Id {
                clock: item.first.clock + length - 1,
                ..item.first
            }),
            right: item.right,
            is_deleted: item.is_deleted,
            units,
        };
        item.length = length;
        self.homes.insert(rest.first, home);
        block.items.insert(at + 1, rest);
    }

    /// Puts the run's characters at a place, as items that are not too long.
    fn put(&mut self, (order, at): Place, run: &Run, units: &[u16]) {
        // Behind the last block: the end of it.
        let (order, at) = match self.order.len() {
            count if order >= count => {
                let last = count.saturating_sub(1);
                (last, self.block(last).map_or(0, |block| block.items.len()))
            }
            _ => (order, at),
        };
        let is_deleted = matches!(run.content, Content::Gone(_));
        let (mut first, mut left, mut rest) = (run.first, run.left, run.length);
        let (mut items, mut passed) = (Vec::new(), 0);
        while rest > 0 {
            let mut length = if is_deleted { rest } else { rest.min(ITEM as u32) };
            // A pair stays together.
            let is_low = |unit: &u16| (0xdc00..0xe000).contains(unit);
            let end = passed + length as usize;
            if length < rest && units.get(end).is_some_and(is_low) {
                length -= 1;
            }
            let kept = units.get(passed..passed + length as usize);
            let item = Item {
                first,
                length,
                left,
                right: run.right,
                is_deleted,
                units: kept.unwrap_or_default().to_vec(),
            };
            passed += length as usize;
            rest -= length;
            left = Some(item.last());
            first.clock += length;
            items.push(item);
        }
        let Some(&home) = self.order.get(order) else {
            return;
        };
        let Some(block) = self.blocks.get_mut(home) else {
            return;
        };
        let count = items.len();
        for item in &items {
            self.homes.insert(item.first, home);
            block.visible += item.visible();
        }
        block.items.splice(at..at, items);
        self.join(order, at + count);
        self.join(order, at);
        self.halve(order);
    }

    /// Deletes one item.
    fn hide(&mut self, (order, at): Place) {
        let Some(block) = self.block_mut(order) else {
            return;
        };
        if let Some(item) = block.items.get_mut(at) {
            block.visible -= item.visible();
            item.is_deleted = true;
            item.units = Vec::new();
        }
        self.join(order, at + 1);
        self.join(order, at);
        self.halve(order);
    }

    /// Makes the item and the one before it one, if they are.
    fn join(&mut self, order: usize, at: usize) {
        let Some(block) = self.block_mut(order) else {
            return;
        };
        let Some((head, tail)) = block.items.split_at_mut_checked(at) else {
            return;
        };
        if let (Some(item), Some(next)) = (head.last_mut(), tail.first_mut()) {
            let first = next.first;
            if item.join(next) {
                block.items.remove(at);
                self.homes.remove(&first);
            }
        }
    }

    /// Makes several blocks of one that is too long.
    fn halve(&mut self, order: usize) {
        let Some(block) = self.block_mut(order) else {
            return;
        };
        if block.items.len() <= BLOCK {
            return;
        }
        let mut rest = block.items.split_off(BLOCK / 2);
        block.visible = block.items.iter().map(Item::visible).sum();
        let mut made = Vec::new();
        while !rest.is_empty() {
            let more = rest.split_off(rest.len().min(BLOCK / 2));
            let home = self.blocks.len();
            for item in &rest {
                self.homes.insert(item.first, home);
            }
            self.blocks.push(Block {
                visible: rest.iter().map(Item::visible).sum(),
                items: std::mem::replace(&mut rest, more),
            });
            made.push(home);
        }
        self.order.splice(order + 1..order + 1, made);
    }
}
