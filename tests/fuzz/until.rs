//! How long to fuzz. This alone reads a clock: a long run lasts as long as it is told to, and nothing is asserted of it.

use std::time::{Duration, Instant};

/// When a run is over.
enum Until {
    Cases(u64),
    Over(Duration),
}

/// A run, from its beginning to its end.
pub struct Length {
    until: Until,
    started: Instant,
}

impl Length {
    /// As long as PARLEY_FUZZ_SECONDS says, else so many cases.
    pub fn of(cases: u64) -> Self {
        let until = super::run::number("PARLEY_FUZZ_SECONDS").map_or(Until::Cases(cases), |seconds| {
            Until::Over(Duration::from_secs(seconds))
        });
        Self {
            until,
            started: Instant::now(),
        }
    }

    pub fn is_over(&self, cases: u64) -> bool {
        match self.until {
            Until::Cases(count) => cases >= count,
            Until::Over(time) => self.started.elapsed() >= time,
        }
    }

    /// How many cases, and how many of them in a second.
    pub fn rate(&self, cases: u64) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        format!(
            "{cases} executions in {seconds:.1} s, {:.0} a second",
            cases as f64 / seconds.max(0.001)
        )
    }
}
