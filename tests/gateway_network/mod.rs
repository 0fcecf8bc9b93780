//! Windows that trust each other, and others behind gateways, from a seed.

pub mod case;
mod check;
pub mod forged;
mod steps;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub use crate::values::Val;
use parley_sync::core::cell::Cell;
use parley_sync::core::compat::Treatments;
use parley_sync::core::gateway::{Filter, Gateway};
use parley_sync::core::grants::Grants;
use parley_sync::core::id::{Actor, Key, PeerRef};
use parley_sync::core::model::{How, Model, Op, Strategies, Strategy};
use parley_sync::core::sync::StateFrame;
use parley_sync_kit::Wires;

const START: f64 = 1_767_225_600_000.0;
/// Windows 0 to 2 trust each other; 3 and 4 trust each other and stand behind gateways.
pub const TRUSTED: usize = 3;
pub const WINDOWS: usize = 5;
/// Denied keys that gateways keep where nothing else is said.
pub const KEPT: usize = parley_sync::core::gateway::DENIED;
/// More deliveries than any schedule needs.
const ENDLESS: u32 = 50_000;

type Frame = StateFrame<Cell<Val>>;

/// What the windows behind gateways may read and write.
pub const READ: [&str; 3] = ["both", "count", "read"];
pub const WRITE: [&str; 3] = ["both", "count", "write"];
/// The key that mismatched windows keep apart.
pub const APART: &str = "secret";
pub const KEYS: [&str; 5] = ["both", "count", "read", "write", "secret"];

pub struct Network {
    pub models: Vec<Model<Val>>,
    gateways: BTreeMap<(usize, usize), Gateway<Val>>,
    wires: Wires<Frame>,
    links: Vec<(usize, usize)>,
    strategies: Strategies,
    filter: Filter,
    /// How each window treats the keys, where every two may differ.
    treatments: Option<Vec<Treatments>>,
    /// The windows behind gateways are not restricted; their options differ for one key.
    is_mismatched: bool,
    /// The trusted windows are connected through others only.
    is_parted: bool,
    pub now: f64,
    actors: u64,
    values: u32,
    deliveries: u32,
    /// Writes that windows behind gateways were told of as denied.
    pub denied: Vec<usize>,
    /// Keys whose name a window behind a gateway has used itself.
    used: BTreeSet<String>,
    /// Values that a trusted window refuses.
    pub refuses: Option<Val>,
    /// Frames are forged: refusing them is right.
    pub is_besieged: bool,
    /// As many denied keys each gateway keeps.
    pub kept_denied: usize,
}

pub fn grants() -> Grants {
    let list = |keys: &[&str]| keys.iter().map(|key| format!("s.{key}")).collect::<Vec<_>>();
    Grants::parse(Some(&list(&READ)), Some(&list(&WRITE)), None).unwrap()
}

/// Of a window that settles those keys differently from the others.
fn treatments(different: &[&str]) -> Treatments {
    let mut treatments = Treatments {
        default: Some(Rc::from("same")),
        ..Treatments::default()
    };
    for &key in different {
        treatments.by_key.insert(Key::from(key), Rc::from("different"));
    }
    treatments
}

impl Network {
    /// `links`: which trusted window lets in which of the others.
    pub fn new(strategy: Strategy, links: &[(usize, usize)]) -> Network {
        Self::open(strategy, links, (Rc::new(grants()), None), None)
    }

    /// Windows 3 and 4 settle [`APART`] differently: they and the others keep it apart, through gateways on both sides.
    pub fn mismatched(strategy: Strategy, links: &[(usize, usize)]) -> Network {
        let excluded = treatments(&[]).compare(&treatments(&[APART])).1.unwrap();
        Self::open(
            strategy,
            links,
            (Rc::new(Grants::default()), Some(Rc::new(excluded))),
            None,
        )
    }

