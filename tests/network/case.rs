//! A schedule: the windows, their wires, and what happens. Plain data, so that a failing one can be shrunk and kept.

use parley_sync_kit::jumps::among_moves;
use parley_sync_kit::links::{Shape, Wire};
use parley_sync_kit::shrink::Schedule;
use parley_sync_kit::{Move, Random, Setup};

/// How many different keys a schedule writes. Few, so that writes meet.
pub const KEYS: usize = 6;

/// What is set up before the first step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    pub setup: Setup,
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
    /// What happens in any network.
    Move(Move),
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
    /// Lays together what the window holds and what is on its disk.
    Save {
        at: usize,
    },
}

/// A whole schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub config: Config,
    pub steps: Vec<Step>,
}

impl Schedule for Case {
    type Step = Step;

    fn steps(&mut self) -> &mut Vec<Step> {
        &mut self.steps
    }

    fn setup(&mut self) -> Option<&mut Setup> {
        Some(&mut self.config.setup)
    }

    fn simpler() -> &'static [fn(&mut Self)] {
        &[
            |case| case.config.reactive = false,
            |case| case.config.initial = 0,
            |case| case.config.disks = 0,
        ]
    }
}

impl Case {
    pub fn generate(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let wire = Wire::generate(&mut random, 40, &[0, 5, 30, 60]);
        let windows = random.between(2, 6) as usize;
        let config = Config {
            setup: Setup::generate(&mut random, windows, wire, 100, 50),
            reactive: random.percent(30),
            initial: random.pick(&[0, 1, KEYS]),
            disks: random.pick(&[0, 0, 1, 2, 6]),
            forgetful: false,
        };
        // Kinds of steps: none that hurts, none that hurts unnoticed, all.
        let kinds = if config.setup.is_reliable() {
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
                Step::Plain { at: window, .. } => *step = Step::Move(Move::Tick { at: window }),
                _ => {}
            }
        }
        self
    }

    #[allow(dead_code, reason = "not every test sets clocks")]
    /// The same schedule, with clocks that are set at any moment.
    pub fn jumping(mut self) -> Self {
        self.steps = among_moves(&self.config.setup, &self.steps, Step::Move);
        self
    }

    /// Whether the schedule has a step that loses frames unnoticed, or keeps values back until the next tick.
    pub fn needs_ticks(&self) -> bool {
        let silent = |step: &Step| {
            matches!(
                step,
                Step::Move(Move::Cut { .. } | Move::Tick { .. }) | Step::Plain { .. }
            )
        };
        !self.config.setup.is_reliable()
            || self.config.forgetful
            || matches!(self.config.setup.shape, Shape::Mesh | Shape::TabsWithFrames)
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
            31..=38 => Self::Move(Move::Flush { at }),
            39..=55 => Self::Move(Move::Run {
                ms: random.pick(&[0, 1, 10, 50, 500]),
            }),
            56..=57 => Self::Move(Move::Open { at }),
            58..=59 => Self::Move(Move::Freeze { at }),
            60..=62 => Self::Move(Move::Thaw { at }),
            63..=68 => Self::Move(Move::Down { a, b }),
            69..=76 => Self::Move(Move::Up { a, b }),
            77..=80 => Self::Move(Move::Reload { at }),
            81..=82 => Self::Move(Move::Close { at }),
            83..=87 => Self::Move(Move::Cut { a, b }),
            88..=92 => Self::Move(Move::Mend { a, b }),
            93..=94 => Self::Plain { at, key },
            95..=97 => Self::Move(Move::Tick { at }),
            _ => Self::Save { at },
        }
    }
}
