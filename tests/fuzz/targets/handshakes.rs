//! A page and its frame that want each other, reloads, pauses, and a hostile window that says anything: steps and frames that it
//! heard, and made-up ones. The connection core takes nobody for somebody else, and the two are connected after quiet.
//! (`node/handshake.mjs` holds the built package to the same.)

use std::collections::BTreeMap;

use parley_sync::core::origin::OPAQUE;

use super::connection_network::asking::Asked;
use super::connection_network::document::{Life, Loading};
use super::connection_network::traffic::{Event, Frame, Posted, Stream};
use super::connection_network::world::World;
use super::connection_network::{A, B, QUIET};
use crate::choices::Choices;

/// An origin that nobody lets in.
const EVIL: &str = "https://evil.example";
/// A hostile origin that the page lets in.
const LIAR: &str = "https://liar.example";
const LONGEST: usize = 80;

fn loading(window: usize, origin: &str) -> Loading {
    let allowed: &[&str] = if origin == A { &[B, LIAR] } else { &[A] };
    Loading {
        window,
        origin: origin.to_owned(),
        allowed: allowed.iter().map(ToString::to_string).collect(),
        channel: None,
        is_hostile: false,
        is_prerendered: false,
    }
}

/// The document that a window shows, or showed last.
fn shown(world: &World, window: usize) -> usize {
    let last = world.docs.iter().rposition(|doc| doc.window == window);
    world.shown(window).or(last).unwrap()
}

/// What a hostile document says now.
fn lie(world: &mut World, choices: &mut Choices, liar: usize) {
    let ports = world.docs[liar].ports.clone();
    let docs = world.docs.len();
    let other = choices.below(docs);
    let (mark, uid) = (world.docs[other].mark, world.docs[other].uid.clone());
    let nonces = world.docs[liar].heard.iter();
    let nonces = nonces.filter_map(|(_, step)| match step {
        Posted::Hello { nonce, .. } | Posted::Offer { nonce, .. } => Some(nonce.clone()),
        Posted::Invite { token, .. } => Some(token.clone()),
        Posted::RequestHello | Posted::OtherVersion => None,
    });
    let nonces: Vec<String> = nonces.chain(["guess".to_owned()]).collect();
    let nonce = choices.pick(&nonces);
    let to = choices.below(world.windows.len());
    let step = match choices.below(8) {
        0 => Posted::RequestHello,
        1 => Posted::Hello { mark, nonce },
        2 | 3 => {
            let port = world.own_port(liar);
            Posted::Offer {
                nonce,
                mark,
                uid,
                port,
            }
        }
        4 => {
            let (token, port) = (nonce, world.own_port(liar));
            Posted::Invite { token, mark, port }
        }
        5 => Posted::OtherVersion,
        _ if ports.is_empty() => Posted::RequestHello,
        _ => {
            let has_received = choices.once(2);
            let frame = match choices.below(4) {
                0 => Frame::Bye(has_received),
                1 => Frame::Ping(0.0),
                _ => Frame::Join {
                    uid,
                    claimed: format!("window {to}"),
                    has_received,
                    proof: Some(nonce),
                    any_origin: choices.once(4),
                },
            };
            return world.post_frame(choices.pick(&ports), frame);
        }
    };
    world.post(liar, to, "*", step);
}

/// What comes first in one of the streams happens now, whatever is due before it in others. How many streams there were.
fn deliver(world: &mut World, which: usize) -> usize {
    let mut first = BTreeMap::new();
    for (&key, event) in &world.queue {
        let stream = match event {
            Event::Post { from, to, .. } => Stream::Window(*from, *to),
            Event::Frame { port, .. } => Stream::Port(*port),
            _ => continue,
        };
        first.entry(stream).or_insert(key);
    }
    let keys: Vec<_> = first.into_values().collect();
    let key = keys.get(which % keys.len().max(1));
    if let Some(event) = key.and_then(|key| world.queue.remove(key)) {
        world.happen(event);
    }
    keys.len()
}

fn reload(world: &mut World, choices: &mut Choices, window: usize, asked: Asked) {
    let origin = world.docs[shown(world, window)].origin.clone();
    world.unload(window, choices.once(2));
    let doc = world.load(loading(window, &origin));
    let frames = world.windows.iter().filter(|slot| slot.parent == Some(window));
    let frames: Vec<usize> = frames.map(|slot| slot.win.id).collect();
    // A page that is loaded anew has its frames anew.
    for frame in frames {
        world.windows[frame].win.is_gone.set(false);
        let last = shown(world, frame);
        let origin = world.docs[last].origin.clone();
        let is_hostile = world.docs[last].is_hostile;
        world.load(Loading {
            is_hostile,
            ..loading(frame, &origin)
        });
        if !is_hostile {
            world.connect(doc, frame, asked);
        }
    }
}

pub fn run(choices: &mut Choices) {
    let mut world = World::new(choices.u64());
    let is_opaque = choices.once(4);
    let page = world.add_window(None, None);
    let frame = world.add_window(Some(page), None);
    let evil = match choices.below(3) {
        0 => world.add_window(Some(page), None),
        1 => world.add_window(None, Some(page)),
        _ => world.add_window(None, None),
    };
    let first = world.load(loading(page, A));
    let second = world.load(loading(frame, if is_opaque { OPAQUE } else { B }));
    world.load(Loading {
        is_hostile: true,
        ..loading(evil, choices.pick(&[EVIL, LIAR]))
    });
    let asked = Asked {
        opaque: is_opaque,
        is_restricted: is_opaque,
        ..Asked::simply(60_000.0)
    };
    world.connect(first, frame, asked);
    if choices.once(2) {
        world.connect(second, page, Asked::simply(60_000.0));
    }
    let mut steps = 0;
    while !choices.is_over() && steps < LONGEST && world.fault.is_none() {
        steps += 1;
        match choices.below(8) {
            0 | 1 => {
                let liar = shown(&world, evil);
                if world.docs[liar].life == Life::Awake {
                    lie(&mut world, choices, liar);
                }
            }
            2 if choices.once(4) => {
                let window = choices.pick(&[page, frame]);
                reload(&mut world, choices, window, asked);
            }
            3 => {
                let pause = choices.pick(&[1.0, 30.0, 400.0, 3000.0]);
                world.run_for(pause).unwrap_or_else(|fault| panic!("{fault}"));
            }
            4 if choices.once(4) => {
                let doc = shown(&world, page);
                match choices.once(2) {
                    true => world.freeze(doc),
                    false => world.resume(doc),
                }
            }
            _ => {
                let streams = deliver(&mut world, choices.below(8));
                let connections = &world.docs[shown(&world, page)].connections;
                let (sessions, peers) = (connections.sessions.values().count(), connections.peers.count());
                choices.note(0, streams);
                choices.note(4, sessions * 4 + peers);
            }
        }
    }
    for doc in 0..world.docs.len() {
        world.resume(doc);
    }
    world.run_for(QUIET).unwrap_or_else(|fault| panic!("{fault}"));
    world.check().unwrap_or_else(|fault| panic!("{fault}"));
    choices.note(1, world.connected as usize);
    choices.note(2, world.ports.len());
    choices.note(3, world.docs.len());
}
