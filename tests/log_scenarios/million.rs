//! A million actions: what is kept of them is bounded, also while one window is frozen.

use parley_sync::core::id::{Actor, PeerRef};
use parley_sync::core::log::{LogEffect, LogFrame, LogNode, Options};
use parley_sync_kit::Wires;

use crate::allocated::{Total, total};
use crate::window::NOW;

/// Order-sensitive, and how many.
type Sum = (u64, u64);

const TURNS: u32 = 1_000;
/// One window dispatches much, the other little, and neither waits.
const IN_A_TURN: [u32; 2] = [990, 10];

struct Windows {
    nodes: Vec<LogNode<u32, Sum>>,
    states: Vec<Sum>,
    wires: Wires<LogFrame<u32, Sum>>,
    /// Who hears nothing: what is meant for it stays on the wire.
    frozen: Option<usize>,
    takeovers: usize,
    most: (usize, usize, usize),
    /// How many actions were folded, each as often as it was.
    folded: usize,
    /// What each turn allocated.
    turns: Vec<Total>,
}

impl Windows {
    fn new(count: usize) -> Windows {
        let node = |at: usize| LogNode::new(Actor::from_random(at as u64 + 1), NOW, (0, 0), Options::DEFAULT);
        let mut windows = Windows {
            nodes: (0..count).map(node).collect(),
            states: vec![(0, 0); count],
            wires: Wires::default(),
            frozen: None,
            takeovers: 0,
            most: (0, 0, 0),
            folded: 0,
            turns: Vec::new(),
        };
        for at in 0..count {
            for other in (0..count).filter(|&other| other != at) {
                windows.wires.join(at, other);
                let effects = windows.nodes[at].peer_up(other as PeerRef, NOW);
                windows.carry_out(at, effects);
            }
        }
        windows.deliver(NOW);
        windows.takeovers = 0;
        windows
    }

    fn carry_out(&mut self, at: usize, effects: Vec<LogEffect<u32, Sum>>) {
        for effect in effects {
            match effect {
                LogEffect::Fold(fold) => {
                    let (mut now, mut position) = (fold.start, fold.position);
                    self.folded += fold.steps.len();
                    for step in fold.steps {
                        now = (
                            now.0.wrapping_mul(31).wrapping_add(u64::from(step.action)),
                            now.1 + 1,
                        );
                        position += 1;
                        self.nodes[at].record(fold.epoch, position, now);
                    }
                    self.states[at] = now;
                    self.takeovers += usize::from(fold.replaced);
                }
                LogEffect::Send { to, frame } => {
                    for peer in to {
                        self.wires.post(at, peer as usize, frame.clone());
                    }
                }
                LogEffect::Ready | LogEffect::Refused { .. } => {}
            }
        }
    }

    fn deliver(&mut self, now: f64) {
        for _ in 0..60 {
            let mut is_quiet = true;
            for (from, to) in self.awake_ways() {
                for frame in self.wires.take(from, to) {
                    is_quiet = false;
                    let effects = self.nodes[to].receive(from as PeerRef, &[], frame, now);
                    self.carry_out(to, effects);
                }
            }
            if is_quiet {
                return;
            }
        }
        panic!("they never come to rest");
    }

    fn awake_ways(&self) -> Vec<(usize, usize)> {
        let mut ways = self.wires.ways();
        ways.retain(|way| self.frozen != Some(way.1));
        ways
    }

    /// Everything dispatched, and the most that was held at the end of any turn: actions, states, entries of all lists.
    fn run(&mut self) {
        for turn in 0..TURNS {
            let turn = total(|| self.turn(turn));
            self.turns.push(turn);
            // The wire of a frozen window is not this crate's to bound: a browser drops or keeps what it likes.
            if let Some(to) = self.frozen {
                (0..self.nodes.len()).for_each(|from| drop(self.wires.take(from, to)));
            }
            for node in &self.nodes {
                let (actions, states) = node.held();
                let most = self.most;
                self.most = (
                    most.0.max(actions),
                    most.1.max(states),
                    most.2.max(node.entries()),
                );
            }
        }
    }

    fn turn(&mut self, turn: u32) {
        let now = NOW + f64::from(turn);
        for (at, count) in IN_A_TURN.into_iter().enumerate() {
            for number in 0..count {
                let effects = self.nodes[at].dispatch(turn * 1000 + number, now);
                self.carry_out(at, effects);
            }
            let effects = self.nodes[at].flush(now);
            self.carry_out(at, effects);
        }
        self.deliver(now);
    }

    /// No turn allocates more than a fixed amount for each of its actions, and a window folds an action again
    /// only where one that stands before it comes later.
    fn assert_steady(&self) {
        let all = usize::try_from(self.states[0].1).unwrap() * self.nodes.len();
        assert!(self.folded <= all * 2, "{} steps for {all} actions", self.folded);
        for (number, turn) in self.turns.iter().enumerate() {
            assert!(
                turn.count <= 4 * 1_000 && turn.bytes <= 2_000 * 1_000,
                "turn {number}: {turn:?}"
            );
        }
    }

    fn assert_equal(&self) {
        let all = u64::from(TURNS) * u64::from(IN_A_TURN.iter().sum::<u32>());
        for (node, state) in self.nodes.iter().zip(&self.states) {
            assert_eq!(*state, self.states[0]);
            assert_eq!((state.1, node.position()), (all, all));
        }
    }
}

#[test]
fn a_million_actions_leave_a_short_log() {
    let mut windows = Windows::new(2);
    windows.run();
    windows.assert_equal();
    assert_eq!(
        windows.takeovers, 0,
        "they cut alike: neither ever took over from the other"
    );
    let (actions, states, entries) = windows.most;
    assert!(actions < 6_000 && states < 200, "{:?}", windows.most);
    assert!(entries < actions * 2 + states + 200, "{:?}", windows.most);
    windows.assert_steady();
}

#[test]
fn a_million_actions_while_a_window_is_frozen() {
    let mut windows = Windows::new(3);
    windows.frozen = Some(2);
    windows.run();
    let Options {
        keep, cut, patience, ..
    } = Options::DEFAULT;
    let (actions, _, entries) = windows.most;
    assert!(
        actions <= keep + cut + patience,
        "{actions} actions held for its sake"
    );
    assert!(entries < actions * 2 + 500, "{:?}", windows.most);
    assert_eq!(windows.states[2], (0, 0));

    // It wakes, and compares: it takes over the state with what is kept, not a million actions.
    windows.frozen = None;
    let effects = windows.nodes[2].tick(NOW + 2_000.0);
    windows.carry_out(2, effects);
    windows.deliver(NOW + 2_000.0);
    windows.assert_equal();
    assert!(windows.takeovers > 0);
    let (held, _) = windows.nodes[2].held();
    assert!(held <= keep + cut + patience, "{held}");
}
