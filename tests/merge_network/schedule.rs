//! Schedules of concurrent changes to one merged key, over the seeded network of the kit: no wire loses anything, some
//! batches come twice, and they overtake each other.

use parley_sync_kit::event::Arrival;
use parley_sync_kit::links::{Shape, Wire};
use parley_sync_kit::schedule::caught;
use parley_sync_kit::shrink::Schedule;
use parley_sync_kit::{Network as _, Outcome, Random, Setup, Space};

use super::draw::{any, change, number};
use super::rounds::all_show;
use super::value::Json;
use super::{Batch, Window};

/// More arrivals than any schedule needs.
const ENDLESS: u32 = 20_000;

/// A schedule: the set-up, what values are drawn from, and the seeds of its steps.
#[derive(Clone, Debug)]
pub struct Case {
    setup: Setup,
    /// Of what the windows start with.
    start: u64,
    steps: Vec<u64>,
}

impl Case {
    pub fn generate(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let setup = Setup {
            seed: random.next(),
            windows: random.between(2, 4) as usize,
            shape: Shape::Full,
            wire: Wire {
                fifo: false,
                latency: (0, random.pick(&[1, 30, 400])),
                loss: 0,
                duplicate: 10,
            },
            ..Setup::PLAIN
        };
        let start = random.next();
        let count = random.between(3, 30);
        let steps = (0..count).map(|_| random.next()).collect();
        Self { setup, start, steps }
    }
}

impl Schedule for Case {
    type Step = u64;

    fn steps(&mut self) -> &mut Vec<u64> {
        &mut self.steps
    }

    fn setup(&mut self) -> Option<&mut Setup> {
        Some(&mut self.setup)
    }
}

/// Plays a schedule to its end, and checks all there is to check.
pub fn play(case: &Case) -> Outcome {
    let mut result = Ok(());
    caught(|| result = Network::new(case).play(&case.steps))?;
    result
}

struct Network {
    space: Space<Window, Batch>,
    random: Random,
    /// What most windows start with.
    start: Option<Json>,
    /// Whether texts are merged by the engine that is shipped.
    shipped: bool,
    sent: Vec<Batch>,
}

impl Network {
    fn new(case: &Case) -> Self {
        let mut random = Random::new(case.start);
        let start = random.percent(70).then(|| any(&mut random, 3));
        let shipped = random.percent(10);
        Self {
            space: Space::new(&case.setup, ENDLESS),
            random,
            start,
            shipped,
            sent: Vec::new(),
        }
    }

    fn play(&mut self, steps: &[u64]) -> Outcome {
        let count = self.space.sites.len();
        self.open_all(count)?;
        for &step in steps {
            self.random = Random::new(step);
            self.step()?;
        }
        self.finish()
    }

    fn window(&mut self, at: usize) -> &mut Window {
        self.space.sites[at].window.as_mut().unwrap()
    }

    fn windows(&mut self) -> impl Iterator<Item = &mut Window> {
        self.space
            .sites
            .iter_mut()
            .filter_map(|site| site.window.as_mut())
    }

    /// To all others.
    fn send(&mut self, from: usize, batch: Batch) {
        if !batch.is_empty() {
            let to: Vec<u32> = self.space.links.of(from).iter().map(|&to| to as u32).collect();
            self.transmit(from, &to, batch.clone(), false);
            self.sent.push(batch);
        }
    }

    fn step(&mut self) -> Outcome {
        let at = self.random.below(self.space.sites.len());
        match self.random.below(20) {
            0..=6 => {
                let ms = self.random.pick(&[0, 1, 10, 50]);
                return self.run(ms);
            }
            7 => {
                let next = self.random.percent(70).then(|| any(&mut self.random, 3));
                let batch = self.window(at).write(next.as_ref());
                self.send(at, batch);
            }
            8 => {
                let by = number(&mut self.random);
                if let Some(batch) = self.window(at).add(by) {
                    self.send(at, batch);
                }
            }
            9 => {
                let batch = self.window(at).load();
                self.send(at, batch);
            }
            10 if !self.sent.is_empty() => {
                let which = self.random.below(self.sent.len());
                let batch = self.sent[which].clone();
                // Everyone takes it back at once: how they hear of it is not this test's.
                self.windows().for_each(|window| window.veto(&batch));
            }
            _ => {
                let shown = self.window(at).show();
                let next = match &shown {
                    Some(shown) => change(&mut self.random, shown),
                    None => any(&mut self.random, 3),
                };
                let batch = self.window(at).write(Some(&next));
                self.send(at, batch);
            }
        }
        Ok(())
    }

    /// Everything is said and heard, what the windows started with too.
    fn finish(&mut self) -> Outcome {
        for at in 0..self.space.sites.len() {
            let batch = self.window(at).load();
            self.send(at, batch);
        }
        let starts: Vec<Batch> = self.windows().map(|window| window.start()).collect();
        for window in self.windows() {
            starts.iter().for_each(|start| window.receive(start));
        }
        self.run_out()?;
        let mut windows: Vec<Window> = self
            .space
            .sites
            .iter_mut()
            .filter_map(|site| site.window.take())
            .collect();
        all_show(&mut windows);
        // And it can be gone on from.
        let next = any(&mut self.random, 3);
        windows[0].write(Some(&next));
        Ok(())
    }
}

impl parley_sync_kit::Network for Network {
    type Window = Window;
    type Frame = Batch;

    fn space(&mut self) -> &mut Space<Window, Batch> {
        &mut self.space
    }

    fn open_window(&mut self, at: usize) -> Outcome {
        let id = at as u64;
        let mut window = match &self.start {
            Some(start) if self.random.percent(90) => Window::starting(id, start),
            Some(_) => Window::starting(id, &any(&mut self.random, 3)),
            None => Window::new(id),
        };
        window.engine = self.random.percent(70);
        window.shipped = self.shipped;
        self.space.sites[at].window = Some(window);
        Ok(())
    }

    fn hear(&mut self, at: usize, arrival: Arrival<Batch>) -> Outcome {
        let shows = self.space.random.percent(20);
        let window = self.window(at);
        if let Arrival::Frame { frame, .. } = arrival {
            window.receive(&frame);
            if shows {
                window.show();
            }
        }
        Ok(())
    }

    fn flush(&mut self, _: usize) -> Outcome {
        Ok(())
    }
}
