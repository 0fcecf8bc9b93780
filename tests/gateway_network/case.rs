//! A schedule as plain data: it can be played again, and made small.

use parley_sync::core::model::{How, Op, Strategy};
use parley_sync_kit::shrink::Schedule;
use parley_sync_kit::{Outcome, Random, schedule};

use super::{Network, Val};

/// Which trusted window lets in which of the others.
pub type Links = &'static [(usize, usize)];

pub const ONE: Links = &[(0, 3)];
pub const TWO: Links = &[(0, 3), (1, 4)];
pub const CIRCLES: Links = &[(0, 3), (0, 4), (1, 3), (1, 4), (2, 3), (2, 4)];

pub const STRATEGIES: [Strategy; 4] = [
    Strategy::LastWriteWins,
    Strategy::HighestVersion,
    Strategy::Manual,
    Strategy::Merge,
];

/// A write whose keys all count, or none.
pub fn transaction() -> How {
    How {
        is_transaction: true,
        ..How::default()
    }
}

pub fn set(value: u32) -> Op<Val> {
    Op::Set(Some(Val::Id(value)))
}

/// How the windows on both sides of a gateway differ.
#[derive(Clone, Debug)]
pub enum Peers {
    /// The windows behind gateways are restricted. A gateway keeps that many denied keys.
    Restricted { kept_denied: usize },
    /// Windows 3 and 4 settle one key differently from the others.
    Mismatched,
    /// Each window settles these keys differently from most others.
    Mixed(Vec<Vec<&'static str>>),
}

/// A network, and what happens in it.
#[derive(Clone, Debug)]
pub struct Case {
    pub strategy: Strategy,
    pub links: Links,
    pub peers: Peers,
    pub steps: Vec<Step>,
}

/// What is written to a key.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A value that nobody wrote before.
    Fresh,
    Delete,
    Number(u32),
    Add,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// So many milliseconds pass.
    Wait(u32),
    /// A lone write.
    Write(usize, &'static str, Kind),
    /// A lone write that may be rolled back.
    Tentative(usize, &'static str, Kind),
    /// A transaction of two fresh values.
    Transaction(usize, [&'static str; 2]),
    Flush(usize),
    Cut(usize, usize),
    Join(usize, usize),
    /// The next frame from one window to another arrives.
    Deliver(usize, usize),
    /// Everything arrives.
    Settle,
    /// From now on the trusted windows are not connected with each other.
    Part,
}

impl Schedule for Case {
    type Step = Step;

    fn steps(&mut self) -> &mut Vec<Step> {
        &mut self.steps
    }
}

/// Plays a schedule to its end, and checks that the windows agree.
///
/// # Errors
/// If they do not.
pub fn play(case: &Case) -> Outcome {
    played(case, |network| {
        for &step in &case.steps {
            network.step(step);
        }
    })
}

/// Plays steps that `draw` takes from random numbers. A failure shows the smallest schedule found that fails too.
///
/// # Errors
/// If the windows do not agree at the end.
pub fn play_drawn(mut case: Case, random: &mut Random, draw: impl FnOnce(&mut Drawing<'_>)) -> Outcome {
    let mut steps = Vec::new();
    let outcome = played(&case, |network| {
        draw(&mut Drawing {
            network,
            random,
            steps: &mut steps,
        });
    });
    outcome.map_err(|error| {
        case.steps = steps;
        schedule::told(&error, case, play)
    })
}

fn played(case: &Case, steps: impl FnOnce(&mut Network)) -> Outcome {
    let mut outcome = Ok(());
    schedule::caught(|| {
        let mut network = Network::of(case);
        steps(&mut network);
        network.heal();
        outcome = match case.peers {
            Peers::Restricted { .. } => network.check(),
            Peers::Mismatched => network.check_mismatched(),
            Peers::Mixed(_) => network.check_mixed(),
        };
    })?;
    outcome
}

/// A network whose steps are drawn as it goes: what is possible depends on what has happened.
pub struct Drawing<'a> {
    network: &'a mut Network,
    pub random: &'a mut Random,
    /// All that were drawn so far.
    steps: &'a mut Vec<Step>,
}

impl Drawing<'_> {
    /// Takes a step that is given.
    pub fn take(&mut self, step: Step) {
        self.steps.push(step);
        self.network.step(step);
    }

    /// Some time passes, and something happens.
    pub fn random_steps(&mut self, count: usize) {
        for _ in 0..count {
            let ms = self.random.below(20) as u32;
            self.take(Step::Wait(ms));
            if let Some(step) = self.network.random_step(self.random) {
                self.take(step);
            }
        }
    }
}

impl Network {
    fn of(case: &Case) -> Network {
        let (strategy, links) = (case.strategy, case.links);
        match &case.peers {
            Peers::Restricted { kept_denied } => {
                let mut network = Network::new(strategy, links);
                network.kept_denied = *kept_denied;
                network
            }
            Peers::Mismatched => Network::mismatched(strategy, links),
            Peers::Mixed(differing) => Network::mixed(strategy, links, differing),
        }
    }

    pub fn step(&mut self, step: Step) {
        match step {
            Step::Wait(ms) => self.now += f64::from(ms),
            Step::Write(at, key, kind) => self.write_kind(at, key, kind, How::default()),
            Step::Tentative(at, key, kind) => {
                let how = How {
                    may_roll_back: true,
                    ..How::default()
                };
                self.write_kind(at, key, kind, how);
            }
            Step::Transaction(at, keys) => {
                let ops = keys.map(|key| (key, Op::Set(Some(self.fresh()))));
                self.write(at, ops.to_vec(), transaction());
            }
            Step::Flush(at) => self.flush(at),
            Step::Cut(a, b) if self.is_joined(a, b) => self.cut(a, b),
            Step::Join(a, b) if !self.is_joined(a, b) => self.join(a, b),
            Step::Cut(..) | Step::Join(..) => {}
            Step::Deliver(from, to) => {
                self.deliver(from, to);
            }
            Step::Settle => self.settle(),
            Step::Part => self.part(),
        }
    }

    fn write_kind(&mut self, at: usize, key: &'static str, kind: Kind, how: How) {
        let op: Op<Val> = match kind {
            Kind::Fresh => Op::Set(Some(self.fresh())),
            Kind::Delete => Op::Set(None),
            Kind::Number(number) => Op::Set(Some(Val::Num(f64::from(number)))),
            Kind::Add => Op::Add(1.0),
        };
        self.write(at, vec![(key, op)], how);
    }
}
