//! A handful of windows and perfect wires, moved by hand: for tests that tell one story.

use parley_sync::core::id::{Actor, Key, PeerRef};
use parley_sync::core::persist::Record;
use parley_sync::core::sync::{ChangeOrigin, StateEffect, StateFrame, StateNode};
use parley_sync_kit::Wires;

pub type Value = &'static str;

/// 2026-01-01.
pub const NOON: f64 = 1_767_225_600_000.0;

/// What a listener was told: key, old and new value, who wrote.
pub type Told = (String, Option<Value>, Option<Value>, ChangeOrigin);

#[derive(Default)]
pub struct Room {
    pub nodes: Vec<StateNode<Value>>,
    pub told: Vec<Vec<Told>>,
    /// How many times each listener was called.
    pub calls: Vec<usize>,
    pub ready: Vec<usize>,
    pub refused: Vec<(usize, &'static str)>,
    wires: Wires<StateFrame<Value>>,
    /// Frames sent: batches, syncs, deltas; and registers in deltas.
    pub batches: usize,
    pub syncs: usize,
    pub deltas: usize,
    pub carried: usize,
    pub digests: usize,
    pub now: f64,
}

impl Room {
    pub fn new() -> Self {
        Self {
            now: NOON,
            ..Self::default()
        }
    }

    /// A window of this id, born now.
    pub fn open(&mut self, initial: &[(&str, Value)]) -> usize {
        let at = self.nodes.len();
        let initial = initial
            .iter()
            .map(|&(key, value)| (Key::from(key), value))
            .collect();
        self.nodes.push(StateNode::new(
            Actor::from_random(at as u64 + 1),
            self.now,
            initial,
        ));
        self.told.push(Vec::new());
        self.calls.push(0);
        self.ready.push(0);
        self.now += 1.0;
        at
    }

    /// As many windows with no initial values.
    pub fn with(count: usize) -> Self {
        let mut room = Self::new();
        for _ in 0..count {
            room.open(&[]);
        }
        room
    }

    pub fn connect(&mut self, a: usize, b: usize) {
        self.wires.cut(a, b);
        self.wires.join(a, b);
        for (at, peer) in [(a, b), (b, a)] {
            let effects = self.nodes[at].peer_up(peer as PeerRef, self.now);
            self.carry_out(at, effects);
        }
    }

    /// What is on its way between the two is lost.
    pub fn disconnect(&mut self, a: usize, b: usize) {
        self.wires.cut(a, b);
        for (at, peer) in [(a, b), (b, a)] {
            let effects = self.nodes[at].peer_down(peer as PeerRef, self.now);
            self.carry_out(at, effects);
        }
    }

    pub fn connect_all(&mut self) {
        for a in 0..self.nodes.len() {
            for b in a + 1..self.nodes.len() {
                self.connect(a, b);
            }
        }
        self.deliver_all();
    }

    pub fn settle(&mut self, at: usize) {
        let effects = self.nodes[at].settle_ready();
        self.carry_out(at, effects);
    }

    pub fn write(&mut self, at: usize, entries: &[(&str, Option<Value>)]) {
        self.now += 1.0;
        self.write_now(at, entries);
    }

    /// Writes without time passing.
    pub fn write_now(&mut self, at: usize, entries: &[(&str, Option<Value>)]) {
        let entries = entries
            .iter()
            .map(|&(key, value)| (Key::from(key), value))
            .collect();
        let effects = self.nodes[at].write(entries, self.now);
        self.carry_out(at, effects);
    }

    pub fn flush(&mut self, at: usize) {
        let effects = self.nodes[at].flush(self.now);
        self.carry_out(at, effects);
    }

    /// Writes one key and sends it.
    pub fn set(&mut self, at: usize, key: &str, value: Value) {
        self.write(at, &[(key, Some(value))]);
        self.flush(at);
    }

    /// Registers come from storage.
    pub fn restore(&mut self, at: usize, records: Vec<Record<Value>>) {
        let effects = self.nodes[at].import(records, self.now);
        self.carry_out(at, effects);
    }

