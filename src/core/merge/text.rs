//! Texts: a seed, and the edits that each writer made to it.
//!
//! A writer's edits are in cells by level, like the digits of a binary counter. A new edit goes to level 0. If a level is
//! taken, both edits are merged and go to the next level. So n edits need log n cells, and each edit is sent at most log n
//! times.
//!
//! The era of the node and the fingerprint of its seed identify a text, not the stamp of the node. So windows that began
//! with the same text, or put the same text in the same place concurrently, edit one text. Of different texts the later is
//! visible (of initial ones that of the oldest window), without the edits of the others.

mod open;

use super::diff::Diff;
use super::path::Detail;
use super::similar::is_edit;
use super::tree::Tree;
use super::{Era, Node, Texts, nobody};
use crate::core::id::{Actor, Key};
use crate::core::lists::{Gather, List};
use crate::core::value::Value;
use open::{Edit, Open};
use std::rc::Rc;

/// At most this many pending edits are kept apart. Beyond that, a new one replaces the last.
const MAX_PENDING: usize = 256;

/// Which text: the seed and the era that identify it.
#[derive(Clone)]
pub(super) struct Which {
    pub seed: Key,
    pub era: Era,
}

/// What is known of the text at a path besides its cells.
pub(super) struct Text<V> {
    open: Option<Open<V>>,
    /// How many of its documents have been named.
    opened: u32,
    /// The pending edits: the contents that the text shall have, one after the other. They are kept apart so that each
    /// remains a small edit.
    pending: Option<(Which, Vec<V>)>,
    /// The fingerprint of the last seed, because a seed may be long.
    fingerprint: Option<(Key, f64)>,
}

impl Which {
    pub fn new(seed: &Key, era: Era) -> Self {
        Self {
            seed: Key::clone(seed),
            era,
        }
    }
}

impl PartialEq for Which {
    /// Compares the pointers first, because a seed may be long.
    fn eq(&self, other: &Self) -> bool {
        self.era == other.era && (Rc::ptr_eq(&self.seed, &other.seed) || self.seed == other.seed)
    }
}

impl<V> Text<V> {
    pub fn forget_pending(&mut self) {
        self.pending = None;
    }
}

impl<V: Clone> Text<V> {
    pub fn new() -> Self {
        Self {
            open: None,
            opened: 0,
            pending: None,
            fingerprint: None,
        }
    }

    /// The content that the pending edits give that text; `None` without any.
    fn pending(&self, which: &Which) -> Option<&V> {
        let (of, pending) = self.pending.as_ref()?;
        pending.last().filter(|_| of == which)
    }

    /// The fingerprint of a seed, computed only if it is not the last one.
    fn fingerprint(&mut self, seed: &Key) -> f64 {
        match &self.fingerprint {
            Some((of, fingerprint)) if Rc::ptr_eq(of, seed) => *fingerprint,
            _ => {
                let fingerprint = fingerprint(seed);
                self.fingerprint = Some((Key::clone(seed), fingerprint));
                fingerprint
            }
        }
    }

    fn add_pending(&mut self, which: &Which, to: &V) {
        let (of, pending) = self.pending.get_or_insert_with(|| (which.clone(), Vec::new()));
        if of != which {
            (*of, *pending) = (which.clone(), Vec::new());
        }
        pending.truncate(MAX_PENDING - 1);
        pending.push(to.clone());
    }
}

/// The content of a text in this window.
pub(super) fn say<V: Value>(tree: &mut Tree<V>, which: &Which, texts: Option<&dyn Texts<V>>) -> V {
    if let Some(pending) = tree.text.as_ref().and_then(|text| text.pending(which)) {
        return pending.clone();
    }
    match texts {
        Some(texts) if has_edits(tree) => {
            let edits = edits(tree, which);
            if edits.is_empty() {
                return V::of_text(&which.seed);
            }
            let name = name(tree, nobody());
            let text = text_of(tree);
            sync(text, which, edits, None, name, texts);
            text.open.as_mut().map_or_else(|| V::of_text(""), Open::say)
        }
        _ => V::of_text(&which.seed),
    }
}

/// The host's document of a text, opened if need be, and a number that is the same in all windows that edit this text.
/// `None` while edits are pending.
pub(super) fn document<V: Value>(
    tree: &mut Tree<V>,
    which: &Which,
    texts: &dyn Texts<V>,
) -> Option<(V, f64)> {
    if tree
        .text
        .as_ref()
        .is_some_and(|text| text.pending(which).is_some())
    {
        return None;
    }
    let (edits, name) = (edits(tree, which), name(tree, nobody()));
    let text = text_of(tree);
    sync(text, which, edits, None, name, texts);
    let era = which
        .era
        .map_or(0, |era| mix(era.actor.bits(), era.time.as_f64().to_bits()));
    let number = (mix(text.fingerprint(&which.seed).to_bits(), era) >> 11) as f64;
    Some((text.open.as_ref()?.doc.document()?, number))
}

