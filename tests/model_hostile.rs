//! A peer that sends any cells at all: windows do not panic, hang or overflow, and agree once it is gone.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod allocated;
mod model_room;

use std::rc::Rc;

use allocated::{Total, assert_linear, total};
use model_room::{Room, Text, json};
use parley_sync::core::batch::Batch;
use parley_sync::core::cell::{Cell, Count, Part, Slot, Veto, VetoReason, cell_name, suffix};
use parley_sync::core::clock::{Clock, Time};
use parley_sync::core::id::{Actor, Key};
use parley_sync::core::model::Strategy;
use parley_sync::core::register::Stamp;
use parley_sync::core::sync::StateFrame;
use parley_sync_kit::Random;

/// An attacker: it writes what no model would, under names of its own and of others.
struct Liar {
    random: Random,
    actor: Actor,
    seq: u64,
    now: f64,
    keys: Vec<Key>,
    actors: Vec<Actor>,
}

type Entry = (Key, Option<Cell<Text>>, Time);

impl Liar {
    fn new(seed: u64, room: &Room) -> Liar {
        let mut random = Random::new(seed);
        let actor = Actor::from_random(random.next());
        let mut actors = room.actors();
        actors.push(actor);
        Liar {
            actor,
            seq: 0,
            now: room.now(),
            keys: ["a", "b", "c", "", "\0", "a\0s1", "__proto__"]
                .map(Key::from)
                .to_vec(),
            actors,
            random,
        }
    }

    fn batch(&mut self, entries: Vec<Entry>) -> StateFrame<Cell<Text>> {
        self.seq += 1;
        StateFrame::Batch(Batch {
            actor: self.actor,
            seq: self.seq,
            deps: Vec::new(),
            entries,
        })
    }

    /// Within the bound that clocks are held to, or an initial value's.
    fn time(&mut self) -> Time {
        match self.random.below(6) {
            0 => Time::initial(self.now),
            1 => Time::after(None),
            _ => {
                let off = f64::from(self.random.between(0, 400_000)) - 110_000.0;
                Clock::new().tick(self.now + off.min(290_000.0))
            }
        }
    }

    fn actor(&mut self) -> Actor {
        self.random.pick(&self.actors.clone())
    }

    fn key(&mut self) -> Key {
        let at = self.random.below(self.keys.len());
        Rc::clone(&self.keys[at])
    }

    fn stamp(&mut self) -> Stamp {
        Stamp {
            time: self.time(),
            actor: self.actor(),
        }
    }

    fn value(&mut self) -> Option<Text> {
        let text = self.random.pick(&["x", "7", "-1e308", "NaN", "inf", ""]);
        json(text).filter(|_| self.random.percent(80))
    }

    fn part(&mut self) -> Part {
        match self.random.below(7) {
            0 => Part::Root,
            1 | 2 => Part::Slot(self.actor()),
            3 => Part::Veto(self.actor()),
            4 => Part::Count(self.actor()),
            5 => Part::Writes(self.actor()),
            _ => Part::Tree(self.key()),
        }
    }

    fn slot(&mut self, depth: usize) -> Rc<Slot<Text>> {
        let base = self.random.percent(60).then(|| (self.value(), self.stamp()));
        let under = (depth > 0 && self.random.percent(50)).then(|| self.slot(depth - 1));
        let seen = (0..self.random.below(4))
            .map(|_| (self.actor(), self.time()))
            .collect();
        let group: Vec<Key> = (0..self.random.below(6)).map(|_| self.key()).collect();
        Rc::new(Slot {
            time: self.time(),
            value: self.value(),
            base,
            under,
            seen,
            group: group.into(),
            from: Rc::from("liar"),
        })
    }

    /// A cell of any kind, mostly not the kind that its name says.
    fn cell(&mut self, depth: usize) -> Cell<Text> {
        match self.random.below(5) {
            0 => Cell::Plain(self.value().unwrap_or(Text(String::new()))),
            1 | 2 => Cell::Slot(self.slot(8)),
            3 if depth > 0 => {
                let list = (0..self.random.below(6)).map(|_| {
                    let base = self
                        .random
                        .percent(50)
                        .then(|| (self.cell(depth - 1), self.stamp()));
                    Veto {
                        part: suffix(&self.part()),
                        stamp: self.stamp(),
                        base,
                        reason: VetoReason::of(Some(self.random.below(4) as f64)),
                    }
                });
                Cell::Veto(Rc::new(list.collect()))
            }
            _ => {
                let sum = self
                    .random
                    .pick(&[f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, -0.0, 1e308, 3.0]);
                let to = self.random.percent(50).then(|| self.stamp());
                Cell::count(Count { to, sum })
            }
        }
    }

