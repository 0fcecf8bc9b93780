//! Schedules that once failed, shrunk.

use super::network::case::{Case, Config, Shape, Wire};

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
};

/// Each case by what went wrong, or would without the rule it holds.
pub fn cases() -> Vec<(&'static str, Case)> {
    vec![(
        "a window announced after its first frames was never answered, and two waited for each other",
        Case {
            config: Config {
                seed: 14_844_250_921_920_218_075,
                windows: 5,
                late: 2,
                shape: Shape::Ring,
                skew: 1,
                ..PLAIN
            },
            steps: vec![],
        },
    )]
}
