//! Schedules that once failed, shrunk.

use super::network::case::{Case, Config, Step};
use parley_sync_kit::links::{Shape, Wire};
use parley_sync_kit::{Move, Setup};

/// Everything open from the start, nothing special.
const PLAIN: Config = Config {
    setup: Setup::PLAIN,
    reactive: false,
    initial: 0,
    disks: 0,
    forgetful: false,
};

/// A schedule and what went wrong in it.
pub type Found = (&'static str, fn() -> Case);

/// All of them.
pub const FOUND: [Found; 3] = [
    (
        "a window announced after its first frames was never answered, and two waited for each other",
        owed_forgotten,
    ),
    (
        "a window announced after its first frames, and after the look round, was not waited for",
        awaited_forgotten,
    ),
    (
        "a batch that came too early while a question was open was not asked for again",
        early_batch_forgotten,
    ),
];

fn owed_forgotten() -> Case {
    let setup = Setup {
        seed: 14_844_250_921_920_218_075,
        windows: 5,
        late: 2,
        shape: Shape::Ring,
        skew: 1,
        ..Setup::PLAIN
    };
    Case {
        config: Config { setup, ..PLAIN },
        steps: vec![],
    }
}

fn awaited_forgotten() -> Case {
    let setup = Setup {
        seed: 18_383_476_057_112_122_319,
        windows: 3,
        late: 2,
        shape: Shape::Chain,
        wire: Wire {
            latency: (0, 400),
            ..Wire::PERFECT
        },
        ..Setup::PLAIN
    };
    let steps = vec![
        Step::Move(Move::Reload { at: 0 }),
        Step::Move(Move::Reload { at: 0 }),
        Step::Move(Move::Open { at: 2 }),
        Step::Move(Move::Reload { at: 0 }),
        Step::Move(Move::Down { a: 1, b: 0 }),
        Step::Move(Move::Close { at: 2 }),
        Step::Move(Move::Reload { at: 1 }),
        Step::Move(Move::Reload { at: 0 }),
        Step::Write { at: 0, key: 1 },
    ];
    let config = Config { setup, ..PLAIN };
    Case { config, steps }
}

fn early_batch_forgotten() -> Case {
    let setup = Setup {
        seed: 8_006_658_386_700_866_612,
        windows: 4,
        shape: Shape::TabsWithFrames,
        wire: Wire {
            fifo: false,
            latency: (0, 30),
            loss: 30,
            duplicate: 0,
        },
        skew: 1,
        ..Setup::PLAIN
    };
    let config = Config {
        setup,
        reactive: true,
        initial: 1,
        ..PLAIN
    };
    Case {
        config,
        steps: vec![Step::Move(Move::Reload { at: 3 })],
    }
}
