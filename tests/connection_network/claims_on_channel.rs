//! Scenes about the ids of members of the channel, which says nothing of their windows.

use parley_sync::core::connection::connect::Found;

use super::A;
use super::asking::Asked;
use super::claims::{ITS_ID, LONG, OTHER};
use super::document::Loading;
use super::scenes::{Scene, is, loading};
use super::world::World;

/// A page, its frame and another tab on one channel, each a peer of the others by it.
fn on_one_channel(seed: u64) -> Result<World, String> {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let frame = world.add_window(Some(page), None);
    let tab = world.add_window(None, None);
    for window in [page, frame, tab] {
        world.load(Loading {
            channel: Some(0),
            ..loading(window, A, A)
        });
    }
    world.run_for(20_000.0)?;
    is(
        world.docs[0].connections.peers.iter().count() == 2,
        "they are not connected",
    )?;
    Ok(world)
}

/// Whether a member is the one that connect() is called for shows when the window answers.
pub fn member_of_the_channel(seed: u64) -> Scene {
    let mut world = on_one_channel(seed)?;
    let at = world.docs[0].connections.peers.by_name(ITS_ID);
    world.connect_as(0, OTHER, Some(ITS_ID), Asked::simply(LONG));
    world.run_for(20_000.0)?;
    let document = &world.docs[0];
    is(document.calls == [Some(true)], "the call was not answered")?;
    is(
        at.is_some() && document.connections.targets[0].peer == at,
        "another peer is found",
    )?;
    // That of another member is refused then.
    let mut world = on_one_channel(seed)?;
    let (last, uid) = (world.docs.len() - 1, world.docs[2].uid.clone());
    let its_id = world.docs[0].connections.peers.by_uid(&uid);
    let its_id = its_id.and_then(|at| world.docs[0].connections.peers.any(at));
    let its_id = its_id.map(|peer| peer.identity.alias.clone()).unwrap_or_default();
    let found = world.connect_as(0, OTHER, Some(&its_id), Asked::simply(LONG));
    is(
        found == Found::New && last == 2,
        "it is refused before it is known",
    )?;
    world.run_for(20_000.0)?;
    let document = &world.docs[0];
    is(document.calls == [Some(false)], "two peers have one id")?;
    let holder = document.connections.peers.by_name(&its_id);
    let holder = holder.and_then(|at| document.connections.peers.any(at));
    is(
        holder.is_some_and(|peer| peer.uid == uid),
        "the member has lost its id",
    )?;
    is(document.connections.targets.is_empty(), "the target stays")
}

/// A popup came uncalled, and connect() calls it as a member of the channel is called: that is refused, and both keep their ids.
pub fn id_of_another_member(seed: u64) -> Scene {
    let mut world = on_one_channel(seed)?;
    let its_id = world.docs[0].connections.peers.by_name(ITS_ID);
    let popup = world.add_window(None, Some(0));
    let last = world.load(loading(popup, A, A));
    world.connect(last, 0, Asked::simply(LONG));
    world.run_for(29_000.0)?;
    let uid = world.docs[last].uid.clone();
    let uncalled = world.docs[0].connections.peers.by_uid(&uid);
    is(uncalled.is_some() && its_id.is_some(), "they are not connected")?;
    world.connect_as(0, popup, Some(ITS_ID), Asked::simply(LONG));
    let document = &world.docs[0];
    is(document.calls == [Some(false)], "two peers have one id")?;
    is(document.connections.targets.is_empty(), "the target stays")?;
    let peers = &document.connections.peers;
    is(peers.by_name(ITS_ID) == its_id, "the member has lost its id")?;
    is(peers.by_uid(&uid) == uncalled, "the popup is lost")
}

/// A frame crashed whose wire had ended: it is a member of the channel until its lock is released. The next document there takes its
/// id at once.
pub fn next_document_takes_the_id(seed: u64) -> Scene {
    let mut world = on_one_channel(seed)?;
    world.slow = 1;
    world.connect(0, OTHER, Asked::simply(LONG));
    world.run_for(29_000.0)?;
    let name = format!("window {OTHER}");
    let before = world.docs[0].connections.peers.by_name(&name);
    let session = world.docs[0].connections.targets[0].session;
    let session = session.ok_or("it has no wire")?;
    world.unload(OTHER, false);
    world.decide(0, |connections, _| connections.wire_closed(session));
    let next = world.load(loading(OTHER, A, A));
    let is_there = |world: &World| before.is_some_and(|at| world.docs[0].connections.peers.any(at).is_some());
    is(is_there(&world), "it is lost already")?;
    world.run_for(100.0)?;
    let connections = &world.docs[0].connections;
    let peer = connections.targets[0]
        .peer
        .and_then(|at| connections.peers.get(at));
    is(
        peer.is_some_and(|peer| peer.uid == world.docs[next].uid && peer.identity.alias == name),
        "the next document is not connected under its id",
    )?;
    is(!is_there(&world), "the former document keeps the id")
}
