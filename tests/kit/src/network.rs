//! A network of windows from a seed: their nodes are real, time and wires are not.
//!
//! A suite says what a window does with what reaches it ([`Network::hear`]), and hands what a window sends to
//! [`Network::transmit`]. Delays, losses, doubles, broadcasts, deaths, freezes, clocks and partitions are here.

use std::rc::Rc;

use crate::event::{Arrival, Event};
use crate::site::Space;

/// 2026-01-01.
pub const START_MS: f64 = 1_767_225_600_000.0;

/// What went wrong, if anything did.
pub type Outcome = Result<(), String>;

/// A network of one suite's windows.
pub trait Network: Sized {
    /// A window.
    type Window;
    /// What crosses the wires.
    type Frame;

    /// The places and what lies between them.
    fn space(&mut self) -> &mut Space<Self::Window, Self::Frame>;
    /// Makes a window there, which is not open.
    fn open_window(&mut self, at: usize) -> Outcome;
    /// Something reaches a window, which is open and awake.
    fn hear(&mut self, at: usize, arrival: Arrival<Self::Frame>) -> Outcome;
    /// The window sends what it has kept back.
    fn flush(&mut self, at: usize) -> Outcome;
    /// The window compares with its neighbours.
    fn tick(&mut self, at: usize) -> Outcome {
        let _ = at;
        Ok(())
    }
    /// The window has looked round.
    fn looked_round(&mut self, at: usize) -> Outcome {
        let _ = at;
        Ok(())
    }
    /// The window's storage has answered.
    fn loaded(&mut self, at: usize) -> Outcome {
        let _ = at;
        Ok(())
    }
    /// Two windows are about to be connected: what the first may expect of the second.
    fn expect(&mut self, at: usize, peer: usize) {
        let _ = (at, peer);
    }
    /// Two windows part: the first expects nothing of the second any more.
    fn expect_no_more(&mut self, at: usize, peer: usize) {
        let _ = (at, peer);
    }
    /// A window is about to die.
    fn dies(&mut self, at: usize) {
        let _ = at;
    }

    /// What the window's clock says.
    fn clock(&mut self, at: usize) -> f64 {
        self.steady() + self.space().sites[at].skew_ms
    }

    /// Time that nobody can set: what spans are measured by.
    fn steady(&mut self) -> f64 {
        START_MS + self.space().now as f64
    }

    /// Whether a window is open there.
    fn is_open(&mut self, at: usize) -> bool {
        self.space().sites[at].window.is_some()
    }

    /// A new window, and its neighbours learn of it.
    fn open(&mut self, at: usize) -> Outcome {
        if self.is_open(at) {
            return Ok(());
        }
        self.space().sites[at].lives += 1;
        self.open_window(at)?;
        for peer in self.space().links.of(at) {
            self.meet(at, peer)?;
        }
        let space = self.space();
        let look = u64::from(space.random.between(0, 2 * space.wire.latency.1 + 2));
        let life = space.sites[at].lives;
        space.queue.put(space.now + look, Event::Settle { at, life });
        Ok(())
    }

    /// The first so many places get a window.
    fn open_all(&mut self, count: usize) -> Outcome {
        (0..count).try_for_each(|at| self.open(at))
    }

    /// The window dies. To each neighbour either all that it has sent arrives before, or nothing of it.
    fn close(&mut self, at: usize) -> Outcome {
        if !self.is_open(at) {
            return Ok(());
        }
        self.dies(at);
        let site = &mut self.space().sites[at];
        site.frozen = false;
        site.backlog.clear();
        site.window = None;
        for peer in self.space().links.of(at) {
            if self.space().random.percent(50) {
                for event in self.space().queue.take_between(at, peer) {
                    self.happen(event)?;
                }
            }
            self.part(at, peer)?;
        }
        Ok(())
    }

    /// The window dies, and a new one takes its place.
    fn reload(&mut self, at: usize) -> Outcome {
        self.close(at)?;
        self.open(at)
    }

