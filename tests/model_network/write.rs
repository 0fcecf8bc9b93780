//! What the user of a window does, and the ledger takes note of.

use std::rc::Rc;

use parley_sync::core::model::{How, ModelEffect, Op, Strategy};

use super::Network;
use super::case::{COUNTER, KEYS, Kind, NUMBER};
use super::ledger::{Added, Group, Write};
use crate::values::Val;
use parley_sync_kit::{Network as _, Outcome};

impl Network {
    pub(super) fn write(&mut self, at: usize, key: usize, span: usize, kind: Kind) -> Outcome {
        let adds = matches!(kind, Kind::Add | Kind::TentativeAdd);
        let mut ops: Vec<(usize, Op<Val>)> = Vec::new();
        for nth in 0..span {
            let key = match (key + nth) % KEYS {
                _ if adds && nth == 0 && key >= NUMBER => key,
                _ if adds => NUMBER + nth % 2,
                COUNTER => 0,
                key => key,
            };
            if ops.iter().any(|op| op.0 == key) {
                continue;
            }
            let op = match kind {
                Kind::Add | Kind::TentativeAdd => Op::Add(f64::from(self.space.random.between(1, 9))),
                Kind::Delete => Op::Set(None),
                Kind::Transaction if self.space.random.percent(15) => Op::Set(None),
                _ => Op::Set(Some(self.value_for(at, key))),
            };
            ops.push((key, op));
        }
        let is_transaction = matches!(kind, Kind::Transaction | Kind::TentativeTransaction);
        let may_roll_back = matches!(
            kind,
            Kind::Tentative | Kind::TentativeTransaction | Kind::TentativeAdd
        );
        let how = How {
            is_transaction,
            may_roll_back,
            undoable: self.config.undoable,
            is_plain: kind == Kind::Plain,
            ..How::default()
        };
        let now = self.clock(at);
        let counted = self.counter(at);
        let Some(window) = &mut self.space.sites[at].window else {
            return Ok(());
        };
        self.ledger.plain |= kind == Kind::Plain;
        let named = ops
            .iter()
            .map(|(key, op)| (Rc::clone(&self.keys[*key]), op.clone()))
            .collect();
        let written = window.node.write(named, how, now);
        let Ok((id, effects)) = written else {
            return if adds {
                Ok(())
            } else {
                Err("a write was refused".into())
            };
        };
        self.carry_out(at, effects)?;
        self.note_counted(at, counted);
        let sets: Vec<(usize, Option<Val>)> = ops
            .into_iter()
            .filter_map(|(key, op)| match op {
                Op::Set(value) => Some((key, value)),
                Op::Add(_) => None,
            })
            .collect();
        let noted = self.note(at, &sets, is_transaction)?;
        if let Some(window) = self.space.sites[at].window.as_mut().filter(|_| may_roll_back) {
            window.pending.push((id, noted));
        }
        Ok(())
    }

    /// A new value for that key, of which its own window thinks no ill.
    fn value_for(&mut self, at: usize, key: usize) -> Val {
        if self.config.refuses == Some(at) {
            self.welcome_value(key)
        } else {
            self.value_of(key)
        }
    }

    /// A new value for that key that nobody refuses.
    pub(super) fn welcome_value(&mut self, key: usize) -> Val {
        loop {
            let value = self.value_of(key);
            if !Self::is_bad(&value) {
                return value;
            }
        }
    }

    fn counter(&self, at: usize) -> f64 {
        let window = self.space.sites[at].window.as_ref();
        match window.and_then(|window| window.node.get(&self.keys[COUNTER])) {
            Some(Val::Num(number)) => *number,
            _ => 0.0,
        }
    }

    /// What an own write added to the counter, which held so much before.
    fn note_counted(&mut self, at: usize, before: f64) {
        let by = self.counter(at) - before;
        if let Some(window) = self.space.sites[at].window.as_ref().filter(|_| by != 0.0) {
            let actor = window.node.node().actor();
            self.ledger.added.push(Added {
                actor,
                seq: window.node.node().own_seq() + 1,
                by,
                doubtful: false,
            });
        }
    }

