//! A schedule: the windows, their wires, and what happens. Plain data, so that a failing one can be shrunk and kept.

use parley_sync_kit::Random;
use parley_sync_kit::jumps::with_jumps;
pub use parley_sync_kit::links::{Shape, Wire};
use parley_sync_kit::shrink::Schedule;

/// How many different keys a schedule writes. Few, so that writes meet.
pub const KEYS: usize = 6;

/// What is set up before the first step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// Of the delays, losses and actors.
    pub seed: u64,
    /// How many places for a window there are; all but `late` of them are open from the start.
    pub windows: usize,
    pub late: usize,
    pub shape: Shape,
    pub wire: Wire,
    /// Each window's clock is off by up to so many seconds.
    pub skew: u32,
    /// Every other window flushes only when told to, the rest at the end of each turn.
    pub debounce: bool,
    /// Window 0 answers each change that it hears of by a write.
    pub reactive: bool,
    /// How many initial values each window brings.
    pub initial: usize,
    /// How many disks there are. Window n keeps its state on disk n modulo one more than that; the last is none.
    pub disks: usize,
    /// Windows remember one deletion, and forget writers: time passes by minutes.
    pub forgetful: bool,
}

/// One thing that happens. Windows are taken modulo their number, keys modulo [`KEYS`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    Write {
        at: usize,
        key: usize,
    },
    Delete {
        at: usize,
        key: usize,
    },
    /// Two keys in one turn: to be seen together.
    WritePair {
        at: usize,
        key: usize,
    },
    Plain {
        at: usize,
        key: usize,
    },
    Flush {
        at: usize,
    },
    Tick {
        at: usize,
    },
    /// Time passes; what is due arrives.
    Run {
        ms: u32,
    },
    /// The wire of two windows goes down, both know it.
    Down {
        a: usize,
        b: usize,
    },
    Up {
        a: usize,
        b: usize,
    },
    /// The wire of two windows loses everything, nobody knows it.
    Cut {
        a: usize,
        b: usize,
    },
    Mend {
        a: usize,
        b: usize,
    },
    /// The window dies with what it has not sent, and a new one takes its place.
    Reload {
        at: usize,
    },
    Close {
        at: usize,
    },
    Open {
        at: usize,
    },
    /// It gets nothing and does nothing; its frames wait.
    Freeze {
        at: usize,
    },
    Thaw {
        at: usize,
    },
    /// Lays together what the window holds and what is on its disk.
    Save {
        at: usize,
    },
    #[allow(dead_code, reason = "not every test sets clocks")]
    /// A window's clock is set, or that of all.
    Jump {
        at: Option<usize>,
        ms: i64,
    },
}

/// A whole schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub config: Config,
    pub steps: Vec<Step>,
}

impl Config {
    /// Whether nothing is ever lost without both ends knowing: then nothing needs a tick to be repaired.
    pub fn is_reliable(&self) -> bool {
        self.wire.fifo && self.wire.loss == 0 && self.wire.duplicate == 0
    }
}

impl Schedule for Case {
    type Step = Step;

    fn steps(&mut self) -> &mut Vec<Step> {
        &mut self.steps
    }

    fn simpler() -> &'static [fn(&mut Self)] {
        &[
            |case| case.config.wire.loss = 0,
            |case| case.config.wire.duplicate = 0,
            |case| case.config.wire.latency = (0, 0),
            |case| case.config.wire.fifo = true,
            |case| case.config.skew = 0,
            |case| case.config.reactive = false,
            |case| case.config.debounce = false,
            |case| case.config.initial = 0,
            |case| case.config.disks = 0,
        ]
    }
}

impl Case {
    pub fn generate(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let reliable = random.percent(40);
        let slow = random.pick(&[0, 1, 30, 400]);
        let wire = Wire {
            fifo: reliable || random.percent(40),
            latency: (random.pick(&[0, 0, slow]), slow),
            loss: if reliable { 0 } else { random.pick(&[0, 5, 30, 60]) },
            duplicate: if reliable { 0 } else { random.pick(&[0, 10, 50]) },
        };
        let windows = random.between(2, 6) as usize;
        let shapes = [
            Shape::Full,
            Shape::Mesh,
            Shape::Star,
            Shape::Chain,
            Shape::TabsWithFrames,
            Shape::Ring,
        ];
        let config = Config {
            seed: random.next(),
            windows,
            late: random.below(windows),
            shape: random.pick(&shapes),
            wire,
            skew: random.pick(&[0, 0, 1, 120]),
            debounce: random.percent(50),
            reactive: random.percent(30),
            initial: random.pick(&[0, 1, KEYS]),
            disks: random.pick(&[0, 0, 1, 2, 6]),
            forgetful: false,
        };
        // Kinds of steps: none that hurts, none that hurts unnoticed, all.
        let kinds = if config.is_reliable() {
            random.pick(&[63, 83, 100])
        } else {
            100
        };
        let count = random.between(5, 60);
        let steps = (0..count)
            .map(|_| Step::generate(&mut random, windows, kinds))
            .collect();
        Self { config, steps }
    }

    #[allow(dead_code, reason = "not every test forgets")]
    /// The same schedule, with more deletions, among windows that forget.
    pub fn forgetful(mut self) -> Self {
        self.config.forgetful = true;
        self.config.initial = self.config.initial.min(1);
        for (at, step) in self.steps.iter_mut().enumerate() {
            match *step {
                Step::Write { at: window, key } if at % 3 == 0 => *step = Step::Delete { at: window, key },
                Step::Plain { at: window, .. } => *step = Step::Tick { at: window },
                _ => {}
            }
        }
        self
    }

    #[allow(dead_code, reason = "not every test sets clocks")]
    /// The same schedule, with clocks that are set at any moment.
    pub fn jumping(mut self) -> Self {
        self.steps = with_jumps(
            self.config.seed,
            self.config.windows,
            &self.steps,
            |at, ms| Step::Jump { at, ms },
            |at| Step::Reload { at },
        );
        self
    }

    /// Whether the schedule has a step that loses frames unnoticed, or keeps values back until the next tick.
    pub fn needs_ticks(&self) -> bool {
        let silent = |step: &Step| matches!(step, Step::Cut { .. } | Step::Plain { .. } | Step::Tick { .. });
        !self.config.is_reliable()
            || self.config.forgetful
            || matches!(self.config.shape, Shape::Mesh | Shape::TabsWithFrames)
            || self.steps.iter().any(silent)
    }
}

impl Step {
    fn generate(random: &mut Random, windows: usize, kinds: usize) -> Self {
        let (at, key) = (random.below(windows), random.below(KEYS));
        let (a, b) = (at, random.below(windows));
        match random.below(kinds) {
            0..=19 => Self::Write { at, key },
            20..=23 => Self::Delete { at, key },
            24..=30 => Self::WritePair { at, key },
            31..=38 => Self::Flush { at },
            39..=55 => Self::Run {
                ms: random.pick(&[0, 1, 10, 50, 500]),
            },
            56..=57 => Self::Open { at },
            58..=59 => Self::Freeze { at },
            60..=62 => Self::Thaw { at },
            63..=68 => Self::Down { a, b },
            69..=76 => Self::Up { a, b },
            77..=80 => Self::Reload { at },
            81..=82 => Self::Close { at },
            83..=87 => Self::Cut { a, b },
            88..=92 => Self::Mend { a, b },
            93..=94 => Self::Plain { at, key },
            95..=97 => Self::Tick { at },
            _ => Self::Save { at },
        }
    }
}
