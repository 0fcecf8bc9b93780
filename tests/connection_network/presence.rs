//! Scenes about `connect` and the frame it is called for, which is not in its page yet, or leaves it.

use parley_sync::core::connection::effect::Effect;

use super::asking::Asked;
use super::scenes::{Scene, ends_well, is, loading};
use super::world::World;
use super::{A, B};

/// A page and its frame, which is not in the page yet.
pub(super) fn page_without_its_frame(seed: u64) -> (World, usize, usize) {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let frame = world.add_window(Some(page), None);
    world.windows[frame].win.is_gone.set(true);
    let first = world.load(loading(page, A, B));
    world.connect(first, frame, Asked::simply(60_000.0));
    (world, first, frame)
}

/// connect() is called for an element that is put into the page more than a second later.
pub fn put_into_the_page_later(seed: u64) -> Scene {
    let (mut world, first, frame) = page_without_its_frame(seed);
    world.run_for(1500.0)?;
    world.windows[frame].win.is_gone.set(false);
    let second = world.load(loading(frame, B, A));
    ends_well(world, [first, second])
}

/// The element never comes: the call ends long before its timeout.
pub fn never_put_into_the_page(seed: u64) -> Scene {
    let (mut world, first, _) = page_without_its_frame(seed);
    world.run_for(1500.0)?;
    is(world.docs[first].calls == [None], "the call ended early")?;
    world.run_for(3000.0)?;
    is(world.docs[first].calls == [Some(false)], "the call has not ended")
}

/// A frame that was in its page leaves it: the call ends within the next look.
pub fn left_before_it_answered(seed: u64) -> Scene {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let frame = world.add_window(Some(page), None);
    let first = world.load(loading(page, A, B));
    world.connect(first, frame, Asked::simply(60_000.0));
    world.run_for(1500.0)?;
    world.windows[frame].win.is_gone.set(true);
    let number = world.docs[first].connections.targets[0].number;
    let now = world.now;
    world.decide(first, |connections, _| connections.frame_removed(number, now));
    world.run_for(1400.0)?;
    is(world.docs[first].calls == [Some(false)], "the call has not ended")
}

/// A target's frame is watched for its removal while connect() waits, and asked for again at each look.
pub fn silence_is_reported(seed: u64) -> Scene {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let frame = world.add_window(Some(page), None);
    let first = world.load(loading(page, A, B));
    world.connect(first, frame, Asked::simply(60_000.0));
    let now = world.now;
    let document = &mut world.docs[first];
    document.connections.beat(now, now, false);
    let effects = document.connections.take_effects();
    let is_watched = effects
        .iter()
        .any(|effect| matches!(effect, Effect::WatchFrame(_)));
    let is_reported = effects
        .iter()
        .any(|effect| matches!(effect, Effect::Unanswered(_)));
    is(is_watched && is_reported, "the frame is not looked at")
}
