//! Schedules that once failed, shrunk.

use super::network::case::{Case, Config, Shape, Step, Wire};

/// Perfect wires without delay; what a shrunk schedule mostly comes down to.
const PERFECT: Wire = Wire {
    fifo: true,
    latency: (0, 0),
    loss: 0,
    duplicate: 0,
};

/// Everything open from the start, nothing special.
const PLAIN: Config = Config {
    seed: 0,
    windows: 2,
    late: 0,
    shape: Shape::Full,
    wire: PERFECT,
    skew: 0,
    debounce: false,
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
    let seed = 14_844_250_921_920_218_075;
    let config = Config {
        seed,
        windows: 5,
        late: 2,
        shape: Shape::Ring,
        skew: 1,
        ..PLAIN
    };
    Case {
        config,
        steps: vec![],
    }
}

fn awaited_forgotten() -> Case {
    let seed = 18_383_476_057_112_122_319;
    let wire = Wire {
        latency: (0, 400),
        ..PERFECT
    };
    let config = Config {
        seed,
        windows: 3,
        late: 2,
        shape: Shape::Chain,
        wire,
        ..PLAIN
    };
    let steps = vec![
        Step::Reload { at: 0 },
        Step::Reload { at: 0 },
        Step::Open { at: 2 },
        Step::Reload { at: 0 },
        Step::Down { a: 1, b: 0 },
        Step::Close { at: 2 },
        Step::Reload { at: 1 },
        Step::Reload { at: 0 },
        Step::Write { at: 0, key: 1 },
    ];
    Case { config, steps }
}

fn early_batch_forgotten() -> Case {
    let wire = Wire {
        fifo: false,
        latency: (0, 30),
        loss: 30,
        duplicate: 0,
    };
    let config = Config {
        seed: 8_006_658_386_700_866_612,
        windows: 4,
        shape: Shape::TabsWithFrames,
        wire,
        skew: 1,
        reactive: true,
        initial: 1,
        disks: 0,
        forgetful: false,
        ..PLAIN
    };
    Case {
        config,
        steps: vec![Step::Reload { at: 3 }],
    }
}
