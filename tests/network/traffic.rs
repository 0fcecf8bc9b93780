//! Windows that meet and part, and frames on their way.

use std::rc::Rc;

use parley_sync::core::id::PeerRef;
use parley_sync::core::sync::StateFrame;

use super::event::{Arrival, Event};
use super::window::{Value, stamps};
use super::{Network, Outcome};

impl Network {
    /// Two open windows whose wire is up become neighbours; one may learn of it later.
    pub(super) fn meet(&mut self, a: usize, b: usize) -> Outcome {
        if !self.is_open(a) || !self.is_open(b) {
            return Ok(());
        }
        let Some(link) = self.links.between(a, b) else {
            return Ok(());
        };
        // A new connection: what was still said to an earlier window does not reach this one.
        link.life += 1;
        link.busy_until = [0; 2];
        let life = link.life;
        self.expect(a, b);
        self.expect(b, a);
        self.arrive(a, Arrival::Up(b))?;
        if self.random.percent(20) {
            let later = self.now + u64::from(self.random.between(0, self.config.wire.latency.1));
            self.queue.put(
                later,
                Event::Arrive {
                    at: b,
                    peer: a,
                    life,
                    arrival: Arrival::Up(a),
                },
            );
            return Ok(());
        }
        self.arrive(b, Arrival::Up(a))
    }

    fn expect(&mut self, at: usize, peer: usize) {
        let has = self.sites[peer]
            .window
            .as_ref()
            .map(|neighbour| stamps(&neighbour.node, &self.keys));
        if let (Some(window), Some(has)) = (&mut self.sites[at].window, has) {
            window.awaits(peer, self.now, has);
        }
    }

    /// Two windows are neighbours no longer: what is on its way between them is lost.
    pub(super) fn part(&mut self, a: usize, b: usize) -> Outcome {
        if let Some(link) = self.links.between(a, b) {
            link.life += 1;
            link.busy_until = [0; 2];
        }
        for (at, peer) in [(a, b), (b, a)] {
            if let Some(window) = &mut self.sites[at].window {
                window.forgets(peer);
            }
        }
        self.arrive(a, Arrival::Down(b))?;
        self.arrive(b, Arrival::Down(a))
    }

    /// Hands a frame to the wires. The broadcast wire carries batches to all who are on it.
    pub(super) fn send(&mut self, from: usize, to: &[PeerRef], frame: StateFrame<Value>) {
        self.stir += match &frame {
            StateFrame::Batch(batch) => batch.entries.len() as u32,
            StateFrame::Delta(delta) => delta.entries.len() as u32,
            StateFrame::Sync { .. } | StateFrame::Glance { .. } => 0,
        };
        let on_mesh = self.links.mesh_of(from);
        let to: Vec<usize> = to.iter().map(|&peer| peer as usize).collect();
        let (mut group, alone): (Vec<usize>, Vec<usize>) = to.iter().partition(|peer| on_mesh.contains(peer));
        if !group.is_empty() && !matches!(frame, StateFrame::Delta(_)) {
            group = on_mesh.into_iter().filter(|&peer| self.is_open(peer)).collect();
        }
        let frame = Rc::new(frame);
        for &peer in &group {
            let also: Vec<PeerRef> = group
                .iter()
                .filter(|&&other| other != peer)
                .map(|&p| p as PeerRef)
                .collect();
            self.post(from, peer, &frame, also.into());
        }
        for peer in alone {
            self.post(from, peer, &frame, Rc::new([]));
        }
    }

    fn post(&mut self, from: usize, to: usize, frame: &Rc<StateFrame<Value>>, also: Rc<[PeerRef]>) {
        let wire = self.config.wire;
        let copies = if self.healed {
            1
        } else {
            1 + u32::from(self.random.percent(wire.duplicate))
        };
        for _ in 0..copies {
            let lost = !self.healed && self.random.percent(wire.loss);
            let delay = u64::from(self.random.between(wire.latency.0, wire.latency.1));
            let Some(link) = self.links.between(from, to) else {
                continue;
            };
            if lost || link.cut {
                continue;
            }
            let mut due = self.now + delay;
            if wire.fifo {
                let busy = &mut link.busy_until[usize::from(from < to)];
                due = due.max(*busy);
                *busy = due;
            }
            let arrival = Arrival::Frame {
                from,
                also: Rc::clone(&also),
                frame: Rc::clone(frame),
            };
            self.queue.put(
                due,
                Event::Arrive {
                    at: to,
                    peer: from,
                    life: link.life,
                    arrival,
                },
            );
        }
    }
}
