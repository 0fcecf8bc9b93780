//! The steps of a schedule.

use super::Network;
use super::case::Step;
use parley_sync_kit::{Network as _, Outcome, moves};

impl Network {
    pub(super) fn step(&mut self, step: Step) -> Outcome {
        match step {
            Step::Move(one) => moves::happen(self, one),
            Step::Write { at, key, span, kind } => self.turn(at, |net| net.write(at, key, span, kind)),
            Step::Confirm { at, which } => self.turn(at, |net| net.confirm(at, which)),
            Step::Retract { at, which } => self.turn(at, |net| net.retract(at, which)),
            Step::Undo { at } => self.turn(at, |net| net.undo_or_redo(at, true)),
            Step::Redo { at } => self.turn(at, |net| net.undo_or_redo(at, false)),
        }
    }
}