    /// Each window settles its keys of `differing` differently from most others. Whoever differs from
    /// another keeps apart with it what they settle differently.
    pub fn mixed(strategy: Strategy, links: &[(usize, usize)], differing: &[Vec<&'static str>]) -> Network {
        let all = differing.iter().map(|keys| treatments(keys)).collect();
        Self::open(strategy, links, (Rc::new(Grants::default()), None), Some(all))
    }

    fn open(
        strategy: Strategy,
        links: &[(usize, usize)],
        filter: Filter,
        treatments: Option<Vec<Treatments>>,
    ) -> Network {
        let strategies = Strategies {
            default: strategy,
            ..Strategies::default()
        };
        let mut network = Network {
            models: Vec::new(),
            gateways: BTreeMap::new(),
            wires: Wires::default(),
            links: links.to_vec(),
            strategies,
            is_mismatched: filter.1.is_some() || treatments.is_some(),
            is_parted: false,
            filter,
            treatments,
            now: START,
            actors: 1000,
            values: 0,
            deliveries: 0,
            denied: Vec::new(),
            used: BTreeSet::new(),
            refuses: None,
            kept_denied: usize::MAX,
            is_besieged: false,
        };
        for at in 0..WINDOWS {
            let initial = if at < TRUSTED {
                vec![
                    (Key::from("count"), Val::Num(1.0)),
                    (Key::from("secret"), Val::Id(7)),
                ]
            } else {
                vec![(Key::from("count"), Val::Num(1.0))]
            };
            let model = network.model(at, initial);
            network.models.push(model);
            network.models[at].watch(at < TRUSTED || network.is_mismatched);
            network.now += 1.0;
        }
        for at in 0..WINDOWS {
            network.act(at, |model, _| model.with_node(|node| node.settle_ready()));
        }
        for (a, b) in network.trusting() {
            network.join(a, b);
        }
        for (a, b) in network.links.clone() {
            network.join(a, b);
        }
        network
    }

    fn model(&mut self, at: usize, initial: Vec<(Key, Val)>) -> Model<Val> {
        self.actors += 1;
        Model::new(
            Actor::from_random(self.actors),
            self.now,
            &format!("w{at}"),
            self.strategies.clone(),
            initial,
        )
    }

    fn trusting(&self) -> Vec<(usize, usize)> {
        if self.is_parted {
            return vec![(3, 4)];
        }
        vec![(0, 1), (0, 2), (1, 2), (3, 4)]
    }

    /// All pairs that can be connected.
    pub fn pairs(&self) -> Vec<(usize, usize)> {
        let mut pairs = self.trusting();
        pairs.extend(self.links.iter().copied());
        pairs
    }

    pub fn is_joined(&self, a: usize, b: usize) -> bool {
        self.wires.is_joined(a, b)
    }

    pub fn join(&mut self, a: usize, b: usize) {
        self.wires.cut(a, b);
        self.wires.join(a, b);
        for (host, peer) in [(a, b), (b, a)] {
            match self.filter(host, peer) {
                Some(filter) => self.open_gateway(host, peer, filter),
                None => self.act(host, |model, now| {
                    model.with_node(|node| node.peer_up(peer as PeerRef, now))
                }),
            }
        }
    }

    /// Through what a window exchanges with another, if not directly.
    fn filter(&self, host: usize, peer: usize) -> Option<Filter> {
        if let Some(treatments) = &self.treatments {
            let excluded = treatments[host].compare(&treatments[peer]).1?;
            return Some((Rc::clone(&self.filter.0), Some(Rc::new(excluded))));
        }
        let is_host = self.links.contains(&(host, peer));
        let has_gateway = is_host || (self.is_mismatched && self.links.contains(&(peer, host)));
        has_gateway.then(|| self.filter.clone())
    }

    fn open_gateway(&mut self, host: usize, peer: usize, filter: Filter) {
        let view = self.model(host, Vec::new());
        let (gateway, effects) = Gateway::open(
            peer as PeerRef,
            "s",
            filter,
            view,
            &self.models[host],
            self.now,
            self.now,
        );
        self.gateways.insert((host, peer), gateway);
        self.send_of(host, peer, effects);
    }

    pub fn cut(&mut self, a: usize, b: usize) {
        self.wires.cut(a, b);
        for (host, peer) in [(a, b), (b, a)] {
            if self.gateways.remove(&(host, peer)).is_none() {
                self.act(host, |model, now| {
                    model.with_node(|node| node.peer_down(peer as PeerRef, now))
                });
            }
        }
    }

    /// From now on the trusted windows are not connected with each other.
    pub fn part(&mut self) {
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            if self.is_joined(a, b) {
                self.cut(a, b);
            }
        }
        self.is_parted = true;
    }

    pub fn fresh(&mut self) -> Val {
        self.values += 1;
        Val::Id(1000 + self.values)
    }

    pub fn write(&mut self, at: usize, ops: Vec<(&str, Op<Val>)>, how: How) {
        let ops: Vec<_> = ops.into_iter().map(|(key, op)| (Key::from(key), op)).collect();
        if at >= TRUSTED {
            self.used.extend(ops.iter().map(|op| op.0.to_string()));
        }
        self.act(at, |model, now| {
            model
                .write(ops, how, now)
                .map_or_else(|_| Vec::new(), |written| written.1)
        });
    }
}
