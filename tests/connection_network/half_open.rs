//! Scenes about a handshake under way: its wire is of no use or closes, its worker fails, a lock is granted.

use parley_sync::core::connection::connections::Connections;

use super::asking::Asked;
use super::handles::Test;
use super::presence::page_without_its_frame;
use super::scenes::{Scene, is, loading};
use super::traffic::{Event, Frame};
use super::world::World;
use super::{A, B, QUIET};

/// A page and its frame, whose port has an offer on it; the number of the session.
pub(super) fn half_open(seed: u64) -> Result<(World, usize, u32), String> {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let frame = world.add_window(Some(page), None);
    let first = world.load(loading(page, A, B));
    world.load(loading(frame, B, A));
    world.connect(first, frame, Asked::simply(60_000.0));
    let begun = world.now;
    loop {
        let target = &world.docs[first].connections.targets[0];
        if let Some(number) = target.session {
            return Ok((world, first, number));
        }
        is(world.now < begun + 20_000.0, "nobody was offered anything")?;
        world.run_for(0.1)?;
    }
}

fn last_joins(world: &World) -> usize {
    let events = world.queue.values();
    let joins = events.filter(|event| {
        matches!(
            event,
            Event::Frame {
                frame: Frame::Join { .. },
                ..
            }
        )
    });
    let waiting = world.ports.iter().flat_map(|port| &port.waiting);
    joins.count()
        + waiting
            .filter(|frame| matches!(frame, Frame::Join { .. }))
            .count()
}

type Input = fn(&mut Connections<Test>, u32);

/// The wire of a connect() turns out to be of no use: the call ends at once, and the other side hears one more join.
pub fn unusable_wire(seed: u64) -> Scene {
    let inputs: [Input; 2] = [
        |connections, number| connections.other_version(number, true),
        |connections, number| connections.link_unfit(number),
    ];
    for input in inputs {
        let (mut world, first, number) = half_open(seed)?;
        let before = last_joins(&world);
        world.decide(first, |connections, _| input(connections, number));
        is(world.docs[first].calls == [Some(false)], "the call waits")?;
        is(last_joins(&world) > before, "the other side hears nothing of it")?;
    }
    // What is no join of another version ends nothing.
    let (mut world, first, number) = half_open(seed)?;
    world.decide(first, |connections, _| connections.other_version(number, false));
    is(world.docs[first].calls == [None], "the call has ended")
}

/// A wire closes before anybody has joined on it, or afterwards.
pub fn closed_wire(seed: u64) -> Scene {
    let (mut world, first, number) = half_open(seed)?;
    let target = world.decide(first, |connections, _| connections.wire_closed(number));
    is(
        target.is_some_and(|target| target.number > 0),
        "nobody hears of it",
    )?;
    let (mut world, first, number) = half_open(seed)?;
    world.run_for(QUIET)?;
    let target = world.decide(first, |connections, _| connections.wire_closed(number));
    let peers = world.docs[first].connections.peers.everyone().count();
    is(target.is_none() && peers == 0, "the peer stays")
}

/// A worker fails: that ends the wait for it, unless somebody in it has said hello.
pub fn failed_worker(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    let number = world.docs[first].connections.targets[0].number;
    let failed = world.decide(first, |connections, _| connections.worker_failed(number));
    is(failed.is_none(), "it said hello, and is given up")?;
    let (mut world, first, _) = page_without_its_frame(seed);
    let number = world.docs[first].connections.targets[0].number;
    let failed = world.decide(first, |connections, _| connections.worker_failed(number));
    is(failed.is_some(), "it is waited for")
}

/// A worker's lock is granted: it says so on the wires that have carried its join.
pub fn lock_of_a_worker(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    let before = last_joins(&world);
    world.decide(first, |connections, _| connections.liveness_lock_held());
    let is_held = world.docs[first].connections.life_held;
    is(is_held && last_joins(&world) == before + 1, "nobody hears of it")
}
