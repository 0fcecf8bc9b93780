//! Who is who: the writer's id, and the host's handle of a neighbour.

use std::num::NonZeroU64;
use std::rc::Rc;

/// The host's handle of a connected neighbour. The core only compares it.
pub type PeerRef = u32;

/// The name of one register of a state. Shared, never copied.
pub type Key = Rc<str>;

/// The largest whole number that a JavaScript number holds exactly, with all below it.
pub const MAX_EXACT: f64 = 9_007_199_254_740_991.0;

/// A replica that writes: one for each life of each window, drawn at random, so a reload or a duplicated tab is
/// another actor. Below 2^53, so that it crosses to JavaScript as a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Actor(NonZeroU64);

impl Actor {
    /// An actor from 64 random bits. Never the zero that stands for nobody.
    #[must_use]
    pub fn from_random(bits: u64) -> Self {
        Self(NonZeroU64::new(bits & ((1 << 53) - 1)).unwrap_or(NonZeroU64::MIN))
    }

    /// An actor as it crossed a wire; `None` unless a whole number from 1 to 2^53 - 1.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        whole(number).and_then(NonZeroU64::new).map(Self)
    }

    /// The actor as a JavaScript number, exactly.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.bits() as f64
    }

    /// Another actor, that nobody else has: the finaliser of splitmix64 over this one.
    #[must_use]
    pub fn successor(self) -> Self {
        let mut bits = self.bits().wrapping_add(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self::from_random(bits ^ (bits >> 31))
    }

    /// The actor's bits, for hashing.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0.get()
    }
}

/// A sequence number or count as it crossed a wire; `None` unless a whole number from 0 to 2^53 - 1.
#[must_use]
pub fn whole(number: f64) -> Option<u64> {
    // NaN fails the range test; the cast is exact inside it.
    ((0.0..=MAX_EXACT).contains(&number) && number.trunc() == number).then_some(number as u64)
}
