//! Clocks that are set: by seconds, minutes, hours and years, forward and back.

use crate::moves::Move;
use crate::random::Random;
use crate::setup::Setup;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const YEAR: i64 = 365 * 24 * HOUR;

/// Milliseconds by which clocks are set. The last two leave the years that a stamp can name.
const JUMPS: [i64; 12] = [
    -SECOND,
    SECOND,
    -4 * MINUTE,
    7 * MINUTE,
    -HOUR,
    HOUR,
    -26 * HOUR,
    3 * YEAR,
    -3 * YEAR,
    20 * YEAR,
    -60 * YEAR,
    8_000 * YEAR,
];

/// A jump.
pub fn jump(random: &mut Random) -> i64 {
    random.pick(&JUMPS)
}

/// Lays jumps between the steps of a schedule: one in five steps, of one window's clock or of all, some of them followed by a
/// reload of that window. `make` makes the step of a jump, `reload` that of a reload.
pub fn with_jumps<S: Copy>(
    seed: u64,
    windows: usize,
    steps: &[S],
    make: impl Fn(Option<usize>, i64) -> S,
    reload: impl Fn(usize) -> S,
) -> Vec<S> {
    let mut random = Random::new(seed ^ 0x6a75_6d70);
    let mut all = Vec::with_capacity(steps.len() * 2);
    for &step in steps {
        if random.percent(20) {
            let at = random.below(windows);
            let whose = if random.percent(30) { None } else { Some(at) };
            all.push(make(whose, jump(&mut random)));
            if random.percent(25) {
                all.push(reload(at));
            }
        }
        all.push(step);
    }
    all
}

/// The same for the steps of a network; `make` makes them of moves.
pub fn among_moves<S: Copy>(setup: &Setup, steps: &[S], make: impl Fn(Move) -> S) -> Vec<S> {
    with_jumps(
        setup.seed,
        setup.windows,
        steps,
        |at, ms| make(Move::Jump { at, ms }),
        |at| make(Move::Reload { at }),
    )
}
