//! The steps of a schedule, and its end.

use std::rc::Rc;

use super::Network;
use super::case::{KEYS, Step};
use parley_sync_kit::{Move, Network as _, Outcome, moves};

impl Network {
    pub(super) fn step(&mut self, step: Step) -> Outcome {
        match step {
            Step::Move(one) => self.happens(one),
            Step::Write { at, key } => self.turn(at, |network| network.write(at, &[key])),
            Step::WritePair { at, key } => {
                self.turn(at, |network| network.write(at, &[key, (key + 1) % KEYS]))
            }
            Step::Delete { at, key } => self.turn(at, |network| network.delete(at, key)),
            Step::Plain { at, key } => self.turn(at, |network| network.plain(at, key)),
            Step::Save { at } => self.turn(at, |network| network.save(at)),
        }
    }

    fn happens(&mut self, one: Move) -> Outcome {
        moves::happen(self, one)?;
        if matches!(one, Move::Jump { .. }) {
            for at in 0..self.space.sites.len() {
                self.furthest = self.furthest.max(self.clock(at));
            }
        }
        Ok(())
    }

    /// All windows hold the same, and each listener knows it.
    pub(super) fn check(&self) -> Outcome {
        let windows = self
            .space
            .sites
            .iter()
            .map(|site| site.window.as_ref().ok_or("a window is not open"));
        let windows = windows.collect::<Result<Vec<_>, _>>()?;
        for (at, window) in windows.iter().enumerate() {
            window
                .check_quiet()
                .map_err(|error| format!("window {at}: {error}"))?;
            if window.state() != windows[0].state() {
                return Err(format!(
                    "window 0 has {:?}, window {at} {:?}",
                    windows[0].state(),
                    window.state()
                ));
            }
            if !self.config.forgetful && window.node.vector() != windows[0].node.vector() {
                return Err(format!("window {at} has not seen the same as window 0"));
            }
        }
        Ok(())
    }

    /// Nobody holds more deletions than it may, but for those of its initial values.
    pub(super) fn check_forgotten(&self) -> Outcome {
        let windows = self.space.sites.iter().filter_map(|site| site.window.as_ref());
        let most = windows.map(|window| window.node.held().1).max();
        match most {
            Some(most) if most > 1 + self.config.initial => Err(format!("{most} deletions are held")),
            _ => Ok(()),
        }
    }

    fn delete(&mut self, at: usize, key: usize) -> Outcome {
        let now = self.clock(at);
        let entry = (Rc::clone(&self.keys[key]), None);
        let window = self.space.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.node.write(vec![entry], now));
        self.carry_out(at, effects)
    }

    fn plain(&mut self, at: usize, key: usize) -> Outcome {
        let now = self.clock(at);
        let value = self.causes.value(None, &[]);
        let entry = (Rc::clone(&self.keys[key]), Some(value));
        let window = self.space.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.node.apply_plain(vec![entry], None, now));
        self.carry_out(at, effects)
    }
}
