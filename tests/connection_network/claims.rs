//! Scenes about ids: which `connect` may give to its target, and whom it finds by one that a peer has by itself.

use parley_sync::core::connection::connect::{Found, Request};
use parley_sync::core::connection::proof::{Proof, Proven};
use parley_sync::core::connection::sessions::Join;
use parley_sync::core::frame::Reason;
use parley_sync::core::id::PeerRef;

use super::asking::Asked;
use super::scenes::{Scene, is, loading};
use super::world::World;
use super::{A, B};

pub(super) const LONG: f64 = 60_000.0;
/// The window that is not the page's.
pub(super) const OTHER: usize = 1;
/// What the document there calls itself.
pub(super) const ITS_ID: &str = "id 1";

fn request(alias: &str) -> Request {
    Request {
        alias: Some(alias.to_owned()),
        opaque: false,
        any_origin: false,
        grants: None,
        relay: None,
    }
}

/// A page that was connected by its popup, which calls itself [`ITS_ID`]: it is a peer, and no target.
pub(super) fn uncalled(seed: u64) -> Result<(World, PeerRef), String> {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let popup = world.add_window(None, Some(page));
    let first = world.load(loading(page, A, B));
    let second = world.load(loading(popup, B, A));
    world.connect(second, page, Asked::simply(LONG));
    world.run_for(29_000.0)?;
    let at = world.docs[first].connections.peers.by_name(ITS_ID);
    at.map(|at| (world, at))
        .ok_or("they are not connected".to_owned())
}

/// Whether the page may give the id to another window.
fn claims(world: &mut World) -> bool {
    let elsewhere = world.add_window(None, None);
    let place = world.win(elsewhere);
    let found = world.decide(0, |connections, _| {
        connections.find_target(&request(ITS_ID), Some(&place))
    });
    found != Found::IdTaken
}

/// The id of a former document is free, and its peer ends; the id of a live one is taken.
pub fn former_documents(seed: u64) -> Scene {
    type End = fn(&mut World, PeerRef) -> Result<(), String>;
    let ends: [(&str, bool, End); 5] = [
        ("live", false, |_, _| Ok(())),
        ("frozen", false, |world, _| {
            world.freeze(1);
            world.run_for(20_000.0)
        }),
        ("in the cache", true, |world, _| {
            world.cache(OTHER);
            world.run_for(20_000.0)
        }),
        ("closed", true, |world, _| {
            world.windows[OTHER].win.is_gone.set(true);
            Ok(())
        }),
        ("leaving", true, |world, at| {
            world.decide(0, |connections, _| connections.said_bye(at, Reason::Closed));
            Ok(())
        }),
    ];
    for (what, is_free, end) in ends {
        let (mut world, at) = uncalled(seed)?;
        end(&mut world, at)?;
        let has_peer = |world: &World| world.docs[0].connections.peers.any(at).is_some();
        is(has_peer(&world), &format!("{what}: the peer is lost already"))?;
        is(
            claims(&mut world) == is_free,
            &format!("{what}: the id is free: {}", !is_free),
        )?;
        is(
            has_peer(&world) != is_free,
            &format!("{what}: the peer is there: {is_free}"),
        )?;
        let leaving = world.docs[0].connections.leaving.len();
        is(leaving == 0, &format!("{what}: somebody is still leaving"))?;
    }
    Ok(())
}

/// connect() is called for the window of a peer, by the id that the peer has: that is its target.
pub fn by_its_own_id(seed: u64) -> Scene {
    let (mut world, at) = uncalled(seed)?;
    let found = world.connect_as(0, OTHER, Some(ITS_ID), Asked::simply(LONG));
    is(found == Found::New, "its id is refused")?;
    is(world.docs[0].calls == [Some(true)], "the peer is not found")?;
    let connections = &world.docs[0].connections;
    is(connections.targets[0].peer == Some(at), "another peer is found")?;
    is(connections.peers.everyone().count() == 1, "there are two peers")
}

/// A second Parley of the popup's document joins, which calls itself "second".
fn add_second_parley(world: &mut World) -> Option<PeerRef> {
    let (mine, theirs) = world.channel();
    world.take(theirs, 1, None);
    let proven = Proven {
        alias: None,
        kind: "popup".to_owned(),
        origin: B.to_owned(),
        target: None,
        from: Some(world.win(OTHER)),
        grants: None,
        proof: Proof::None,
    };
    let join = Join {
        uid: "the second",
        claimed: "second",
        has_received: true,
        proof: None,
        liveness_lock: false,
        is_changed: false,
        any_origin: false,
    };
    let (mark, now) = (world.docs[1].mark, world.now);
    let number = world.docs[0].connections.begin(proven, mark, true, now)?;
    world.take(mine, 0, Some(number));
    world.decide(0, |connections, policy| {
        connections.opened(number, mine, false, now);
        connections.joined(policy, number, &join, now);
    });
    world.docs[0].connections.peers.by_name("second")
}

