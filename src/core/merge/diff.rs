//! Diff: the cells to write so that a value resolves to another one. Cells that are right already are not written.

use super::path::{self, Detail, MAX_DEPTH};
use super::text::{self, Which};
use super::tree::Tree;
use super::{Era, Node, NotANumber, Texts, Writes, list, number, resolve};
use crate::core::id::{Actor, Key};
use crate::core::lists::Gather;
use crate::core::order;
use crate::core::value::{Parts, Value};

/// The writes so far, in order, and what all steps of one diff need.
pub(super) struct Diff<'a, V> {
    pub actor: Actor,
    /// The property that identifies records.
    pub by: &'a str,
    pub texts: Option<&'a dyn Texts<V>>,
    /// Every change of a text is an edit, however large: see [`How::is_typed`](crate::core::model::How::is_typed).
    pub is_typed: bool,
    /// Some edit is pending until the text engine is loaded.
    pub waits: bool,
    pub writes: Writes<V>,
}

/// A cursor into the merge tree: the path, its number of steps, and the era of the parts there.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub path: &'a str,
    pub depth: usize,
    pub era: Era,
}

impl Cursor<'_> {
    pub fn root() -> Self {
        Self {
            path: "",
            depth: 0,
            era: None,
        }
    }

    pub fn inside(self, era: Era) -> Self {
        Self {
            era: self.era.max(era),
            ..self
        }
    }
}

impl<'a, V: Value> Diff<'a, V> {
    pub fn new(actor: Actor, by: &'a str, texts: Option<&'a dyn Texts<V>>) -> Self {
        Self {
            actor,
            by,
            texts,
            is_typed: false,
            waits: false,
            writes: Vec::new(),
        }
    }

    pub fn write(&mut self, path: &str, node: Option<Node<V>>) {
        self.writes.push((Key::from(path), node));
    }

    pub fn write_beside(&mut self, path: &str, detail: &Detail, node: Option<Node<V>>) {
        self.writes.push((path::beside(path, detail), node));
    }

    /// Writes what makes the value at the cursor `next`; `None` deletes it.
    pub fn value(&mut self, tree: &mut Tree<V>, cursor: Cursor<'_>, next: Option<&V>) {
        let Some(next) = next else {
            if tree.value(cursor.era).is_some() {
                self.write(cursor.path, None);
            }
            return;
        };
        if self.by_changes(tree, cursor, next, None) {
            return;
        }
        let parts = parts(next, cursor.depth, self.by);
        self.become_parts(tree, cursor, next, parts, None);
    }

    /// Writes only the parts of `next` that differ from the value that was resolved here last. Returns false, having
    /// written nothing, if that value is unknown or has another shape.
    pub fn by_changes(
        &mut self,
        tree: &mut Tree<V>,
        cursor: Cursor<'_>,
        next: &V,
        record: Option<&str>,
    ) -> bool {
        let Some(visible) = tree.known(cursor.era, record) else {
            return false;
        };
        if next.is_identical(&visible.value) {
            return true;
        }
        if cursor.depth == 0 && !next.is_small() {
            return false;
        }
        match tree.value(cursor.era) {
            Some(&Node::Object(era)) => {
                let Some(changes) = next.changed_fields(&visible.value) else {
                    return false;
                };
                let inside = cursor.inside(tree.since(era));
                for (name, value) in changes.iter().filter(|(name, _)| record != Some(&**name)) {
                    let path = path::child(cursor.path, name);
                    let mut nothing = Tree::new();
                    let child = tree.children.get_mut(name);
                    let child = child.map_or(&mut nothing, |child| &mut **child);
                    self.value(child, inside.child(&path), value.as_ref());
                }
                true
            }
            Some(Node::List(by, _)) if **by != *self.by => false,
            Some(Node::List(_, era) | Node::Map(era)) => {
                let Some(changes) = next.changed_items(&visible.value, self.by) else {
                    return false;
                };
                let (inside, order) = (cursor.inside(tree.since(*era)), visible.order.clone());
                self.some_elements(tree, inside, &order, changes)
            }
            _ => false,
        }
    }

