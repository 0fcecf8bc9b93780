//! A peer that sends any cells at all, under names of its own and of others: the windows agree after it.

use std::rc::Rc;

use parley_sync::core::batch::Batch;
use parley_sync::core::cell::{Cell, Count, Part, Slot, Veto, VetoReason, cell_name, suffix};
use parley_sync::core::clock::{Clock, Time};
use parley_sync::core::id::{Actor, Key};
use parley_sync::core::merge::Node;
use parley_sync::core::model::Strategy;
use parley_sync::core::register::Stamp;
use parley_sync::core::sync::StateFrame;

use super::may_forge;
use super::model_room::{Room, Text, json, transaction};
use crate::choices::Choices;

type Entry = (Key, Option<Cell<Text>>, Time);

struct Liar<'c, 'b> {
    choices: &'c mut Choices<'b>,
    actor: Actor,
    seq: u64,
    now: f64,
    actors: Vec<Actor>,
}

const KEYS: [&str; 7] = ["a", "b", "c", "", "\0", "a\0s1", "__proto__"];
const VALUES: [&str; 6] = ["x", "7", "-1e308", "NaN", "inf", ""];

impl Liar<'_, '_> {
    /// Within the bound that clocks are held to, or an initial value's.
    fn time(&mut self) -> Time {
        match self.choices.below(6) {
            0 => Time::initial(self.now),
            1 => Time::after(None),
            _ => {
                let off = f64::from(self.choices.byte()) * 1_500.0 - 110_000.0;
                Clock::new().tick(self.now + off.min(290_000.0))
            }
        }
    }

    fn actor(&mut self) -> Actor {
        self.choices.pick(&self.actors)
    }

    fn key(&mut self) -> Key {
        Key::from(self.choices.pick(&KEYS))
    }

    fn stamp(&mut self) -> Stamp {
        Stamp {
            time: self.time(),
            actor: self.actor(),
        }
    }

    fn value(&mut self) -> Option<Text> {
        let text = self.choices.pick(&VALUES);
        json(text).filter(|_| !self.choices.once(5))
    }

    fn part(&mut self) -> Part {
        match self.choices.below(7) {
            0 => Part::Root,
            1 | 2 => Part::Slot(self.actor()),
            3 => Part::Veto(self.actor()),
            4 => Part::Count(self.actor()),
            5 => Part::Writes(self.actor()),
            _ => Part::Tree(self.key()),
        }
    }

    fn slot(&mut self, depth: usize) -> Rc<Slot<Text>> {
        let base = self.choices.once(2).then(|| (self.value(), self.stamp()));
        let under = (depth > 0 && self.choices.once(2)).then(|| self.slot(depth - 1));
        let seen = (0..self.choices.below(4)).map(|_| (self.actor(), self.time()));
        let seen = seen.collect();
        let group: Vec<Key> = (0..self.choices.below(6)).map(|_| self.key()).collect();
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
        match self.choices.below(5) {
            0 => self.plain(),
            1 | 2 => Cell::Slot(self.slot(8)),
            3 if depth > 0 => self.vetoes(depth),
            _ => self.count(),
        }
    }

    /// A forger's cells are such as the codec lets in: of the kind that their names say.
    fn cell_of(&mut self, part: &Part) -> Cell<Text> {
        match part {
            _ if !may_forge() => self.cell(2),
            Part::Root => self.plain(),
            Part::Slot(_) => Cell::Slot(self.slot(8)),
            Part::Veto(_) => self.vetoes(2),
            Part::Count(_) | Part::Writes(_) => self.count(),
            Part::Tree(_) => Cell::node(Node::Leaf(self.text())),
        }
    }

    fn text(&mut self) -> Text {
        self.value().unwrap_or(Text(String::new()))
    }

    fn plain(&mut self) -> Cell<Text> {
        Cell::Plain(self.text())
    }

    fn vetoes(&mut self, depth: usize) -> Cell<Text> {
        let count = self.choices.below(6);
        let list = (0..count).map(|_| {
            let part = self.part();
            Veto {
                part: suffix(&part),
                stamp: self.stamp(),
                reason: if self.choices.once(8) {
                    VetoReason::Aborted
                } else {
                    VetoReason::Refused
                },
                base: self
                    .choices
                    .once(2)
                    .then(|| (self.base(&part, depth - 1), self.stamp())),
            }
        });
        Cell::Veto(Rc::new(list.collect()))
    }

    fn base(&mut self, part: &Part, depth: usize) -> Cell<Text> {
        match part {
            // Those of vetoes have none.
            Part::Veto(_) => self.plain(),
            _ if may_forge() => self.cell_of(part),
            _ => self.cell(depth),
        }
    }

    fn count(&mut self) -> Cell<Text> {
        let sums: &[f64] = if may_forge() {
            &[f64::MIN_POSITIVE, -0.0, 1e308, 3.0]
        } else {
            &[f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, -0.0, 1e308, 3.0]
        };
        Cell::count(Count {
            to: self.choices.once(2).then(|| self.stamp()),
            sum: self.choices.pick(sums),
        })
    }

    fn frame(&mut self) -> StateFrame<Cell<Text>> {
        let count = 1 + self.choices.below(12);
        let entries = (0..count).map(|_| {
            let (key, part) = (self.key(), self.part());
            let cell = (!self.choices.once(10)).then(|| self.cell_of(&part));
            (cell_name(&key, &part), cell, self.time())
        });
        let mut entries: Vec<Entry> = entries.collect();
        if may_forge() {
            // Of a cell that is named twice listeners may be told a wrong value of before.
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.dedup_by(|a, b| a.0 == b.0);
        }
        self.seq += 1;
        StateFrame::Batch(Batch {
            actor: self.actor,
            seq: self.seq,
            deps: Vec::new(),
            entries,
        })
    }
}

pub fn run(choices: &mut Choices) {
    let strategy = choices.pick(&[
        Strategy::LastWriteWins,
        Strategy::HighestVersion,
        Strategy::Manual,
        Strategy::Custom,
    ]);
    let mut room = Room::new(3, strategy, &[("a", "1"), ("b", "x")]);
    let actor = Actor::from_random(choices.u64());
    let mut actors = if may_forge() { room.actors() } else { Vec::new() };
    actors.extend([actor, Actor::from_random(7), Actor::from_random(1 << 40)]);
    let to = choices.below(3);
    let mut seq = 0;
    for round in 0..8 {
        if choices.is_over() {
            break;
        }
        let mut liar = Liar {
            actor,
            seq,
            now: room.now(),
            actors: actors.clone(),
            choices,
        };
        let frame = liar.frame();
        seq = liar.seq;
        room.hears_of_a_stranger(to, frame);
        let key = choices.pick(&["a", "b", "c"]);
        match choices.below(4) {
            1 => room.set(round % 3, key, "mine"),
            2 => room.try_add(round % 3, key, 1.0),
            3 => {
                room.write(round % 3, &[("a", "t"), ("b", "t")], transaction());
            }
            _ => {}
        }
        choices.note(round as u64, room.contested(0).len());
        choices.note(16, room.candidates(0, key).len());
        if choices.once(2) {
            room.part();
        } else {
            room.meet();
        }
    }
    room.meet();
    room.meet();
    room.all_equal(0);
}
