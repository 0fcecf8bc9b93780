//! The mirror of a key's cells: a tree with one node for each path.

use super::path::{Detail, Step};
use super::text::Text;
use super::{Era, Node, era_after, is_part};
use crate::core::id::Key;
use crate::core::map::SmallMap;
use crate::core::register::Stamp;

/// The content of a cell and the stamp of its write.
#[derive(Clone)]
pub(super) struct Cell<V> {
    pub node: Option<Node<V>>,
    pub stamp: Stamp,
}

/// One path: its cell, the cells beside it, and the longer paths of properties and of list or map elements.
pub(super) struct Tree<V> {
    pub cell: Option<Cell<V>>,
    pub children: SmallMap<Key, Box<Tree<V>>>,
    pub elements: SmallMap<Key, Box<Tree<V>>>,
    pub details: SmallMap<Detail, Cell<V>>,
    pub text: Option<Box<Text<V>>>,
    /// The value that it resolved to last.
    pub cached: Option<Box<Cached<V>>>,
    /// Something below has changed since.
    pub is_stale: bool,
}

/// A resolved value: the era and the identifying property that it was resolved with, and the order of a list's elements.
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

    /// The value that was resolved last. Only what is below this path may have changed since.
    pub fn last_resolved(&self, era: Era, by: Option<&str>) -> Option<&Cached<V>> {
        let cached = self.cached.as_deref()?;
        (cached.era == era && cached.by.as_deref() == by).then_some(cached)
    }

    /// The resolved value, if nothing has changed since.
    pub fn known(&self, era: Era, by: Option<&str>) -> Option<&Cached<V>> {
        self.last_resolved(era, by).filter(|_| !self.is_stale)
    }

    /// Drops the resolved values here and below.
    pub fn forget_cached(&mut self) {
        self.cached = None;
        self.is_stale = true;
        self.within().for_each(|child| child.forget_cached());
    }

    fn within(&mut self) -> impl Iterator<Item = &mut Box<Self>> {
        self.children.values_mut().chain(self.elements.values_mut())
    }

    /// The tree at the end of these steps. It is made if need be, so never `None`.
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

    /// Drops pending edits of texts that are not visible now, so that they are not made when the texts are visible again.
    pub fn forget_pending_edits(&mut self) {
        if let Some(text) = &mut self.text {
            text.forget_pending();
        }
        self.within().for_each(|child| child.forget_pending_edits());
    }

    /// The node here, if it is a part of a node of `era`.
    pub fn value(&self, era: Era) -> Option<&Node<V>> {
        let cell = self.cell.as_ref().filter(|cell| is_part(era, cell.stamp))?;
        cell.node
            .as_ref()
            .filter(|node| !matches!(node, Node::Item(_) | Node::Count(..) | Node::Edits(..)))
    }

    /// The era of the parts of this node, by its own account, but not later than the node itself.
    pub fn since(&self, era: Era) -> Era {
        era.min(self.cell.as_ref().map(|cell| cell.stamp))
    }

    /// The era of the next node that is written here, as a part of a node of `era`.
    pub fn next_era(&self, era: Era) -> Era {
        let here = self.cell.as_ref().and_then(|cell| era_after(cell.stamp));
        here.max(era)
    }
}