    /// Writes what makes the value at the cursor `next`, whose parts are given. The property `except` is not written.
    pub fn become_parts(
        &mut self,
        tree: &mut Tree<V>,
        cursor: Cursor<'_>,
        next: &V,
        parts: Parts<V>,
        except: Option<&str>,
    ) {
        let parts = match parts {
            Parts::List(elements) if !list::is_merged(tree.value(cursor.era), &elements) => Parts::Whole,
            parts => parts,
        };
        let done = match (tree.value(cursor.era), &parts) {
            (Some(&Node::Object(era)), Parts::Object(fields)) => {
                let inside = cursor.inside(tree.since(era));
                self.fields(tree, inside, fields, except);
                true
            }
            (Some(Node::List(by, era)), Parts::List(_) | Parts::Set(_)) if **by == *self.by => {
                let inside = cursor.inside(tree.since(*era));
                self.elements(tree, inside, Some(self.by), list::elements_of(&parts));
                true
            }
            (Some(&Node::Map(era)), Parts::Map(entries)) => {
                let inside = cursor.inside(tree.since(era));
                self.elements(tree, inside, None, entries.clone());
                true
            }
            // The node identifies records by another property, as another version of the page does. The value is the same
            // if it resolves to the same.
            (Some(Node::List(..)), _) => {
                resolve::resolve(tree, cursor.era, self.texts).is_some_and(|visible| visible.same(next))
            }
            (Some(&Node::Set(era)), Parts::Set(atoms))
            | (Some(&Node::Members(era)), Parts::Members(atoms)) => {
                self.items(tree, cursor.path, cursor.era.max(tree.since(era)), atoms);
                true
            }
            (Some(&Node::Number(base, era)), &Parts::Number(to)) => {
                self.number(tree, cursor.path, (base, era), to)
            }
            (Some(Node::Text(seed, era)), Parts::Text(to)) => {
                let which = Which::new(seed, *era);
                self.text(tree, cursor.path, &which, to)
            }
            (Some(Node::Leaf(value)), _) => value.same(next),
            // A sum beyond the range of a number.
            (Some(&Node::Number(base, era)), Parts::Whole) => {
                V::of_number(number::total(tree, base, era)).same(next)
            }
            _ => false,
        };
        if !done {
            self.anew(tree, cursor, next, &parts, except);
        }
    }

    /// Writes the pending edits of texts, now that the engine is loaded.
    pub fn apply_pending_edits(&mut self, tree: &mut Tree<V>, cursor: Cursor<'_>, texts: &dyn Texts<V>) {
        match tree.value(cursor.era) {
            Some(Node::Object(era)) => {
                let inside = cursor.inside(tree.since(*era));
                for (name, child) in tree.children.iter_mut() {
                    let path = path::child(cursor.path, name);
                    self.apply_pending_edits(child, inside.child(&path), texts);
                }
            }
            Some(Node::List(_, era) | Node::Map(era)) => {
                let inside = cursor.inside(tree.since(*era));
                for (step, child) in tree.elements.iter_mut() {
                    let path = path::element(cursor.path, step);
                    self.apply_pending_edits(child, inside.child(&path), texts);
                }
            }
            Some(Node::Text(seed, era)) if tree.text.is_some() => {
                let which = Which::new(seed, *era);
                self.edit(tree, cursor.path, &which, None, texts);
            }
            _ => {}
        }
    }

    /// Adds to the number that is the whole value.
    pub fn add(&mut self, tree: &Tree<V>, by: f64) -> Result<(), NotANumber> {
        let (visible, base, era, stands) = match tree.value(None) {
            Some(&Node::Number(base, era)) => (number::total(tree, base, era), base, era, true),
            Some(Node::Leaf(value)) => {
                let base = value.as_number().ok_or(NotANumber)?;
                (base, base, tree.next_era(None), false)
            }
            Some(_) => return Err(NotANumber),
            None => (0.0, 0.0, tree.next_era(None), false),
        };
        let own = number::own_count(tree, era, self.actor) + by;
        if !(visible + by).is_finite() || !own.is_finite() {
            self.write("", Some(Node::Leaf(V::of_number(visible + by))));
            return Ok(());
        }
        if !stands {
            self.write("", Some(Node::Number(base, era)));
        }
        self.write_beside("", &Detail::Count(self.actor), Some(Node::Count(own, era)));
        Ok(())
    }

