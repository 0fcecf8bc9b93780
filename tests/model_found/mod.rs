//! Schedules of models that once failed, shrunk.

use super::model_network::case::{Case, Config, KEYS, Kind, Step};
use parley_sync::core::model::Strategy;
use parley_sync_kit::links::{Shape, Wire};
use parley_sync_kit::{Move, Setup};

/// A schedule and what went wrong in it.
pub type Found = (&'static str, fn() -> Case);

/// All of them.
pub const FOUND: [Found; 1] = [(
    "a write that was taken back came back as what a refused one had replaced",
    taken_back_named_as_base,
)];

fn write(at: usize, key: usize, span: usize, kind: Kind) -> Step {
    Step::Write { at, key, span, kind }
}

fn taken_back_named_as_base() -> Case {
    let setup = Setup {
        seed: 16_318_861_185_710_816_253,
        windows: 3,
        shape: Shape::Star,
        wire: Wire {
            duplicate: 50,
            ..Wire::PERFECT
        },
        debounce: true,
        ..Setup::PLAIN
    };
    let config = Config {
        setup,
        reactive: false,
        initial: KEYS,
        strategies: [Strategy::Manual; KEYS],
        refuses: Some(1),
        undoable: false,
    };
    let steps = vec![
        write(0, 0, 3, Kind::TentativeTransaction),
        write(1, 0, 2, Kind::Tentative),
        write(2, 1, 1, Kind::TentativeAdd),
        Step::Move(Move::Run { ms: 500 }),
        Step::Move(Move::Reload { at: 1 }),
        Step::Move(Move::Tick { at: 0 }),
        write(0, 1, 3, Kind::TentativeTransaction),
        write(1, 1, 3, Kind::Transaction),
        Step::Move(Move::Run { ms: 500 }),
        write(2, 1, 1, Kind::Tentative),
        write(2, 1, 1, Kind::Tentative),
        write(2, 1, 1, Kind::Set),
        Step::Retract { at: 0, which: 4 },
        write(2, 0, 3, Kind::TentativeTransaction),
        write(0, 1, 2, Kind::Set),
        Step::Retract { at: 0, which: 6 },
        Step::Move(Move::Reload { at: 2 }),
    ];
    Case { config, steps }
}
