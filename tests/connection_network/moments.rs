//! Scenes about single inputs of the core: a frame that is not in its page, members of the channel, the end of a wire.

use parley_sync::core::connection::effect::Effect;

use super::asking::Asked;
use super::document::Loading;
use super::handles::Test;
use super::scenes::{ends_well, loading};
use super::traffic::{Event, Frame};
use super::world::World;
use super::{A, B, QUIET};

type Scene = Result<(), String>;

fn is(what: bool, otherwise: &str) -> Scene {
    if what { Ok(()) } else { Err(otherwise.to_owned()) }
}

/// A page and its frame, which is not in the page yet.
fn page_without_its_frame(seed: u64) -> (World, usize, usize) {
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

/// A page and its frame, whose port has an offer on it; the number of the session.
fn half_open(seed: u64) -> Result<(World, usize, u32), String> {
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

type Input = fn(&mut parley_sync::core::connection::connections::Connections<Test>, u32);

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
    world.decide(first, |connections, _| connections.life_locked());
    let is_held = world.docs[first].connections.life_held;
    is(is_held && last_joins(&world) == before + 1, "nobody hears of it")
}

/// An id names one peer, and is free again when its frame has left the page.
pub fn taken_ids(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    let frame = world.docs[first].connections.targets[0].place.clone();
    let frame = frame.ok_or("the target has no place")?;
    let claim = |world: &mut World, alias: &str, id: usize| {
        world.decide(first, |connections, _| {
            connections.claim_alias(alias, |place| place.id == id)
        })
    };
    is(claim(&mut world, "window 1", frame.id), "its own id is refused")?;
    is(!claim(&mut world, "window 1", 99), "an id is given twice")?;
    is(claim(&mut world, "another", 99), "a free id is refused")?;
    frame.is_gone.set(true);
    is(
        claim(&mut world, "window 1", 99),
        "the id of a frame that is gone is refused",
    )?;
    let document = &world.docs[first];
    is(
        document.calls == [Some(false)] && document.connections.targets.is_empty(),
        "the former target stays",
    )
}

/// States are compared every five seconds while the page is visible, and when a ping stays unanswered.
pub fn compared_now_and_then(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    world.run_for(QUIET)?;
    let now = world.now;
    let mut beats = |now: f64, is_hidden: bool| {
        let connections = &mut world.docs[first].connections;
        connections.beat(now, now, is_hidden);
        let effects = connections.take_effects();
        effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Compare))
            .count()
    };
    is(beats(now + 6000.0, false) == 1, "a visible page does not compare")?;
    is(beats(now + 6001.0, false) == 0, "it compares all the time")?;
    is(beats(now + 14_000.0, true) == 0, "a hidden page compares")?;
    let connections = &mut world.docs[first].connections;
    for at in connections.peers.refs() {
        if let Some(peer) = connections.peers.get_mut(at) {
            peer.heartbeat.ping(now);
        }
    }
    connections.beat(now + 15_000.0, now + 15_000.0, true);
    let effects = connections.take_effects();
    let is_compared = effects.iter().any(|effect| matches!(effect, Effect::Compare));
    is(is_compared, "an unanswered ping is not followed by a comparison")
}

/// Every page of a tab is frozen and goes on: those outside suspend it meanwhile.
pub fn frozen_for_a_while(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    world.run_for(QUIET)?;
    let other = world.add_window(None, None);
    let popup_opener = world.docs[first].window;
    world.windows[other].opener = Some(popup_opener);
    let second = world.load(loading(other, B, A));
    world.connect(first, other, Asked::simply(60_000.0));
    world.run_for(20_000.0)?;
    world.freeze(first);
    world.run_for(20_000.0)?;
    let suspended = world.docs[second].connections.peers.suspended().count();
    is(
        suspended == 1,
        "the popup does not know that its opener is frozen",
    )?;
    world.resume(first);
    world.run_for(QUIET)?;
    let suspended = world.docs[second].connections.peers.suspended().count();
    is(suspended == 0, "the popup takes its opener for frozen")?;
    world.check()
}

/// A page ends: it says so on its wires and on the channel.
pub fn last_frames(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    world.run_for(QUIET)?;
    world.decide(first, |connections, _| connections.page_left(false));
    let mut events = world.queue.values();
    let says_bye = events.any(|event| {
        matches!(
            event,
            Event::Frame {
                frame: Frame::Bye(true),
                ..
            }
        )
    });
    is(says_bye, "it says no goodbye")?;
    is(
        world.docs[first].connections.left,
        "it does not know that it left",
    )
}

/// The window of a peer is closed, and nobody in it says goodbye: it is noticed long before a ping stays unanswered.
pub fn closed_without_a_goodbye(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    world.run_for(QUIET)?;
    is(
        world.docs[first].connections.peers.iter().count() == 1,
        "nobody is connected",
    )?;
    let frame = world.docs[first].connections.targets[0].place.clone();
    let frame = frame.ok_or("the target has no place")?;
    world.unload(frame.id, false);
    frame.is_gone.set(true);
    world.run_for(3000.0)?;
    let peers = world.docs[first].connections.peers.everyone().count();
    is(peers == 0, "the peer is still there")
}

/// A peer was pinged and said nothing since; or something.
pub fn no_sign_of_life(seed: u64) -> Scene {
    for (since, left) in [(1.0, 1), (-1.0, 0)] {
        let (mut world, first, _) = half_open(seed)?;
        world.run_for(QUIET)?;
        let connections = &mut world.docs[first].connections;
        let (at, peer) = connections.peers.iter().next().ok_or("nobody is connected")?;
        let asked = peer.heartbeat.last_heard() + since;
        connections.sign_due(at, asked);
        let effects = connections.take_effects();
        let leaves = effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Leave(..)));
        is(leaves.count() == left, "it is not as the peer said")?;
    }
    Ok(())
}
