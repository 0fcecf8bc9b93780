//! Any schedule of concurrent changes to one merged key: all windows show the same, and each write shows at once where it
//! was made.
//!
//! `PARLEY_SCHEDULES` is how many schedules to play (default 50,000), `PARLEY_SEED` the first one's seed.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod merge_network;

use merge_network::value::{any, change, number};
use merge_network::{Batch, Window, same};
use parley_sync_kit::Random;
use parley_sync_kit::schedule::{Run, caught};

const SCHEDULES: u64 = 50_000;
const SEED: u64 = 0x6d_6572_6765;

/// What is on its way to each window.
struct Play {
    random: Random,
    windows: Vec<Window>,
    mail: Vec<Vec<Batch>>,
    sent: Vec<Batch>,
}

impl Play {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let count = random.between(2, 4) as u64;
        let start = random.percent(70).then(|| any(&mut random, 3));
        let mut windows = Vec::new();
        for id in 0..count {
            windows.push(match &start {
                Some(start) if random.percent(90) => Window::starting(id, start),
                Some(_) => Window::starting(id, &any(&mut random, 3)),
                None => Window::new(id),
            });
        }
        let shipped = random.percent(10);
        for window in &mut windows {
            window.engine = random.percent(70);
            window.shipped = shipped;
        }
        let mail = windows.iter().map(|_| Vec::new()).collect();
        Self {
            random,
            windows,
            mail,
            sent: Vec::new(),
        }
    }

    fn send(&mut self, from: usize, batch: Batch) {
        if batch.is_empty() {
            return;
        }
        for (at, mail) in self.mail.iter_mut().enumerate() {
            if at != from {
                mail.push(batch.clone());
                if self.random.percent(10) {
                    mail.push(batch.clone());
                }
            }
        }
        self.sent.push(batch);
    }

    fn deliver(&mut self, at: usize) {
        if !self.mail[at].is_empty() {
            let which = self.random.below(self.mail[at].len());
            let batch = self.mail[at].swap_remove(which);
            self.windows[at].receive(&batch);
        }
    }

    fn step(&mut self) {
        let at = self.random.below(self.windows.len());
        match self.random.below(20) {
            0..=6 => self.deliver(at),
            7 => {
                let next = self.random.percent(70).then(|| any(&mut self.random, 3));
                let batch = self.windows[at].write(next.as_ref());
                self.send(at, batch);
            }
            8 => {
                let by = number(&mut self.random);
                if let Some(batch) = self.windows[at].add(by) {
                    self.send(at, batch);
                }
            }
            9 => {
                let batch = self.windows[at].load();
                self.send(at, batch);
            }
            10 if !self.sent.is_empty() => {
                let which = self.random.below(self.sent.len());
                // Everyone takes it back at once: how they hear of it is not this test's.
                for at in 0..self.windows.len() {
                    self.windows[at].veto(&self.sent[which]);
                }
            }
            _ => {
                let shown = self.windows[at].show();
                let next = match &shown {
                    Some(shown) => change(&mut self.random, shown),
                    None => any(&mut self.random, 3),
                };
                let batch = self.windows[at].write(Some(&next));
                self.send(at, batch);
            }
        }
    }

    fn finish(&mut self) {
        for at in 0..self.windows.len() {
            let batch = self.windows[at].load();
            self.send(at, batch);
        }
        let starts: Vec<Batch> = self.windows.iter().map(Window::start).collect();
        for at in 0..self.windows.len() {
            for start in &starts {
                self.windows[at].receive(start);
            }
            while !self.mail[at].is_empty() {
                self.deliver(at);
                if self.random.percent(20) {
                    self.windows[at].show();
                }
            }
        }
        let first = self.windows[0].show();
        for window in &mut self.windows {
            let (shown, afresh) = (window.show(), window.afresh());
            assert!(same(shown.as_ref(), first.as_ref()), "{shown:?} is not {first:?}");
            assert!(
                same(shown.as_ref(), afresh.as_ref()),
                "{shown:?}, but afresh {afresh:?}"
            );
        }
        // And it can be gone on from.
        let next = any(&mut self.random, 3);
        self.windows[0].write(Some(&next));
    }
}

#[test]
fn any_schedule_ends_with_all_windows_showing_the_same() {
    Run::of(SCHEDULES, SEED).all("merge", |seed| {
        caught(|| {
            let mut play = Play::new(seed);
            for _ in 0..play.random.between(3, 30) {
                play.step();
            }
            play.finish();
        })
    });
}
