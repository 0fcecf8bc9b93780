//! Windows that trust each other, and others behind gateways, from a seed.

mod values;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

pub use forged::besiege;
use parley_sync::core::cell::{Cell, Why, parse};
use parley_sync::core::compat::Treatments;
use parley_sync::core::gateway::{Filter, Gateway, Heard};
use parley_sync::core::grants::Grants;
use parley_sync::core::id::{Actor, Key, PeerRef};
use parley_sync::core::model::{How, Model, ModelEffect, ModelEffects, Op, Strategies, Strategy};
use parley_sync::core::sync::{KeyChange, StateFrame};
pub use values::Val;

mod forged;
#[path = "../network/random.rs"]
pub mod random;
use random::Random;

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
    wires: BTreeMap<(usize, usize), VecDeque<Frame>>,
    doors: Vec<(usize, usize)>,
    strategies: Strategies,
    filter: Filter,
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

impl Network {
    /// `doors`: which trusted window lets in which of the others.
    pub fn new(strategy: Strategy, doors: &[(usize, usize)]) -> Network {
        Self::open(strategy, doors, (Rc::new(grants()), None))
    }

    /// Windows 3 and 4 settle [`APART`] differently: they and the others keep it apart, through gateways on both sides.
    pub fn mismatched(strategy: Strategy, doors: &[(usize, usize)]) -> Network {
        let named = |treatment: &str| {
            let mut treatments = Treatments {
                default: Some(Rc::from("same")),
                ..Treatments::default()
            };
            treatments.by_key.insert(Key::from(APART), Rc::from(treatment));
            treatments
        };
        let excluded = named("one").compare(&named("other")).1.unwrap();
        Self::open(
            strategy,
            doors,
            (Rc::new(Grants::default()), Some(Rc::new(excluded))),
        )
    }

