//! A network of windows from a seed: their nodes are real, time and wires are not.

pub mod case;
mod disk;
mod steps;
mod window;

use std::rc::Rc;

use parley_sync::core::id::{Actor, Key};
use parley_sync::core::persist::FORGET_AFTER_MS;
use parley_sync::core::sync::{ChangeOrigin, StateEffect, StateFrame};

use crate::frames::{carried, receive};
use case::{Case, Config, KEYS};
use disk::Disk;
use parley_sync_kit::event::{Arrival, Event};
use parley_sync_kit::{Network as _, Outcome, Space};
use window::{Causes, Value, Window, stamps};

/// More arrivals than any schedule needs: beyond it, windows answer each other for ever.
const ENDLESS: u32 = 50_000;

/// All windows and wires.
pub struct Network {
    config: Config,
    space: Space<Window, StateFrame<Value>>,
    disks: Vec<Disk>,
    causes: Causes,
    /// The keys that steps write, and the one that the reactive window answers on.
    keys: Vec<Key>,
    /// The latest that any clock ever showed.
    furthest: f64,
    /// Registers carried by deltas and batches, and changes told, since last reset: nothing when all is quiet.
    stir: u32,
}

/// Plays a schedule to its end, and checks all there is to check.
pub fn play(case: &Case) -> Outcome {
    let mut network = Network::new(case.config);
    let setup = &case.config.setup;
    network.open_all(setup.windows - setup.late)?;
    for &step in &case.steps {
        network.step(step)?;
    }
    network.mend()?;
    network.settle()?;
    if !case.needs_ticks() {
        network
            .check()
            .map_err(|error| format!("without a tick: {error}"))?;
    }
    // Longer than windows wait for each other; those that forget wait for minutes.
    let later = if case.config.forgetful { 70_000 } else { 10_000 };
    network.tick_all(later)?;
    network.tick_all(later)?;
    if case.config.forgetful {
        // What a window has forgotten, it may be told of once more.
        (0..4).try_for_each(|_| network.tick_all(later))?;
        network.check_forgotten()?;
    }
    network.check()?;
    if !case.config.forgetful {
        network.check_disks()?;
    }
    network.stir = 0;
    network.tick_all(later)?;
    match network.stir {
        // What one has forgotten and another has not, they may tell each other for some minutes more.
        _ if case.config.forgetful => network.check(),
        0 => Ok(()),
        count => Err(format!("{count} registers were sent again after all had agreed")),
    }
}

impl Network {
    fn new(config: Config) -> Self {
        let keys: Vec<Key> = (0..KEYS)
            .map(|at| Key::from(format!("k{at}")))
            .chain([Key::from("echo")])
            .collect();
        Self {
            config,
            space: Space::new(&config.setup, ENDLESS),
            disks: vec![Disk::default(); config.disks],
            causes: Causes::default(),
            keys,
            furthest: f64::NEG_INFINITY,
            stir: 0,
        }
    }

    /// Does what the node of that window wants done.
    fn carry_out(&mut self, at: usize, effects: Vec<StateEffect<Value>>) -> Outcome {
        for effect in effects {
            match effect {
                StateEffect::Send { to, frame } => {
                    self.stir += carried(&frame) as u32;
                    let is_for_all = !matches!(frame, StateFrame::Delta(_));
                    self.transmit(at, &to, frame, is_for_all);
                }
                StateEffect::Changed { changes, origin, .. } => {
                    let stored = (self.config.disks > 0).then_some(self.furthest - FORGET_AFTER_MS);
                    let Some(window) = &mut self.space.sites[at].window else {
                        continue;
                    };
                    let heard = window.hear(&changes, origin, &self.causes, stored);
                    heard.map_err(|error| format!("window {at}: {error}"))?;
                    self.stir += 1;
                    let echo = &self.keys[KEYS];
                    let news =
                        origin != ChangeOrigin::Local && changes.iter().any(|change| change.key != *echo);
                    if news && self.config.reactive && at == 0 {
                        self.write(at, &[KEYS])?;
                    }
                }
                StateEffect::Restamped { writes } => {
                    let value = |key: &Key| self.space.sites[at].window.as_ref()?.node.get(key).copied();
                    let again: Vec<_> = writes
                        .iter()
                        .filter_map(|write| Some((Rc::clone(&write.0), value(&write.0)?)))
                        .collect();
                    for window in self
                        .space
                        .sites
                        .iter_mut()
                        .filter_map(|site| site.window.as_mut())
                    {
                        window.may_hear_again(&again);
                    }
                }
                StateEffect::Ready => {
                    if let Some(window) = &mut self.space.sites[at].window {
                        window.ready().map_err(|error| format!("window {at}: {error}"))?;
                    }
                }
                StateEffect::Refused { code, .. } => {
                    return Err(format!("window {at} refused a frame: {code}"));
                }
            }
        }
        Ok(())
    }

