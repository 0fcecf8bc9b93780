//! The steps of a schedule, and its end.

use super::Network;
use super::case::Step;
use parley_sync_kit::{Network as _, Outcome};

impl Network {
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
            Step::Reload { at } => self.reload(at),
            Step::Freeze { at } => self.freeze(at),
            Step::Thaw { at } => self.thaw(at),
            Step::Jump { at, ms } => {
                self.jump(at, ms);
                Ok(())
            }
        }
    }

    /// Brings everyone together: every window open, every wire whole, everything said and heard.
    pub(super) fn heal(&mut self) -> Outcome {
        self.mend()?;
        self.settle()
    }

    /// Everyone compares with all neighbours, long after.
    pub(super) fn tick_all(&mut self) -> Outcome {
        self.space.now += 10_000;
        (0..self.space.sites.len()).try_for_each(|at| self.tick(at))?;
        self.settle()
    }

    /// Everything that is on its way arrives, and all that is said in answer.
    fn settle(&mut self) -> Outcome {
        loop {
            self.run_out()?;
            let before = self.space.arrivals;
            (0..self.space.sites.len()).try_for_each(|at| self.flush(at))?;
            self.run_out()?;
            if self.space.arrivals == before {
                return Ok(());
            }
        }
    }

    fn tick(&mut self, at: usize) -> Outcome {
        let steady = self.steady();
        self.act(at, |window, _| window.node.with_node(|node| node.tick(steady)))
    }
}