impl<V: Value> Diff<'_, V> {
    /// Makes a text say `to`, if that is an edit of what it says. Without the engine the edit becomes pending.
    pub(super) fn text(&mut self, tree: &mut Tree<V>, path: &str, which: &Which, to: &V) -> bool {
        if let Some(texts) = self.texts {
            return self.edit(tree, path, which, Some(to), texts);
        }
        let now = say(tree, which, None);
        if now.same(to) {
            return true;
        }
        let edited = self.is_typed || is_edit(&now, to);
        if edited {
            text_of(tree).add_pending(which, to);
            self.waits = true;
        }
        edited
    }

    /// Writes the pending edits of a text, then changes it to `to`. Returns whether that was an edit.
    pub(super) fn edit(
        &mut self,
        tree: &mut Tree<V>,
        path: &str,
        which: &Which,
        to: Option<&V>,
        texts: &dyn Texts<V>,
    ) -> bool {
        let pending = text_of(tree).pending.take().filter(|pending| pending.0 == *which);
        if pending.is_none() {
            let now = say(tree, which, Some(texts));
            let Some(to) = to.filter(|to| !now.same(to)) else {
                return true;
            };
            if !self.is_typed && !is_edit(&now, to) {
                return false;
            }
        }
        let mut taken = levels(tree, which, self.actor);
        let level = taken.len() as u32;
        let edits = edits(tree, which);
        let name = name(tree, self.actor);
        let text = text_of(tree);
        if let Some((_, pending)) = &pending {
            // Their author saw only the seed, and none of the edits in the cells.
            let mut open = Open::new(which, Some(self.actor), texts.open(&which.seed, name));
            taken.take_in(pending.iter().filter_map(|edit| open.change(edit)));
            edits.into_iter().for_each(|edit| open.apply(edit));
            text.open = Some(open);
        } else {
            sync(text, which, edits, Some(self.actor), name, texts);
        }
        let Some(open) = &mut text.open else {
            return false;
        };
        if let Some(to) = to {
            taken.take_in(open.change(to));
            if !open.say().same(to) {
                text.open = None;
                return false;
            }
        }
        if taken.len() == level as usize {
            return true;
        }
        open.written = Some(level);
        let fingerprint = text.fingerprint(&which.seed);
        let update = match <[V; 1]>::try_from(taken) {
            Ok([update]) => update,
            Err(taken) => texts.merge(&taken),
        };
        let node = Node::Edits(update, fingerprint, which.era);
        self.write_beside(path, &Detail::Edits(self.actor, level), Some(node));
        for below in 0..level {
            self.write_beside(path, &Detail::Edits(self.actor, below), None);
        }
        true
    }
}

/// Applies these edits to the open document. Opens a new document if the old one has edits that are not among these.
fn sync<V: Value>(
    text: &mut Text<V>,
    which: &Which,
    edits: Vec<Edit<V>>,
    editor: Option<Actor>,
    name: Actor,
    texts: &dyn Texts<V>,
) {
    let fits = |open: &Open<V>| open.which == *which && (editor.is_none() || open.editor == editor);
    if text.open.as_ref().is_some_and(fits)
        && let Some(open) = &mut text.open
        && open.catch_up(&edits, texts)
    {
        return;
    }
    let mut open = Open::new(which, editor, texts.open(&which.seed, name));
    edits.into_iter().for_each(|edit| open.apply(edit));
    text.open = Some(open);
}

/// A name for the next document of this text in which `actor` edits.
///
/// Each document has a name of its own. An edit that was undone may have used the names of characters in an earlier
/// document, and a name must belong to one character.
fn name<V: Clone>(tree: &mut Tree<V>, actor: Actor) -> Actor {
    let own = tree
        .details
        .iter()
        .filter(|(detail, _)| matches!(detail, Detail::Edits(of, _) if *of == actor));
    let latest = own.map(|(_, cell)| cell.stamp.time.as_f64()).fold(0.0, f64::max);
    let text = text_of(tree);
    text.opened += 1;
    let mixed = mix(mix(actor.bits(), latest.to_bits()), u64::from(text.opened));
    Actor::from_random(mixed)
}

fn mix(a: u64, b: u64) -> u64 {
    let mixed = (a.rotate_left(5) ^ b).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

/// The fingerprint of a text as a number that JavaScript holds exactly (FNV-1a).
fn fingerprint(text: &str) -> f64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    (hash >> 11) as f64
}

fn text_of<V: Clone>(tree: &mut Tree<V>) -> &mut Text<V> {
    tree.text.get_or_insert_with(|| Box::new(Text::new()))
}

fn has_edits<V>(tree: &Tree<V>) -> bool {
    tree.details
        .keys()
        .any(|detail| matches!(detail, Detail::Edits(..)))
}

/// The edits of that text by all writers.
fn edits<V: Clone>(tree: &mut Tree<V>, which: &Which) -> Vec<Edit<V>> {
    if !has_edits(tree) {
        return Vec::new();
    }
    let fingerprint = text_of(tree).fingerprint(&which.seed);
    let of_this = tree
        .details
        .iter()
        .filter_map(|(detail, cell)| match (detail, &cell.node) {
            (&Detail::Edits(actor, level), Some(Node::Edits(update, seed, era)))
                if *seed == fingerprint && *era == which.era =>
            {
                Some(Edit {
                    actor,
                    level,
                    stamp: cell.stamp,
                    update: update.clone(),
                })
            }
            _ => None,
        });
    of_this.gather()
}

/// Whether a text with that seed and era has no edits.
pub(super) fn is_untouched<V: Clone>(tree: &mut Tree<V>, seed: &Key, era: Era) -> bool {
    edits(tree, &Which::new(seed, era)).is_empty()
}

/// The edits of an actor at the consecutive levels from 0, the oldest first.
fn levels<V: Clone>(tree: &mut Tree<V>, which: &Which, actor: Actor) -> Vec<V> {
    let own = edits(tree, which).into_iter().filter(|edit| edit.actor == actor);
    let taken = own.zip(0..).take_while(|(edit, level)| edit.level == *level);
    let mut updates: Vec<V> = taken.map(|(edit, _)| edit.update).gather();
    updates.reverse();
    updates
}
