//! Schedules with names: what the seeded ones found.

use parley_sync::core::origin::OPAQUE;

use super::asking::Asked;
use super::document::{Life, Loading};
use super::traffic::{Event, Frame, Posted};
use super::world::World;
use super::{A, B, QUIET};

pub(super) type Scene = Result<(), String>;

/// Fails with `otherwise` unless the condition holds.
pub(super) fn is(condition: bool, otherwise: &str) -> Scene {
    if condition {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

pub(super) fn loading(window: usize, origin: &str, other: &str) -> Loading {
    Loading {
        window,
        origin: origin.to_owned(),
        allowed: vec![other.to_owned()],
        channel: None,
        is_hostile: false,
        is_prerendered: false,
    }
}

/// The calls of both documents were answered, and everybody agrees.
pub(super) fn ends_well(mut world: World, docs: [usize; 2]) -> Result<(), String> {
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

/// A frame of an opaque origin says hello, and shows another document when the invitation comes: that one joins with what it can
/// read, which is the invitation, and with what it makes up.
pub fn invitation_to_the_one_before(seed: u64) -> Result<(), String> {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let frame = world.add_window(Some(page), None);
    let first = world.load(loading(page, A, B));
    let second = world.load(loading(frame, OPAQUE, A));
    let asked = Asked {
        opaque: true,
        is_restricted: true,
        ..Asked::simply(20_000.0)
    };
    world.connect(first, frame, asked);
    let is_invited =
        |event: &Event| matches!(event, Event::Post { to, step: Posted::Invite { .. }, .. } if *to == frame);
    while !world.queue.values().any(is_invited) {
        let next = world.queue.keys().next().map(|key| key.0 as f64 / 1000.0);
        match next {
            Some(next) if next < 20_000.0 => world.run_for((next - world.now).max(0.0))?,
            _ => return Err("nobody was invited".to_owned()),
        }
    }
    world.docs[second].life = Life::Dead;
    let liar = world.load(Loading {
        is_hostile: true,
        ..loading(frame, OPAQUE, A)
    });
    world.run_for(10_000.0)?;
    let heard = &world.docs[liar].heard;
    let tokens = heard.iter().filter_map(|(_, step)| match step {
        Posted::Invite { token, .. } => Some(token.clone()),
        _ => None,
    });
    let tokens: Vec<String> = tokens.collect();
    if tokens.is_empty() {
        return Err("the invitation was lost".to_owned());
    }
    for proof in tokens.into_iter().map(Some).chain([None, Some(String::new())]) {
        for wire in world.docs[liar].ports.clone() {
            let join = Frame::Join {
                uid: "liar".to_owned(),
                claimed: "liar".to_owned(),
                has_received: true,
                proof: proof.clone(),
                any_origin: false,
            };
            world.post_frame(wire, join);
        }
    }
    world.run_for(QUIET)?;
    let page = &world.docs[first];
    match (page.connections.peers.everyone().count(), page.calls.as_slice()) {
        (0, [Some(false)]) => Ok(()),
        (peers, calls) => Err(format!("{peers} peers, and calls that ended as {calls:?}")),
    }
}
