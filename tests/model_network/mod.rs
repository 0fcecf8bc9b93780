//! A network of models from a seed: the models are real, time, wires, users and their function are not.

#[path = "../network/case.rs"]
mod base;
pub mod case;
mod check;
#[path = "../network/event.rs"]
mod event;
#[path = "../network/jumps.rs"]
mod jumps;
mod ledger;
#[path = "../network/random.rs"]
pub mod random;
pub mod shrink;
mod steps;
#[path = "../network/traffic.rs"]
mod traffic;
mod values;
mod window;
#[path = "../network/wire.rs"]
mod wire;
mod write;

use parley_sync::core::id::{Actor, Key, PeerRef};
use parley_sync::core::model::{Model, ModelEffect, ModelEffects, Strategies, Validated};
use parley_sync::core::sync::{ChangeOrigin, KeyChange, StateFrame};

use case::{COUNTER, Case, Config, KEYS, Kind, NUMBER};
use event::{Arrival, Event, Queue};
use ledger::{Ledger, Write};
use random::Random;
use values::Val;
use window::Window;
use wire::Links;

/// 2026-01-01.
const START_MS: f64 = 1_767_225_600_000.0;
/// More arrivals than any schedule needs: beyond it, windows answer each other for ever.
const ENDLESS: u32 = 20_000;

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
    queue: Queue,
    ledger: Ledger,
    keys: Vec<Key>,
    strategies: Strategies,
    /// The wires lose and double nothing any more.
    healed: bool,
    arrivals: u32,
    /// Cells carried by deltas and batches, and changes told, since last reset: nothing when all is quiet.
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
    network.tick_all()?;
    network.tick_all()?;
    network.check()?;
    network.stir = 0;
    network.tick_all()?;
    match network.stir {
        0 => Ok(()),
        count => Err(format!("{count} cells were sent again after all had agreed")),
    }
}

impl Network {
    fn new(config: Config) -> Self {
        let mut random = Random::new(config.seed);
        let keys: Vec<Key> = (0..KEYS).map(|at| Key::from(format!("k{at}"))).collect();
        let mut strategies = Strategies::default();
        for (key, strategy) in keys.iter().zip(config.strategies) {
            strategies.by_key.insert(Key::clone(key), strategy);
        }
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
            queue: Queue::default(),
            ledger: Ledger::default(),
            keys,
            strategies,
            healed: false,
            arrivals: 0,
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

    fn open(&mut self, at: usize) -> Outcome {
        if self.is_open(at) {
            return Ok(());
        }
        let born = self.clock(at);
        let initial = (0..self.config.initial)
            .map(|key| (Key::clone(&self.keys[key]), self.welcome_value(key)))
            .collect();
        let actor = Actor::from_random(self.random.next());
        let site = &mut self.sites[at];
        site.lives += 1;
        let life = site.lives;
        let model = Model::new(actor, born, &format!("w{at}"), self.strategies.clone(), initial);
        site.window = Some(Window::new(model, life));
        for peer in self.links.of(at) {
            self.meet(at, peer)?;
        }
        let look = u64::from(self.random.between(0, 2 * self.config.wire.latency.1 + 2));
        self.queue.put(self.now + look, Event::Settle { at, life });
        Ok(())
    }

    /// A new value for a key.
    fn value_of(&mut self, key: usize) -> Val {
        self.ledger.values += 1;
        let id = self.ledger.values;
        match key {
            NUMBER | COUNTER => Val::Num(f64::from(id) * check::STRIDE),
            _ => Val::Id(id),
        }
    }

    /// The window dies. To each neighbour either all that it has sent arrives before, or nothing of it.
    fn close(&mut self, at: usize) -> Outcome {
        if !self.is_open(at) {
            return Ok(());
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
                let link = self.links.get(at, peer);
                if link.is_some_and(|link| link.up && link.life == life) {
                    self.arrive(at, arrival)?;
                }
                Ok(())
            }
            Event::Load { .. } => Ok(()),
            Event::Settle { at, .. } if self.sites[at].frozen => {
                self.queue.put(self.now + 1, event);
                Ok(())
            }
            Event::Settle { at, life } => self.act(at, |window, _| {
                if window.life == life {
                    window.node.with_node(|node| node.settle_ready())
                } else {
                    Vec::new()
                }
            }),
        }
    }