    /// Writes a new node at the cursor, in a new era, and all its parts.
    fn anew(
        &mut self,
        tree: &mut Tree<V>,
        cursor: Cursor<'_>,
        next: &V,
        parts: &Parts<V>,
        except: Option<&str>,
    ) {
        let era = tree.next_era(cursor.era);
        if let Some(text) = &mut tree.text {
            text.forget_pending();
        }
        match parts {
            Parts::Object(fields) => {
                self.write(cursor.path, Some(Node::Object(era)));
                self.fields(tree, cursor.inside(era), fields, except);
            }
            Parts::List(elements) | Parts::Map(elements) => {
                let by = matches!(parts, Parts::List(_)).then_some(self.by);
                let node = by.map_or(Node::Map(era), |by| Node::List(Key::from(by), era));
                self.write(cursor.path, Some(node));
                self.elements(tree, cursor.inside(era), by, elements.clone());
            }
            Parts::Set(atoms) | Parts::Members(atoms) => {
                let is_array = matches!(parts, Parts::Set(_));
                let node = if is_array {
                    Node::Set(era)
                } else {
                    Node::Members(era)
                };
                self.write(cursor.path, Some(node));
                self.items(tree, cursor.path, era, atoms);
            }
            &Parts::Number(base) if number::counts(tree, era).next().is_none() => {
                self.write(cursor.path, Some(Node::Number(base, era)));
            }
            Parts::Text(text) => {
                let text = text.as_text().map(Key::from);
                let text = text.filter(|text| text::is_untouched(tree, text, era));
                let node = text.map_or_else(|| Node::Leaf(next.clone()), |text| Node::Text(text, era));
                self.write(cursor.path, Some(node));
            }
            Parts::Whole | Parts::Number(_) => self.write(cursor.path, Some(Node::Leaf(next.clone()))),
        }
    }

    /// Writes these properties, and deletes all others but `except`.
    fn fields(&mut self, tree: &mut Tree<V>, cursor: Cursor<'_>, fields: &[(Key, V)], except: Option<&str>) {
        let mut names: Vec<&Key> = fields.iter().map(|field| &field.0).gather();
        order::sort(&mut names);
        for (name, child) in tree.children.iter_mut() {
            if names.binary_search(&name).is_err() && except != Some(&**name) {
                self.value(child, cursor.child(&path::child(cursor.path, name)), None);
            }
        }
        let mut nothing = Tree::new();
        for (name, value) in fields {
            let child = tree
                .children
                .get_mut(name)
                .map_or(&mut nothing, |child| &mut **child);
            self.value(child, cursor.child(&path::child(cursor.path, name)), Some(value));
        }
    }

    /// Writes this writer's count so that the number becomes `next`. Returns false if no count does that.
    fn number(&mut self, tree: &Tree<V>, path: &str, (base, era): (f64, Era), next: f64) -> bool {
        if number::total(tree, base, era).to_bits() == next.to_bits() {
            return true;
        }
        let Some(own) = number::count_for(tree, base, era, self.actor, next) else {
            return false;
        };
        self.write_beside(path, &Detail::Count(self.actor), Some(Node::Count(own, era)));
        true
    }
}

impl Cursor<'_> {
    pub fn child<'a>(&self, path: &'a str) -> Cursor<'a> {
        Cursor {
            path,
            depth: self.depth + 1,
            era: self.era,
        }
    }
}

/// The parts by which a value is merged at that depth. Below [`MAX_DEPTH`] it is whole.
pub(super) fn parts<V: Value>(value: &V, depth: usize, by: &str) -> Parts<V> {
    match value.parts(by) {
        Parts::Number(number) if !number.is_finite() => Parts::Whole,
        Parts::Object(_) | Parts::List(_) | Parts::Map(_)
            if depth == MAX_DEPTH || (depth == 0 && !value.is_small()) =>
        {
            Parts::Whole
        }
        parts => parts,
    }
}