    /// Two open windows whose wire is up become neighbours; one may learn of it later.
    fn meet(&mut self, a: usize, b: usize) -> Outcome {
        if !self.is_open(a) || !self.is_open(b) {
            return Ok(());
        }
        let Some(link) = self.space().links.between(a, b) else {
            return Ok(());
        };
        // A new connection: what was still said to an earlier window does not reach this one.
        link.life += 1;
        link.busy_until = [0; 2];
        let life = link.life;
        self.expect(a, b);
        self.expect(b, a);
        self.arrive(a, Arrival::Up(b))?;
        let space = self.space();
        if space.random.percent(20) {
            let later = space.now + u64::from(space.random.between(0, space.wire.latency.1));
            let (at, peer, arrival) = (b, a, Arrival::Up(a));
            let event = Event::Arrive {
                at,
                peer,
                life,
                arrival,
            };
            space.queue.put(later, event);
            return Ok(());
        }
        self.arrive(b, Arrival::Up(a))
    }

    /// Two windows are neighbours no longer: what is on its way between them is lost.
    fn part(&mut self, a: usize, b: usize) -> Outcome {
        if let Some(link) = self.space().links.between(a, b) {
            link.life += 1;
            link.busy_until = [0; 2];
        }
        self.expect_no_more(a, b);
        self.expect_no_more(b, a);
        self.arrive(a, Arrival::Down(b))?;
        self.arrive(b, Arrival::Down(a))
    }

    /// Hands a frame to the wires. The broadcast wire carries it to all who are on it, if it is for everybody.
    fn transmit(&mut self, from: usize, to: &[u32], frame: Self::Frame, is_for_all: bool) {
        let on_mesh = self.space().links.mesh_of(from);
        let to: Vec<usize> = to.iter().map(|&peer| peer as usize).collect();
        let (mut group, alone): (Vec<usize>, Vec<usize>) = to.iter().partition(|peer| on_mesh.contains(peer));
        if !group.is_empty() && is_for_all {
            group = on_mesh.into_iter().filter(|&peer| self.is_open(peer)).collect();
        }
        let frame = Rc::new(frame);
        for &peer in &group {
            let others = group.iter().filter(|&&other| other != peer);
            let also: Vec<u32> = others.map(|&other| other as u32).collect();
            self.post(from, peer, &frame, also.into());
        }
        for peer in alone {
            self.post(from, peer, &frame, Rc::new([]));
        }
    }

    /// Puts a frame on one wire.
    fn post(&mut self, from: usize, to: usize, frame: &Rc<Self::Frame>, also: Rc<[u32]>) {
        let space = self.space();
        let wire = space.wire;
        let copies = if space.healed {
            1
        } else {
            1 + u32::from(space.random.percent(wire.duplicate))
        };
        for _ in 0..copies {
            let lost = !space.healed && space.random.percent(wire.loss);
            let delay = u64::from(space.random.between(wire.latency.0, wire.latency.1));
            let Some(link) = space.links.between(from, to) else {
                continue;
            };
            if lost || link.cut {
                continue;
            }
            let mut due = space.now + delay;
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
            let (at, peer, life) = (to, from, link.life);
            let event = Event::Arrive {
                at,
                peer,
                life,
                arrival,
            };
            space.queue.put(due, event);
        }
    }

    /// What was to happen happens now.
    fn happen(&mut self, event: Event<Self::Frame>) -> Outcome {
        match event {
            Event::Arrive {
                at,
                peer,
                life,
                arrival,
            } => {
                let link = self.space().links.get(at, peer);
                if link.is_some_and(|link| link.up && link.life == life) {
                    self.arrive(at, arrival)?;
                }
                Ok(())
            }
            Event::Settle { at, .. } | Event::Load { at, .. } if self.space().sites[at].frozen => {
                let space = self.space();
                space.queue.put(space.now + 1, event);
                Ok(())
            }
            // That was another window, which is gone.
            Event::Load { at, life } | Event::Settle { at, life }
                if self.space().sites[at].lives != life || !self.is_open(at) =>
            {
                Ok(())
            }
            Event::Load { at, .. } => self.loaded(at),
            Event::Settle { at, .. } => self.looked_round(at),
        }
    }

