//! Scenes about a handshake under way: its wire is of no use or closes, its worker fails, a lock is granted.

use parley_sync::core::codes;
use parley_sync::core::connection::connections::Connections;
use parley_sync::core::connection::effect::Effect;
use parley_sync::core::connection::frames::{Arrived, Rest};
use parley_sync::core::connection::pauses;
use parley_sync::core::connection::sessions::Join;
use parley_sync::core::frame::{Kind, NotOurs};

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

/// A worker fails: that ends the wait for it, at once if its script was never run, unless a Parley in it says hello.
pub fn failed_worker(seed: u64) -> Scene {
    for has_run in [true, false] {
        let fails = |world: &mut World, first: usize| {
            let number = world.docs[first].connections.targets[0].number;
            world.decide(first, |connections, _| connections.worker_failed(number, has_run));
            world.docs[first].calls[0]
        };
        let (mut world, first, _) = half_open(seed)?;
        is(
            fails(&mut world, first).is_none(),
            "it said hello, and is given up",
        )?;
        world.run_for(pauses::WORKER_SAYS_HELLO + 1.0)?;
        is(
            world.docs[first].calls != [Some(false)],
            "it said hello, and is given up later",
        )?;
        let (mut world, first, _) = page_without_its_frame(seed);
        let ended = fails(&mut world, first);
        is(
            ended.is_none() == has_run,
            "its hello is not waited for as it should be",
        )?;
        if has_run {
            world.run_for(pauses::WORKER_SAYS_HELLO - 1.0)?;
            is(world.docs[first].calls == [None], "it has no time to say hello")?;
            world.run_for(2.0)?;
        }
        is(world.docs[first].calls == [Some(false)], "it is waited for")?;
        let targets = world.docs[first].connections.targets.len();
        is(targets == 0, "the target stays")?;
    }
    Ok(())
}

/// A peer that joins again, by now with its lock, is watched.
pub fn lock_of_a_peer(seed: u64) -> Scene {
    let (mut world, first, number) = half_open(seed)?;
    world.run_for(QUIET)?;
    let now = world.now;
    let document = &mut world.docs[first];
    let mut watches = |liveness_lock: bool| {
        let join = Join {
            uid: "its own",
            claimed: "its own",
            has_received: true,
            proof: None,
            liveness_lock,
            is_changed: false,
            any_origin: false,
        };
        let arrived = Arrived::Join(Some(join));
        let connections = &mut document.connections;
        connections.frame_arrived(&document.policy, number, arrived, now);
        let effects = connections.take_effects();
        let mut effects = effects.iter();
        effects.any(|effect| matches!(effect, Effect::WatchLivenessLock { uid, .. } if uid == "its own"))
    };
    is(!watches(false), "a lock is watched that nobody holds")?;
    is(watches(true), "its lock is not watched")
}

/// What may come on a wire: before the other side has joined, only its join is read.
pub fn frames_on_a_wire(seed: u64) -> Scene {
    let arrivals = |world: &mut World, first: usize, number: u32| {
        let document = &mut world.docs[first];
        let rests = [Kind::Message, Kind::Unreadable].map(|kind| {
            let arrived = Arrived::Other(kind);
            let connections = &mut document.connections;
            connections.frame_arrived(&document.policy, number, arrived, 0.0)
        });
        let malformed = [Arrived::Join(None), Arrived::NotOurs(NotOurs::Malformed, false)];
        let connections = &mut document.connections;
        for arrived in malformed {
            connections.frame_arrived(&document.policy, number, arrived, 0.0);
        }
        let effects = connections.take_effects();
        let is_rejected = |effect: &&Effect<Test>| matches!(effect, Effect::Reject { code, origin } if *code == codes::MALFORMED && origin == B);
        (rests, effects.iter().filter(is_rejected).count())
    };
    let (mut world, first, number) = half_open(seed)?;
    let found = arrivals(&mut world, first, number);
    is(
        found == ([Rest::Nothing; 2], 2),
        "a frame is read before the join",
    )?;
    world.run_for(QUIET)?;
    let at = world.docs[first].connections.targets[0]
        .peer
        .ok_or("nobody has joined")?;
    let found = arrivals(&mut world, first, number);
    is(
        found == ([Rest::Peer(at), Rest::Unreadable(at)], 2),
        "a frame of the peer is not handed on",
    )?;
    let found = arrivals(&mut world, first, number + 1000);
    is(found == ([Rest::Nothing; 2], 0), "a wire that is closed is read")
}

/// A worker's lock is granted: it says so on the wires that have carried its join.
pub fn lock_of_a_worker(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    let before = last_joins(&world);
    world.decide(first, |connections, _| connections.liveness_lock_held());
    let is_held = world.docs[first].connections.life_held;
    is(is_held && last_joins(&world) == before + 1, "nobody hears of it")
}
