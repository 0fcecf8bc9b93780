//! A schedule: who is there, over what wires, and what happens in which order. All of it follows from a seed.

use parley_sync_kit::Random;
use parley_sync_kit::jumps::with_jumps;
use parley_sync_kit::shrink::Schedule;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Everyone with everyone, over one broadcast wire.
    Mesh,
    /// A parent in the middle.
    Star,
    /// Each relays for the next.
    Chain,
}

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

#[derive(Clone, Debug)]
pub struct Case {
    pub windows: usize,
    pub shape: Shape,
    /// Whether wires lose, double and reorder until the end.
    pub lossy: bool,
    pub keep: Keep,
    /// The windows' clocks differ by up to this many milliseconds.
    pub skew: u32,
    /// A subscriber dispatches when it hears of some actions.
    pub reactive: bool,
    pub steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Opens one more window, if there is a place left for it.
    Open,
    Dispatch {
        window: usize,
        count: usize,
    },
    DispatchRemote {
        window: usize,
    },
    Flush {
        window: usize,
    },
    /// The host carries out what the log wanted, up to so many effects.
    Work {
        window: usize,
        effects: usize,
    },
    /// The first frames of a wire arrive.
    Deliver {
        wire: usize,
        frames: usize,
    },
    Lose {
        wire: usize,
    },
    Double {
        wire: usize,
    },
    Overtake {
        wire: usize,
    },
    Part {
        wire: usize,
    },
    Join {
        wire: usize,
    },
    /// The window at this place dies; a new one takes its place.
    Reload {
        window: usize,
    },
    Tick {
        window: usize,
    },
    Pass {
        ms: u32,
    },
    #[allow(dead_code, reason = "not every test sets clocks")]
    /// A window's clock is set, or that of all. A window that is opened later reads a clock that is right.
    Jump {
        window: Option<usize>,
        ms: i64,
    },
}

impl Schedule for Case {
    type Step = Step;

    fn steps(&mut self) -> &mut Vec<Step> {
        &mut self.steps
    }
}

impl Case {
    #[allow(dead_code, reason = "not every test sets clocks")]
    /// The same schedule, with clocks that are set at any moment.
    pub fn jumping(mut self, seed: u64) -> Case {
        self.steps = with_jumps(
            seed,
            self.windows,
            &self.steps,
            |window, ms| Step::Jump { window, ms },
            |window| Step::Reload { window },
        );
        self
    }

    pub fn generate(seed: u64) -> Case {
        let mut random = Random::new(seed);
        let windows = random.between(2, 5) as usize;
        let shape = random.pick(&[Shape::Mesh, Shape::Mesh, Shape::Star, Shape::Chain]);
        let keep = match random.pick(&[Keep::All, Keep::Patient, Keep::Little]) {
            Keep::Patient if shape != Shape::Mesh => Keep::All,
            keep => keep,
        };
        let lossy = keep != Keep::Patient && random.percent(40);
        let length = random.between(5, 90);
        let calm = random.percent(50);
        let steps = (0..length)
            .map(|_| step(&mut random, windows, lossy, calm))
            .filter(|step| keep != Keep::Patient || !matches!(step, Step::Part { .. }))
            .collect();
        Case {
            windows,
            shape,
            lossy,
            keep,
            skew: random.pick(&[0, 0, 5, 2_000, 120_000]),
            reactive: random.percent(30),
            steps,
        }
    }
}

fn step(random: &mut Random, windows: usize, lossy: bool, calm: bool) -> Step {
    let window = random.below(windows);
    let wire = random.below(64);
    match random.below(100) {
        0..4 => Step::Open,
        4..28 => Step::Dispatch {
            window,
            count: random.pick(&[1, 1, 1, 2, 5, 12]),
        },
        28..30 => Step::DispatchRemote { window },
        30..44 => Step::Flush { window },
        44..56 => Step::Work {
            window,
            effects: random.pick(&[1, 2, 50]),
        },
        56..78 => Step::Deliver {
            wire,
            frames: random.pick(&[1, 1, 2, 50]),
        },
        78..84 if lossy => random.pick(&[
            Step::Lose { wire },
            Step::Double { wire },
            Step::Overtake { wire },
        ]),
        78..86 if !calm => Step::Part { wire },
        86..91 => Step::Join { wire },
        91..93 if !calm => Step::Reload { window },
        93..96 => Step::Tick { window },
        _ => Step::Pass {
            ms: random.pick(&[0, 1, 1, 7, 1_000]),
        },
    }
}
