//! What must hold: at every change, and after everything has been said and heard.

use parley_sync::core::cell::Cell;
use parley_sync::core::id::Key;
use parley_sync::core::model::{CellChange, Model, Strategy, Validated, Validator, validate};
use parley_sync::core::register::Stamp;
use parley_sync::core::sync::KeyChange;

use super::Network;
use super::case::{COUNTER, KEYS, NUMBER};
use super::window::Window;
use crate::values::Val;
use parley_sync_kit::{Network as _, Outcome};

/// Numbers that are written are multiples of this; what is added to them is less.
pub const STRIDE: f64 = 1_000_000.0;

/// The user of a window that refuses.
struct Strict<'a> {
    window: &'a mut Window,
    /// The keys of what it refused.
    bad: Vec<Key>,
}

impl Validator<Val> for Strict<'_> {
    fn accepts(&mut self, changes: &[KeyChange<Val>]) -> bool {
        let bad = |change: &&KeyChange<Val>| change.new.as_ref().is_some_and(Network::is_bad);
        let before = self.bad.len();
        self.bad
            .extend(changes.iter().filter(bad).map(|change| Key::clone(&change.key)));
        self.bad.len() == before
    }

    fn model<R>(&mut self, act: impl FnOnce(&mut Model<Val>) -> R) -> R {
        act(&mut self.window.node)
    }

    fn settle(&mut self, key: &Key) -> Option<KeyChange<Val>> {
        self.window.settle(vec![Key::clone(key)]).pop()
    }
}

impl Network {
    /// Whether some window refuses that value.
    pub(super) fn is_bad(value: &Val) -> bool {
        matches!(value, Val::Id(id) if id % 5 == 0)
    }

    /// The window there refuses what is bad of those changes: whatever was written to those keys may fall. What changed
    /// after all, and what else is to be done.
    pub(super) fn refuse(
        &mut self,
        at: usize,
        changes: Vec<KeyChange<Val>>,
        came: &[CellChange<Val>],
    ) -> Validated<Val> {
        let now = self.clock(at);
        let Some(window) = self.space.sites[at].window.as_mut() else {
            return Validated {
                changes,
                refused: false,
                rest: Vec::new(),
            };
        };
        let mut strict = Strict {
            window,
            bad: Vec::new(),
        };
        let checked = validate(&mut strict, changes, came, now);
        let bad = strict.bad;
        self.ledger.refused |= !bad.is_empty();
        for write in &mut self.ledger.writes {
            write.doubtful |= bad.contains(&self.keys[write.key]);
        }
        checked
    }

    /// No transaction shows in part: where one of its writes shows, on its other keys there is what it wrote there, or what
    /// was written in knowledge of it.
    pub(super) fn check_whole(&self, at: usize) -> Outcome {
        let Some(window) = self.space.sites[at]
            .window
            .as_ref()
            .filter(|_| !self.ledger.plain)
        else {
            return Ok(());
        };
        if self.ledger.groups.is_empty() {
            return Ok(());
        }
        let tops: Vec<Option<Stamp>> = self.keys.iter().map(|key| window.top(key)).collect();
        for group in &self.ledger.groups {
            let shows = |key: usize| tops[key] == Some(group.stamp);
            if !group.keys.iter().any(|&key| shows(key)) {
                continue;
            }
            for &key in group.keys.iter().filter(|&&key| !shows(key)) {
                // What this very window is writing now is not in the ledger yet; it knows all that is here.
                let me = window.node.node().actor();
                let knows = tops[key].is_some_and(|stamp| match self.ledger.find(key, stamp) {
                    Some(by) => self.ledger.knew(by, group.first),
                    None => stamp.actor == me && !stamp.time.is_initial(),
                });
                if !knows {
                    return Err(format!(
                        "window {at} shows a part of transaction {:?}, but not its k{key}: {:?}",
                        group.stamp, tops[key]
                    ));
                }
            }
        }
        Ok(())
    }

    /// All windows show the same, each listener knows it, and it is what the writes amount to.
    pub(super) fn check(&self) -> Outcome {
        let windows = self
            .space
            .sites
            .iter()
            .map(|site| site.window.as_ref().ok_or("a window is not open"));
        let windows = windows.collect::<Result<Vec<_>, _>>()?;
        let first = windows[0];
        for (at, window) in windows.iter().enumerate() {
            self.check_same(first, window)
                .map_err(|error| format!("window {at}: {error}"))?;
        }
        self.check_cells(first)?;
        self.check_refused(first)?;
        if self.ledger.plain {
            return Ok(());
        }
        self.check_counter(first)?;
        self.check_keys(first)
    }

