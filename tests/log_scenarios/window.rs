//! A window that carries out what its log wants, and a room of them whose wires are moved by hand.

use std::ops::{Index, IndexMut};

use parley_sync::core::clock::Time;
use parley_sync::core::id::Actor;
use parley_sync::core::log::{LogEffect, LogFrame, LogNode, Logged, Options};
use parley_sync::core::register::Dot;
use parley_sync_kit::Wires;

pub type Node = LogNode<&'static str, Vec<&'static str>>;
pub type Effects = Vec<LogEffect<&'static str, Vec<&'static str>>>;
pub type Frame = LogFrame<&'static str, Vec<&'static str>>;

pub const NOW: f64 = 1_700_000_000_000.0;
/// More frames than any scene needs.
const ENDLESS: u32 = 10_000;

/// A window whose reducer keeps a list: 'clear' empties it, 'throw' throws, everything else is added.
pub struct Window {
    pub node: Node,
    pub state: Vec<&'static str>,
    pub told: Vec<&'static str>,
    pub ready: usize,
    pub refused: Vec<&'static str>,
    pub folded: usize,
}

impl Window {
    pub fn new(actor: u64, born: f64) -> Window {
        Window::with(actor, born, Vec::new(), Options::DEFAULT)
    }

    pub fn with(actor: u64, born: f64, initial: Vec<&'static str>, options: Options) -> Window {
        Window {
            node: LogNode::new(Actor::from_random(actor), born, initial.clone(), options),
            state: initial,
            told: Vec::new(),
            ready: 0,
            refused: Vec::new(),
            folded: 0,
        }
    }

    /// What it wants sent.
    fn carry_out(&mut self, effects: Effects) -> Vec<(Vec<u32>, Frame)> {
        let mut sent = Vec::new();
        for effect in effects {
            match effect {
                LogEffect::Send { to, frame } => sent.push((to, frame)),
                LogEffect::Ready => self.ready += 1,
                LogEffect::Refused { code, .. } => self.refused.push(code),
                LogEffect::Fold(fold) => {
                    let (mut state, mut position) = (fold.start, fold.position);
                    for step in fold.steps {
                        match step.action {
                            "clear" => state.clear(),
                            "throw" => {}
                            other => state.push(other),
                        }
                        position += 1;
                        self.folded += 1;
                        self.node.record(fold.epoch, position, state.clone());
                        self.told.extend(step.fresh.then_some(step.action));
                    }
                    self.state = state;
                }
            }
        }
        sent
    }
}

/// Windows, which are numbered by their places, and the wires between them.
pub struct Room {
    pub windows: Vec<Window>,
    pub wires: Wires<Frame>,
}

impl Index<usize> for Room {
    type Output = Window;

    fn index(&self, at: usize) -> &Window {
        &self.windows[at]
    }
}

impl IndexMut<usize> for Room {
    fn index_mut(&mut self, at: usize) -> &mut Window {
        &mut self.windows[at]
    }
}

impl Room {
    /// Windows that are not connected.
    pub fn of(windows: Vec<Window>) -> Room {
        let wires = Wires::default();
        Room { windows, wires }
    }

    /// So many, as young as their number.
    pub fn with(count: u64, options: Options) -> Room {
        let windows = (0..count).map(|at| Window::with(at + 1, NOW + at as f64, vec![], options));
        Room::of(windows.collect())
    }

    /// The first two, connected and ready.
    fn paired(mut self) -> Room {
        self.join(0, 1, NOW);
        self.settle();
        self.run(NOW);
        self
    }

    pub fn carry_out(&mut self, at: usize, effects: Effects) {
        for (to, frame) in self.windows[at].carry_out(effects) {
            for peer in to {
                self.wires.post(at, peer as usize, frame.clone());
            }
        }
    }

    /// Lets the log of that window do something, and does what it wants.
    pub fn act(&mut self, at: usize, act: impl FnOnce(&mut Node) -> Effects) {
        let effects = act(&mut self.windows[at].node);
        self.carry_out(at, effects);
    }

    pub fn dispatch(&mut self, at: usize, action: &'static str, now: f64) {
        self.act(at, |node| {
            let mut effects = node.dispatch(action, now);
            effects.extend(node.flush(now));
            effects
        });
    }

    /// One window hears that from another, whatever is on the wire.
    pub fn hear(&mut self, from: usize, to: usize, frame: Frame, now: f64) {
        self.act(to, |node| node.receive(from as u32, &[], frame, now));
    }

    /// Delivers in the order in which all was sent, until it is quiet.
    pub fn run(&mut self, now: f64) {
        for _ in 0..ENDLESS {
            let Some((from, to, frame)) = self.wires.next_sent() else {
                return;
            };
            self.hear(from, to, frame, now);
        }
        panic!("they never come to rest");
    }

    pub fn join(&mut self, a: usize, b: usize, now: f64) {
        self.wires.join(a, b);
        for (at, peer) in [(a, b), (b, a)] {
            self.act(at, |node| node.peer_up(peer as u32, now));
        }
    }

    pub fn part(&mut self, a: usize, b: usize) {
        self.wires.cut(a, b);
        for (at, peer) in [(a, b), (b, a)] {
            self.act(at, |node| node.peer_down(peer as u32, NOW));
        }
    }

    pub fn settle(&mut self) {
        for at in 0..self.windows.len() {
            self.act(at, Node::settle_ready);
        }
    }

    /// What is on that way arrives; the answers do not.
    pub fn carry(&mut self, from: usize, to: usize) {
        for frame in self.wires.take(from, to) {
            self.hear(from, to, frame, NOW + 50.0);
        }
    }

    /// Whatever that window has sent is lost.
    pub fn lose_sent(&mut self, from: usize) {
        for to in 0..self.windows.len() {
            self.wires.take(from, to);
        }
    }

    /// What that window has sent, and has not arrived.
    pub fn sent(&self, from: usize) -> impl Iterator<Item = &Frame> {
        let ways = self.wires.ways().into_iter().filter(move |way| way.0 == from);
        ways.flat_map(|(from, to)| self.wires.on(from, to))
    }
}

pub fn pair() -> Room {
    Room::with(2, Options::DEFAULT).paired()
}

pub fn logged(actor: u64, seq: u64, ms_from_now: f64) -> Logged<&'static str> {
    let since_2020 = NOW - 1_577_836_800_000.0 + ms_from_now;
    Logged {
        dot: Dot {
            actor: Actor::from_random(actor),
            seq,
        },
        time: Time::from_f64(since_2020 * 4096.0).unwrap(),
        deps: Vec::new(),
        action: "hostile",
    }
}

/// Small, so that forgetting is reached with a handful of actions.
pub const LITTLE: Options = Options {
    keep: 8,
    checkpoint_every: 2,
    cut: 4,
    patience: 8,
};

pub fn little_pair() -> Room {
    Room::with(2, LITTLE).paired()
}

/// Keeps little, but waits for everyone.
pub const PATIENT: Options = Options {
    patience: 1000,
    ..LITTLE
};
