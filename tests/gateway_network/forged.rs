//! A peer that may write some keys, and lies in every way its frames allow.

use std::rc::Rc;

use parley_sync::core::batch::{Batch, Delta, Entry};
use parley_sync::core::cell::{Cell, Count, Part, Slot, Veto, VetoReason, cell_name, parse, suffix};
use parley_sync::core::clock::Time;
use parley_sync::core::id::{Actor, Key};
use parley_sync::core::model::{How, Op};
use parley_sync::core::register::{Dot, Stamp};
use parley_sync::core::sync::StateFrame;
use parley_sync::core::version::VersionVector;

use super::{Frame, KEYS, Network, START, TRUSTED, Val, WRITE};
use parley_sync_kit::Random;

/// Milliseconds in the units of [`Time`], after 2020.
fn at(ms: f64) -> Time {
    Time::from_f64((ms - 1_577_836_800_000.0).max(0.0) * 4096.0).unwrap()
}

struct Liar<'a> {
    random: &'a mut Random,
    trusted: Vec<Actor>,
    now: f64,
}

impl Liar<'_> {
    fn actor(&mut self) -> Actor {
        match self.random.below(3) {
            0 => self.trusted[self.random.below(self.trusted.len())],
            1 => Actor::from_random(5000 + self.random.below(3) as u64),
            _ => Actor::from_random(self.random.next()),
        }
    }

    fn time(&mut self) -> Time {
        let now = self.now;
        match self.random.below(8) {
            0 => at(now + 290_000.0),
            6 => at(now + 1e12),
            // Later than any clock shows.
            7 => Time::from_f64(8e15).unwrap(),
            1 => at(now + 5_000.0),
            2 => Time::initial(1.0),
            3 => Time::from_f64(1.0).unwrap(),
            _ => at(now - self.random.below(1000) as f64),
        }
    }

    fn stamp(&mut self) -> Stamp {
        Stamp {
            time: self.time(),
            actor: self.actor(),
        }
    }

    fn value(&mut self) -> Val {
        match self.random.below(3) {
            0 => Val::Num(1e9),
            _ => Val::Id(66),
        }
    }

    fn key(&mut self) -> Key {
        Key::from(KEYS[self.random.below(KEYS.len())])
    }

    fn cell(&mut self) -> (Key, Option<Cell<Val>>) {
        let key = self.key();
        let actor = self.actor();
        let (part, cell) = match self.random.below(6) {
            0 => {
                let group: Vec<Key> = (0..self.random.below(3)).map(|_| self.key()).collect();
                let slot = Slot {
                    time: self.time(),
                    value: Some(self.value()),
                    base: None,
                    under: None,
                    seen: vec![(self.actor(), self.time())],
                    group: Rc::from(group),
                    from: Rc::from("w1"),
                };
                (Part::Slot(actor), Cell::Slot(Rc::new(slot)))
            }
            1 => {
                let veto = Veto {
                    part: suffix(&Part::Root),
                    stamp: self.stamp(),
                    base: Some((Cell::Plain(self.value()), self.stamp())),
                    reason: VetoReason::Refused,
                };
                (Part::Veto(actor), Cell::Veto(Rc::new(vec![veto])))
            }
            2 => {
                let count = Count {
                    to: None,
                    sum: 1000.0,
                };
                (Part::Count(actor), Cell::count(count))
            }
            3 => {
                let count = Count {
                    to: None,
                    sum: 1000.0,
                };
                return (
                    cell_name(&Key::from(""), &Part::Writes(actor)),
                    Some(Cell::count(count)),
                );
            }
            _ => (Part::Root, Cell::Plain(self.value())),
        };
        let is_deletion = self.random.below(8) == 0;
        (cell_name(&key, &part), (!is_deletion).then_some(cell))
    }

    fn frame(&mut self) -> Frame {
        if self.random.below(8) == 0 {
            return StateFrame::Digest {
                seen: self.random.next(),
                fingerprint: self.random.next(),
                content: self.random.next(),
                is_answer: self.random.below(2) == 0,
            };
        }
        if self.random.below(3) == 0 {
            let seq = 1 + self.random.below(4) as u64;
            let deps = vec![(self.actor(), self.random.below(9) as u64)];
            let entries = (0..1 + self.random.below(4))
                .map(|_| {
                    let (name, cell) = self.cell();
                    (name, cell, self.time())
                })
                .collect();
            return StateFrame::Batch(Batch {
                actor: self.actor(),
                seq,
                deps,
                entries,
            });
        }
        let mut vector = VersionVector::new();
        for _ in 0..self.random.below(3) {
            vector.advance(self.actor(), 1 + self.random.next() % (1 << 53));
        }
        let entries = (0..1 + self.random.below(5))
            .map(|_| {
                let (key, value) = self.cell();
                let dot = Dot {
                    actor: self.actor(),
                    seq: 1 + self.random.below(1000) as u64,
                };
                vector.advance(dot.actor, dot.seq);
                Entry {
                    key,
                    value,
                    stamp: self.stamp(),
                    dot,
                }
            })
            .collect();
        StateFrame::Delta(Delta {
            since: VersionVector::new(),
            vector,
            entries,
            whole: self.random.below(4) == 0,
            fingerprint: self.random.next(),
            content: self.random.next(),
        })
    }
}

