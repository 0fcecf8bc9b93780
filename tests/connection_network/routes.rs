//! Scenes about relayed messages: which two peers of a window a route leads between.

use parley_sync::core::connection::relay::NoRoute;

use super::asking::Asked;
use super::scenes::loading;
use super::world::World;
use super::{A, B};

type Scene = Result<(), String>;
const LONG: f64 = 60_000.0;

fn is<T: PartialEq + std::fmt::Debug>(found: T, wanted: T, what: &str) -> Scene {
    if found == wanted {
        Ok(())
    } else {
        Err(format!("{what}: {found:?} instead of {wanted:?}"))
    }
}

/// A page with two frames that it connects, and a third that comes uncalled and calls itself as it likes.
pub fn declared_routes(seed: u64) -> Scene {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let (left, right) = (
        world.add_window(Some(page), None),
        world.add_window(Some(page), None),
    );
    let proxy = world.load(loading(page, A, B));
    for frame in [left, right] {
        world.load(loading(frame, B, A));
        world.connect(proxy, frame, Asked::simply(LONG));
    }
    world.run_for(29_000.0)?;
    let connections = &mut world.docs[proxy].connections;
    let (left, right) = (format!("window {left}"), format!("window {right}"));
    let peer = |name: &str| connections.peers.by_name(name);
    let (Some(one), Some(two)) = (peer(&left), peer(&right)) else {
        return Err("the frames are not connected".to_owned());
    };
    is(
        connections.route(one, &right),
        Err(NoRoute::Undeclared),
        "nothing is declared",
    )?;
    connections.targets[1].relay.push(left.clone());
    is(
        connections.route(one, &right),
        Ok(two),
        "declared by the other end",
    )?;
    is(connections.route(two, &left), Ok(one), "and back")?;
    for (from, to) in [(one, &left), (two, &right), (99, &right)] {
        is(
            connections.route(from, to),
            Err(NoRoute::Undeclared),
            "to itself, and from nobody",
        )?;
    }
    // The id that a peer claims for itself leads nowhere.
    let claimed = connections.peers.any(two).map(|peer| peer.uid.clone());
    let claimed = claimed.ok_or("it has no id of its own")?;
    connections.targets[0].relay.push(claimed.clone());
    is(
        connections.route(one, &claimed),
        Err(NoRoute::Undeclared),
        "by its own id",
    )?;
    connections.lose_peer(two, parley_sync::core::frame::Reason::Closed);
    is(
        connections.route(one, &right),
        Err(NoRoute::NotConnected),
        "the other end is gone",
    )?;
    is(
        connections.route(two, &left),
        Err(NoRoute::Undeclared),
        "a peer that is gone",
    )
}