    /// Something reaches a window, or waits while it is frozen.
    fn arrive(&mut self, at: usize, arrival: Arrival<Self::Frame>) -> Outcome {
        let space = self.space();
        space.arrivals += 1;
        if space.arrivals > space.endless {
            return Err("windows answer each other for ever".into());
        }
        let site = &mut space.sites[at];
        if site.frozen {
            site.backlog.push(arrival);
            return Ok(());
        }
        if site.window.is_none() {
            return Ok(());
        }
        self.hear(at, arrival)?;
        self.end_turn(at)
    }

    /// A turn of that window ends.
    fn end_turn(&mut self, at: usize) -> Outcome {
        if self.space().sites[at].debounced {
            Ok(())
        } else {
            self.flush(at)
        }
    }

    /// Something that a window does by itself, if it is there and awake.
    fn turn(&mut self, at: usize, run: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        if !self.is_open(at) || self.space().sites[at].frozen {
            return Ok(());
        }
        run(self)?;
        self.end_turn(at)
    }

    /// Time passes; what is due happens.
    fn run(&mut self, ms: u64) -> Outcome {
        let until = self.space().now + ms;
        while let Some((at, event)) = self.space().queue.next(until) {
            let space = self.space();
            space.now = space.now.max(at);
            self.happen(event)?;
        }
        if until < u64::MAX {
            self.space().now = until;
        }
        Ok(())
    }

    /// All that is on its way happens, whenever it does.
    fn run_out(&mut self) -> Outcome {
        let left = u64::MAX - self.space().now;
        self.run(left)
    }

    /// All that is on its way arrives, all that was kept back too, and all that is said in answer.
    fn settle(&mut self) -> Outcome {
        loop {
            self.run_out()?;
            let before = self.space().arrivals;
            (0..self.space().sites.len()).try_for_each(|at| self.flush(at))?;
            self.run_out()?;
            if self.space().arrivals == before {
                return Ok(());
            }
        }
    }

    /// Everyone compares with all neighbours, so much later.
    fn tick_all(&mut self, ms: u64) -> Outcome {
        self.space().now += ms;
        (0..self.space().sites.len()).try_for_each(|at| self.tick(at))?;
        self.settle()
    }

    /// The wire of two windows goes up or down, and both know it.
    fn set_up(&mut self, a: usize, b: usize, up: bool) -> Outcome {
        match self.space().links.between(a, b).filter(|link| link.up != up) {
            None => Ok(()),
            Some(link) => {
                link.up = up;
                if up { self.meet(a, b) } else { self.part(a, b) }
            }
        }
    }

    /// The wire of two windows loses everything from now on, or nothing more, and nobody knows it.
    fn set_cut(&mut self, a: usize, b: usize, cut: bool) -> Outcome {
        if let Some(link) = self.space().links.between(a, b) {
            link.cut = cut;
        }
        Ok(())
    }

    /// The window gets nothing and does nothing; its frames wait.
    fn freeze(&mut self, at: usize) -> Outcome {
        let is_open = self.is_open(at);
        self.space().sites[at].frozen = is_open;
        Ok(())
    }

    /// It hears all that has waited.
    fn thaw(&mut self, at: usize) -> Outcome {
        let site = &mut self.space().sites[at];
        site.frozen = false;
        let backlog = std::mem::take(&mut site.backlog);
        backlog
            .into_iter()
            .try_for_each(|arrival| self.arrive(at, arrival))
    }

    /// A window's clock is set, or that of all.
    fn jump(&mut self, at: Option<usize>, ms: i64) {
        for (place, site) in self.space().sites.iter_mut().enumerate() {
            let is_meant = at.is_none_or(|at| at == place);
            site.skew_ms += if is_meant { ms as f64 } else { 0.0 };
        }
    }

    /// Brings everyone together: every window open and awake, every wire whole.
    fn mend(&mut self) -> Outcome {
        self.space().healed = true;
        for at in 0..self.space().sites.len() {
            self.thaw(at)?;
            self.open(at)?;
        }
        for (a, b) in self.space().links.pairs() {
            self.set_cut(a, b, false)?;
            self.set_up(a, b, true)?;
        }
        Ok(())
    }
}
