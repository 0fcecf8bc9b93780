//! What a network is set up with. Plain data: a part of each schedule.

use crate::links::{Shape, Wire};
use crate::random::Random;

/// The places for windows, and what lies between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setup {
    /// Of the delays, losses and actors.
    pub seed: u64,
    /// How many places for a window there are; all but `late` of them are open from the start.
    pub windows: usize,
    /// How many places are empty at first.
    pub late: usize,
    /// Who is wired with whom.
    pub shape: Shape,
    /// What the wires do to frames.
    pub wire: Wire,
    /// Each window's clock is off by up to so many seconds.
    pub skew: u32,
    /// Every other window flushes only when told to, the rest at the end of each turn.
    pub debounce: bool,
}

impl Setup {
    /// Two windows from the start, a perfect wire, clocks that agree.
    pub const PLAIN: Self = Self {
        seed: 0,
        windows: 2,
        late: 0,
        shape: Shape::Full,
        wire: Wire::PERFECT,
        skew: 0,
        debounce: false,
    };

    /// Ways to make a set-up simpler.
    pub(crate) const SIMPLER: [fn(&mut Self); 7] = [
        |setup| setup.wire.loss = 0,
        |setup| setup.wire.duplicate = 0,
        |setup| setup.wire.latency = (0, 0),
        |setup| setup.wire.fifo = true,
        |setup| setup.skew = 0,
        |setup| setup.debounce = false,
        |setup| setup.late = 0,
    ];

    /// Any, of so many windows over such wires. `late` and `debounce` are percentages of the schedules: those in which some
    /// windows are opened later, and those in which some are debounced.
    #[must_use]
    pub fn generate(random: &mut Random, windows: usize, wire: Wire, late: u8, debounce: u8) -> Self {
        let shapes = [
            Shape::Full,
            Shape::Mesh,
            Shape::Star,
            Shape::Chain,
            Shape::TabsWithFrames,
            Shape::Ring,
        ];
        Self {
            seed: random.next(),
            windows,
            late: random.below(windows) * usize::from(late == 100 || random.percent(late)),
            shape: random.pick(&shapes),
            wire,
            skew: random.pick(&[0, 0, 1, 120]),
            debounce: random.percent(debounce),
        }
    }

    /// Whether nothing is ever lost without both ends knowing: then nothing needs a tick to be repaired.
    #[must_use]
    pub fn is_reliable(&self) -> bool {
        self.wire.fifo && self.wire.loss == 0 && self.wire.duplicate == 0
    }
}