    fn check_same(&self, first: &Window, window: &Window) -> Outcome {
        if window.node.node().pending() {
            return Err("writes are pending".into());
        }
        if window.readied != 1 {
            return Err(format!("ready {} times", window.readied));
        }
        let (state, other) = (window.state()?, first.state()?);
        if state != other {
            return Err(format!("has {state:?}, window 0 {other:?}"));
        }
        window.mirror.check(&state)?;
        if window.node.node().vector() != first.node.node().vector() {
            return Err("has not seen the same as window 0".into());
        }
        if window.node.contested() != first.node.contested() {
            return Err("other keys are contested than in window 0".into());
        }
        for (at, key) in self.keys.iter().enumerate() {
            let told = |window: &Window| -> Vec<_> {
                let list = window.node.candidates(key);
                list.into_iter()
                    .map(|one| (one.value, one.stamp, one.from))
                    .collect()
            };
            let list = told(window);
            if list != told(first) {
                return Err(format!("other candidates on {key} than in window 0: {list:?}"));
            }
            let contested = window.node.contested().contains(key);
            if contested != (list.len() > 1 && self.config.strategies[at] == Strategy::Manual) {
                return Err(format!("{key}: contested is {contested}, of {list:?}"));
            }
        }
        Ok(())
    }

    /// What is kept does not grow with the number of writes.
    fn check_cells(&self, window: &Window) -> Outcome {
        let node = window.node.node();
        let actors: u32 = self.space.sites.iter().map(|site| site.lives).sum();
        let cells = node.registers().count();
        if cells > KEYS * (1 + 3 * actors as usize) {
            return Err(format!("{cells} cells for {actors} actors"));
        }
        for (name, cell) in node.iter() {
            if let Cell::Veto(list) = cell
                && list.len() > 6 * actors as usize + 1
            {
                return Err(format!("{} vetoes in {name:?}", list.len()));
            }
        }
        Ok(())
    }

    /// What a window refuses shows nowhere.
    fn check_refused(&self, window: &Window) -> Outcome {
        if self.config.refuses.is_none() {
            return Ok(());
        }
        for key in &self.keys {
            if window.node.get(key).is_some_and(Self::is_bad) {
                return Err(format!("{key} shows a refused value"));
            }
        }
        Ok(())
    }

    fn check_counter(&self, window: &Window) -> Outcome {
        let seen = window.node.node().vector();
        let added = self.ledger.added.iter();
        let arrived: Vec<_> = added.filter(|one| seen.get(one.actor) >= one.seq).collect();
        if arrived.iter().any(|one| one.doubtful) {
            return Ok(());
        }
        let sum: f64 = arrived.iter().map(|one| one.by).sum();
        let shown = match window.node.get(&self.keys[COUNTER]) {
            Some(Val::Num(number)) => *number,
            None => 0.0,
            other => return Err(format!("the counter shows {other:?}")),
        };
        if (shown - sum).rem_euclid(STRIDE) != 0.0 {
            return Err(format!("the counter shows {shown}, {sum} was added"));
        }
        Ok(())
    }

    fn check_keys(&self, window: &Window) -> Outcome {
        let seen = window.node.node().vector();
        let ledger = &self.ledger;
        let aborted = ledger.aborted(seen);
        // A group that fell to a write which then fell itself was written off by whoever wrote over it in between.
        let sealed = window
            .node
            .node()
            .iter()
            .any(|(_, cell)| matches!(cell, Cell::Veto(_)));
        for key in 0..NUMBER {
            let writes = || ledger.writes.iter().filter(|write| write.key == key);
            let doubtful = writes().any(|write| write.doubtful);
            let grouped = writes().any(|write| write.group.is_some());
            let good = ledger.good(key, &aborted, seen);
            let list = window.node.candidates(&self.keys[key]);
            let shown: Vec<Stamp> = list
                .iter()
                .map(|one| one.stamp)
                .filter(|stamp| !stamp.time.is_initial())
                .collect();
            let top = shown.last().copied();
            // Whatever else: what was taken back does not show.
            for &stamp in &shown {
                let Some(by) = ledger.find(key, stamp) else {
                    return Err(format!("k{key} shows a write that nobody made: {stamp:?}"));
                };
                if ledger.taken_back(&ledger.writes[by], seen) {
                    return Err(format!("k{key} shows a write that was taken back: {stamp:?}"));
                }
            }
            if doubtful || (grouped && sealed) {
                continue;
            }
            let keeps_all = matches!(self.config.strategies[key], Strategy::Manual | Strategy::Custom);
            if keeps_all {
                let expected: Vec<Stamp> = ledger
                    .maximal(&good)
                    .iter()
                    .map(|&at| ledger.writes[at].stamp)
                    .collect();
                if shown != expected {
                    return Err(format!("k{key} has candidates {shown:?}, not {expected:?}"));
                }
            } else {
                let expected = good.iter().map(|&at| ledger.writes[at].stamp).max();
                if top != expected && !(grouped && ledger.is_deep()) {
                    return Err(format!("k{key} shows {top:?}, not {expected:?}"));
                }
            }
        }
        Ok(())
    }
}
