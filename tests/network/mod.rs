//! A network of windows from a seed: their nodes are real, time and wires are not.

pub mod case;
mod disk;
mod event;
mod jumps;
pub mod random;
pub mod shrink;
mod steps;
mod traffic;
mod window;
mod wire;

use std::rc::Rc;

use parley_sync::core::id::{Actor, Key, PeerRef};
use parley_sync::core::persist::FORGET_AFTER_MS;
use parley_sync::core::sync::{ChangeOrigin, StateEffect, StateFrame};

use case::{Case, Config, KEYS};
use disk::Disk;
use event::{Arrival, Event, Queue};
use random::Random;
use window::{Causes, Value, Window};
use wire::Links;

/// 2026-01-01.
const START_MS: f64 = 1_767_225_600_000.0;
/// More arrivals than any schedule needs: beyond it, windows answer each other for ever.
const ENDLESS: u32 = 50_000;

/// A place for a window.
struct Site {
    window: Option<Window>,
    lives: u32,
    skew_ms: f64,
    debounced: bool,
    frozen: bool,
    /// What arrived while it was frozen.
    backlog: Vec<Arrival>,
}

/// All windows and wires.
pub struct Network {
    config: Config,
    random: Random,
    now: u64,
    sites: Vec<Site>,
    links: Links,
    disks: Vec<Disk>,
    queue: Queue,
    causes: Causes,
    /// The keys that steps write, and the one that the reactive window answers on.
    keys: Vec<Key>,
    /// The wires lose and double nothing any more.
    healed: bool,
    arrivals: u32,
    /// The latest that any clock ever showed.
    furthest: f64,
    /// Registers carried by deltas and batches, and changes told, since last reset: nothing when all is quiet.
    stir: u32,
}

type Outcome = Result<(), String>;

/// Plays a schedule to its end, and checks all there is to check.
pub fn play(case: &Case) -> Outcome {
    let mut network = Network::new(case.config);
    network.open_all(case.config.windows - case.config.late)?;
    for &step in &case.steps {
        network.step(step)?;
    }
    network.heal()?;
    if !case.needs_ticks() {
        network
            .check()
            .map_err(|error| format!("without a tick: {error}"))?;
    }
    network.tick_all()?;
    network.tick_all()?;
    if case.config.forgetful {
        // What a window has forgotten, it may be told of once more.
        (0..4).try_for_each(|_| network.tick_all())?;
        network.check_forgotten()?;
    }
    network.check()?;
    if !case.config.forgetful {
        network.check_disks()?;
    }
    network.stir = 0;
    network.tick_all()?;
    match network.stir {
        // What one has forgotten and another has not, they may tell each other for some minutes more.
        _ if case.config.forgetful => network.check(),
        0 => Ok(()),
        count => Err(format!("{count} registers were sent again after all had agreed")),
    }
}

impl Network {
    fn new(config: Config) -> Self {
        let mut random = Random::new(config.seed);
        let keys: Vec<Key> = (0..KEYS)
            .map(|at| Key::from(format!("k{at}")))
            .chain([Key::from("echo")])
            .collect();
        let mut site = |at: usize| Site {
            window: None,
            lives: 0,
            skew_ms: f64::from(random.between(0, config.skew * 2000)) - f64::from(config.skew) * 1000.0,
            debounced: config.debounce && at % 2 == 1,
            frozen: false,
            backlog: Vec::new(),
        };
        let sites = (0..config.windows).map(&mut site).collect();
        Self {
            config,
            now: 0,
            sites,
            links: Links::new(&config),
            disks: vec![Disk::default(); config.disks],
            queue: Queue::default(),
            causes: Causes::default(),
            keys,
            healed: false,
            arrivals: 0,
            furthest: f64::NEG_INFINITY,
            stir: 0,
            random,
        }
    }

    /// What the window's clock says.
    fn clock(&self, at: usize) -> f64 {
        START_MS + self.now as f64 + self.sites[at].skew_ms
    }

    /// Time that nobody can set: what spans are measured by.
    fn steady(&self) -> f64 {
        START_MS + self.now as f64
    }

    fn is_open(&self, at: usize) -> bool {
        self.sites[at].window.is_some()
    }

