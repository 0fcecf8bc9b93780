//! What is fuzzed natively: each target makes a case of the bytes it is given, and panics if something is wrong.

mod cells;
mod deltas;
mod handshakes;
mod logs;
mod origins;
mod stored;
mod texts;

#[path = "../../connection_network/mod.rs"]
mod connection_network;
#[path = "../../log_scenarios/window.rs"]
mod log_window;
#[path = "../../model_room/mod.rs"]
mod model_room;
#[path = "../../network/room.rs"]
mod room;

use std::cell::Cell;

use crate::choices::Choices;

thread_local! {
    static FORGES: Cell<bool> = const { Cell::new(false) };
}

/// From now on liars of this thread forge: they speak in the names of honest windows too, for what was folded away, and give
/// different contents to what has one name.
pub fn forge() {
    FORGES.set(true);
}

/// Whether liars forge: in the tests that say so, and everywhere with PARLEY_FUZZ_FORGE=1.
pub fn may_forge() -> bool {
    FORGES.get() || std::env::var_os("PARLEY_FUZZ_FORGE").is_some()
}

pub struct Target {
    pub name: &'static str,
    pub run: fn(&mut Choices),
}

pub const TARGETS: [Target; 7] = [
    Target {
        name: "deltas",
        run: deltas::run,
    },
    Target {
        name: "cells",
        run: cells::run,
    },
    Target {
        name: "logs",
        run: logs::run,
    },
    Target {
        name: "handshakes",
        run: handshakes::run,
    },
    Target {
        name: "stored",
        run: stored::run,
    },
    Target {
        name: "origins",
        run: origins::run,
    },
    Target {
        name: "texts",
        run: texts::run,
    },
];
