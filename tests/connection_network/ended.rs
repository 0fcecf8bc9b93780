//! Scenes about the end of a connection: a page ends or is frozen, a window closes, a peer gives no sign of life.

use parley_sync::core::connection::effect::Effect;

use super::asking::Asked;
use super::half_open::half_open;
use super::scenes::{Scene, is, loading};
use super::traffic::{Event, Frame};
use super::{A, B, QUIET};

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
        let asked = peer.heartbeat.last_received() + since;
        connections.probe_due(at, asked);
        let effects = connections.take_effects();
        let leaves = effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Leave(..)));
        is(leaves.count() == left, "it is not as the peer said")?;
    }
    Ok(())
}
