//! Frames on their way, and what windows and gateways do with them.

use parley_sync::core::cell::VetoReason;
use parley_sync::core::gateway::Received;
use parley_sync::core::id::{Key, PeerRef};
use parley_sync::core::model::{How, Model, ModelEffect, ModelEffects, Op};
use parley_sync::core::sync::{KeyChange, StateFrame};

use super::check::names_of;
use super::{ENDLESS, Frame, Network, TRUSTED, Val, WINDOWS};

impl Network {
    pub(super) fn act(&mut self, at: usize, act: impl FnOnce(&mut Model<Val>, f64) -> ModelEffects<Val>) {
        let effects = act(&mut self.models[at], self.now);
        self.run(at, effects);
    }

    pub(super) fn run(&mut self, at: usize, effects: ModelEffects<Val>) {
        // Cells change, too, where nothing shows.
        let shown = effects.iter().flat_map(|effect| match effect {
            ModelEffect::Changed { changes, .. } => changes.iter().map(|change| change.key.clone()).collect(),
            _ => Vec::new(),
        });
        let shown: Vec<Key> = shown.collect();
        self.forward(at, &shown);
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
                        self.act(at, |model, now| model.veto(cells, VetoReason::Refused, now));
                        self.act(at, |model, now| model.with_node(|node| node.flush(now)));
                    }
                    if from.is_some() {
                        self.flush_gateways(at);
                    }
                }
                ModelEffect::Lost { reason, .. } => {
                    if reason == VetoReason::Denied {
                        self.denied.push(at);
                    }
                }
                ModelEffect::Refused { code, .. } => panic!("{at} refuses a frame: {code}"),
                ModelEffect::Contested { .. } | ModelEffect::Restamped { .. } | ModelEffect::Ready => {}
            }
        }
        self.veto_aborted(at);
    }

    /// What gateways found aborted in part only is vetoed in the state.
    fn veto_aborted(&mut self, at: usize) {
        let mut aborted = Vec::new();
        for (link, gateway) in &mut self.gateways {
            if link.0 == at {
                aborted.extend(gateway.take_aborted(&self.models[at]));
            }
        }
        if !aborted.is_empty() {
            self.act(at, |model, now| model.veto(aborted, VetoReason::Aborted, now));
            self.flush(at);
        }
    }

    pub(super) fn forward(&mut self, at: usize, shown: &[Key]) {
        let names = self.models[at].take_watched();
        if names.is_empty() && shown.is_empty() {
            return;
        }
        for (link, gateway) in &mut self.gateways {
            if link.0 == at {
                gateway.forward(&self.models[at], &names, shown, self.now);
            }
        }
    }

    pub(super) fn send_of(&mut self, from: usize, to: usize, effects: ModelEffects<Val>) {
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

    pub(super) fn post(&mut self, from: usize, to: usize, frame: Frame) {
        if self.is_mismatched {
            if let Some((_, Some(excluded))) = self.filter(from, to) {
                let crosses = names_of(&frame).into_iter().find(|key| excluded.contains(key));
                assert_eq!(crosses, None, "crosses from {from} to {to}");
            }
        } else if from < TRUSTED && to >= TRUSTED {
            self.check_secrecy(&frame);
        }
        self.wires.post(from, to, frame);
    }

    /// The next frame of that wire arrives.
    pub fn deliver(&mut self, from: usize, to: usize) -> bool {
        let Some(frame) = self.wires.next(from, to) else {
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
    pub fn hear(&mut self, link: (usize, usize), frame: Frame) {
        let now = self.now;
        let gateway = self.gateways.get_mut(&link).unwrap();
        let mut received: Received<Val> = gateway.receive(frame, &self.models[link.0], now);
        let checked = gateway.check(&mut received, &self.models[link.0], now);
        self.send_of(link.0, link.1, received.effects);
        if !checked.news.is_empty() {
            self.act(link.0, |model, now| {
                model.adopt(checked.news, Some(link.1 as PeerRef), now)
            });
            self.act(link.0, |model, now| model.with_node(|node| node.flush(now)));
        }
        let gateway = self.gateways.get_mut(&link).unwrap();
        gateway.correct(&self.models[link.0], &checked.touched, now);
        self.veto_aborted(link.0);
        self.flush_gateways(link.0);
        let gateway = self.gateways.get_mut(&link).unwrap();
        let effects = gateway.forget_denied(&self.models[link.0], self.kept_denied, now);
        self.send_of(link.0, link.1, effects);
    }

    pub(super) fn flush_gateways(&mut self, at: usize) {
        let links: Vec<_> = self
            .gateways
            .keys()
            .copied()
            .filter(|link| link.0 == at)
            .collect();
        for link in links {
            let now = self.now;
            let effects = self.gateways.get_mut(&link).unwrap().flush(now);
            self.send_of(link.0, link.1, effects);
        }
    }

    pub fn flush(&mut self, at: usize) {
        self.act(at, |model, now| model.with_node(|node| node.flush(now)));
        self.flush_gateways(at);
    }

    /// Everything arrives, whatever that takes.
    pub fn settle(&mut self) {
        loop {
            let wires = self.wires.ways();
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

    /// Whether a tick brings nothing but a look: no cells are sent.
    pub fn is_quiet(&mut self) -> bool {
        self.now += 10_000.0;
        for at in 0..WINDOWS {
            self.act(at, |model, now| model.with_node(|node| node.tick(now)));
        }
        let mut cells = 0;
        loop {
            let wires = self.wires.ways();
            let frames = self.wires.frames();
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

    /// A window writes, and everything arrives.
    pub fn spread(&mut self, at: usize, ops: Vec<(&str, Op<Val>)>, how: How) {
        self.write(at, ops, how);
        self.flush(at);
        self.settle();
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
}