/// Two Parleys of one document came uncalled: connect() finds the one whose id it names.
pub fn one_of_two(seed: u64) -> Scene {
    for alias in [ITS_ID, "second"] {
        let (mut world, first) = uncalled(seed)?;
        let second = add_second_parley(&mut world).ok_or("the second does not join")?;
        world.connect_as(0, OTHER, Some(alias), Asked::simply(LONG));
        let connections = &world.docs[0].connections;
        let named = if alias == ITS_ID { first } else { second };
        is(
            connections.targets[0].peer == Some(named),
            &format!("{alias} is not found"),
        )?;
        for (at, alias) in [(first, ITS_ID), (second, "second")] {
            is(
                connections.peers.by_name(alias) == Some(at),
                &format!("{alias} has lost its id"),
            )?;
        }
    }
    Ok(())
}

/// connect() finds a frozen peer, and waits until it is resumed.
pub fn frozen(seed: u64) -> Scene {
    let (mut world, at) = uncalled(seed)?;
    world.freeze(1);
    world.run_for(20_000.0)?;
    let is_suspended = world.docs[0].connections.peers.suspension_of(at).is_some();
    is(is_suspended, "it is not suspended")?;
    world.connect_as(0, OTHER, Some(ITS_ID), Asked::simply(LONG));
    is(world.docs[0].calls == [None], "the call does not wait for it")?;
    world.resume(1);
    world.run_for(20_000.0)?;
    is(world.docs[0].calls == [Some(true)], "the call was not answered")
}

/// connect() gives an id to a target that it gave none before: the one that its peer has already.
pub fn named_later(seed: u64) -> Scene {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let frame = world.add_window(Some(page), None);
    world.load(loading(page, A, B));
    world.load(loading(frame, B, A));
    world.connect_as(0, frame, None, Asked::simply(LONG));
    world.run_for(29_000.0)?;
    let at = world.docs[0].connections.peers.by_name(ITS_ID);
    let found = world.connect_as(0, frame, Some(ITS_ID), Asked::simply(LONG));
    is(Some(found) == at.map(Found::Connected), "the peer is not found")?;
    let targets = &world.docs[0].connections.targets;
    is(
        targets.len() == 1 && targets[0].alias() == ITS_ID,
        "the id is not kept for the next document",
    )
}

/// connect() is called again for a peer that has said goodbye: it waits for the next document.
pub fn while_it_leaves(seed: u64) -> Scene {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let popup = world.add_window(None, Some(page));
    world.load(loading(page, A, B));
    world.load(loading(popup, B, A));
    world.connect(0, popup, Asked::simply(LONG));
    world.run_for(29_000.0)?;
    let at = world.docs[0].connections.targets[0]
        .peer
        .ok_or("nobody is connected")?;
    world.unload(popup, false);
    world.decide(0, |connections, _| connections.said_bye(at, Reason::Closed));
    let found = world.connect(0, popup, Asked::simply(LONG));
    is(matches!(found, Found::Lost(_)), "a peer that leaves is found")?;
    world.load(loading(popup, B, A));
    world.run_for(29_000.0)?;
    is(
        world.docs[0].calls == [Some(true), Some(true)],
        "the next document does not answer the call",
    )
}

/// connect() is called for a window whose peer has said goodbye: it waits for the next document there.
pub fn former_is_not_found(seed: u64) -> Scene {
    let (mut world, at) = uncalled(seed)?;
    world.unload(OTHER, false);
    world.decide(0, |connections, _| connections.said_bye(at, Reason::Closed));
    world.connect_as(0, OTHER, Some("other"), Asked::simply(LONG));
    is(world.docs[0].calls == [None], "a peer that leaves is found")?;
    world.load(loading(OTHER, B, A));
    world.run_for(29_000.0)?;
    let connections = &world.docs[0].connections;
    is(world.docs[0].calls == [Some(true)], "the call was not answered")?;
    is(
        connections.peers.everyone().count() == 1 && connections.peers.any(at).is_none(),
        "the former document is a peer",
    )
}
