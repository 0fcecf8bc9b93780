//! Scenes about a window that is cut off, by a page with another opener policy, and comes back by the channel.

use parley_sync::core::connection::channel::Member;

use super::asking::Asked;
use super::scenes::loading;
use super::world::World;
use super::{A, B, QUIET};

/// What became of a member of the channel that calls itself by the id that `connect` gave a window: its alias, and the event.
fn returns(seed: u64, origin: &str, is_frame: bool, is_gone: bool) -> Result<(String, bool), String> {
    let mut world = World::new(seed);
    let page = world.add_window(None, None);
    let other = match is_frame {
        true => world.add_window(Some(page), None),
        false => world.add_window(None, Some(page)),
    };
    let first = world.load(loading(page, A, origin));
    world.load(loading(other, origin, A));
    world.connect(first, other, Asked::simply(60_000.0));
    world.run_for(29_000.0)?;
    let name = format!("window {other}");
    if world.docs[first].connections.peers.by_name(&name).is_none() {
        return Err("they are not connected".to_owned());
    }
    if is_gone {
        world.windows[other].win.is_gone.set(true);
        world.run_for(QUIET)?;
    }
    let now = world.now;
    world.decide(first, |connections, policy| {
        let member = Member {
            uid: "back",
            claimed: &name,
            kind: "tab".to_owned(),
            has_received: true,
            is_locked: false,
        };
        connections.member_joined(policy, member, now);
    });
    let connections = &world.docs[first].connections;
    let at = connections.peers.by_uid("back").ok_or("nobody has joined")?;
    let alias = connections.peers.any(at).map(|peer| peer.identity.alias.clone());
    let is_free = !connections.targets.iter().any(|target| target.alias() == name);
    Ok((alias.unwrap_or_default(), is_free))
}

/// It is the same peer if its window is gone and was of this origin; the id that `connect` promised to any other stays with that.
pub fn cut_off_and_back(seed: u64) -> Result<(), String> {
    let cases = [
        ("a popup of this origin", A, false, true, true),
        ("a popup that is there", A, false, false, false),
        ("a popup of another origin", B, false, true, false),
        ("a frame that may be put back", A, true, true, false),
    ];
    for (what, origin, is_frame, is_gone, is_same) in cases {
        let (alias, is_free) = returns(seed, origin, is_frame, is_gone)?;
        if (alias != "back", is_free) != (is_same, is_same) {
            return Err(format!("{what}: it is called {alias}; the id is free: {is_free}"));
        }
    }
    Ok(())
}
