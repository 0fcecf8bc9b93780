//! A few windows, all connected to all or to none, that hand each other frames at once.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use parley_sync::core::cell::Cell;
use parley_sync::core::fingerprint::{Content, hash};
use parley_sync::core::id::{Actor, Key, PeerRef};
use parley_sync::core::model::{
    How, Model, ModelEffect, Op, Strategies, Strategy, Validated, Validator, WriteId, validate,
};
use parley_sync::core::sync::{KeyChange, StateFrame};
use parley_sync::core::value::{Parts, Value};

/// A value: text, or a number if it looks like one.
#[derive(Clone, Debug, PartialEq)]
pub struct Text(pub String);

impl Content for Text {
    fn fingerprint(&self) -> u64 {
        hash(self.0.as_bytes(), 1)
    }
}

impl Value for Text {
    fn as_number(&self) -> Option<f64> {
        self.0.parse().ok()
    }
    fn of_number(number: f64) -> Self {
        Text(number.to_string())
    }
    fn as_text(&self) -> Option<String> {
        Some(self.0.clone())
    }
    fn of_text(text: &str) -> Self {
        Text(text.to_owned())
    }
    fn same(&self, other: &Self) -> bool {
        self == other
    }
    fn parts(&self, _: &str) -> Parts<Self> {
        Parts::Whole
    }
    fn of_parts(parts: Parts<Self>) -> Option<Self> {
        match parts {
            Parts::Number(number) => Some(Self::of_number(number)),
            Parts::Text(text) => Some(text),
            _ => None,
        }
    }
}

pub fn json(text: &str) -> Option<Text> {
    Some(Text(text.to_owned()))
}

struct Window {
    model: Model<Text>,
    refuses: Option<String>,
    lost: Vec<WriteId>,
    /// How often it was told that writes of its were refused.
    rejected: usize,
    /// How often it was asked whether it lets something in.
    asked: usize,
    mirror: BTreeMap<String, Text>,
}

impl Validator<Text> for Window {
    fn accepts(&mut self, changes: &[KeyChange<Text>]) -> bool {
        self.asked += 1;
        let is_bad = |text: &Text| self.refuses.as_ref().is_some_and(|bad| text.0.contains(&**bad));
        !changes
            .iter()
            .any(|change| change.new.as_ref().is_some_and(is_bad))
    }

    fn model<R>(&mut self, act: impl FnOnce(&mut Model<Text>) -> R) -> R {
        act(&mut self.model)
    }

    /// The function writes down what it is called with.
    fn settle(&mut self, key: &Key) -> Option<KeyChange<Text>> {
        let open = self.model.unsettled(key)?;
        let text = |value: Option<Text>| value.map_or("-".into(), |text| text.0);
        let mut value = open.first;
        for (next, base) in open.rest {
            value = Some(Text(format!("{}+{}/{}", text(value), text(next), text(base))));
        }
        self.model.settle(key, value)
    }
}

type Mail = (usize, usize, StateFrame<Cell<Text>>);

pub struct Room {
    windows: Vec<Window>,
    mail: VecDeque<Mail>,
    now: f64,
    together: bool,
}

/// A peer that is no window of the room.
const STRANGER: PeerRef = 99;

/// Keys that win or lose together.
pub fn transaction() -> How {
    How {
        is_transaction: true,
        ..How::default()
    }
}

const START: f64 = 1_767_225_600_000.0;

impl Room {
    pub fn new(count: usize, strategy: Strategy, initial: &[(&str, &str)]) -> Room {
        Self::of(&vec![strategy; count], initial)
    }

    /// Windows that were given these strategies.
    pub fn of(strategies: &[Strategy], initial: &[(&str, &str)]) -> Room {
        let count = strategies.len();
        let given = |at: usize| Strategies {
            default: strategies[at],
            ..Strategies::default()
        };
        let initial: Vec<(Key, Text)> = initial
            .iter()
            .map(|(key, value)| (Key::from(*key), Text((*value).to_owned())))
            .collect();
        let windows = (0..count)
            .map(|at| Window {
                model: Model::new(
                    Actor::from_random(100 + at as u64),
                    START + at as f64,
                    &format!("w{at}"),
                    given(at),
                    initial.clone(),
                ),
                refuses: None,
                lost: Vec::new(),
                rejected: 0,
                asked: 0,
                mirror: initial
                    .iter()
                    .map(|(key, value)| (key.to_string(), value.clone()))
                    .collect(),
            })
            .collect();
        let mut room = Room {
            windows,
            mail: VecDeque::new(),
            now: START + 1000.0,
            together: false,
        };
        for at in 0..count {
            room.act(at, |model, _| model.with_node(|node| node.settle_ready()));
        }
        room.meet();
        room
    }