    /// A new window, and its neighbours learn of it.
    fn open(&mut self, at: usize) -> Outcome {
        if self.is_open(at) {
            return Ok(());
        }
        let born = self.clock(at);
        let initial = self.keys[..self.config.initial].to_vec();
        let initial = initial
            .into_iter()
            .map(|key| (key, self.causes.value(None, &[])))
            .collect();
        let actor = Actor::from_random(self.random.next());
        let site = &mut self.sites[at];
        site.lives += 1;
        let life = site.lives;
        let window = Window::new(actor, born, life, initial, self.config.forgetful);
        site.window = Some(window);
        // Storage that answers at once, or later.
        if self.random.percent(50) {
            self.load(at)?;
        } else {
            let answers = self.now + u64::from(self.random.between(0, 50));
            self.queue.put(answers, Event::Load { at, life });
        }
        for peer in self.links.of(at) {
            self.meet(at, peer)?;
        }
        let look = u64::from(self.random.between(0, 2 * self.config.wire.latency.1 + 2));
        self.queue.put(self.now + look, Event::Settle { at, life });
        Ok(())
    }

    /// The window dies. To each neighbour either all that it has sent arrives before, or nothing of it.
    fn close(&mut self, at: usize) -> Outcome {
        if !self.is_open(at) {
            return Ok(());
        }
        // A crash saves nothing.
        if self.random.percent(70) {
            self.write_disk(at);
        }
        self.sites[at].frozen = false;
        self.sites[at].backlog.clear();
        self.sites[at].window = None;
        for peer in self.links.of(at) {
            if self.random.percent(50) {
                for event in self.queue.take_between(at, peer) {
                    self.happen(event)?;
                }
            }
            self.part(at, peer)?;
        }
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Outcome {
        match event {
            Event::Arrive {
                at,
                peer,
                life,
                arrival,
            } => {
                if self
                    .links
                    .get(at, peer)
                    .is_some_and(|link| link.up && link.life == life)
                {
                    self.arrive(at, arrival)?;
                }
                Ok(())
            }
            Event::Settle { at, .. } | Event::Load { at, .. } if self.sites[at].frozen => {
                self.queue.put(self.now + 1, event);
                Ok(())
            }
            Event::Load { at, life } => {
                let same = self.sites[at]
                    .window
                    .as_ref()
                    .is_some_and(|window| window.life == life);
                if same { self.load(at) } else { Ok(()) }
            }
            Event::Settle { at, life } => {
                let window = self.sites[at]
                    .window
                    .as_mut()
                    .filter(|window| window.life == life);
                let effects = window.map_or_else(Vec::new, Window::settle);
                self.carry_out(at, effects)
            }
        }
    }

    fn arrive(&mut self, at: usize, arrival: Arrival) -> Outcome {
        self.arrivals += 1;
        if self.arrivals > ENDLESS {
            return Err("windows answer each other for ever".into());
        }
        let (now, steady) = (self.clock(at), self.steady());
        if self.sites[at].frozen {
            self.sites[at].backlog.push(arrival);
            return Ok(());
        }
        let Some(window) = &mut self.sites[at].window else {
            return Ok(());
        };
        window.shows(&arrival);
        let effects = match arrival {
            Arrival::Up(peer) => window.node.peer_up(peer as PeerRef, steady),
            Arrival::Down(peer) => window.node.peer_down(peer as PeerRef, now),
            Arrival::Frame { from, also, frame } => {
                window
                    .node
                    .receive(from as PeerRef, &also, StateFrame::clone(&frame), now)
            }
        };
        self.carry_out(at, effects)?;
        self.end_turn(at)
    }

    fn end_turn(&mut self, at: usize) -> Outcome {
        if self.sites[at].debounced {
            Ok(())
        } else {
            self.flush(at)
        }
    }

    fn flush(&mut self, at: usize) -> Outcome {
        let now = self.clock(at);
        let window = self.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.node.flush(now));
        self.carry_out(at, effects)
    }

    /// Does what the node of that window wants done.
    fn carry_out(&mut self, at: usize, effects: Vec<StateEffect<Value>>) -> Outcome {
        for effect in effects {
            match effect {
                StateEffect::Send { to, frame } => self.send(at, &to, frame),
                StateEffect::Changed { changes, origin, .. } => {
                    let stored = (self.config.disks > 0).then_some(self.furthest - FORGET_AFTER_MS);
                    let Some(window) = &mut self.sites[at].window else {
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
                    let value = |key: &Key| self.sites[at].window.as_ref()?.node.get(key).copied();
                    let again: Vec<_> = writes
                        .iter()
                        .filter_map(|write| Some((Rc::clone(&write.0), value(&write.0)?)))
                        .collect();
                    for window in self.sites.iter_mut().filter_map(|site| site.window.as_mut()) {
                        window.may_hear_again(&again);
                    }
                }
                StateEffect::Ready => {
                    if let Some(window) = &mut self.sites[at].window {
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
        let Some(window) = &mut self.sites[at].window else {
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
