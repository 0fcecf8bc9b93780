//! Places for windows, and all that lies between them.

use crate::event::{Arrival, Queue};
use crate::links::{Links, Wire};
use crate::random::Random;
use crate::setup::Setup;

/// A place for a window.
pub struct Site<W, F> {
    /// The window, while it is open.
    pub window: Option<W>,
    /// How many windows have lived here.
    pub lives: u32,
    /// By how much its clock is off.
    pub skew_ms: f64,
    /// It flushes only when told to, not at the end of each turn.
    pub debounced: bool,
    /// It gets nothing and does nothing.
    pub frozen: bool,
    /// What arrived while it was frozen.
    pub(crate) backlog: Vec<Arrival<F>>,
}

/// The places, the wires, what is on its way, and what time it is.
pub struct Space<W, F> {
    /// What wires do to frames.
    pub wire: Wire,
    /// What is drawn: delays, losses, actors.
    pub random: Random,
    /// Milliseconds since the start.
    pub now: u64,
    /// The places.
    pub sites: Vec<Site<W, F>>,
    /// The wires.
    pub links: Links,
    /// What will happen.
    pub queue: Queue<F>,
    /// The wires lose and double nothing any more.
    pub healed: bool,
    /// What has reached a window so far.
    pub arrivals: u32,
    /// More arrivals than any schedule needs: beyond it, windows answer each other for ever.
    pub(crate) endless: u32,
}

impl<W, F> Space<W, F> {
    /// The empty places. More than `endless` arrivals mean that windows answer each other for ever.
    #[must_use]
    pub fn new(setup: &Setup, endless: u32) -> Self {
        let mut random = Random::new(setup.seed);
        let skew = setup.skew;
        let mut site = |at: usize| Site {
            window: None,
            lives: 0,
            skew_ms: f64::from(random.between(0, skew * 2000)) - f64::from(skew) * 1000.0,
            debounced: setup.debounce && at % 2 == 1,
            frozen: false,
            backlog: Vec::new(),
        };
        let sites = (0..setup.windows).map(&mut site).collect();
        Self {
            wire: setup.wire,
            now: 0,
            sites,
            links: Links::new(setup.shape, setup.windows),
            queue: Queue::default(),
            healed: false,
            arrivals: 0,
            endless,
            random,
        }
    }
}
