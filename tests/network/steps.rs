//! The steps of a schedule, and its end.

use std::rc::Rc;

use super::case::{KEYS, Step};
use super::{Network, Outcome};

impl Network {
    pub(super) fn open_all(&mut self, count: usize) -> Outcome {
        (0..count).try_for_each(|at| self.open(at))
    }

    pub(super) fn step(&mut self, step: Step) -> Outcome {
        match step {
            Step::Write { at, key } => self.turn(at, |network| network.write(at, &[key])),
            Step::WritePair { at, key } => {
                self.turn(at, |network| network.write(at, &[key, (key + 1) % KEYS]))
            }
            Step::Delete { at, key } => self.turn(at, |network| network.delete(at, key)),
            Step::Plain { at, key } => self.turn(at, |network| network.plain(at, key)),
            Step::Flush { at } => self.turn(at, |network| network.flush(at)),
            Step::Tick { at } => self.turn(at, |network| network.tick(at)),
            Step::Run { ms } => self.run(u64::from(ms)),
            Step::Down { a, b } => self.set_up(a, b, false),
            Step::Up { a, b } => self.set_up(a, b, true),
            Step::Cut { a, b } => self.set_cut(a, b, true),
            Step::Mend { a, b } => self.set_cut(a, b, false),
            Step::Close { at } => self.close(at),
            Step::Open { at } => self.open(at),
            Step::Reload { at } => {
                self.close(at)?;
                self.open(at)
            }
            Step::Freeze { at } => {
                self.sites[at].frozen = self.is_open(at);
                Ok(())
            }
            Step::Thaw { at } => self.thaw(at),
            Step::Save { at } => self.turn(at, |network| network.save(at)),
            Step::Jump { at, ms } => {
                for (place, site) in self.sites.iter_mut().enumerate() {
                    site.skew_ms += if at.is_none_or(|at| at == place) {
                        ms as f64
                    } else {
                        0.0
                    };
                }
                let clocks = (0..self.sites.len()).map(|at| self.clock(at));
                self.furthest = clocks.fold(self.furthest, f64::max);
                Ok(())
            }
        }
    }

    /// Brings everyone together: every window open, every wire whole, everything said and heard.
    pub(super) fn heal(&mut self) -> Outcome {
        self.healed = true;
        for at in 0..self.sites.len() {
            self.thaw(at)?;
            self.open(at)?;
        }
        for (a, b) in self.links.pairs() {
            self.set_cut(a, b, false)?;
            self.set_up(a, b, true)?;
        }
        self.run(u64::MAX - self.now)?;
        (0..self.sites.len()).try_for_each(|at| self.flush(at))?;
        self.run(u64::MAX - self.now)
    }

    /// Everyone compares with all neighbours, long after.
    pub(super) fn tick_all(&mut self) -> Outcome {
        self.now += if self.config.forgetful { 70_000 } else { 10_000 };
        (0..self.sites.len()).try_for_each(|at| self.tick(at))?;
        self.run(u64::MAX - self.now)
    }

    /// All windows hold the same, and each listener knows it.
    pub(super) fn check(&self) -> Outcome {
        let windows = self
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
        let windows = self.sites.iter().filter_map(|site| site.window.as_ref());
        let most = windows.map(|window| window.node.held().1).max();
        match most {
            Some(most) if most > 1 + self.config.initial => Err(format!("{most} deletions are held")),
            _ => Ok(()),
        }
    }

    /// Something that a window does by itself, if it is there and awake.
    fn turn(&mut self, at: usize, run: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        if !self.is_open(at) || self.sites[at].frozen {
            return Ok(());
        }
        run(self)?;
        self.end_turn(at)
    }

    fn run(&mut self, ms: u64) -> Outcome {
        let until = self.now + ms;
        while let Some((at, event)) = self.queue.next(until) {
            self.now = self.now.max(at);
            self.happen(event)?;
        }
        if until < u64::MAX {
            self.now = until;
        }
        Ok(())
    }

    fn tick(&mut self, at: usize) -> Outcome {
        if self.config.forgetful && self.random.percent(30) {
            self.now += 65_000;
        }
        let steady = self.steady();
        let window = self.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.tick(self.now, steady));
        self.carry_out(at, effects)
    }

    fn delete(&mut self, at: usize, key: usize) -> Outcome {
        let now = self.clock(at);
        let entry = (Rc::clone(&self.keys[key]), None);
        let window = self.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.node.write(vec![entry], now));
        self.carry_out(at, effects)
    }

    fn plain(&mut self, at: usize, key: usize) -> Outcome {
        let now = self.clock(at);
        let value = self.causes.value(None, &[]);
        let entry = (Rc::clone(&self.keys[key]), Some(value));
        let window = self.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.node.apply_plain(vec![entry], None, now));
        self.carry_out(at, effects)
    }

    fn set_up(&mut self, a: usize, b: usize, up: bool) -> Outcome {
        match self.links.between(a, b).filter(|link| link.up != up) {
            None => Ok(()),
            Some(link) => {
                link.up = up;
                if up { self.meet(a, b) } else { self.part(a, b) }
            }
        }
    }

    fn set_cut(&mut self, a: usize, b: usize, cut: bool) -> Outcome {
        if let Some(link) = self.links.between(a, b) {
            link.cut = cut;
        }
        Ok(())
    }

    fn thaw(&mut self, at: usize) -> Outcome {
        self.sites[at].frozen = false;
        let backlog = std::mem::take(&mut self.sites[at].backlog);
        backlog
            .into_iter()
            .try_for_each(|arrival| self.arrive(at, arrival))
    }
}
