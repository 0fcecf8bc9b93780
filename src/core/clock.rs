//! A hybrid logical clock (Kulkarni et al., 2014): physical milliseconds while they advance, a counter when they do not.

use super::id::MAX_EXACT;

/// 2020-01-01T00:00:00Z in milliseconds of the Unix epoch: what times count from, so that 53 bits last until 2089.
const EPOCH_MS: f64 = 1_577_836_800_000.0;
/// Values of the counter within one millisecond. A full counter carries into the milliseconds.
const STEPS: i64 = 4096;
/// A clock that shows less than a year of this epoch was never read, and nobody writes a key so often.
const YEAR_MS: i64 = 31_536_000_000;
/// The last millisecond that a reading takes. A year short of what 53 bits hold: there is always room to count on.
const LAST_MS: f64 = 2_167_000_000_000.0;
/// How far ahead of this window a reading may be. Beyond it a peer could win every conflict for ever.
pub const MAX_AHEAD_MS: f64 = 300_000.0;

/// A reading: milliseconds and counter in one number, exact as a JavaScript number.
///
/// Readings of real writes are positive. A negative one marks an initial value, see [`Time::initial`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Time(i64);

impl Time {
    /// The time of a value that nobody wrote: it loses to every real write, and among initial values the one of the
    /// window that was born first wins.
    #[must_use]
    pub fn initial(born_ms: f64) -> Self {
        Self(-(since_epoch(born_ms) as i64) - 1)
    }

    /// The next after that many writes, for keys that are ordered by how many writes theirs had seen.
    #[must_use]
    pub fn after(seen: Option<Time>) -> Self {
        Self(seen.map_or(0, |time| time.0.max(0)).saturating_add(1))
    }

    /// A time as it crossed a wire; `None` unless a whole number within what both sides hold exactly.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        ((-MAX_EXACT..=MAX_EXACT).contains(&number) && number.trunc() == number)
            .then_some(Self(number as i64))
    }

    /// The time as a JavaScript number, exactly.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }

    /// Milliseconds of the Unix epoch: when the write was made, or for an initial value when its window was born.
    #[must_use]
    pub fn millis(self) -> f64 {
        let since = if self.is_initial() {
            -(self.0 + 1)
        } else {
            self.0 / STEPS
        };
        since as f64 + EPOCH_MS
    }

    /// Whether a clock was read for this: it is neither an initial value's, nor a count of writes.
    #[must_use]
    pub fn is_reading(self) -> bool {
        self.0 / STEPS > YEAR_MS
    }

    /// Whether this marks an initial value.
    #[must_use]
    pub fn is_initial(self) -> bool {
        self.0 < 0
    }

    /// Whether this is further ahead of `now_ms` than honest clocks drift apart.
    #[must_use]
    pub fn is_ahead(self, now_ms: f64) -> bool {
        self.0 > floor(now_ms + MAX_AHEAD_MS)
    }
}

/// A reading was refused: more than [`MAX_AHEAD_MS`] ahead of this window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ahead;

/// The clock of one replica.
///
/// Invariant: a tick is greater than every earlier tick and every observed reading.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    last: i64,
}

impl Clock {
    /// A clock that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A reading for something that happens now.
    pub fn tick(&mut self, now_ms: f64) -> Time {
        self.last = floor(now_ms).max(self.last.saturating_add(1));
        Time(self.last)
    }

    /// Takes note of another replica's reading, so that what is written after seeing it is stamped after it.
    ///
    /// # Errors
    /// [`Ahead`] if the reading is too far in the future; this clock is not dragged along.
    pub fn observe(&mut self, time: Time, now_ms: f64) -> Result<(), Ahead> {
        if time.is_ahead(now_ms) {
            return Err(Ahead);
        }
        self.last = self.last.max(time.0);
        Ok(())
    }
}

/// Milliseconds since the epoch of this module; the ends of the range for what lies outside, 0 for NaN.
fn since_epoch(now_ms: f64) -> f64 {
    (now_ms - EPOCH_MS).clamp(0.0, LAST_MS)
}

/// The first reading of that millisecond. Casting NaN gives 0.
fn floor(now_ms: f64) -> i64 {
    since_epoch(now_ms) as i64 * STEPS
}