    pub fn wait(&mut self, ms: u32) {
        self.now += f64::from(ms);
    }

    pub fn part(&mut self) {
        self.settle();
        self.together = false;
        self.each_pair(|node, peer, now| node.peer_down(peer, now));
    }

    pub fn meet(&mut self) {
        if !self.together {
            self.together = true;
            self.each_pair(|node, peer, now| node.peer_up(peer, now));
        }
        self.settle();
    }

    /// Only these two.
    pub fn join(&mut self, a: usize, b: usize) {
        for (at, peer) in [(a, b), (b, a)] {
            self.act(at, |model, now| {
                model.with_node(|node| node.peer_up(peer as PeerRef, now))
            });
        }
        self.settle();
    }

    fn each_pair(
        &mut self,
        act: impl Fn(
            &mut parley_sync::core::sync::StateNode<Cell<Text>>,
            PeerRef,
            f64,
        ) -> Vec<parley_sync::core::sync::StateEffect<Cell<Text>>>,
    ) {
        for at in 0..self.windows.len() {
            for peer in (0..self.windows.len()).filter(|peer| *peer != at) {
                self.act(at, |model, now| {
                    model.with_node(|node| act(node, peer as PeerRef, now))
                });
            }
        }
    }

    fn settle(&mut self) {
        for at in 0..self.windows.len() {
            self.flush(at);
        }
        while let Some((from, to, frame)) = self.mail.pop_front() {
            self.act(to, |model, now| {
                model.with_node(|node| node.receive(from as PeerRef, &[], frame, now))
            });
            self.flush(to);
        }
    }

    fn flush(&mut self, at: usize) {
        self.act(at, |model, now| model.with_node(|node| node.flush(now)));
    }

    fn act(&mut self, at: usize, act: impl FnOnce(&mut Model<Text>, f64) -> Vec<ModelEffect<Text>>) {
        self.now += 1.0;
        let effects = act(&mut self.windows[at].model, self.now);
        self.carry_out(at, effects);
    }

    fn carry_out(&mut self, at: usize, effects: Vec<ModelEffect<Text>>) {
        for effect in effects {
            match effect {
                ModelEffect::Send { to, frame } => {
                    // What a stranger asks for is of no interest.
                    for peer in to.into_iter().filter(|&peer| peer != STRANGER) {
                        self.mail.push_back((at, peer as usize, frame.clone()));
                    }
                }
                ModelEffect::Changed {
                    mut changes,
                    unsettled,
                    from,
                    cells,
                    ..
                } => {
                    for key in unsettled {
                        changes.extend(self.windows[at].settle(&key));
                    }
                    let mut rest = Vec::new();
                    if from.is_some() && self.windows[at].refuses.is_some() {
                        self.now += 1.0;
                        Validated { changes, rest, .. } =
                            validate(&mut self.windows[at], changes, &cells, self.now);
                    }
                    for change in &changes {
                        let mirror = &mut self.windows[at].mirror;
                        assert_eq!(mirror.get(&*change.key), change.old.as_ref(), "{}", change.key);
                        match &change.new {
                            Some(new) => mirror.insert(change.key.to_string(), new.clone()),
                            None => mirror.remove(&*change.key),
                        };
                    }
                    self.carry_out(at, rest);
                }
                ModelEffect::Lost { ids, .. } => {
                    self.windows[at].rejected += 1;
                    self.windows[at].lost.extend(ids);
                }
                ModelEffect::Contested { .. } | ModelEffect::Restamped { .. } | ModelEffect::Ready => {}
                ModelEffect::Refused { from: STRANGER, .. } => {}
                ModelEffect::Refused { code, .. } => panic!("refused: {code}"),
            }
        }
    }

    pub fn write(&mut self, at: usize, entries: &[(&str, &str)], how: How) -> WriteId {
        let id = self.write_open(at, entries, how);
        self.flush(at);
        id
    }

    /// How many effects deleting the key has.
    pub fn delete(&mut self, at: usize, key: &str) -> usize {
        let ops = vec![(Key::from(key), Op::Set(None))];
        let written = self.windows[at].model.write(ops, How::default(), self.now);
        let effects = written.unwrap().1;
        let count = effects.len();
        self.carry_out(at, effects);
        self.flush(at);
        count
    }

    /// Without the flush that ends the turn.
    pub fn write_open(&mut self, at: usize, entries: &[(&str, &str)], how: How) -> WriteId {
        let ops = entries
            .iter()
            .map(|(key, value)| (Key::from(*key), Op::Set(Some(Text((*value).to_owned())))))
            .collect();
        self.now += 1.0;
        let (id, effects) = self.windows[at].model.write(ops, how, self.now).unwrap();
        self.carry_out(at, effects);
        id
    }

