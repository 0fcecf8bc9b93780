//! Scenes about the start of a Parley: a prerendered document waits for its activation, and states for connections on their way.

use parley_sync::core::connection::discovery::UNDER_WAY;

use super::A;
use super::asking::Asked;
use super::claims::{ITS_ID, OTHER, uncalled};
use super::document::Loading;
use super::half_open::half_open;
use super::scenes::{Scene, is, loading};
use super::timers::PATIENCE;
use super::world::World;

/// A prerendered page connects its frame, exchanges nothing and does not join the channel until it is activated.
pub fn prerendered(seed: u64) -> Scene {
    let mut world = World::new(seed);
    let (tab, page) = (world.add_window(None, None), world.add_window(None, None));
    let frame = world.add_window(Some(page), None);
    let on_channel = |window: usize, is_prerendered: bool| Loading {
        channel: Some(0),
        is_prerendered,
        ..loading(window, A, A)
    };
    world.load(on_channel(tab, false));
    let first = world.load(on_channel(page, true));
    world.load(loading(frame, A, A));
    world.connect(first, frame, Asked::simply(60_000.0));
    world.run_for(29_000.0)?;
    let document = &world.docs[first];
    let at = document.connections.targets[0]
        .peer
        .ok_or("its frame is not connected")?;
    is(
        document.connections.peers.everyone().count() == 1,
        "it has joined the channel",
    )?;
    is(document.exchanged.is_empty(), "it exchanges states")?;
    is(
        document.connections.discovery.is_some() && document.settled == 0,
        "it is ready",
    )?;
    let begun = world.now;
    world.activate(first);
    is(
        world.docs[first].exchanged == [at],
        "it does not exchange with its frame",
    )?;
    is(
        world.docs[first].connections.discovery.is_some(),
        "it waits for no tab",
    )?;
    while world.docs[first].connections.discovery.is_some() {
        world.run_for(1.0)?;
        is(world.now < begun + 2001.0, "it is not ready after two seconds")?;
    }
    is(world.docs[first].settled == 1, "states wait on")?;
    world.run_for(20_000.0)?;
    world.activate(first);
    let document = &world.docs[first];
    let tab = document
        .connections
        .peers
        .refs()
        .into_iter()
        .find(|other| *other != at);
    is(tab.is_some(), "it has not joined the channel")?;
    is(
        document.exchanged == [Some(at), tab].into_iter().flatten().collect::<Vec<_>>(),
        "it does not exchange with each peer once",
    )
}

/// A frame of a prerendered page awaits its parent once it is activated, as long as a parent is awaited that has no Parley.
pub fn prerendered_frame(seed: u64) -> Scene {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let frame = world.add_window(Some(page), None);
    let first = world.load(Loading {
        is_prerendered: true,
        ..loading(frame, A, A)
    });
    world.run_for(20_000.0)?;
    world.activate(first);
    is(
        world.docs[first].connections.discovery.is_some(),
        "its parent is not waited for",
    )?;
    world.run_for(2001.0)?;
    is(
        world.docs[first].connections.discovery.is_none(),
        "it is not ready",
    )
}

/// A state that is made after discovery waits for the connections on their way: until they are there, given up, or took too long.
pub fn states_made_later(seed: u64) -> Scene {
    let made = |world: &mut World, first: usize| {
        let now = world.now;
        world.decide(first, |connections, _| connections.state_made(now, PATIENCE))
    };
    let due = |world: &mut World, first: usize, at: f64| {
        let next = world.decide(first, |connections, _| connections.settle_due(at, PATIENCE));
        (next, world.docs[first].settled)
    };
    // Those that were made before discovery was over wait no longer.
    let (mut world, first, _) = half_open(seed)?;
    is(world.docs[first].settled == 1, "discovery is not over")?;
    is(!made(&mut world, first), "the connection is not waited for")?;
    let now = world.now;
    is(
        due(&mut world, first, now) == (now + UNDER_WAY, 1),
        "it is given up at once",
    )?;
    while world.docs[first].connections.targets[0].peer.is_none() {
        world.run_for(0.1)?;
        is(world.now < now + PATIENCE, "they are not connected")?;
    }
    is(
        world.docs[first].settled == 2,
        "the connection is there, and waited for",
    )?;
    is(made(&mut world, first), "nobody is on the way, and waited for")?;
    is(
        due(&mut world, first, now) == (f64::INFINITY, 2),
        "there is nothing to end",
    )?;

    let (mut world, first, _) = half_open(seed)?;
    made(&mut world, first);
    let name = world.docs[first].connections.targets[0].alias().to_owned();
    world.disconnect(first, &name, None);
    is(
        world.docs[first].settled == 2,
        "the connection is given up, and waited for",
    )?;

    let (mut world, first, _) = half_open(seed)?;
    made(&mut world, first);
    // One that begins later makes nobody wait longer.
    let (now, late) = (world.now, world.now + PATIENCE);
    let connections = &mut world.docs[first].connections;
    let proven = connections
        .sessions
        .values()
        .next()
        .map(|session| session.proven.clone());
    let proven = proven.ok_or("nobody is on the way")?;
    connections.begin(proven, 0.0, false, now + 1000.0);
    is(
        connections.is_being_joined(late, PATIENCE),
        "nobody is on the way then",
    )?;
    is(
        due(&mut world, first, late) == (f64::INFINITY, 2),
        "it is waited for without end",
    )
}

/// States exchange what they have with a peer that is connected, that is back, and whose grants are others now.
pub fn exchanged_again(seed: u64) -> Scene {
    let (mut world, at) = uncalled(seed)?;
    is(world.docs[0].exchanged == [at], "a new peer")?;
    world.freeze(1);
    world.run_for(20_000.0)?;
    is(world.docs[0].exchanged == [at], "a frozen peer")?;
    world.resume(1);
    world.run_for(20_000.0)?;
    is(world.docs[0].exchanged == [at; 2], "a peer that is back")?;
    let asked = Asked {
        is_restricted: true,
        ..Asked::simply(60_000.0)
    };
    world.connect_as(0, OTHER, Some(ITS_ID), asked);
    is(world.docs[0].exchanged == [at; 3], "a peer with other grants")
}

/// A state that is made during discovery waits for its end.
pub fn states_made_early(seed: u64) -> Scene {
    let mut world = World::new(seed);
    let tab = world.add_window(None, None);
    let first = world.load(Loading {
        channel: Some(0),
        ..loading(tab, A, A)
    });
    let now = world.now;
    let is_settled = world.decide(first, |connections, _| connections.state_made(now, PATIENCE));
    is(!is_settled, "the members of the channel are not waited for")?;
    world.run_for(3000.0)?;
    is(world.docs[first].settled == 1, "it waits on")
}
