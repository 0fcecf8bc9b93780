//! Scenes about `connect`, `disconnect` and `destroy`, as a page calls them.

use parley_sync::core::connection::connect::{Found, Request};
use parley_sync::core::connection::effect::{Effect, Frame, Refusal, To};
use parley_sync::core::frame::Reason;

use super::asking::Asked;
use super::half_open::half_open;
use super::handles::Test;
use super::presence::page_without_its_frame;
use super::scenes::{Scene, is, loading};
use super::world::World;
use super::{A, B, QUIET};

fn request(alias: &str) -> Request {
    Request {
        alias: Some(alias.to_owned()),
        opaque: false,
        any_origin: false,
        grants: None,
        relay: None,
    }
}

/// An id names one peer, and is free again when its frame has left the page.
pub fn taken_ids(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    let frame = world.docs[first].connections.targets[0].place.clone();
    let frame = frame.ok_or("the target has no place")?;
    let elsewhere = world.add_window(None, None);
    let claim = |world: &mut World, alias: &str, id: usize| {
        let (request, place) = (request(alias), world.win(id));
        let found = world.decide(first, |connections, _| {
            connections.find_target(&request, Some(&place))
        });
        found != Found::IdTaken
    };
    is(claim(&mut world, "window 1", frame.id), "its own id is refused")?;
    is(!claim(&mut world, "window 1", elsewhere), "an id is given twice")?;
    is(claim(&mut world, "another", elsewhere), "a free id is refused")?;
    frame.is_gone.set(true);
    is(
        claim(&mut world, "window 1", elsewhere),
        "the id of a frame that is gone is refused",
    )?;
    let document = &world.docs[first];
    is(
        document.calls == [Some(false)] && document.connections.targets.is_empty(),
        "the former target stays",
    )
}

/// connect() is called again for a frame: while it waits, when it is connected, and when the peer is lost.
pub fn connected_again(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    let target = &world.docs[first].connections.targets[0];
    let (number, window) = (target.number, target.place.as_ref().map(|place| place.id));
    let window = window.ok_or("the target has no place")?;
    let asked = Asked::simply(60_000.0);
    let found = world.connect(first, window, asked);
    is(
        found == Found::Awaited(number),
        "the call that waits is not found",
    )?;
    world.run_for(QUIET)?;
    let at = world.docs[first].connections.targets[0].peer;
    let found = world.connect(first, window, asked);
    is(at.map(Found::Connected) == Some(found), "the peer is not found")?;
    let request = Request {
        alias: None,
        ..request("")
    };
    let elsewhere = world.add_window(None, None);
    let mut look_up = |request: &Request, id: usize| {
        let place = world.win(id);
        world.decide(first, |connections, _| {
            connections.find_target(request, Some(&place))
        })
    };
    is(
        look_up(&request, window) == found,
        "without an id it is not found",
    )?;
    is(
        look_up(&request, elsewhere) == Found::New,
        "another window is found",
    )?;
    world.unload(window, true);
    world.run_for(3000.0)?;
    let found = world.connect(first, window, asked);
    is(found == Found::Lost(number), "the lost peer is not found")?;
    is(
        world.docs[first].calls == [Some(true), Some(true), None],
        "the last call does not wait, or an earlier one was not answered",
    )
}

