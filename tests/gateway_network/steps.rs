//! Steps drawn at random.

use parley_sync_kit::Random;

use super::case::{Kind, Step};
use super::{KEYS, Network, WINDOWS};

impl Network {
    /// Something that can happen now; nothing if it would do nothing.
    pub(super) fn random_step(&self, random: &mut Random) -> Option<Step> {
        let at = random.below(WINDOWS);
        Some(match random.below(100) {
            0..35 => {
                let key = KEYS[random.below(5)];
                let kind = match random.below(10) {
                    0 => Kind::Delete,
                    1 if key == "count" => Kind::Number(random.below(50) as u32),
                    _ if key == "count" => Kind::Add,
                    _ => Kind::Fresh,
                };
                match random.below(5) {
                    0 => Step::Tentative(at, key, kind),
                    _ => Step::Write(at, key, kind),
                }
            }
            35..40 => {
                let keys = [KEYS[random.below(5)], KEYS[random.below(5)]];
                if keys[0] == keys[1] || keys.contains(&"count") {
                    return None;
                }
                Step::Transaction(at, keys)
            }
            40..60 => Step::Flush(at),
            60..64 => {
                let pairs = self.pairs();
                let (a, b) = pairs[random.below(pairs.len())];
                if self.is_joined(a, b) {
                    Step::Cut(a, b)
                } else {
                    Step::Join(a, b)
                }
            }
            _ => {
                let wires = self.wires.ways();
                if wires.is_empty() {
                    return None;
                }
                let (from, to) = wires[random.below(wires.len())];
                Step::Deliver(from, to)
            }
        })
    }
}