    /// A peer comes, says that, and goes.
    pub fn hears_of_a_stranger(&mut self, at: usize, frame: StateFrame<Cell<Text>>) {
        self.act(at, |model, now| {
            model.with_node(|node| node.receive(STRANGER, &[], frame, now))
        });
        self.act(at, |model, now| {
            model.with_node(|node| node.peer_down(STRANGER, now))
        });
        self.flush(at);
        self.settle();
    }

    pub fn actors(&self) -> Vec<Actor> {
        let nodes = self.windows.iter().map(|window| window.model.node());
        nodes.map(|node| node.actor()).collect()
    }

    pub fn now(&self) -> f64 {
        self.now
    }

    /// Adds, if there is a number to add to.
    pub fn try_add(&mut self, at: usize, key: &str, by: f64) {
        self.act(at, |model, now| {
            let ops = vec![(Key::from(key), Op::Add(by))];
            model
                .write(ops, How::default(), now)
                .map_or_else(|_| Vec::new(), |done| done.1)
        });
        self.flush(at);
    }

    /// Whatever it is that they show, all show the same, and their listeners know it.
    pub fn all_equal(&self, seed: u64) {
        let state = |window: &Window| -> BTreeMap<String, String> {
            let all = window.model.iter();
            all.map(|(key, value)| (key.to_string(), value.0.clone()))
                .collect()
        };
        let first = &self.windows[0];
        for (at, window) in self.windows.iter().enumerate() {
            assert_eq!(state(window), state(first), "window {at}, seed {seed}");
            let mirror = window.mirror.iter();
            let known: BTreeMap<String, String> = mirror
                .map(|(key, value)| (key.clone(), value.0.clone()))
                .collect();
            assert_eq!(known, state(window), "the listener of window {at}, seed {seed}");
            for key in window.mirror.keys() {
                let key = Key::from(key.as_str());
                let told = |window: &Window| -> Vec<_> {
                    let list = window.model.candidates(&key);
                    list.into_iter().map(|one| (one.stamp, one.value)).collect()
                };
                assert_eq!(told(window), told(first), "window {at}, seed {seed}");
            }
        }
    }

    pub fn set(&mut self, at: usize, key: &str, value: &str) {
        self.write(at, &[(key, value)], How::default());
    }

    pub fn add(&mut self, at: usize, key: &str, by: f64) {
        self.act(at, |model, now| {
            model
                .write(vec![(Key::from(key), Op::Add(by))], How::default(), now)
                .unwrap()
                .1
        });
        self.flush(at);
    }

    pub fn retract(&mut self, at: usize, id: WriteId) {
        self.act(at, |model, now| model.retract(id, now));
    }

    pub fn refuses(&mut self, at: usize, value: &str) {
        self.windows[at].refuses = Some(value.to_owned());
    }

    pub fn asked(&self, at: usize) -> usize {
        self.windows[at].asked
    }

    pub fn rejected(&self, at: usize) -> usize {
        self.windows[at].rejected
    }

    pub fn lost(&self, at: usize) -> Vec<WriteId> {
        self.windows[at].lost.clone()
    }

    pub fn undo(&mut self, at: usize) -> bool {
        self.back(at, |model, now| model.undo(now))
    }

    pub fn redo(&mut self, at: usize) -> bool {
        self.back(at, |model, now| model.redo(now))
    }

    fn back(
        &mut self,
        at: usize,
        back: impl FnOnce(&mut Model<Text>, f64) -> Option<Vec<ModelEffect<Text>>>,
    ) -> bool {
        self.now += 1.0;
        let Some(effects) = back(&mut self.windows[at].model, self.now) else {
            return false;
        };
        self.carry_out(at, effects);
        self.flush(at);
        true
    }

    pub fn candidates(&self, at: usize, key: &str) -> Vec<Option<Text>> {
        let key = Key::from(key);
        let list = self.windows[at].model.candidates(&key);
        list.into_iter().map(|one| one.value).collect()
    }

    pub fn contested(&self, at: usize) -> Vec<String> {
        let keys = self.windows[at].model.contested();
        keys.iter().map(ToString::to_string).collect()
    }

    pub fn agree(&mut self, expected: &[(&str, &str)]) {
        let expected: BTreeMap<String, Text> = expected
            .iter()
            .map(|(key, value)| ((*key).to_owned(), Text((*value).to_owned())))
            .collect();
        for (at, window) in self.windows.iter().enumerate() {
            let state: BTreeMap<String, Text> = window
                .model
                .iter()
                .map(|(key, value)| (key.to_string(), value.clone()))
                .collect();
            assert_eq!(state, expected, "window {at}");
            assert_eq!(window.mirror, expected, "what the listener of window {at} knows");
        }
    }
}