    /// Takes note of what was just written there; each write must be the one that shows.
    fn note(
        &mut self,
        at: usize,
        sets: &[(usize, Option<Val>)],
        is_transaction: bool,
    ) -> Result<Vec<usize>, String> {
        let Some(window) = &self.space.sites[at].window else {
            return Ok(Vec::new());
        };
        let node = window.node.node();
        let (me, known) = (node.actor(), node.vector().clone());
        let mut members: Vec<usize> = sets
            .iter()
            .map(|set| set.0)
            .filter(|&key| is_transaction && self.config.strategies[key] == Strategy::LastWriteWins)
            .collect();
        // The members of a transaction have one stamp; what an undo wrote may be none.
        let first = members.first().and_then(|&key| window.top(&self.keys[key]));
        members.retain(|&key| window.top(&self.keys[key]) == first);
        let group = (members.len() > 1).then_some(self.ledger.groups.len());
        let mut noted = Vec::new();
        for (key, value) in sets {
            let key = *key;
            let top = window.node.candidates(&self.keys[key]).pop();
            let Some(top) = top
                .clone()
                .filter(|top| top.stamp.actor == me && top.value == *value)
            else {
                return Err(format!(
                    "window {at}: what was just written to k{key} does not show: {value:?}, but {top:?}"
                ));
            };
            if window.node.get(&self.keys[key]) != value.as_ref() {
                return Err(format!("window {at} does not hold what it just wrote to k{key}"));
            }
            let group = group.filter(|_| members.contains(&key));
            if group == Some(self.ledger.groups.len()) {
                self.ledger.groups.push(Group {
                    stamp: top.stamp,
                    keys: members.clone(),
                    first: self.ledger.writes.len(),
                });
            }
            noted.push(self.ledger.writes.len());
            self.ledger.writes.push(Write {
                key,
                value: value.clone(),
                stamp: top.stamp,
                seq: node.own_seq() + 1,
                known: known.clone(),
                group,
                retracted: None,
                doubtful: false,
            });
        }
        Ok(noted)
    }

    pub(super) fn confirm(&mut self, at: usize, which: usize) -> Outcome {
        if let Some(window) = &mut self.space.sites[at].window
            && !window.pending.is_empty()
        {
            let (id, _) = window.pending.remove(which % window.pending.len());
            window.node.confirm(id);
        }
        Ok(())
    }

    pub(super) fn retract(&mut self, at: usize, which: usize) -> Outcome {
        let counted = self.counter(at);
        let Some(window) = &mut self.space.sites[at].window else {
            return Ok(());
        };
        if window.pending.is_empty() {
            return Ok(());
        }
        let (id, writes) = window.pending.remove(which % window.pending.len());
        let node = window.node.node();
        let batch = (node.actor(), node.own_seq() + 1);
        for write in writes {
            self.ledger.writes[write].retracted = Some(batch);
            self.ledger.retracted = true;
        }
        self.act(at, |window, now| window.node.retract(id, now))?;
        self.note_counted(at, counted);
        Ok(())
    }

    pub(super) fn undo_or_redo(&mut self, at: usize, is_undo: bool) -> Outcome {
        let now = self.clock(at);
        let counted = self.counter(at);
        let keys = self.keys.clone();
        let Some(window) = &mut self.space.sites[at].window else {
            return Ok(());
        };
        let me = window.node.node().actor();
        let tops: Vec<_> = keys.iter().map(|key| window.top(key)).collect();
        let effects = if is_undo {
            window.node.undo(now)
        } else {
            window.node.redo(now)
        };
        let Some(effects) = effects else {
            return Ok(());
        };
        let mut sets: Vec<(usize, Option<Val>)> = Vec::new();
        for effect in &effects {
            let ModelEffect::Changed { changes, .. } = effect else {
                continue;
            };
            for change in changes {
                let key = keys
                    .iter()
                    .position(|key| *key == change.key)
                    .ok_or("no such key")?;
                let top = window.top(&change.key);
                // What shows again because something fell was written before.
                if top == tops[key] || top.is_some_and(|top| self.ledger.find(key, top).is_some()) {
                    continue;
                }
                if tops[key].is_some_and(|top| top.actor != me) {
                    return Err(format!("window {at}: undo wrote over another's write to k{key}"));
                }
                sets.push((key, change.new.clone()));
            }
        }
        self.carry_out(at, effects)?;
        self.note_counted(at, counted);
        self.note(at, &sets, true)?;
        Ok(())
    }
}