    fn any(&mut self) -> StateFrame<Cell<Text>> {
        let count = self.random.between(1, 12);
        let entries = (0..count).map(|_| {
            let (key, part) = (self.key(), self.part());
            let cell = self.random.percent(90).then(|| self.cell(2));
            (cell_name(&key, &part), cell, self.time())
        });
        let entries = entries.collect();
        self.batch(entries)
    }
}

#[test]
fn whatever_a_peer_says_the_others_agree_after_it() {
    for seed in 0..1_500 {
        let strategy = [
            Strategy::LastWriteWins,
            Strategy::HighestVersion,
            Strategy::Manual,
            Strategy::Custom,
        ][seed as usize % 4];
        let mut room = Room::new(3, strategy, &[("a", "1"), ("b", "x")]);
        let mut liar = Liar::new(seed, &room);
        let to = liar.random.below(3);
        for round in 0..8 {
            let frame = liar.any();
            room.hears_of_a_stranger(to, frame);
            let key = liar.random.pick(&["a", "b", "c"]);
            match liar.random.below(4) {
                0 => room.set(round % 3, key, "mine"),
                1 => room.try_add(round % 3, key, 1.0),
                2 => {
                    room.write(round % 3, &[("a", "t"), ("b", "t")], model_room::transaction());
                }
                _ => {}
            }
            if liar.random.percent(40) {
                room.part();
            } else {
                room.meet();
            }
        }
        room.meet();
        room.meet();
        room.all_equal(seed);
    }
}

/// What two windows allocate for frames of a stranger and a write of their own after them.
fn cost(make: impl Fn(&mut Liar) -> Vec<Entry>) -> Total {
    let mut room = Room::new(2, Strategy::LastWriteWins, &[]);
    let mut liar = Liar::new(7, &room);
    let entries = make(&mut liar);
    let frame = liar.batch(entries);
    total(|| {
        room.hears_of_a_stranger(0, frame);
        room.set(1, "k0", "mine");
        room.meet();
        room.all_equal(0);
    })
}

fn numbered(count: usize) -> Vec<Key> {
    (0..count).map(|at| Key::from(format!("k{at}"))).collect()
}

fn member(liar: &mut Liar, key: &Key, actor: Actor, group: Vec<Key>) -> Entry {
    let time = Clock::new().tick(liar.now);
    let slot = Slot {
        time,
        value: json("x"),
        base: None,
        under: None,
        seen: Vec::new(),
        group: group.into(),
        from: Rc::from(""),
    };
    (
        cell_name(key, &Part::Slot(actor)),
        Some(Cell::Slot(Rc::new(slot))),
        time,
    )
}

#[test]
fn a_group_that_names_thousands_of_keys_costs_little() {
    assert_linear("keys that a group names", 10_000, |size| {
        cost(|liar| {
            let actor = liar.actor;
            vec![member(liar, &Key::from("k0"), actor, numbered(size))]
        })
    });
}

#[test]
fn a_transaction_over_many_keys_costs_little() {
    assert_linear("keys of a transaction", 400, |size| {
        cost(|liar| {
            let (actor, keys) = (liar.actor, numbered(size));
            let entries = keys.iter().map(|key| member(liar, key, actor, keys.clone()));
            entries.collect()
        })
    });
}

#[test]
fn groups_in_a_ring_cost_little() {
    assert_linear("groups in a ring", 400, |size| {
        cost(|liar| {
            let (actor, keys) = (liar.actor, numbered(size));
            let entries = (0..keys.len()).map(|at| {
                let next = Key::clone(&keys[(at + 1) % keys.len()]);
                member(liar, &keys[at], actor, vec![Key::clone(&keys[at]), next])
            });
            entries.collect()
        })
    });
}

#[test]
fn groups_of_many_writers_on_one_key_cost_little() {
    assert_linear("writers of groups on one key", 300, |size| {
        cost(|liar| {
            let keys = numbered(3);
            let entries = (0..size as u64).flat_map(|at| {
                let actor = Actor::from_random(10_000 + at);
                [
                    member(liar, &keys[0], actor, keys.clone()),
                    member(liar, &keys[1], actor, keys.clone()),
                ]
            });
            entries.collect()
        })
    });
}

#[test]
fn a_pile_of_vetoes_costs_little() {
    assert_linear("vetoes on one key", 20_000, |size| {
        cost(|liar| {
            let list = (0..size).map(|_| Veto {
                part: suffix(&liar.part()),
                stamp: liar.stamp(),
                base: None,
                reason: VetoReason::Refused,
            });
            let list = Cell::Veto(Rc::new(list.collect()));
            let actor = liar.actor;
            let time = Clock::new().tick(liar.now);
            vec![
                (cell_name(&Key::from("k0"), &Part::Veto(actor)), Some(list), time),
                member(liar, &Key::from("k0"), actor, numbered(2)),
            ]
        })
    });
}
