//! The mirror of a key's cells, as the tree that their names make.

use super::path::{Detail, Step};
use super::text::Text;
use super::{Era, Node, era_after, is_part};
use crate::core::id::Key;
use crate::core::map::SmallMap;
use crate::core::register::Stamp;

/// What a cell holds, and since which write.
#[derive(Clone)]
pub(super) struct Cell<V> {
    pub node: Option<Node<V>>,
    pub stamp: Stamp,
}

/// One path: its cell, those beside it, and the longer paths: those of properties, and those of the elements of a list or map.
pub(super) struct Tree<V> {
    pub cell: Option<Cell<V>>,
    pub children: SmallMap<Key, Box<Tree<V>>>,
    pub elements: SmallMap<Key, Box<Tree<V>>>,
    pub details: SmallMap<Detail, Cell<V>>,
    pub text: Option<Box<Text<V>>>,
    /// What it showed last.
    pub cached: Option<Box<Cached<V>>>,
    /// Something within has changed since.
    pub is_stale: bool,
}

/// What a path showed: as part of which era, as a record by which property, and of a list its elements.
pub(super) struct Cached<V> {
    pub era: Era,
    pub by: Option<Key>,
    pub value: V,
    pub order: Vec<(Key, u32)>,
}

impl<V> Tree<V> {
    pub fn new() -> Self {
        Self {
            cell: None,
            children: SmallMap::new(),
            elements: SmallMap::new(),
            details: SmallMap::new(),
            text: None,
            cached: None,
            is_stale: false,
        }
    }

    /// What it showed, if nothing but what is within has changed since.
    pub fn last_resolved(&self, era: Era, by: Option<&str>) -> Option<&Cached<V>> {
        let cached = self.cached.as_deref()?;
        (cached.era == era && cached.by.as_deref() == by).then_some(cached)
    }

    /// What it shows, if that is known.
    pub fn known(&self, era: Era, by: Option<&str>) -> Option<&Cached<V>> {
        self.last_resolved(era, by).filter(|_| !self.is_stale)
    }

    /// What was shown counts no more.
    pub fn forget_cached(&mut self) {
        self.cached = None;
        self.is_stale = true;
        self.within().for_each(|child| child.forget_cached());
    }

    fn within(&mut self) -> impl Iterator<Item = &mut Box<Self>> {
        self.children.values_mut().chain(self.elements.values_mut())
    }

    /// The tree at the end of these steps, made if need be: never `None`.
    pub fn at(&mut self, steps: &[Step]) -> Option<&mut Self> {
        let mut tree = self;
        tree.is_stale = true;
        for step in steps {
            let (trees, name) = match step {
                Step::Property(name) => (&mut tree.children, name),
                Step::Element(name) => (&mut tree.elements, name),
            };
            if trees.get(name).is_none() {
                trees.insert(Key::clone(name), Box::new(Self::new()));
            }
            tree = trees.get_mut(name)?;
            tree.is_stale = true;
        }
        Some(tree)
    }

    pub fn set_detail(&mut self, detail: Detail, cell: Option<Cell<V>>) {
        match cell {
            Some(cell) => self.details.insert(detail, cell),
            None => self.details.remove(&detail),
        };
    }

    /// Texts that cannot be seen now are not to be edited when they can be.
    pub fn forget_pending_edits(&mut self) {
        if let Some(text) = &mut self.text {
            text.forget_pending();
        }
        self.within().for_each(|child| child.forget_pending_edits());
    }

    /// The value that is here, as part of what began in `era`.
    pub fn value(&self, era: Era) -> Option<&Node<V>> {
        let cell = self.cell.as_ref().filter(|cell| is_part(era, cell.stamp))?;
        cell.node
            .as_ref()
            .filter(|node| !matches!(node, Node::Item(_) | Node::Count(..) | Node::Edits(..)))
    }

    /// Since when the parts of what is here count, by what it says itself: it cannot have replaced what is later.
    pub fn since(&self, era: Era) -> Era {
        era.min(self.cell.as_ref().map(|cell| cell.stamp))
    }

    /// The era of what is put here next, inside of what began in `era`.
    pub fn next_era(&self, era: Era) -> Era {
        let here = self.cell.as_ref().and_then(|cell| era_after(cell.stamp));
        here.max(era)
    }
}
