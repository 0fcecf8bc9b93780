//! Schedules with names: what the seeded ones found.

use super::asking::Asked;
use super::document::Loading;
use super::world::World;
use super::{A, B, QUIET};

fn loading(window: usize, origin: &str, other: &str) -> Loading {
    Loading {
        window,
        origin: origin.to_owned(),
        allowed: vec![other.to_owned()],
        channel: None,
        is_hostile: false,
    }
}

/// The calls of both documents were answered, and everybody agrees.
fn ends_well(mut world: World, docs: [usize; 2]) -> Result<(), String> {
    world.run_for(QUIET)?;
    for doc in docs {
        let calls = &world.docs[doc].calls;
        if calls.contains(&Some(false)) {
            return Err(format!("the calls of document {doc} ended as {calls:?}"));
        }
    }
    world.check()
}

/// A page and its frame, of two origins that let each other in: the page connects, and later the frame does.
pub fn one_after_the_other(seed: u64) -> Result<(), String> {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let frame = world.add_window(Some(page), None);
    let first = world.load(loading(page, A, B));
    let second = world.load(loading(frame, B, A));
    world.connect(first, frame, Asked::simply(60_000.0));
    world.run_for(29_000.0)?;
    world.connect(second, page, Asked::simply(60_000.0));
    ends_well(world, [first, second])
}

/// A popup goes into the cache, its opener is connected with the next page there, and then the first comes back.
pub fn back_from_the_cache(seed: u64) -> Result<(), String> {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let popup = world.add_window(None, Some(page));
    let first = world.load(loading(page, A, B));
    let second = world.load(loading(popup, B, A));
    world.connect(first, popup, Asked::simply(60_000.0));
    world.run_for(29_000.0)?;
    world.cache(popup);
    world.load(loading(popup, B, A));
    world.run_for(30_000.0)?;
    world.restore(popup);
    ends_well(world, [first, second])
}
