//! How long two windows have differed though they have seen the same.
//!
//! Counted in ticks of this window, at most one for each tick: comparisons of a neighbour that pile up while it or this window is
//! busy, or while frames are on their way, count as one. So the host learns only of a difference that lasted while the two
//! could send each other everything several times.

/// After so many ticks the host learns of it: a minute, where windows compare every five seconds.
const REPORT_AFTER_TICKS: u8 = 12;

/// What comparisons with one neighbour found since it last held the same.
#[derive(Default)]
pub struct Difference {
    /// A digest of what the two held last, and in how many ticks in a row it was that.
    how: (u64, u8),
    /// In how many ticks they differed, in whichever way.
    ticks: u8,
    /// They differed in this tick.
    is_counted: bool,
}

impl Difference {
    /// They differ in the way of that digest. In how many ticks in a row they do so; 0 if this one is counted.
    pub fn found(&mut self, how: u64) -> u8 {
        if std::mem::replace(&mut self.is_counted, true) {
            return 0;
        }
        self.ticks = self.ticks.saturating_add(1);
        if self.how.0 != how {
            self.how = (how, 0);
        }
        self.how.1 = self.how.1.saturating_add(1);
        self.how.1
    }

    /// Whether to report to the host that they stay different: once, until they hold the same.
    #[must_use]
    pub fn lasts(&self) -> bool {
        self.ticks == REPORT_AFTER_TICKS
    }

    /// They hold the same.
    pub fn ends(&mut self) {
        *self = Self::default();
    }

    /// Time has passed.
    pub fn tick(&mut self) {
        self.is_counted = false;
    }
}

/// Whether everything is sent once more, after so many ticks in which it did not help: ever less often.
#[must_use]
pub fn is_due(tries: u8) -> bool {
    tries == 3 || tries.is_power_of_two()
}
