//! A seeded network of windows: parents, frames, popups, siblings, tabs on a channel, and hostile ones among them.

pub mod arrivals;
pub mod asked;
pub mod asking;
pub mod check;
pub mod claims;
pub mod claims_on_channel;
pub mod cut_off;
pub mod document;
pub mod effects;
pub mod ended;
pub mod found;
pub mod half_open;
pub mod handles;
pub mod hostile;
pub mod lifecycle;
pub mod presence;
pub mod routes;
pub mod scenes;
pub mod start;
pub mod steps;
pub mod tabs;
pub mod timers;
pub mod traffic;
pub mod world;

pub use parley_sync_kit::random;
use parley_sync_kit::shrink::Schedule;
use random::Random;
use world::World;

pub const A: &str = "https://a.example";
pub const B: &str = "https://b.example";
const C: &str = "https://c.example";
/// Longer than any peer is waited for that has gone without a word, ms.
pub const QUIET: f64 = 200_000.0;

/// A schedule: the seed of the world, and those of its steps.
#[derive(Clone, Debug)]
pub struct Case {
    pub world: u64,
    pub steps: Vec<u64>,
}

impl Case {
    pub fn generate(seed: u64) -> Case {
        let mut random = Random::new(seed);
        let world = random.next();
        let count = 4 + random.below(40);
        let steps = (0..count).map(|_| random.next()).collect();
        Case { world, steps }
    }
}

impl Schedule for Case {
    type Step = u64;

    fn steps(&mut self) -> &mut Vec<u64> {
        &mut self.steps
    }
}

/// What schedules came to.
#[derive(Debug, Default)]
pub struct Summary {
    pub connected: u64,
    pub documents: u64,
    pub answered: u64,
    pub refused: u64,
}

impl Summary {
    pub fn add(&mut self, other: &Summary) {
        self.connected += other.connected;
        self.documents += other.documents;
        self.answered += other.answered;
        self.refused += other.refused;
    }
}

/// Plays a schedule, then waits for quiet.
pub fn play(case: &Case) -> Result<Summary, String> {
    let mut world = World::new(case.world);
    let first = world.add_window(None, None);
    world.load_some(first);
    for &step in &case.steps {
        world.random = Random::new(step);
        world.step();
        let pause = world.random.pick(&[0.0, 1.0, 30.0, 400.0, 3000.0, 20_000.0]);
        world.run_for(pause)?;
    }
    for doc in 0..world.docs.len() {
        world.resume(doc);
    }
    world.run_for(QUIET)?;
    world.check()?;
    let calls = world.docs.iter().flat_map(|doc| &doc.calls);
    let answered = calls.clone().filter(|call| **call == Some(true));
    let refused = calls.clone().filter(|call| **call == Some(false));
    Ok(Summary {
        connected: world.connected,
        documents: world.docs.len() as u64,
        answered: answered.count() as u64,
        refused: refused.count() as u64,
    })
}