    fn open(strategy: Strategy, doors: &[(usize, usize)], filter: Filter) -> Network {
        let strategies = Strategies {
            default: strategy,
            ..Strategies::default()
        };
        let mut network = Network {
            models: Vec::new(),
            gateways: BTreeMap::new(),
            wires: BTreeMap::new(),
            doors: doors.to_vec(),
            strategies,
            is_mismatched: filter.1.is_some(),
            is_parted: false,
            filter,
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
        for (a, b) in network.doors.clone() {
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
        pairs.extend(self.doors.iter().copied());
        pairs
    }

    pub fn is_joined(&self, a: usize, b: usize) -> bool {
        self.wires.contains_key(&(a, b))
    }

    pub fn join(&mut self, a: usize, b: usize) {
        self.wires.insert((a, b), VecDeque::new());
        self.wires.insert((b, a), VecDeque::new());
        let is_door = self.doors.contains(&(a, b));
        for (host, peer, has_gateway) in [(a, b, is_door), (b, a, is_door && self.is_mismatched)] {
            if has_gateway {
                self.open_gateway(host, peer);
            } else {
                self.act(host, |model, now| {
                    model.with_node(|node| node.peer_up(peer as PeerRef, now))
                });
            }
        }
    }

    fn open_gateway(&mut self, host: usize, peer: usize) {
        let view = self.model(host, Vec::new());
        let (gateway, effects) = Gateway::open(
            peer as PeerRef,
            "s",
            self.filter.clone(),
            view,
            &self.models[host],
            self.now,
            self.now,
        );
        self.gateways.insert((host, peer), gateway);
        self.send_of(host, peer, effects);
    }

    pub fn cut(&mut self, a: usize, b: usize) {
        self.wires.remove(&(a, b));
        self.wires.remove(&(b, a));
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

    pub fn flush(&mut self, at: usize) {
        self.act(at, |model, now| model.with_node(|node| node.flush(now)));
        self.flush_gateways(at);
    }

    fn flush_gateways(&mut self, at: usize) {
        let doors: Vec<_> = self
            .gateways
            .keys()
            .copied()
            .filter(|door| door.0 == at)
            .collect();
        for door in doors {
            let now = self.now;
            let effects = self.gateways.get_mut(&door).unwrap().flush(now);
            self.send_of(door.0, door.1, effects);
        }
    }

    fn act(&mut self, at: usize, act: impl FnOnce(&mut Model<Val>, f64) -> ModelEffects<Val>) {
        let effects = act(&mut self.models[at], self.now);
        self.run(at, effects);
    }

    fn run(&mut self, at: usize, effects: ModelEffects<Val>) {
        // Cells change, too, where nothing shows.
        let shown = effects.iter().flat_map(|effect| match effect {
            ModelEffect::Changed { changes, .. } => changes.iter().map(|change| change.key.clone()).collect(),
            _ => Vec::new(),
        });
        let shown: Vec<Key> = shown.collect();
        self.tell(at, &shown);
        for effect in effects {
            match effect {
                ModelEffect::Send { to, frame } => {
                    for to in to {
                        self.post(at, to as usize, frame.clone());
                    }
                }
                ModelEffect::Changed {
                    changes, from, cells, ..
                } => {
                    let bad = |change: &KeyChange<Val>| self.refuses.is_some() && change.new == self.refuses;
                    if at < TRUSTED && from.is_some() && !cells.is_empty() && changes.iter().any(bad) {
                        self.act(at, |model, now| model.veto(cells, Why::Refused, now));
                        self.act(at, |model, now| model.with_node(|node| node.flush(now)));
                    }
                    if from.is_some() {
                        self.flush_gateways(at);
                    }
                }
                ModelEffect::Lost { why, .. } => {
                    if why == Why::Denied {
                        self.denied.push(at);
                    }
                }
                ModelEffect::Refused { code, .. } => panic!("{at} refuses a frame: {code}"),
                ModelEffect::Contested { .. } | ModelEffect::Restamped { .. } | ModelEffect::Ready => {}
            }
        }
    }

    fn tell(&mut self, at: usize, shown: &[Key]) {
        let names = self.models[at].take_watched();
        if names.is_empty() && shown.is_empty() {
            return;
        }
        for (door, gateway) in &mut self.gateways {
            if door.0 == at {
                gateway.tell(&self.models[at], &names, shown, self.now);
            }
        }
    }

    fn send_of(&mut self, from: usize, to: usize, effects: ModelEffects<Val>) {
        for effect in effects {
            match effect {
                ModelEffect::Send { frame, .. } => self.post(from, to, frame),
                ModelEffect::Refused { code, .. } => {
                    assert!(self.is_besieged, "the gateway of {to} refuses a frame: {code}");
                }
                _ => {}
            }
        }
    }

    fn post(&mut self, from: usize, to: usize, frame: Frame) {
        if self.is_mismatched && (from < TRUSTED) != (to < TRUSTED) {
            assert!(
                names_of(&frame).iter().all(|key| **key != *APART),
                "{APART} crosses"
            );
        } else if from < TRUSTED && to >= TRUSTED {
            self.check_secrecy(&frame);
        }
        if let Some(wire) = self.wires.get_mut(&(from, to)) {
            wire.push_back(frame);
        }
    }

    /// Nothing but keys that may be read, or that the reader named itself, crosses to it.
    fn check_secrecy(&self, frame: &Frame) {
        let mut names: Vec<Key> = Vec::new();
        let mut cells: Vec<Option<Cell<Val>>> = Vec::new();
        match frame {
            StateFrame::Batch(batch) => {
                for (name, cell, _) in &batch.entries {
                    names.push(name.clone());
                    cells.push(cell.clone());
                }
            }
            StateFrame::Delta(delta) => {
                for entry in &delta.entries {
                    names.push(entry.key.clone());
                    cells.push(entry.value.clone());
                }
            }
            StateFrame::Sync { .. } | StateFrame::Glance { .. } => {}
        }
        for (name, cell) in names.iter().zip(&cells) {
            let key = parse(name).unwrap().0;
            // Nor what a trusted window wrote there: its values count from 1001.
            assert!(
                READ.contains(&&*key) || !self.is_besieged || !format!("{cell:?}").contains("Id(1"),
                "{name:?} tells {cell:?}"
            );
            assert!(
                READ.contains(&&*key) || self.used.contains(&*key) || self.is_besieged,
                "{name:?} crosses to who may not read it"
            );
        }
        for cell in cells.into_iter().flatten() {
            if let Cell::Slot(slot) = cell {
                assert!(
                    self.is_besieged
                        || slot
                            .group
                            .iter()
                            .all(|key| READ.contains(&&**key) || self.used.contains(&**key)),
                    "a group names what may not be read"
                );
            }
        }
    }

    /// The next frame of that wire arrives.
    pub fn deliver(&mut self, from: usize, to: usize) -> bool {
        let Some(frame) = self.wires.get_mut(&(from, to)).and_then(VecDeque::pop_front) else {
            return false;
        };
        self.deliveries += 1;
        assert!(self.deliveries < ENDLESS, "windows answer each other for ever");
        if self.gateways.contains_key(&(to, from)) {
            self.hear((to, from), frame);
        } else {
            self.act(to, |model, now| {
                model.with_node(|node| node.receive(from as PeerRef, &[], frame, now))
            });
        }
        true
    }

    /// What the host of a gateway does with a frame.
    pub fn hear(&mut self, door: (usize, usize), frame: Frame) {
        let now = self.now;
        let gateway = self.gateways.get_mut(&door).unwrap();
        let mut heard: Heard<Val> = gateway.receive(frame, &self.models[door.0], now);
        let judged = gateway.judge(&mut heard, &self.models[door.0], now);
        self.send_of(door.0, door.1, heard.effects);
        if !judged.news.is_empty() {
            self.act(door.0, |model, now| {
                model.adopt(judged.news, Some(door.1 as PeerRef), now)
            });
            self.act(door.0, |model, now| model.with_node(|node| node.flush(now)));
        }
        let gateway = self.gateways.get_mut(&door).unwrap();
        gateway.correct(&self.models[door.0], &judged.touched, now);
        self.flush_gateways(door.0);
        let gateway = self.gateways.get_mut(&door).unwrap();
        gateway.forget_denied(&self.models[door.0], self.kept_denied);
    }

    /// How many cells the view of that gateway holds.
    pub fn view_cells(&self, door: (usize, usize)) -> usize {
        self.gateways[&door].view().node().registers().count()
    }

    /// Whether a tick brings nothing but a look: no cells are sent.
    pub fn is_quiet(&mut self) -> bool {
        self.now += 10_000.0;
        for at in 0..WINDOWS {
            self.act(at, |model, now| model.with_node(|node| node.tick(now)));
        }
        let mut cells = 0;
        loop {
            let wires: Vec<_> = self.wires.keys().copied().collect();
            let frames = self.wires.values().flatten();
            cells += frames
                .map(|frame| match frame {
                    StateFrame::Delta(delta) => delta.entries.len(),
                    _ => 0,
                })
                .sum::<usize>();
            let mut any = false;
            for (from, to) in wires {
                any |= self.deliver(from, to);
            }
            if !any {
                return cells == 0;
            }
        }
    }

    /// Everything arrives, whatever that takes.
    pub fn settle(&mut self) {
        loop {
            let wires: Vec<_> = self.wires.keys().copied().collect();
            let mut any = false;
            for (from, to) in wires {
                while self.deliver(from, to) {
                    any = true;
                }
            }
            if !any {
                return;
            }
        }
    }

    pub fn heal(&mut self) {
        for (a, b) in self.pairs() {
            if !self.is_joined(a, b) {
                self.join(a, b);
            }
        }
        for at in 0..WINDOWS {
            self.flush(at);
        }
        self.settle();
        // What a gateway forgot is dropped hop by hop, at each tick by the next.
        for _ in 0..3 {
            self.now += 10_000.0;
            for at in 0..WINDOWS {
                self.act(at, |model, now| model.with_node(|node| node.tick(now)));
            }
            self.settle();
        }
    }

    /// All agree on every key but one; on that one those agree who settle it alike, and whom the network connects without
    /// passing through others.
    pub fn check_mismatched(&self) {
        for key in KEYS {
            for at in 1..WINDOWS {
                let like = if key == APART && at >= TRUSTED { 3 } else { 0 };
                if key == APART && at < TRUSTED && self.is_parted {
                    continue;
                }
                assert_eq!(
                    self.models[at].get(key),
                    self.models[like].get(key),
                    "{key} in window {at}"
                );
            }
        }
        assert!(self.denied.is_empty(), "nothing is denied");
    }

    /// Trusted windows agree, and the others on what they may read.
    pub fn check(&self) {
        for key in KEYS {
            let first = self.models[0].get(key);
            for at in 1..TRUSTED {
                assert_eq!(self.models[at].get(key), first, "{key} in window {at}");
            }
            if READ.contains(&key) {
                for at in TRUSTED..WINDOWS {
                    assert_eq!(
                        self.models[at].get(key),
                        first,
                        "{key} in window {at}, behind a gateway"
                    );
                }
            }
        }
        assert_eq!(self.models[3].get("write"), self.models[4].get("write"));
        for at in TRUSTED..WINDOWS {
            assert_eq!(
                self.models[at].get("secret"),
                None,
                "what was denied shows no more"
            );
        }
    }

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
                    may_fall: random.below(5) == 0,
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
                let wires: Vec<_> = self.wires.keys().copied().collect();
                if !wires.is_empty() {
                    let (from, to) = wires[random.below(wires.len())];
                    self.deliver(from, to);
                }
            }
        }
    }
}

/// The keys that the cells of a frame are of.
fn names_of(frame: &Frame) -> Vec<Key> {
    let names: Vec<&Key> = match frame {
        StateFrame::Batch(batch) => batch.entries.iter().map(|entry| &entry.0).collect(),
        StateFrame::Delta(delta) => delta.entries.iter().map(|entry| &entry.key).collect(),
        StateFrame::Sync { .. } | StateFrame::Glance { .. } => Vec::new(),
    };
    names.into_iter().map(|name| parse(name).unwrap().0).collect()
}
