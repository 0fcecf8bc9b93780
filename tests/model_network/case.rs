//! A schedule of a network of models. Plain data, so that a failing one can be shrunk and kept.

use parley_sync::core::model::Strategy;

use parley_sync_kit::jumps::among_moves;
use parley_sync_kit::links::Wire;
use parley_sync_kit::shrink::Schedule;
use parley_sync_kit::{Move, Random, Setup};

/// How many different keys a schedule writes. Few, so that writes meet.
pub const KEYS: usize = 6;
/// Holds numbers, written and counted up.
pub const NUMBER: usize = 4;
/// Only ever counted up.
pub const COUNTER: usize = 5;

/// What is set up before the first step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    pub setup: Setup,
    /// Window 0 answers each change that it hears of by a write.
    pub reactive: bool,
    /// How many initial values each window brings.
    pub initial: usize,
    /// Each key's.
    pub strategies: [Strategy; KEYS],
    /// Every fifth write is refused by this window.
    pub refuses: Option<usize>,
    /// All writes can be undone.
    pub undoable: bool,
}

/// How a step writes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Set,
    Delete,
    Transaction,
    Tentative,
    /// A transaction that may be rolled back.
    TentativeTransaction,
    Add,
    TentativeAdd,
    /// Updates that came in without a frame.
    Plain,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// What happens in any network.
    Move(Move),
    /// `span` keys, from `key` on.
    Write {
        at: usize,
        key: usize,
        span: usize,
        kind: Kind,
    },
    Confirm {
        at: usize,
        which: usize,
    },
    Retract {
        at: usize,
        which: usize,
    },
    Undo {
        at: usize,
    },
    Redo {
        at: usize,
    },
}

/// A whole schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub config: Config,
    pub steps: Vec<Step>,
}

/// What a schedule's writes may be.
struct Menu {
    groups: bool,
    falls: bool,
    plain: bool,
    undo: bool,
}

const STRATEGIES: [Strategy; 4] = [
    Strategy::LastWriteWins,
    Strategy::HighestVersion,
    Strategy::Manual,
    Strategy::Custom,
];

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
            |case| case.config.undoable = false,
            |case| case.config.refuses = None,
        ]
    }
}

impl Case {
    /// The same schedule, with clocks that are set at any moment.
    pub fn jumping(mut self) -> Self {
        self.steps = among_moves(&self.config.setup, &self.steps, Step::Move);
        self
    }

    pub fn generate(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let wire = Wire::generate(&mut random, 50, &[0, 5, 30]);
        let windows = random.between(2, 6).min(random.between(2, 6)) as usize;
        let mixture = random.percent(25);
        let one = random.pick(&STRATEGIES);
        let menu = Menu {
            groups: random.percent(60),
            falls: random.percent(50),
            plain: random.percent(15),
            undo: random.percent(30),
        };
        let config = Config {
            setup: Setup::generate(&mut random, windows, wire, 30, 40),
            reactive: random.percent(10),
            initial: random.pick(&[0, 1, KEYS]),
            strategies: [(); KEYS].map(|()| if mixture { random.pick(&STRATEGIES) } else { one }),
            refuses: random.percent(25).then(|| random.below(windows)),
            undoable: menu.undo,
        };
        let kinds = random.pick(&[60, 78, 100]);
        // Few keys at times, so that everything meets.
        let keys = random.pick(&[1, 2, 3, KEYS]);
        let count = random.between(3, 45);
        let steps = (0..count)
            .map(|_| Step::generate(&mut random, windows, kinds, keys, &menu))
            .collect();
        Self { config, steps }
    }
}

impl Step {
    fn generate(random: &mut Random, windows: usize, kinds: usize, keys: usize, menu: &Menu) -> Self {
        let at = random.below(windows);
        let (a, b) = (at, random.below(windows));
        match random.below(kinds) {
            0..=31 => Self::write(random, at, keys, menu),
            32..=38 if menu.falls => Self::Retract {
                at,
                which: random.below(8),
            },
            39 if menu.falls => Self::Confirm {
                at,
                which: random.below(8),
            },
            40..=42 if menu.undo => Self::Undo { at },
            43..=45 if menu.undo => Self::Redo { at },
            32..=35 => Self::write(random, at, keys, menu),
            36..=42 => Self::Move(Move::Flush { at }),
            43..=59 => Self::Move(Move::Run {
                ms: random.pick(&[0, 1, 10, 50, 500]),
            }),
            60..=66 => Self::Move(Move::Down { a, b }),
            67..=76 => Self::Move(Move::Up { a, b }),
            77..=80 => Self::Move(Move::Reload { at }),
            81..=82 => Self::Move(Move::Freeze { at }),
            83..=85 => Self::Move(Move::Thaw { at }),
            86..=89 => Self::Move(Move::Cut { a, b }),
            90..=94 => Self::Move(Move::Mend { a, b }),
            _ => Self::Move(Move::Tick { at }),
        }
    }

    fn write(random: &mut Random, at: usize, keys: usize, menu: &Menu) -> Self {
        let key = if keys == KEYS {
            random.below(KEYS)
        } else {
            random.pick(&[0, 1, 2, 3, NUMBER, COUNTER][..keys])
        };
        let kind = match random.below(20) {
            0..=4 if menu.groups => Kind::Transaction,
            5..=6 if menu.groups && menu.falls => Kind::TentativeTransaction,
            7..=11 if menu.falls => Kind::Tentative,
            12 if menu.falls => Kind::TentativeAdd,
            13 if menu.plain => Kind::Plain,
            14 => Kind::Delete,
            15..=16 => Kind::Add,
            _ => Kind::Set,
        };
        let span = match kind {
            Kind::Transaction | Kind::TentativeTransaction => random.between(2, 4),
            _ => random.pick(&[1, 1, 1, 2]),
        };
        Self::Write {
            at,
            key,
            span: span as usize,
            kind,
        }
    }
}
