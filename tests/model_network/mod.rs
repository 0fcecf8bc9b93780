//! A network of models from a seed: the models are real, time, wires, users and their function are not.

pub mod case;
mod check;
mod ledger;
mod steps;
mod window;
mod write;

use parley_sync::core::cell::Cell;
use parley_sync::core::id::{Actor, Key};
use parley_sync::core::model::{Model, ModelEffect, ModelEffects, Strategies, Validated};
use parley_sync::core::sync::{ChangeOrigin, KeyChange, StateFrame};

use crate::frames::{carried, receive};
use crate::values::Val;
use case::{COUNTER, Case, Config, KEYS, Kind, NUMBER};
use ledger::{Ledger, Write};
use parley_sync_kit::event::Arrival;
use parley_sync_kit::{Network as _, Outcome, Space};
use window::Window;

/// More arrivals than any schedule needs: beyond it, windows answer each other for ever.
const ENDLESS: u32 = 20_000;
/// Longer than windows wait for each other, ms.
const LATER: u64 = 10_000;

/// All windows and wires.
pub struct Network {
    config: Config,
    space: Space<Window, StateFrame<Cell<Val>>>,
    ledger: Ledger,
    keys: Vec<Key>,
    strategies: Strategies,
    /// Cells carried by deltas and batches, and changes told, since last reset: nothing when all is quiet.
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
    network.tick_all(LATER)?;
    network.tick_all(LATER)?;
    network.check()?;
    network.stir = 0;
    network.tick_all(LATER)?;
    match network.stir {
        0 => Ok(()),
        count => Err(format!("{count} cells were sent again after all had agreed")),
    }
}

impl Network {
    fn new(config: Config) -> Self {
        let keys: Vec<Key> = (0..KEYS).map(|at| Key::from(format!("k{at}"))).collect();
        let mut strategies = Strategies::default();
        for (key, strategy) in keys.iter().zip(config.strategies) {
            strategies.by_key.insert(Key::clone(key), strategy);
        }
        Self {
            config,
            space: Space::new(&config.setup, ENDLESS),
            ledger: Ledger::default(),
            keys,
            strategies,
            stir: 0,
        }
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

    /// Lets the window there do something, if there is one, and does what it wants done.
    fn act(&mut self, at: usize, act: impl FnOnce(&mut Window, f64) -> ModelEffects<Val>) -> Outcome {
        let now = self.clock(at);
        let Some(window) = &mut self.space.sites[at].window else {
            return Ok(());
        };
        let effects = act(window, now);
        self.carry_out(at, effects)
    }

    /// The listeners of that window hear of changes.
    fn tell(&mut self, at: usize, changes: &[KeyChange<Val>]) -> Outcome {
        if let Some(window) = &mut self.space.sites[at].window {
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
                ModelEffect::Send { to, frame } => {
                    self.stir += carried(&frame) as u32;
                    let is_for_all = !matches!(frame, StateFrame::Delta(_));
                    self.transmit(at, &to, frame, is_for_all);
                }
                ModelEffect::Changed {
                    mut changes,
                    unsettled,
                    from,
                    origin,
                    cells,
                } => {
                    let Some(window) = &mut self.space.sites[at].window else {
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
                    if let Some(window) = &mut self.space.sites[at].window {
                        let count = window.pending.len();
                        window.pending.retain(|pending| !ids.contains(&pending.0));
                        if window.pending.len() + ids.len() != count {
                            return Err(format!("window {at} lost writes that it did not have"));
                        }
                    }
                }
                ModelEffect::Restamped { writes } => {
                    let Some(window) = &self.space.sites[at].window else {
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
                    if let Some(window) = &mut self.space.sites[at].window {
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

impl parley_sync_kit::Network for Network {
    type Window = Window;
    type Frame = StateFrame<Cell<Val>>;

    fn space(&mut self) -> &mut Space<Window, StateFrame<Cell<Val>>> {
        &mut self.space
    }

    fn open_window(&mut self, at: usize) -> Outcome {
        let born = self.clock(at);
        let initial = (0..self.config.initial)
            .map(|key| (Key::clone(&self.keys[key]), self.welcome_value(key)))
            .collect();
        let actor = Actor::from_random(self.space.random.next());
        let model = Model::new(actor, born, &format!("w{at}"), self.strategies.clone(), initial);
        self.space.sites[at].window = Some(Window::new(model));
        Ok(())
    }

    fn hear(&mut self, at: usize, arrival: Arrival<StateFrame<Cell<Val>>>) -> Outcome {
        let steady = self.steady();
        self.act(at, |window, now| {
            window.node.with_node(|node| receive(node, arrival, now, steady))
        })
    }

    fn flush(&mut self, at: usize) -> Outcome {
        self.act(at, |window, now| window.node.with_node(|node| node.flush(now)))
    }

    fn tick(&mut self, at: usize) -> Outcome {
        let steady = self.steady();
        self.act(at, |window, _| window.node.with_node(|node| node.tick(steady)))
    }

    fn looked_round(&mut self, at: usize) -> Outcome {
        self.act(at, |window, _| window.node.with_node(|node| node.settle_ready()))
    }
}
