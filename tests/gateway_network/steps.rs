//! The steps of a schedule.

use parley_sync::core::model::{How, Op};
use parley_sync_kit::Random;

use super::{KEYS, Network, Val, WINDOWS};

impl Network {
    pub fn random_step(&mut self, random: &mut Random) {
        self.now += f64::from(random.below(20) as u32);
        let at = random.below(WINDOWS);
        match random.below(100) {
            0..35 => {
                let key = KEYS[random.below(5)];
                let op = match random.below(10) {
                    0 => Op::Set(None),
                    1 if key == "count" => Op::Set(Some(Val::Num(f64::from(random.below(50) as u32)))),
                    _ if key == "count" => Op::Add(1.0),
                    _ => Op::Set(Some(self.fresh())),
                };
                let how = How {
                    may_roll_back: random.below(5) == 0,
                    ..How::default()
                };
                self.write(at, vec![(key, op)], how);
            }
            35..40 => {
                let (one, two) = (self.fresh(), self.fresh());
                let keys = [KEYS[random.below(5)], KEYS[random.below(5)]];
                if keys[0] != keys[1] && !keys.contains(&"count") {
                    let how = How {
                        is_transaction: true,
                        ..How::default()
                    };
                    self.write(
                        at,
                        vec![(keys[0], Op::Set(Some(one))), (keys[1], Op::Set(Some(two)))],
                        how,
                    );
                }
            }
            40..60 => self.flush(at),
            60..64 => {
                let pairs = self.pairs();
                let (a, b) = pairs[random.below(pairs.len())];
                if self.is_joined(a, b) {
                    self.cut(a, b);
                } else {
                    self.join(a, b);
                }
            }
            _ => {
                let wires = self.wires.ways();
                if !wires.is_empty() {
                    let (from, to) = wires[random.below(wires.len())];
                    self.deliver(from, to);
                }
            }
        }
    }
}