/// Two calls wait for one target: each ends by its own signal and timeout, and the target with the last.
pub fn two_calls(seed: u64) -> Scene {
    let begun = || -> Result<(World, usize, u32, Vec<u32>), String> {
        let (mut world, first, _) = page_without_its_frame(seed);
        world.connect(first, 1, Asked::simply(500.0));
        let target = &world.docs[first].connections.targets[0];
        let calls = target.calls.iter().map(|call| call.number).collect();
        let number = target.number;
        Ok((world, first, number, calls))
    };
    let abort = |world: &mut World, first: usize, number: u32, call: u32| {
        world.decide(first, |connections, _| {
            connections.end_call(number, call, Refusal::Aborted)
        });
    };
    for (aborted, other) in [(0, 1), (1, 0)] {
        let (mut world, first, number, calls) = begun()?;
        abort(&mut world, first, number, calls[aborted]);
        abort(&mut world, first, number, calls[aborted]);
        let document = &world.docs[first];
        is(
            document.calls[aborted] == Some(false) && document.calls[other].is_none(),
            "the wrong call has ended",
        )?;
        is(document.connections.targets.len() == 1, "the target has ended")?;
        abort(&mut world, first, number, calls[other]);
        let document = &world.docs[first];
        is(document.calls == [Some(false); 2], "the last call waits")?;
        is(document.connections.targets.is_empty(), "the target stays")?;
    }
    let (mut world, first, _, _) = begun()?;
    world.run_for(1500.0)?;
    is(
        world.docs[first].calls == [None, Some(false)],
        "the calls do not end by their own timeouts",
    )?;
    let (mut world, first, _) = half_open(seed)?;
    world.connect(first, 1, Asked::simply(60_000.0));
    world.run_for(QUIET)?;
    is(
        world.docs[first].calls == [Some(true); 2],
        "not both calls are answered",
    )
}

/// connect() is called for a suspended peer that does not return in time: only the call ends, and the peer may still return.
pub fn suspended_too_long(seed: u64) -> Scene {
    let mut world = World::new(seed);
    let opener = world.add_window(None, None);
    let popup = world.add_window(None, Some(opener));
    let first = world.load(loading(opener, A, B));
    let second = world.load(loading(popup, B, A));
    let asked = Asked::simply(100.0);
    world.connect(first, popup, Asked::simply(60_000.0));
    world.run_for(20_000.0)?;
    world.freeze(second);
    let is_suspended = |world: &World| world.docs[first].connections.peers.suspended().count() == 1;
    let begun = world.now;
    while !is_suspended(&world) {
        is(world.now < begun + 20_000.0, "the peer is not suspended")?;
        world.run_for(10.0)?;
    }
    let found = world.connect(first, popup, asked);
    is(
        matches!(found, Found::Lost(_)),
        "the suspended peer counts as connected",
    )?;
    world.run_for(2000.0)?;
    is(
        world.docs[first].calls == [Some(true), Some(false)],
        "the second call has not ended",
    )?;
    is(is_suspended(&world), "the suspended peer is lost")?;
    world.resume(second);
    world.run_for(20_000.0)?;
    let found = world.connect(first, popup, asked);
    is(matches!(found, Found::Connected(_)), "the peer has not returned")
}

/// disconnect() ends the call that waits. A peer receives what states have not sent yet, then a goodbye.
pub fn disconnected(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    let name = world.docs[first].connections.targets[0].alias().to_owned();
    world.disconnect(first, &name, None);
    is(world.docs[first].calls == [Some(false)], "the call waits")?;
    let (mut world, first, _) = half_open(seed)?;
    world.run_for(QUIET)?;
    let connections = &mut world.docs[first].connections;
    let peer = connections.targets[0].peer.ok_or("nobody is connected")?;
    is(connections.part(&name), "the name is not known")?;
    let effects = connections.take_effects();
    let flushed = position(&effects, |effect| matches!(effect, Effect::Flush));
    let parted = position(
        &effects,
        |effect| matches!(effect, Effect::Part(at) if *at == peer),
    );
    is(
        flushed.is_some() && flushed < parted,
        "the goodbye comes before what states have not sent",
    )?;
    connections.disconnect_peer(peer);
    is(connections.peers.everyone().count() == 0, "the peer stays")?;
    is(!connections.part(&name), "the name is still known")
}

fn position(effects: &[Effect<Test>], is_it: impl Fn(&Effect<Test>) -> bool) -> Option<usize> {
    effects.iter().position(is_it)
}

