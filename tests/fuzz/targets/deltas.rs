//! Batches, deltas and questions that lie, to one of three windows. What is refused changes nothing, what is taken is taken
//! whole, and the three agree and go on once the liar is gone.

use parley_sync::core::batch::{Batch, Delta, Entry};
use parley_sync::core::clock::Time;
use parley_sync::core::id::{Actor, Key};
use parley_sync::core::register::{Dot, Stamp};
use parley_sync::core::sync::StateFrame;
use parley_sync::core::version::VersionVector;

use super::may_forge;
use super::room::{Room, Value};
use crate::choices::Choices;

const HONEST: usize = 3;
/// A window whose wire the liar has taken: what it would say itself, it no longer says.
const SEAT: usize = 3;
const KEYS: [&str; 5] = ["a", "b", "c", "", "__proto__"];
const VALUES: [Option<Value>; 5] = [Some("u"), Some("v"), None, Some("w"), Some("")];
/// Milliseconds of 2020, in steps of the clock.
const STEPS: f64 = 4096.0;
const EPOCH: f64 = 1_577_836_800_000.0;

/// In the names of others only times of long ago, unless forging is on: then the very times of their writes too.
fn time(choices: &mut Choices, room: &Room, writer: Actor) -> Time {
    let is_honest = room.nodes.iter().any(|node| node.actor() == writer);
    if may_forge() && choices.once(3) {
        let stamps = room.nodes.iter().flat_map(|node| node.registers());
        let stamps: Vec<Time> = stamps.map(|(_, register)| register.stamp.time).collect();
        return choices.pick(&stamps);
    }
    let ahead = if is_honest {
        choices.pick(&[-9e10, -9e10 + 1.0, -5e10])
    } else {
        choices.pick(&[0.0, 1.0, -1000.0, 299_000.0, 301_000.0, -9e11, 9e15, 50.0])
    };
    let at = (room.now + ahead - EPOCH) * STEPS + f64::from(choices.byte() % 4);
    let at = if choices.once(16) { -at } else { at };
    Time::from_f64(
        at.clamp(-9_007_199_254_740_991.0, 9_007_199_254_740_991.0)
            .trunc(),
    )
    .unwrap()
}

fn actor(choices: &mut Choices, room: &Room) -> Actor {
    match choices.below(8) {
        at @ 0..=2 if may_forge() => room.nodes[at].actor(),
        3 => room.nodes[SEAT].actor(),
        4 => Actor::from_f64(9_007_199_254_740_991.0).unwrap(),
        at => Actor::from_random(70 + at as u64),
    }
}

fn seq(choices: &mut Choices, room: &Room, actor: Actor) -> u64 {
    let known = room.nodes[0].vector().get(actor);
    match choices.below(8) {
        0 | 1 => known + 1,
        2 => known,
        3 => known + 2,
        4 => 9_007_199_254_740_991,
        _ => choices.below(5) as u64,
    }
}

/// One write has one content, whoever tells of it; but for a forger.
fn value(choices: &mut Choices, stamp: Stamp, key: &str) -> Option<Value> {
    if may_forge() && choices.once(2) {
        return VALUES[choices.below(VALUES.len())];
    }
    let number = stamp.time.as_f64().abs() as u64 ^ stamp.actor.bits() ^ key.len() as u64;
    VALUES[(number % VALUES.len() as u64) as usize]
}

fn vector(choices: &mut Choices, room: &Room) -> VersionVector {
    let mut vector = match choices.below(4) {
        0 => VersionVector::new(),
        1 => room.nodes[0].vector().clone(),
        2 => room.nodes[SEAT].vector().clone(),
        _ => room.nodes[1].vector().clone(),
    };
    for _ in 0..choices.below(3) {
        let actor = actor(choices, room);
        let seq = seq(choices, room, actor);
        if choices.once(2) {
            vector.forget(actor);
        }
        vector.advance(actor, seq);
    }
    vector
}

fn frame(choices: &mut Choices, room: &Room) -> StateFrame<Value> {
    let count = choices.below(5);
    match choices.below(5) {
        0 | 1 => {
            let actor = actor(choices, room);
            let seq = seq(choices, room, actor);
            let deps = (0..choices.below(3)).map(|_| {
                let other = self::actor(choices, room);
                (other, self::seq(choices, room, other))
            });
            let deps = deps.collect();
            let entries = (0..count).map(|_| {
                let (key, time) = (choices.pick(&KEYS), time(choices, room, actor));
                (Key::from(key), value(choices, Stamp { time, actor }, key), time)
            });
            StateFrame::Batch(Batch {
                actor,
                seq,
                deps,
                entries: entries.collect(),
            })
        }
        2 | 3 => {
            let (since, mut vector) = (vector(choices, room), vector(choices, room));
            if choices.once(2) {
                vector.join(&since);
            }
            let entries = (0..count).map(|_| {
                let dot = Dot {
                    actor: actor(choices, room),
                    seq: choices.below(6) as u64,
                };
                let writer = if choices.once(4) {
                    actor(choices, room)
                } else {
                    dot.actor
                };
                let stamp = Stamp {
                    time: time(choices, room, writer),
                    actor: writer,
                };
                let key = choices.pick(&KEYS);
                if choices.once(2) {
                    vector.advance(dot.actor, dot.seq);
                }
                Entry {
                    key: key.into(),
                    value: value(choices, stamp, key),
                    stamp,
                    dot,
                }
            });
            let entries = entries.collect();
            StateFrame::Delta(Delta {
                since,
                vector,
                entries,
                whole: false,
                fingerprint: 0,
                content: u64::from(choices.once(4)),
            })
        }
        _ => {
            let born = choices.pick(&[0.0, room.now, f64::NAN, f64::INFINITY, -1.0]);
            StateFrame::Sync {
                vector: vector(choices, room),
                born: (born, actor(choices, room)),
            }
        }
    }
}

