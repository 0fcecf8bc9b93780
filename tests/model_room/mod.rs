//! A few windows, all connected to all or to none, that hand each other frames at once.

mod check;
mod text;
mod user;

use parley_sync::core::cell::Cell;
use parley_sync::core::id::{Actor, Key, PeerRef};
use parley_sync::core::model::{
    Model, ModelEffect, Strategies, Strategy, Validated, Validator, WriteId, validate,
};
use parley_sync::core::sync::{KeyChange, StateEffect, StateFrame, StateNode};
use parley_sync_kit::{Mirror, Wires};

#[allow(unused_imports, reason = "not every suite names them")]
pub use {text::Text, text::json, user::transaction};

type Node = StateNode<Cell<Text>>;
type Frame = StateFrame<Cell<Text>>;

struct Window {
    model: Model<Text>,
    refuses: Option<String>,
    lost: Vec<WriteId>,
    /// How often it was told that writes of its were refused.
    rejected: usize,
    /// How often it was asked whether it lets something in.
    asked: usize,
    /// What its listener knows.
    mirror: Mirror<Key, Text>,
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

pub struct Room {
    windows: Vec<Window>,
    wires: Wires<Frame>,
    now: f64,
    together: bool,
}

/// A peer that is no window of the room.
const STRANGER: PeerRef = 99;

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
                mirror: Mirror::starting(initial.clone()),
            })
            .collect();
        let mut room = Room {
            windows,
            wires: Wires::default(),
            now: START + 1000.0,
            together: false,
        };
        for at in 0..count {
            room.on_node(at, |node, _| node.settle_ready());
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
        for (a, b) in self.pairs() {
            self.wires.cut(a, b);
        }
        self.each_pair(|node, peer, now| node.peer_down(peer, now));
    }

    pub fn meet(&mut self) {
        if !self.together {
            self.together = true;
            for (a, b) in self.pairs() {
                self.wires.join(a, b);
            }
            self.each_pair(|node, peer, now| node.peer_up(peer, now));
        }
        self.settle();
    }

    /// Only these two.
    pub fn join(&mut self, a: usize, b: usize) {
        self.wires.join(a, b);
        for (at, peer) in [(a, b), (b, a)] {
            self.on_node(at, |node, now| node.peer_up(peer as PeerRef, now));
        }
        self.settle();
    }

    /// Both directions of each.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let count = self.windows.len();
        let all = (0..count).flat_map(|at| (0..count).map(move |peer| (at, peer)));
        all.filter(|(at, peer)| at != peer).collect()
    }

    fn each_pair(&mut self, act: impl Fn(&mut Node, PeerRef, f64) -> Vec<StateEffect<Cell<Text>>>) {
        for (at, peer) in self.pairs() {
            self.on_node(at, |node, now| act(node, peer as PeerRef, now));
        }
    }

    /// Everything arrives in the order in which it was sent, and all that is said in answer.
    fn settle(&mut self) {
        for at in 0..self.windows.len() {
            self.flush(at);
        }
        while let Some((from, to, frame)) = self.wires.next_sent() {
            self.on_node(to, |node, now| node.receive(from as PeerRef, &[], frame, now));
            self.flush(to);
        }
    }

    fn flush(&mut self, at: usize) {
        self.on_node(at, |node, now| node.flush(now));
    }

    fn on_node(&mut self, at: usize, act: impl FnOnce(&mut Node, f64) -> Vec<StateEffect<Cell<Text>>>) {
        self.act(at, |model, now| model.with_node(|node| act(node, now)));
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
                    // There is no wire to a stranger: what it asks for is lost.
                    for peer in to {
                        self.wires.post(at, peer as usize, frame.clone());
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
                        let heard = mirror.hear(&change.key, change.old.as_ref(), change.new.as_ref());
                        heard.unwrap_or_else(|error| panic!("window {at}: {error}"));
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

    /// A peer comes, says that, and goes.
    pub fn hears_of_a_stranger(&mut self, at: usize, frame: Frame) {
        self.on_node(at, |node, now| node.receive(STRANGER, &[], frame, now));
        self.on_node(at, |node, now| node.peer_down(STRANGER, now));
        self.flush(at);
        self.settle();
    }
}
