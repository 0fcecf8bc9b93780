//! A window that carries out what its log wants, several of them and the wires between, moved by hand.

use parley_sync::core::clock::Time;
use parley_sync::core::id::Actor;
use parley_sync::core::log::{LogEffect, LogFrame, LogNode, Logged, Options};
use parley_sync::core::register::Dot;

pub type Effects = Vec<LogEffect<&'static str, Vec<&'static str>>>;
pub type Frame = LogFrame<&'static str, Vec<&'static str>>;

pub const NOW: f64 = 1_700_000_000_000.0;

/// A window whose reducer keeps a list: 'clear' empties it, 'throw' throws, everything else is added.
pub struct Window {
    pub node: LogNode<&'static str, Vec<&'static str>>,
    pub state: Vec<&'static str>,
    pub told: Vec<&'static str>,
    pub ready: usize,
    pub refused: Vec<&'static str>,
    pub sent: Vec<(Vec<u32>, Frame)>,
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
            sent: Vec::new(),
            folded: 0,
        }
    }

    pub fn carry_out(&mut self, effects: Effects) {
        for effect in effects {
            match effect {
                LogEffect::Send { to, frame } => self.sent.push((to, frame)),
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
    }

    pub fn dispatch(&mut self, action: &'static str, now: f64) {
        let mut effects = self.node.dispatch(action, now);
        effects.extend(self.node.flush(now));
        self.carry_out(effects);
    }
}

/// Everyone with everyone: a peer's handle is its place. Delivers until it is quiet.
pub fn run(windows: &mut [Window], now: f64) {
    for _ in 0..60 {
        let mut quiet = true;
        for from in 0..windows.len() {
            for (to, frame) in std::mem::take(&mut windows[from].sent) {
                quiet = false;
                for peer in to {
                    let to = &mut windows[peer as usize];
                    let effects = to.node.receive(from as u32, &[], frame.clone(), now);
                    to.carry_out(effects);
                }
            }
        }
        if quiet {
            return;
        }
    }
    panic!("they never come to rest");
}

pub fn join(windows: &mut [Window], a: usize, b: usize, now: f64) {
    for (from, to) in [(a, b), (b, a)] {
        let effects = windows[from].node.peer_up(to as u32, now);
        windows[from].carry_out(effects);
    }
}

pub fn part(windows: &mut [Window], a: usize, b: usize) {
    for (from, to) in [(a, b), (b, a)] {
        windows[from].sent.clear();
        let effects = windows[from].node.peer_down(to as u32, NOW);
        windows[from].carry_out(effects);
    }
}

pub fn settle(windows: &mut [Window]) {
    for window in windows {
        let effects = window.node.settle_ready();
        window.carry_out(effects);
    }
}

pub fn pair() -> Vec<Window> {
    let mut windows = vec![Window::new(1, NOW), Window::new(2, NOW + 1.0)];
    join(&mut windows, 0, 1, NOW);
    settle(&mut windows);
    run(&mut windows, NOW);
    windows
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

pub fn little_pair() -> Vec<Window> {
    let mut windows = vec![
        Window::with(1, NOW, vec![], LITTLE),
        Window::with(2, NOW + 1.0, vec![], LITTLE),
    ];
    join(&mut windows, 0, 1, NOW);
    settle(&mut windows);
    run(&mut windows, NOW);
    windows
}

/// Keeps little, but waits for everyone.
pub const PATIENT: Options = Options {
    patience: 1000,
    ..LITTLE
};

pub fn patient(count: u64) -> Vec<Window> {
    (0..count)
        .map(|at| Window::with(at + 1, NOW + at as f64, vec![], PATIENT))
        .collect()
}

/// Takes what `from` has sent to `to` off the wire, and delivers it or not.
pub fn carry(windows: &mut [Window], from: usize, to: usize, deliver: bool) {
    for (mut peers, frame) in std::mem::take(&mut windows[from].sent) {
        let meant = peers.contains(&(to as u32));
        peers.retain(|&peer| peer as usize != to);
        if meant && deliver {
            let effects = windows[to]
                .node
                .receive(from as u32, &[], frame.clone(), NOW + 50.0);
            windows[to].carry_out(effects);
        }
        if !peers.is_empty() {
            windows[from].sent.push((peers, frame));
        }
    }
}
