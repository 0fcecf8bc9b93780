//! A schedule: who is there, over what wires, and what happens in which order. All of it follows from a seed.

use parley_sync_kit::jumps::among_moves;
use parley_sync_kit::links::{Shape, Wire};
use parley_sync_kit::shrink::Schedule;
use parley_sync_kit::{Move, Random, Setup};

/// How much the windows keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep {
    /// Everything.
    All,
    /// Little, but everyone is a neighbour of everyone, and nothing is forgotten before all neighbours have it: so
    /// nothing may be lost.
    Patient,
    /// So little that windows that were apart have folded different actions: a side that loses may lose some.
    Little,
}

#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The host of a debounced window is slow: it carries out nothing but what a step tells it to.
    pub setup: Setup,
    pub keep: Keep,
    /// A subscriber dispatches when it hears of some actions.
    pub reactive: bool,
}

#[derive(Clone, Debug)]
pub struct Case {
    pub config: Config,
    pub steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// What can happen to any network.
    Move(Move),
    /// Some actions in one turn.
    Dispatch { at: usize, count: usize },
    /// An action that waits for the other windows.
    DispatchRemote { at: usize },
    /// The host carries out what the log wanted, up to so many effects.
    Work { at: usize, effects: usize },
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
        &[|case| case.config.reactive = false]
    }
}

impl Case {
    #[allow(dead_code, reason = "not every test sets clocks")]
    /// The same schedule, with clocks that are set at any moment.
    pub fn jumping(mut self) -> Case {
        self.steps = among_moves(&self.config.setup, &self.steps, Step::Move);
        self
    }

    pub fn generate(seed: u64) -> Case {
        let mut random = Random::new(seed);
        let windows = random.between(2, 5) as usize;
        let keep = random.pick(&[Keep::All, Keep::Patient, Keep::Little]);
        let mut wire = Wire::generate(&mut random, 60, &[0, 5, 30]);
        if keep == Keep::Patient {
            (wire.fifo, wire.loss, wire.duplicate) = (true, 0, 0);
        }
        let mut setup = Setup::generate(&mut random, windows, wire, 50, 60);
        if keep == Keep::Patient {
            setup.shape = random.pick(&[Shape::Full, Shape::Mesh]);
        }
        let config = Config {
            setup,
            keep,
            reactive: random.percent(30),
        };
        // Kinds of steps: none that hurts, none that hurts unnoticed, all.
        let kinds = match setup.is_reliable() {
            true => random.pick(&[80, 95]),
            false => 100,
        };
        let count = random.between(5, 90);
        let steps = (0..count).map(|_| Step::generate(&mut random, windows, kinds));
        let parts = |step: &Step| matches!(step, Step::Move(Move::Down { .. }));
        Case {
            config,
            steps: steps
                .filter(|step| keep != Keep::Patient || !parts(step))
                .collect(),
        }
    }
}

impl Step {
    fn generate(random: &mut Random, windows: usize, kinds: usize) -> Step {
        let at = random.below(windows);
        let (a, b) = (at, random.below(windows));
        match random.below(kinds) {
            0..=23 => Step::Dispatch {
                at,
                count: random.pick(&[1, 1, 1, 2, 5, 12]),
            },
            24..=25 => Step::DispatchRemote { at },
            26..=33 => Step::Move(Move::Flush { at }),
            34..=45 => Step::Work {
                at,
                effects: random.pick(&[1, 2, 50]),
            },
            46..=67 => Step::Move(Move::Run {
                ms: random.pick(&[0, 1, 7, 50, 500, 1_000]),
            }),
            68..=70 => Step::Move(Move::Open { at }),
            71..=73 => Step::Move(Move::Tick { at }),
            74..=75 => Step::Move(Move::Freeze { at }),
            76..=79 => Step::Move(Move::Thaw { at }),
            80..=85 => Step::Move(Move::Down { a, b }),
            86..=91 => Step::Move(Move::Up { a, b }),
            92..=94 => Step::Move(Move::Reload { at }),
            95..=97 => Step::Move(Move::Cut { a, b }),
            _ => Step::Move(Move::Mend { a, b }),
        }
    }
}
