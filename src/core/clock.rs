//! A hybrid logical clock (Kulkarni et al., 2014): physical milliseconds while they advance, a counter when they do not.
//!
//! # Clocks that are wrong
//! Windows agree with any clocks, so no correct reading is refused: a window that receives one ahead of its own continues
//! from there, and its next write is the later one. A clock is read as no later than the end of `WALL_MS`. So a reading
//! beyond that was counted on from such a clock, or is forged; beyond `LIMIT` there are more counts than any window makes, so
//! it is forged, or follows a forged one.
//!
//! A forged time must not prevent later writes. Therefore the counts from `LIMIT` on are a second scale, on
//! which clocks are read once more, coarser; there, and only there, a reading must not be further ahead of the receiver's
//! clock than [`MAX_AHEAD_MS`]. A forging peer can drive a state onto that scale, and gains nothing but that clocks which
//! differ by more than five minutes are refused from then on.

use super::id::MAX_EXACT;

/// 2020-01-01T00:00:00Z in milliseconds of the Unix epoch: what times count from, so that 53 bits last until 2089.
const EPOCH_MS: f64 = 1_577_836_800_000.0;
/// Values of the counter within one millisecond. A full counter carries into the milliseconds.
const STEPS: i64 = 4096;
/// No clock is read as less than a year of this epoch, and nobody writes a key so often: what is below counts writes.
const YEAR_MS: i64 = 31_536_000_000;
/// The first and the last millisecond that a clock is taken to show: a year of this epoch, and 55.
const FIRST_MS: f64 = YEAR_MS as f64 + 1.0;
const WALL_MS: f64 = 1_735_689_600_000.0;
/// Where the second scale begins: 65 years of this epoch. The ten years between hold 10^15 counts.
const LIMIT: i64 = 2_051_244_000_000 * STEPS;
/// Values of the counter within one millisecond on the second scale, which so ends before 53 bits do.
const GUARDED_STEPS: i64 = 256;
/// How far ahead of this window a reading on the second scale may be; beyond it, one on the first is none of a clock that is
/// right.
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
        } else if self.is_guarded() {
            (self.0 - LIMIT) / GUARDED_STEPS
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

    /// Whether no honest window can have made this by `now_ms`: it is on the second scale, and further ahead than
    /// [`MAX_AHEAD_MS`].
    #[must_use]
    pub fn is_ahead(self, now_ms: f64) -> bool {
        self.is_guarded() && self.0 > guarded(now_ms + MAX_AHEAD_MS)
    }

    /// Whether a clock may show this, be it right or wrong: nobody had to count to get there.
    #[must_use]
    pub fn is_of_a_clock(self) -> bool {
        self.0 <= floor(f64::INFINITY)
    }

    /// Whether a clock that is right, where this window's is, cannot have shown this yet.
    #[must_use]
    pub fn is_beyond(self, now_ms: f64) -> bool {
        self.millis() - EPOCH_MS > since_epoch(now_ms) + MAX_AHEAD_MS
    }

    fn is_guarded(self) -> bool {
        self.0 >= LIMIT
    }
}

/// A reading was refused: see [`Time::is_ahead`].
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
        let next = floor(now_ms).max(self.last.saturating_add(1));
        self.last = if next < LIMIT {
            next
        } else {
            next.max(guarded(now_ms))
        };
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

/// What a clock is taken to show, in milliseconds of this module's epoch; the ends of the range for what lies outside.
fn since_epoch(now_ms: f64) -> f64 {
    let since = now_ms - EPOCH_MS;
    if since.is_nan() {
        FIRST_MS
    } else {
        since.clamp(FIRST_MS, WALL_MS)
    }
}

/// The first reading of that millisecond.
fn floor(now_ms: f64) -> i64 {
    since_epoch(now_ms) as i64 * STEPS
}

/// The same on the second scale.
fn guarded(now_ms: f64) -> i64 {
    LIMIT + since_epoch(now_ms) as i64 * GUARDED_STEPS
}
