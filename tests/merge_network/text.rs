//! The plainest text that merges: a tree of characters, each hung on the one it was typed behind.

use std::collections::{BTreeMap, BTreeSet};

use parley_sync::core::id::Actor;
use parley_sync::core::merge::{TextDoc, Texts};
use parley_sync::core::value::Value;

use super::value::Json;

/// A character's name: later ones are greater.
pub type Id = (u64, u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    Insert { id: Id, behind: Option<Id>, char: char },
    Delete(Id),
}

pub struct Plain;

/// The engine that is shipped.
pub struct Shipped;

impl Texts<Json> for Shipped {
    fn open(&self, seed: &str, actor: Actor) -> Box<dyn TextDoc<Json>> {
        Box::new(ShippedDoc(parley_sync_text::Doc::open(seed, actor.bits())))
    }

    fn merge(&self, updates: &[Json]) -> Json {
        let bytes = updates.iter().filter_map(|update| match update {
            Json::Bytes(bytes) => Some(bytes.as_slice()),
            _ => None,
        });
        Json::Bytes(parley_sync_text::merge(&bytes.collect::<Vec<_>>()))
    }
}

struct ShippedDoc(parley_sync_text::Doc);

impl TextDoc<Json> for ShippedDoc {
    fn edit(&mut self, next: &Json) -> Option<Json> {
        self.0.edit(&next.as_text()?).map(Json::Bytes)
    }

    fn apply(&mut self, update: &Json) -> bool {
        matches!(update, Json::Bytes(bytes) if self.0.apply(bytes, None))
    }

    fn text(&self) -> Json {
        Json::Text(self.0.text())
    }
}

struct Doc {
    actor: u64,
    ops: BTreeSet<Op>,
}

impl Texts<Json> for Plain {
    fn open(&self, seed: &str, actor: Actor) -> Box<dyn TextDoc<Json>> {
        let mut ops = BTreeSet::new();
        let mut behind = None;
        for (at, char) in seed.chars().enumerate() {
            let id = (at as u64, 0);
            ops.insert(Op::Insert { id, behind, char });
            behind = Some(id);
        }
        Box::new(Doc {
            actor: actor.bits(),
            ops,
        })
    }

    fn merge(&self, updates: &[Json]) -> Json {
        let mut all = BTreeSet::new();
        for update in updates {
            if let Json::Ops(ops) = update {
                all.extend(ops.iter().copied());
            }
        }
        assert_names(&all);
        Json::Ops(all.into_iter().collect())
    }
}

/// Real engines take two characters of one name for one.
fn assert_names(ops: &BTreeSet<Op>) {
    let mut last = None;
    for op in ops {
        if let Op::Insert { id, .. } = op {
            assert_ne!(last, Some(*id), "two characters of one name");
            last = Some(*id);
        }
    }
}

impl Doc {
    fn chars(&self) -> Vec<(Id, char)> {
        let mut children: BTreeMap<Option<Id>, Vec<(Id, char)>> = BTreeMap::new();
        let mut gone = BTreeSet::new();
        for op in &self.ops {
            match *op {
                Op::Insert { id, behind, char } => children.entry(behind).or_default().push((id, char)),
                Op::Delete(id) => {
                    gone.insert(id);
                }
            }
        }
        let mut all = Vec::new();
        let mut open: Vec<(Id, char)> = children.get(&None).cloned().unwrap_or_default();
        while let Some((id, char)) = open.pop() {
            if !gone.contains(&id) {
                all.push((id, char));
            }
            open.extend(children.get(&Some(id)).into_iter().flatten());
        }
        all
    }
}

impl TextDoc<Json> for Doc {
    fn edit(&mut self, next: &Json) -> Option<Json> {
        let now = self.chars();
        let next = next.as_text()?;
        let next: Vec<char> = next.chars().collect();
        let head = now
            .iter()
            .zip(&next)
            .take_while(|(now, next)| now.1 == **next)
            .count();
        let most = now.len().min(next.len()) - head;
        let ends = now.iter().rev().zip(next.iter().rev()).take(most);
        let tail = ends.take_while(|(now, next)| now.1 == **next).count();
        let mut made: Vec<Op> = now[head..now.len() - tail]
            .iter()
            .map(|old| Op::Delete(old.0))
            .collect();
        let greatest = |op: &Op| match op {
            Op::Insert { id, .. } => id.0,
            Op::Delete(_) => 0,
        };
        let mut clock = self.ops.iter().map(greatest).max().unwrap_or(0);
        let mut behind = head.checked_sub(1).map(|at| now[at].0);
        for &char in &next[head..next.len() - tail] {
            clock += 1;
            let id = (clock, self.actor);
            made.push(Op::Insert { id, behind, char });
            behind = Some(id);
        }
        self.ops.extend(made.iter().copied());
        (!made.is_empty()).then_some(Json::Ops(made))
    }

    fn apply(&mut self, update: &Json) -> bool {
        let Json::Ops(ops) = update else {
            return false;
        };
        self.ops.extend(ops.iter().copied());
        assert_names(&self.ops);
        true
    }

    fn text(&self) -> Json {
        Json::Text(self.chars().into_iter().map(|char| char.1).collect())
    }
}
