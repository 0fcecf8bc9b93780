//! The steps of a schedule, and its end.

use super::case::Step;
use super::{Network, Outcome};

impl Network {
    pub(super) fn open_all(&mut self, count: usize) -> Outcome {
        (0..count).try_for_each(|at| self.open(at))
    }

    pub(super) fn step(&mut self, step: Step) -> Outcome {
        match step {
            Step::Write { at, key, span, kind } => self.turn(at, |net| net.write(at, key, span, kind)),
            Step::Confirm { at, which } => self.turn(at, |net| net.confirm(at, which)),
            Step::Retract { at, which } => self.turn(at, |net| net.retract(at, which)),
            Step::Undo { at } => self.turn(at, |net| net.turn_back(at, true)),
            Step::Redo { at } => self.turn(at, |net| net.turn_back(at, false)),
            Step::Flush { at } => self.turn(at, |net| net.flush(at)),
            Step::Tick { at } => self.turn(at, |net| net.tick(at)),
            Step::Run { ms } => self.run(u64::from(ms)),
            Step::Down { a, b } => self.set_up(a, b, false),
            Step::Up { a, b } => self.set_up(a, b, true),
            Step::Cut { a, b } => self.set_cut(a, b, true),
            Step::Mend { a, b } => self.set_cut(a, b, false),
            Step::Reload { at } => {
                self.close(at)?;
                self.open(at)
            }
            Step::Freeze { at } => {
                self.sites[at].frozen = self.is_open(at);
                Ok(())
            }
            Step::Thaw { at } => self.thaw(at),
            Step::Jump { at, ms } => {
                for (place, site) in self.sites.iter_mut().enumerate() {
                    site.skew_ms += if at.is_none_or(|at| at == place) {
                        ms as f64
                    } else {
                        0.0
                    };
                }
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
        self.settle()
    }

    /// Everyone compares with all neighbours, long after.
    pub(super) fn tick_all(&mut self) -> Outcome {
        self.now += 10_000;
        (0..self.sites.len()).try_for_each(|at| self.tick(at))?;
        self.settle()
    }

    /// Everything that is on its way arrives, and all that is said in answer.
    fn settle(&mut self) -> Outcome {
        loop {
            self.run(u64::MAX - self.now)?;
            let before = self.arrivals;
            (0..self.sites.len()).try_for_each(|at| self.flush(at))?;
            self.run(u64::MAX - self.now)?;
            if self.arrivals == before {
                return Ok(());
            }
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
        let steady = self.steady();
        self.act(at, |window, _| window.node.with_node(|node| node.tick(steady)))
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
