//! A network of windows that share an action log: their logs and hosts are real, time and wires are the kit's.

pub mod case;
mod check;
pub mod window;

use std::collections::HashMap;
use std::rc::Rc;

use case::{Case, Config, Keep, Step};
pub use check::Summary;
use parley_sync::core::log::{LogEffect, LogFrame, Options};
use parley_sync_kit::event::Arrival;
use parley_sync_kit::{Network as _, Outcome, Space, moves};
use window::{Act, Effect, State, Window};

/// More arrivals than any schedule needs: beyond it, windows answer each other for ever.
const ENDLESS: u32 = 100_000;
/// Nothing of a schedule has so many effects in one turn: beyond it, a window answers itself for ever.
const MOST_EFFECTS: usize = 10_000;

type Frame = LogFrame<Act, State>;

pub struct Network {
    config: Config,
    options: Options,
    space: Space<Window, Frame>,
    next_id: u32,
    /// Dispatched by windows that are still alive: the number of each action, and where its window is.
    expected: HashMap<u32, usize>,
    /// Every action that was ever dispatched, with its cause.
    born: HashMap<u32, Option<u32>>,
}

/// Plays a case to its end, heals everything, waits until it is quiet, and compares the windows.
pub fn play(case: &Case) -> Result<Summary, String> {
    let mut network = Network::new(case.config);
    let setup = &case.config.setup;
    network.open_all(setup.windows - setup.late)?;
    for &step in &case.steps {
        network.step(step)?;
        network.check_held()?;
    }
    network.mend()?;
    network.settle()?;
    // A round carries news one window further, and a takeover may follow on another.
    for _ in 0..3 * setup.windows + 4 {
        network.tick_all(10)?;
    }
    network.check()
}

impl Network {
    fn new(config: Config) -> Network {
        let (keep, patience) = match config.keep {
            Keep::All => (100_000, 0),
            Keep::Patient => (6, 100_000),
            Keep::Little => (6, 12),
        };
        let options = Options {
            keep,
            checkpoint_every: 3,
            cut: 4,
            patience,
        };
        Network {
            config,
            options,
            space: Space::new(&config.setup, ENDLESS),
            next_id: 0,
            expected: HashMap::new(),
            born: HashMap::new(),
        }
    }

    fn step(&mut self, step: Step) -> Outcome {
        match step {
            Step::Move(one) => moves::happen(self, one),
            Step::Dispatch { at, count } => self.turn(at, |network| {
                (0..count).try_for_each(|_| network.dispatch(at, false))
            }),
            Step::DispatchRemote { at } => self.turn(at, |network| network.dispatch(at, true)),
            Step::Work { at, effects } if !self.space.sites[at].frozen => self.work(at, effects),
            Step::Work { .. } => Ok(()),
        }
    }

    fn dispatch(&mut self, at: usize, is_remote: bool) -> Outcome {
        // What a person does comes after what they see: the host is idle.
        self.work(at, MOST_EFFECTS)?;
        self.next_id += 1;
        let (id, now) = (self.next_id, self.clock(at));
        let Some(window) = &mut self.space.sites[at].window else {
            return Ok(());
        };
        match is_remote {
            true => window.dispatch_remote(id, now),
            false => window.dispatch(id, now),
        }
        self.expected.insert(id, at);
        self.note(at);
        Ok(())
    }

    fn note(&mut self, at: usize) {
        let window = self.space.sites[at].window.iter();
        for logged in window.flat_map(|window| window.node.tail()) {
            self.born.entry(logged.action.id).or_insert(logged.action.cause);
        }
    }

    /// The host of a window carries out what its log wants, up to so many effects.
    fn work(&mut self, at: usize, effects: usize) -> Outcome {
        for _ in 0..effects {
            let now = self.clock(at);
            let window = self.space.sites[at].window.as_mut();
            let Some(window) = window.filter(|window| !window.idle()) else {
                break;
            };
            let sent = window.work(&mut self.next_id, now);
            let sent = sent.map_err(|error| format!("window {at}: {error}"))?;
            if let Some(LogEffect::Send { to, frame }) = sent {
                self.transmit(at, &to, frame, false);
            }
        }
        self.note(at);
        Ok(())
    }

    fn queue(&mut self, at: usize, effects: Vec<Effect>) {
        if let Some(window) = &mut self.space.sites[at].window {
            window.queue(effects);
        }
    }
}

impl parley_sync_kit::Network for Network {
    type Window = Window;
    type Frame = Frame;

    fn space(&mut self) -> &mut Space<Window, Frame> {
        &mut self.space
    }

    fn open_window(&mut self, at: usize) -> Outcome {
        let born = self.clock(at);
        let place = self.space.sites[at].lives * 100 + at as u32;
        let actor = self.space.random.next();
        let forgetful = self.config.keep == Keep::Little;
        let window = Window::new(place, actor, born, self.options, self.config.reactive, forgetful);
        self.space.sites[at].window = Some(window);
        Ok(())
    }

    fn hear(&mut self, at: usize, arrival: Arrival<Frame>) -> Outcome {
        // Spans are measured by a time that nobody sets.
        let (now, steady) = (self.clock(at), self.steady());
        let is_reliable = self.config.setup.is_reliable();
        let Some(window) = &mut self.space.sites[at].window else {
            return Ok(());
        };
        let effects = match arrival {
            Arrival::Frame { from, also, frame } => {
                let also = if is_reliable { &*also } else { &[] };
                let frame = Rc::unwrap_or_clone(frame);
                window.node.receive(from as u32, also, frame, now)
            }
            Arrival::Up(peer) => window.node.peer_up(peer as u32, steady),
            Arrival::Down(peer) => {
                window.forget_peer(peer as u32);
                window.node.peer_down(peer as u32, now)
            }
        };
        window.queue(effects);
        Ok(())
    }

    fn flush(&mut self, at: usize) -> Outcome {
        self.work(at, MOST_EFFECTS)?;
        let steady = self.steady();
        let window = self.space.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.node.flush(steady));
        self.queue(at, effects);
        self.work(at, MOST_EFFECTS)
    }

    fn tick(&mut self, at: usize) -> Outcome {
        let steady = self.steady();
        let window = self.space.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.node.tick(steady));
        self.queue(at, effects);
        Ok(())
    }

    fn looked_round(&mut self, at: usize) -> Outcome {
        let window = self.space.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.node.settle_ready());
        self.queue(at, effects);
        self.end_turn(at)
    }

    fn dies(&mut self, at: usize) {
        self.expected.retain(|_, &mut owner| owner != at);
    }
}