/// Each write of the frame that is news after `seen` is there, or beaten. One under a number that was seen may be that of a deletion
/// which was forgotten.
fn holds(room: &Room, at: usize, seen: &VersionVector, frame: &StateFrame<Value>) -> bool {
    let later = |key: &str, stamp: Stamp| {
        let register = room.nodes[at].register(key);
        register.is_some_and(|register| register.stamp >= stamp)
    };
    match frame {
        StateFrame::Batch(batch) => batch.entries.iter().all(|(key, _, time)| {
            later(
                key,
                Stamp {
                    time: *time,
                    actor: batch.actor,
                },
            )
        }),
        StateFrame::Delta(delta) => {
            let mut news = delta.entries.iter().filter(|entry| !seen.contains(entry.dot));
            news.all(|entry| later(&entry.key, entry.stamp))
        }
        StateFrame::Sync { .. } | StateFrame::Digest { .. } => true,
    }
}

fn hear(choices: &mut Choices, room: &mut Room, at: usize, frame: &StateFrame<Value>) {
    let (state, vector) = (room.state(at), room.nodes[at].vector().clone());
    let name = room.nodes[at].actor();
    let (refused, calls) = (room.refused.len(), room.calls[at]);
    room.inject(SEAT, at, frame.clone());
    let kind = match frame {
        StateFrame::Batch(_) => 0,
        StateFrame::Delta(_) => 1,
        StateFrame::Sync { .. } | StateFrame::Digest { .. } => 2,
    };
    let changed = room.state(at) != state;
    choices.note(kind, room.refused.len() - refused);
    choices.note(8 + kind, usize::from(changed));
    choices.note(16 + kind, room.nodes[at].vector().len());
    if room.refused.len() > refused {
        assert!(!changed && room.calls[at] == calls, "refused, and yet applied");
        // Whoever is spoken for takes another name, and is seen under that.
        let seen = |vector: &VersionVector| {
            let others = vector
                .iter()
                .filter(|&(actor, _)| actor != name && actor != room.nodes[at].actor());
            others.collect::<Vec<_>>()
        };
        assert_eq!(
            seen(room.nodes[at].vector()),
            seen(&vector),
            "refused, and yet seen"
        );
        return;
    }
    let news = match frame {
        StateFrame::Batch(batch) => {
            room.nodes[at].vector().get(batch.actor) == batch.seq && vector.get(batch.actor) < batch.seq
        }
        StateFrame::Delta(delta) => {
            let now = room.nodes[at].vector();
            now.covers(&delta.vector) && !vector.covers(&delta.vector)
        }
        StateFrame::Sync { .. } | StateFrame::Digest { .. } => false,
    };
    assert!(!news || holds(room, at, &vector, frame), "taken in part");
}

/// What somebody else forged may take until the windows have forgotten the same writers: they do so at moments of their own within
/// two minutes, and compare what they hold where their vectors are the same.
fn rest(room: &mut Room) {
    room.deliver_all();
    for _ in 0..if may_forge() { 6 } else { 3 } {
        room.now += if may_forge() { 60_000.0 } else { 0.0 };
        (0..HONEST).for_each(|at| room.tick(at));
        room.deliver_all();
    }
}

fn agree(room: &Room) {
    for at in 1..HONEST {
        assert_eq!(room.state(at), room.state(0), "window {at}");
    }
}

pub fn run(choices: &mut Choices) {
    let mut room = Room::with(HONEST + 1);
    for (a, b) in [(0, 1), (1, 2), (0, SEAT)] {
        room.connect(a, b);
    }
    if choices.once(2) {
        room.connect(0, 2);
    }
    (0..=HONEST).for_each(|at| room.settle(at));
    room.set(0, "a", "begun");
    room.deliver_all();
    let mut said: Vec<StateFrame<Value>> = Vec::new();
    let mut steps = 0;
    while !choices.is_over() && steps < 60 {
        steps += 1;
        let at = choices.below(HONEST);
        match choices.below(8) {
            0 => {
                let (key, value) = (choices.pick(&KEYS), VALUES[choices.below(5)]);
                room.write(at, &[(key, value)]);
                room.flush(at);
            }
            1 => room.deliver_all(),
            2 => room.now += choices.pick(&[1.0, 2_000.0, 400_000.0]),
            3 => room.tick(at),
            4 if !said.is_empty() => {
                let again = choices.pick(&said);
                hear(choices, &mut room, 0, &again);
            }
            _ => {
                let frame = frame(choices, &room);
                said.push(frame.clone());
                hear(choices, &mut room, 0, &frame);
            }
        }
    }
    room.disconnect(0, SEAT);
    rest(&mut room);
    agree(&room);
    for at in 0..HONEST {
        room.set(at, "a", "after");
        room.set(at, KEYS[at], "mine");
        rest(&mut room);
        agree(&room);
        assert_eq!(room.nodes[0].get(KEYS[at]), Some(&"mine"), "a write afterwards");
    }
}
