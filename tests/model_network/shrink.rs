//! Makes a failing schedule small.

use super::case::Case;
use super::play;

/// Removes steps as long as the schedule still fails, halves first, then ever smaller pieces, until no single step can
/// go; then does without what the set-up offers.
pub fn shrink(mut case: Case) -> Case {
    let mut piece = case.steps.len().max(1);
    loop {
        let mut removed = false;
        let mut from = 0;
        while from < case.steps.len() {
            let mut smaller = case.clone();
            smaller.steps.drain(from..(from + piece).min(case.steps.len()));
            if play(&smaller).is_err() {
                case = smaller;
                removed = true;
            } else {
                from += piece;
            }
        }
        if piece > 1 {
            piece /= 2;
        } else if !removed {
            break;
        }
    }
    simplify(case)
}

fn simplify(mut case: Case) -> Case {
    let simpler: [fn(&mut Case); 11] = [
        |case| case.config.wire.loss = 0,
        |case| case.config.wire.duplicate = 0,
        |case| case.config.wire.latency = (0, 0),
        |case| case.config.wire.fifo = true,
        |case| case.config.skew = 0,
        |case| case.config.reactive = false,
        |case| case.config.debounce = false,
        |case| case.config.initial = 0,
        |case| case.config.late = 0,
        |case| case.config.undoable = false,
        |case| case.config.refuses = None,
    ];
    for make in simpler {
        let mut candidate = case.clone();
        make(&mut candidate);
        if play(&candidate).is_err() {
            case = candidate;
        }
    }
    case
}