/// Forged frames through one gateway, then everybody writes: nobody was silenced, nothing changed that may not be written,
/// nobody was spoken for, no time was dragged along.
pub fn besiege(network: &mut Network, random: &mut Random) {
    network.settle();
    network.is_besieged = true;
    for key in KEYS {
        let value = network.fresh();
        network.write(1, vec![(key, Op::Set(Some(value)))], How::default());
        network.flush(1);
    }
    network.settle();
    let shut: Vec<_> = KEYS.iter().filter(|key| !WRITE.contains(key)).copied().collect();
    let before: Vec<_> = shut
        .iter()
        .map(|key| network.models[0].get(key).cloned())
        .collect();
    let trusted: Vec<Actor> = (0..TRUSTED).map(|at| network.models[at].node().actor()).collect();
    for _ in 0..20 {
        network.now += 10.0;
        let frame = Liar {
            random,
            trusted: trusted.clone(),
            now: network.now,
        }
        .frame();
        network.hear((0, 3), frame);
        network.settle();
    }
    let latest = at(network.now + 2_000.0);
    for window in &network.models[..TRUSTED] {
        for (key, before) in shut.iter().zip(&before) {
            assert_eq!(window.get(key), before.as_ref(), "{key} may not be written");
        }
        for (actor, _) in window.node().vector().iter() {
            assert!(trusted.contains(&actor), "{actor:?} is nobody's number");
        }
        for (name, cell, stamp) in window.written() {
            assert!(
                stamp.time <= latest || stamp.time.is_of_a_clock(),
                "{name:?} is of {:?}, and it is {latest:?}",
                stamp.time
            );
            let owner = match parse(&name).unwrap().1 {
                Part::Slot(actor) | Part::Veto(actor) | Part::Count(actor) | Part::Writes(actor) => {
                    Some(actor)
                }
                _ => None,
            };
            assert!(
                owner.is_none_or(|owner| owner == stamp.actor),
                "{name:?} by {:?}",
                stamp.actor
            );
            if let Some(Cell::Plain(value)) = &cell {
                let is_forged = matches!(value, Val::Id(66)) || *value == Val::Num(1e9);
                assert!(
                    !is_forged || !trusted.contains(&stamp.actor),
                    "{name:?} speaks for {:?}",
                    stamp.actor
                );
            }
            if let Some(Cell::Slot(slot)) = cell
                && !trusted.contains(&stamp.actor)
            {
                assert!((*slot.from).is_empty(), "whoever it was, it is not known");
                assert!(slot.group.iter().all(|key| WRITE.contains(&&**key)));
            }
        }
    }
    for writer in 0..TRUSTED {
        for key in KEYS {
            network.now += 10.0;
            let value = network.fresh();
            network.write(writer, vec![(key, Op::Set(Some(value.clone())))], How::default());
            network.flush(writer);
            network.settle();
            for at in 0..TRUSTED {
                assert_eq!(
                    network.models[at].get(key),
                    Some(&value),
                    "{key}, written by {writer}, in {at}"
                );
            }
        }
    }
    assert!(network.now > START);
}