    fn arrive(&mut self, at: usize, arrival: Arrival) -> Outcome {
        self.arrivals += 1;
        if self.arrivals > ENDLESS {
            return Err("windows answer each other for ever".into());
        }
        if self.sites[at].frozen {
            self.sites[at].backlog.push(arrival);
            return Ok(());
        }
        let steady = self.steady();
        self.act(at, |window, now| {
            window.node.with_node(|node| match arrival {
                Arrival::Up(peer) => node.peer_up(peer as PeerRef, steady),
                Arrival::Down(peer) => node.peer_down(peer as PeerRef, now),
                Arrival::Frame { from, also, frame } => {
                    node.receive(from as PeerRef, &also, StateFrame::clone(&frame), now)
                }
            })
        })?;
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
        self.act(at, |window, now| window.node.with_node(|node| node.flush(now)))
    }

    /// Lets the window there do something, if there is one, and does what it wants done.
    fn act(&mut self, at: usize, act: impl FnOnce(&mut Window, f64) -> ModelEffects<Val>) -> Outcome {
        let now = self.clock(at);
        let Some(window) = &mut self.sites[at].window else {
            return Ok(());
        };
        let effects = act(window, now);
        self.carry_out(at, effects)
    }

    /// The listeners of that window hear of changes.
    fn tell(&mut self, at: usize, changes: &[KeyChange<Val>]) -> Outcome {
        if let Some(window) = &mut self.sites[at].window {
            window
                .hear(changes)
                .map_err(|error| format!("window {at}: {error}"))?;
        }
        self.stir += u32::from(!changes.is_empty());
        self.check_whole(at)
    }

    /// Does what the model of that window wants done.
    fn carry_out(&mut self, at: usize, effects: ModelEffects<Val>) -> Outcome {
        for effect in effects {
            match effect {
                ModelEffect::Send { to, frame } => self.send(at, &to, frame),
                ModelEffect::Changed {
                    mut changes,
                    unsettled,
                    from,
                    origin,
                    cells,
                } => {
                    let Some(window) = &mut self.sites[at].window else {
                        continue;
                    };
                    changes.extend(window.settle(unsettled));
                    let strict = self.config.refuses == Some(at);
                    let mut rest = Vec::new();
                    if strict && (from.is_some() || origin == ChangeOrigin::Rollback) {
                        Validated { changes, rest, .. } = self.refuse(at, changes, &cells);
                        if changes
                            .iter()
                            .any(|one| one.new.as_ref().is_some_and(Self::is_bad))
                        {
                            return Err(format!("window {at} is told of a value that it refuses"));
                        }
                    }
                    self.tell(at, &changes)?;
                    self.carry_out(at, rest)?;
                    let answered = from.is_some() && origin == ChangeOrigin::Remote;
                    if self.config.reactive && at == 0 && answered {
                        let news = changes.iter().any(|change| change.key != self.keys[0]);
                        if news {
                            self.write(at, 0, 1, Kind::Set)?;
                        }
                    }
                }
                ModelEffect::Lost { keys, .. } if self.config.refuses.is_none() => {
                    return Err(format!("window {at} lost {keys:?}, which nobody refused"));
                }
                ModelEffect::Lost { ids, .. } => {
                    if let Some(window) = &mut self.sites[at].window {
                        let count = window.pending.len();
                        window.pending.retain(|pending| !ids.contains(&pending.0));
                        if window.pending.len() + ids.len() != count {
                            return Err(format!("window {at} lost writes that it did not have"));
                        }
                    }
                }
                ModelEffect::Restamped { writes } => {
                    let Some(window) = &self.sites[at].window else {
                        continue;
                    };
                    let node = window.node.node();
                    for (key, was, stamp) in writes {
                        let name = self.keys.iter().position(|known| *known == key);
                        let of = |write: &&mut Write| Some(write.key) == name && write.stamp == was;
                        let sent = node.register(&key).map_or(0, |register| register.dot.seq);
                        let seq = if sent > 0 { sent } else { node.own_seq() + 1 };
                        if let Some(write) = self.ledger.writes.iter_mut().find(of) {
                            (write.stamp, write.seq) = (stamp, seq);
                        }
                    }
                }
                ModelEffect::Ready => {
                    if let Some(window) = &mut self.sites[at].window {
                        window.readied += 1;
                    }
                }
                ModelEffect::Contested { keys } => {
                    if keys.is_empty() {
                        return Err("contested without a key".into());
                    }
                }
                ModelEffect::Refused { code, .. } => {
                    return Err(format!("window {at} refused a frame: {code}"));
                }
            }
        }
        Ok(())
    }
}