    /// Writes new values to those keys in one turn. They rest on all that is there, and on each other.
    fn write(&mut self, at: usize, keys: &[usize]) -> Outcome {
        let now = self.clock(at);
        let Some(window) = &mut self.space.sites[at].window else {
            return Ok(());
        };
        let mut entries = Vec::new();
        for &key in keys {
            let value = self.causes.value(Some(&window.node), &self.keys);
            entries.push((Rc::clone(&self.keys[key]), Some(value)));
        }
        let effects = window.node.write(entries.clone(), now);
        if entries
            .iter()
            .any(|(key, value)| window.node.get(key) != value.as_ref())
        {
            return Err(format!("window {at} does not hold what it just wrote"));
        }
        for (key, _) in &entries {
            let stamp = window.node.stamp(key).ok_or("a write left no stamp")?;
            entries
                .iter()
                .flat_map(|entry| entry.1)
                .for_each(|value| self.causes.add(value, key, stamp));
        }
        self.carry_out(at, effects)
    }
}

impl parley_sync_kit::Network for Network {
    type Window = Window;
    type Frame = StateFrame<Value>;

    fn space(&mut self) -> &mut Space<Window, StateFrame<Value>> {
        &mut self.space
    }

    fn open_window(&mut self, at: usize) -> Outcome {
        let born = self.clock(at);
        let initial = self.keys[..self.config.initial].to_vec();
        let initial = initial
            .into_iter()
            .map(|key| (key, self.causes.value(None, &[])))
            .collect();
        let actor = Actor::from_random(self.space.random.next());
        let window = Window::new(actor, born, initial, self.config.forgetful);
        self.space.sites[at].window = Some(window);
        // Storage that answers at once, or later.
        if self.space.random.percent(50) {
            self.load(at)
        } else {
            let answers = self.space.now + u64::from(self.space.random.between(0, 50));
            let life = self.space.sites[at].lives;
            self.space.queue.put(answers, Event::Load { at, life });
            Ok(())
        }
    }

    fn hear(&mut self, at: usize, arrival: Arrival<StateFrame<Value>>) -> Outcome {
        let (now, steady) = (self.clock(at), self.steady());
        let Some(window) = &mut self.space.sites[at].window else {
            return Ok(());
        };
        window.shows(&arrival);
        let effects = receive(&mut window.node, arrival, now, steady);
        self.carry_out(at, effects)
    }

    fn flush(&mut self, at: usize) -> Outcome {
        let now = self.clock(at);
        let window = self.space.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.node.flush(now));
        self.carry_out(at, effects)
    }

    fn tick(&mut self, at: usize) -> Outcome {
        if self.config.forgetful && self.space.random.percent(30) {
            self.space.now += 65_000;
        }
        let steady = self.steady();
        let window = self.space.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.tick(self.space.now, steady));
        self.carry_out(at, effects)
    }

    fn looked_round(&mut self, at: usize) -> Outcome {
        let window = self.space.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, Window::settle);
        self.carry_out(at, effects)
    }

    fn loaded(&mut self, at: usize) -> Outcome {
        self.load(at)
    }

    fn expect(&mut self, at: usize, peer: usize) {
        let neighbour = self.space.sites[peer].window.as_ref();
        let has = neighbour.map(|neighbour| stamps(&neighbour.node, &self.keys));
        if let (Some(window), Some(has)) = (&mut self.space.sites[at].window, has) {
            window.awaits(peer, self.space.now, has);
        }
    }

    fn expect_no_more(&mut self, at: usize, peer: usize) {
        if let Some(window) = &mut self.space.sites[at].window {
            window.forgets(peer);
        }
    }

    fn dies(&mut self, at: usize) {
        // A crash saves nothing.
        if self.space.random.percent(70) {
            self.write_disk(at);
        }
    }
}
