//! Places in the blocks of a sequence: found, cut, filled, and joined again.

use super::{BLOCK, Block, ITEM, Item, Place, Sequence};
use crate::update::{Content, Id, Run};

impl Sequence {
    pub(super) fn block(&self, order: usize) -> Option<&Block> {
        self.blocks.get(*self.order.get(order)?)
    }

    pub(super) fn block_mut(&mut self, order: usize) -> Option<&mut Block> {
        self.blocks.get_mut(*self.order.get(order)?)
    }

    pub(super) fn item(&self, place: Place) -> Option<&Item> {
        self.block(place.0)?.items.get(place.1)
    }

    pub(super) fn before(&self, (order, at): Place) -> Option<&Item> {
        match at.checked_sub(1) {
            Some(before) => self.item((order, before)),
            None => self.block(order.checked_sub(1)?)?.items.last(),
        }
    }

    /// The place of the next item: past the last one there is one more.
    pub(super) fn next(&self, (order, at): Place) -> Place {
        self.settle((order, at + 1))
    }

    /// The end of a block is the beginning of the next.
    pub(super) fn settle(&self, (order, at): Place) -> Place {
        let is_end = self.block(order).is_none_or(|block| at >= block.items.len());
        if is_end { (order + 1, 0) } else { (order, at) }
    }

    /// The item that has a character, and which of its characters that is.
    pub(super) fn find(&self, id: Id) -> Option<(usize, usize, u32)> {
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
    pub(super) fn position(&self, (order, at): Place) -> u32 {
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
    pub(super) fn block_at(&self, left: &mut u32) -> Option<&[Item]> {
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
    pub(super) fn cut_at(&mut self, at: u32) -> Place {
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

    pub(super) fn cut_before(&mut self, id: Id) {
        if let Some((order, at, offset)) = self.find(id) {
            self.cut((order, at), offset);
        }
    }

    // Changes --------------------------------------------------------------------------------------------------------

    /// Makes two items of one, the first of them `length` long; nothing where one of them would be empty.
    pub(super) fn cut(&mut self, (order, at): Place, length: u32) {
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
    pub(super) fn put(&mut self, (order, at): Place, run: &Run, units: &[u16]) {
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
    pub(super) fn hide(&mut self, (order, at): Place) {
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
    pub(super) fn join(&mut self, order: usize, at: usize) {
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
    pub(super) fn halve(&mut self, order: usize) {
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
