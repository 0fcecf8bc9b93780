//! Plays many schedules of one suite, each from a seed of its own.

use std::fmt::Debug;
use std::io::Write;

use crate::random::Random;
use crate::shrink::{Schedule, shrink};

/// A number that the environment sets, decimal or after `0x`.
///
/// # Panics
/// If it is set and is no number.
#[must_use]
pub fn setting(name: &str, default: u64) -> u64 {
    let Ok(text) = std::env::var(name) else {
        return default;
    };
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.unwrap_or_else(|_| panic!("{name} is not a number: {text}"))
}

/// How many schedules to play, and which.
#[derive(Clone, Copy)]
pub struct Run {
    /// How many.
    pub count: u64,
    /// The number of the first: those before it are left out.
    pub skip: u64,
    /// What their seeds come from.
    pub seed: u64,
}

impl Run {
    /// So many from that seed, unless the environment sets `PARLEY_SCHEDULES`, `PARLEY_SEED` and `PARLEY_SKIP`.
    #[must_use]
    pub fn of(count: u64, seed: u64) -> Self {
        Self::counted_by("PARLEY_SCHEDULES", count, seed)
    }

    /// The same, with the number in a variable of the suite's own.
    #[must_use]
    pub fn counted_by(variable: &str, count: u64, seed: u64) -> Self {
        Self {
            count: setting(variable, count),
            skip: setting("PARLEY_SKIP", 0),
            seed: setting("PARLEY_SEED", seed),
        }
    }

    /// Plays all of them, each from its seed. What `play` sums up is told, past the capture of a test's output: the count is
    /// part of what a run shows.
    ///
    /// # Panics
    /// At the first that fails, with what `play` says of it.
    pub fn all(self, name: &str, mut play: impl FnMut(u64) -> Result<(), String>) {
        self.each(name, &[()], |seed, ()| play(seed));
    }

    /// The same, as many times over as there are kinds of schedules: those of one kind come one kind apart.
    ///
    /// # Panics
    /// At the first that fails.
    pub fn each<K: Debug>(
        self,
        name: &str,
        kinds: &[K],
        mut play: impl FnMut(u64, &K) -> Result<(), String>,
    ) {
        let Self { count, skip, seed } = self;
        let mut seeds = Random::new(seed);
        for played in 0..skip + count {
            for kind in kinds {
                let one = seeds.next();
                if played < skip {
                    continue;
                }
                if let Err(error) = play(one, kind) {
                    panic!("{name} {kind:?}: schedule {played} of seed {seed:#x}, its own {one:#x}: {error}");
                }
            }
        }
        let count = count * kinds.len() as u64;
        let _ = writeln!(std::io::stderr(), "{name}: {count} schedules, seed {seed:#x}");
    }

    /// The same, where a schedule can be made small: the failure shows the small one.
    ///
    /// # Panics
    /// At the first that fails.
    pub fn shrinking<C: Schedule + Debug>(
        self,
        name: &str,
        generate: impl Fn(u64) -> C,
        play: impl Fn(&C) -> Result<(), String>,
    ) {
        self.all(name, |seed| {
            let case = generate(seed);
            play(&case).map_err(|error| told(&error, case, &play))
        });
    }
}

/// Plays what fails by a panic: an assertion prints what went wrong.
///
/// # Errors
/// If it panics.
pub fn caught(play: impl FnOnce()) -> Result<(), String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(play)).map_err(|_| "see above".into())
}

/// What went wrong with a schedule, and with the smallest one found that goes wrong too.
pub fn told<C: Schedule + Debug>(error: &str, case: C, play: impl Fn(&C) -> Result<(), String>) -> String {
    let small = shrink(case, |case| play(case).is_err());
    let last = play(&small).err();
    format!("{error}\nshrunk: {last:?}\n{small:?}")
}

#[cfg(test)]
mod tests {
    use super::Run;

    #[test]
    fn those_before_the_first_are_left_out() {
        let run = |skip, count| {
            let mut seeds = Vec::new();
            let seed = 7;
            Run { count, skip, seed }.all("kit", |seed| {
                seeds.push(seed);
                Ok(())
            });
            seeds
        };
        assert_eq!(run(0, 5)[3..], run(3, 2));
    }

    #[test]
    #[should_panic(expected = "kit (): schedule 3 of seed 0x7")]
    fn a_failure_names_its_schedule() {
        let mut left = 3;
        let run = Run {
            count: 9,
            skip: 0,
            seed: 7,
        };
        run.all("kit", |_| {
            left -= 1;
            if left < 0 { Err("three".into()) } else { Ok(()) }
        });
    }
}