    /// What that window would store.
    pub fn store(&self, at: usize) -> Vec<Record<Value>> {
        self.nodes[at].export().collect()
    }

    pub fn tick(&mut self, at: usize) {
        let effects = self.nodes[at].tick(self.now);
        self.carry_out(at, effects);
    }

    /// Hands a frame to a window as if that neighbour had sent it.
    pub fn inject(&mut self, from: usize, to: usize, frame: StateFrame<Value>) {
        let effects = self.nodes[to].receive(from as PeerRef, &[], frame, self.now);
        self.carry_out(to, effects);
    }

    /// The next frame from one to the other arrives. Whether there was one.
    pub fn deliver(&mut self, from: usize, to: usize) -> bool {
        let Some(frame) = self.wires.next(from, to) else {
            return false;
        };
        self.inject(from, to, frame);
        true
    }

    /// The next frame from one to the other is lost.
    pub fn lose(&mut self, from: usize, to: usize) -> Option<StateFrame<Value>> {
        self.wires.next(from, to)
    }

    pub fn deliver_all(&mut self) {
        let mut rounds = 0;
        while self.deliver_round() {
            rounds += 1;
            assert!(rounds < 1000, "windows answer each other for ever");
        }
    }

    fn deliver_round(&mut self) -> bool {
        self.wires
            .ways()
            .into_iter()
            .fold(false, |any, (from, to)| self.deliver(from, to) || any)
    }

    pub fn state(&self, at: usize) -> Vec<(String, Value)> {
        let mut state: Vec<_> = self.nodes[at]
            .iter()
            .map(|(key, &value)| (key.to_string(), value))
            .collect();
        state.sort();
        state
    }

    /// All windows hold exactly this.
    pub fn agree(&self, expected: &[(&str, Value)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|&(key, value)| (key.to_string(), value))
            .collect();
        for at in 0..self.nodes.len() {
            assert_eq!(self.state(at), expected, "window {at}");
        }
    }

    /// The first windows hold exactly this.
    pub fn agree_on(&self, count: usize, expected: &[(&str, Value)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|&(key, value)| (key.to_string(), value))
            .collect();
        for at in 0..count {
            assert_eq!(self.state(at), expected, "window {at}");
        }
    }

    /// What window 0 has just sent to that one, the last of it.
    pub fn digest_frame(&self, to: usize) -> Option<StateFrame<Value>> {
        self.wires.last(0, to).cloned()
    }

    /// All that is on its way from one to the other is lost.
    pub fn lose_all(&mut self, from: usize, to: usize) {
        while self.lose(from, to).is_some() {}
    }

    /// Forgets what was counted.
    pub fn recount(&mut self) {
        (self.batches, self.syncs, self.deltas, self.carried) = (0, 0, 0, 0);
        self.digests = 0;
        self.calls.iter_mut().for_each(|calls| *calls = 0);
        self.told.iter_mut().for_each(Vec::clear);
    }

    fn carry_out(&mut self, at: usize, effects: Vec<StateEffect<Value>>) {
        for effect in effects {
            match effect {
                StateEffect::Send { to, frame } => {
                    for peer in to {
                        match &frame {
                            StateFrame::Batch(_) => self.batches += 1,
                            StateFrame::Sync { .. } => self.syncs += 1,
                            StateFrame::Digest { .. } => self.digests += 1,
                            StateFrame::Delta(delta) => {
                                self.deltas += 1;
                                self.carried += delta.entries.len();
                            }
                        }
                        self.wires.post(at, peer as usize, frame.clone());
                    }
                }
                StateEffect::Changed { changes, origin, .. } => {
                    self.calls[at] += 1;
                    let told = changes
                        .into_iter()
                        .map(|change| (change.key.to_string(), change.old, change.new, origin));
                    self.told[at].extend(told);
                }
                StateEffect::Restamped { .. } => {}
                StateEffect::Ready => self.ready[at] += 1,
                StateEffect::Refused { code, .. } => self.refused.push((at, code)),
            }
        }
    }
}