/// destroy() ends everything in this order: unsent writes, goodbyes, calls, peers, wires, the channel.
pub fn destroyed(seed: u64) -> Scene {
    let (mut world, first, _) = half_open(seed)?;
    world.run_for(QUIET)?;
    let frame = world.docs.len() - 1;
    let absent = world.add_window(Some(world.docs[first].window), None);
    world.connect(first, absent, Asked::simply(60_000.0));
    let connections = &mut world.docs[first].connections;
    connections.destroy();
    let effects = connections.take_effects();
    is(
        matches!(effects.first(), Some(Effect::Flush)) && matches!(effects.last(), Some(Effect::End)),
        "states do not send first, or more is said after the end",
    )?;
    let is_bye =
        |effect: &Effect<Test>| matches!(effect, Effect::Post(To::Wire(_), Frame::Bye(Reason::Local)));
    is(position(&effects, is_bye).is_some(), "nobody hears a goodbye")?;
    is(
        connections.peers.iter().count() == 1,
        "the peer is lost before states have sent",
    )?;
    connections.destroy();
    is(connections.take_effects().is_empty(), "it is destroyed twice")?;
    is(
        connections.find_target(&request("late"), None) == Found::Ended,
        "connect() is not refused",
    )?;
    connections.end();
    let ends = connections.take_effects();
    let order = [
        position(&ends, |effect| matches!(effect, Effect::Refuse(..))),
        position(&ends, |effect| matches!(effect, Effect::Lost { .. })),
        position(&ends, |effect| matches!(effect, Effect::Ended { .. })),
        position(&ends, |effect| matches!(effect, Effect::LeaveChannel)),
        position(&ends, |effect| matches!(effect, Effect::Destroyed)),
    ];
    is(
        order.is_sorted() && order[0].is_some() && order[4] == Some(ends.len() - 1),
        "not everything ends, or in another order",
    )?;
    let is_greeted = |effect: &Effect<Test>| matches!(effect, Effect::RequestHello(_) | Effect::Hello { .. });
    is(
        position(&ends, is_greeted).is_none(),
        "somebody is greeted at the end",
    )?;
    is(connections.sessions.values().count() == 0, "a wire is left open")?;
    for effect in effects.into_iter().chain(ends) {
        // What follows from the end has happened already.
        if !matches!(effect, Effect::End) {
            world.carry_out(first, effect);
        }
    }
    world.run_for(QUIET)?;
    is(
        world.docs[first].calls == [Some(true), Some(false)],
        "a call has not ended",
    )?;
    let ghosts = world.docs[frame].connections.peers.everyone().count();
    is(ghosts == 0, "the frame has not heard of it")
}

/// destroy() while a handshake is under way, on either side of it: the other hears of it soon, no wire stays open, and nobody is
/// connected.
pub fn destroyed_half_open(seed: u64) -> Scene {
    for is_uncalled in [false, true] {
        let (mut world, first, _) = half_open(seed)?;
        let ends = if is_uncalled { 1 - first } else { first };
        let has_half_open = |world: &World| {
            let mut sessions = world.docs[ends].connections.sessions.values();
            sessions.any(|session| session.peer.is_none() && session.wire.is_some())
        };
        let begun = world.now;
        while !has_half_open(&world) {
            is(world.now < begun + 20_000.0, "there is no handshake")?;
            world.run_for(0.1)?;
        }
        world.destroy(ends);
        let sessions = &world.docs[ends].connections.sessions;
        is(sessions.values().count() == 0, "a wire is left open")?;
        let has_ended = world.docs[first].calls == [Some(false)];
        is(is_uncalled || has_ended, "the call waits")?;
        // Long before a peer that says nothing is given up.
        world.run_for(30_000.0)?;
        let peers = world.docs.iter();
        let peers = peers.map(|doc| doc.connections.peers.everyone().count());
        is(peers.sum::<usize>() == 0, "somebody is connected")?;
    }
    Ok(())
}

/// A page that may return holds its wires back, after its last frames.
pub fn held_while_away(seed: u64) -> Scene {
    for is_kept in [true, false] {
        let (mut world, first, _) = half_open(seed)?;
        world.run_for(QUIET)?;
        let connections = &mut world.docs[first].connections;
        let wires = connections
            .sessions
            .values()
            .filter(|session| session.wire.is_some());
        let wires = wires.count();
        connections.page_left(is_kept);
        let effects = connections.take_effects();
        let is_hold = |effect: &&Effect<Test>| matches!(effect, Effect::Hold { may_return, .. } if *may_return == is_kept);
        is(
            wires > 0 && effects.iter().rev().take_while(is_hold).count() == wires,
            "a wire is not held back, or before the last frames",
        )?;
    }
    Ok(())
}
