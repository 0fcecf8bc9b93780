//! Scenes about the members of a channel: who is waited for, who is asked again, who comes back.

use super::A;
use super::document::Loading;
use super::scenes::{Scene, is, loading};
use super::traffic::Event;
use super::world::World;

fn tab(window: usize) -> Loading {
    Loading {
        channel: Some(0),
        ..loading(window, A, A)
    }
}

/// Tabs of one origin on a channel.
fn tabs(world: &mut World, count: usize) -> Vec<usize> {
    let tabs = (0..count).map(|_| {
        let window = world.add_window(None, None);
        world.load(tab(window))
    });
    tabs.collect()
}

/// A tab is ready when everybody has joined whose lock was held, and not before.
pub fn ready_with_all_members(seed: u64) -> Scene {
    let mut world = World::new(seed);
    tabs(&mut world, 2);
    world.run_for(20_000.0)?;
    let last = tabs(&mut world, 1)[0];
    let begun = world.now;
    while world.docs[last].connections.discovery.is_some() {
        world.run_for(1.0)?;
        is(world.now < begun + 2001.0, "it is not ready after two seconds")?;
    }
    let peers = world.docs[last].connections.peers.iter().count();
    is(
        peers == 2 || world.now >= begun + 1000.0,
        "it is ready before the members have joined",
    )
}

/// A member whose lock is in the list has crashed: it is not waited for.
pub fn ready_without_a_member_that_crashed(seed: u64) -> Scene {
    let mut world = World::new(seed);
    let first = tabs(&mut world, 1)[0];
    world.run_for(20_000.0)?;
    let last = tabs(&mut world, 1)[0];
    let begun = world.now;
    // From here on its lock is in the list, and nothing that it is asked arrives.
    world
        .queue
        .retain(|_, event| !matches!(event, Event::Mesh { .. }));
    world.run_for(3.0)?;
    world
        .queue
        .retain(|_, event| !matches!(event, Event::Mesh { .. }));
    let window = world.docs[first].window;
    world.unload(window, false);
    world.run_for(100.0)?;
    let is_ready = world.docs[last].connections.discovery.is_none();
    is(
        is_ready && world.now < begun + 900.0,
        "it waits for the crashed one",
    )
}

/// What the first frames on the channel said is lost: members that have not answered are asked again.
pub fn asked_again_on_the_channel(seed: u64) -> Scene {
    let mut world = World::new(seed);
    tabs(&mut world, 2);
    for _ in 0..3 {
        world.run_for(1.0)?;
        world
            .queue
            .retain(|_, event| !matches!(event, Event::Mesh { .. }));
    }
    world.run_for(20_000.0)?;
    for doc in &world.docs {
        is(doc.connections.peers.iter().count() == 1, "they have not met")?;
    }
    Ok(())
}

/// A member goes into the cache and is back at once: that its former lock was released does not end it.
pub fn back_on_the_channel_at_once(seed: u64) -> Scene {
    let mut world = World::new(seed);
    // No message takes longer than the pause in which the goodbye of a former member may arrive.
    world.slow = 1;
    let docs = tabs(&mut world, 2);
    world.run_for(20_000.0)?;
    let window = world.docs[docs[1]].window;
    world.cache(window);
    // Its farewell arrives, and its next join, before that pause is over.
    world.run_for(10.0)?;
    world.restore(window);
    let at = world.docs[docs[0]]
        .connections
        .peers
        .everyone()
        .next()
        .map(|(at, _)| at);
    world.run_for(20_000.0)?;
    let after = world.docs[docs[0]]
        .connections
        .peers
        .iter()
        .next()
        .map(|(at, _)| at);
    is(at.is_some() && at == after, "it was lost, and is a new peer")
}

/// disconnect() lets go of a member of the channel: frames that it sent before do not bring it back.
pub fn shunned_on_the_channel(seed: u64) -> Scene {
    let mut world = World::new(seed);
    let docs = tabs(&mut world, 2);
    world.run_for(20_000.0)?;
    let uid = world.docs[docs[1]].uid.clone();
    world.disconnect(docs[0], &uid, None);
    world.run_for(20_000.0)?;
    let count = world.docs[docs[0]].connections.peers.everyone().count();
    is(count == 0, "it is back")
}
