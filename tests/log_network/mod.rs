//! Many windows and the wires between them, in one thread and from one seed.

pub mod case;
pub mod window;

use std::collections::{HashMap, HashSet};

use case::{Case, Keep, Shape, Step};
use parley_sync::core::log::{LogEffect, LogFrame, Options};
use parley_sync_kit::Wires;
use window::{Act, State, Window};

type Frame = LogFrame<Act, State>;

pub struct Network {
    case: Case,
    options: Options,
    windows: Vec<Window>,
    /// Each frame with the others that a broadcast gave it to.
    wires: Wires<(Vec<u32>, Frame)>,
    now: f64,
    next_id: u32,
    next_actor: u64,
    /// Dispatched by windows that are still alive.
    expected: HashMap<u32, usize>,
    /// Everything ever dispatched: whether it was in a broadcast that nothing can have lost does not matter here.
    born: HashMap<u32, Option<u32>>,
}

/// Plays a case to its end, heals everything, waits until it is quiet, and compares the windows.
pub fn play(case: &Case) -> Result<Summary, String> {
    let mut network = Network::new(case.clone());
    for step in case.steps.clone() {
        network.step(step)?;
    }
    network.settle()?;
    network.check()
}

/// What a schedule came to.
#[derive(Default, Debug)]
pub struct Summary {
    pub actions: usize,
    pub cuts: u64,
    pub lost: usize,
}

impl Network {
    fn new(case: Case) -> Network {
        let (keep, patience) = match case.keep {
            Keep::All => (100_000, 0),
            Keep::Patient => (6, 100_000),
            Keep::Little => (6, 12),
        };
        let options = Options {
            keep,
            checkpoint_every: 3,
            cut: 4,
            patience,
        };
        let mut network = Network {
            case,
            options,
            windows: Vec::new(),
            wires: Wires::default(),
            now: 1_700_000_000_000.0,
            next_id: 0,
            next_actor: 0,
            expected: HashMap::new(),
            born: HashMap::new(),
        };
        network.open();
        network.open();
        network
    }

    fn neighbours(&self, a: usize, b: usize) -> bool {
        a != b
            && match self.case.shape {
                Shape::Mesh => true,
                Shape::Star => a == 0 || b == 0,
                Shape::Chain => a.abs_diff(b) == 1,
            }
    }

    fn fresh_window(&mut self, place: usize) -> Window {
        self.next_actor += 1;
        let skew = match self.windows.get(place) {
            Some(before) => before.skew,
            None => f64::from(self.case.skew) * [0.0, 1.0, -1.0, 0.5, -0.3][place % 5],
        };
        let actor = self.next_actor.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let (reactive, forgetful) = (self.case.reactive, self.case.keep == Keep::Little);
        let number = self.next_actor as u32;
        Window::new(
            number,
            actor,
            self.now + skew,
            skew,
            self.options,
            reactive,
            forgetful,
        )
    }

    fn open(&mut self) {
        let place = self.windows.len();
        if place < self.case.windows {
            let window = self.fresh_window(place);
            self.windows.push(window);
            self.join_all(place);
        }
    }

    fn join_all(&mut self, place: usize) {
        for other in 0..self.windows.len() {
            if self.neighbours(place, other) {
                self.join(place, other);
            }
        }
        let effects = self.windows[place].node.settle_ready();
        self.windows[place].queue(effects);
    }

    fn join(&mut self, a: usize, b: usize) {
        if !self.wires.join(a, b) {
            return;
        }
        for (from, to) in [(a, b), (b, a)] {
            // Spans are measured by a time that nobody sets.
            let effects = self.windows[from].node.peer_up(to as u32, self.now);
            self.windows[from].queue(effects);
        }
    }

    fn part(&mut self, a: usize, b: usize) {
        if !self.wires.cut(a, b) {
            return;
        }
        for (from, to) in [(a, b), (b, a)] {
            let now = self.now + self.windows[from].skew;
            let effects = self.windows[from].node.peer_down(to as u32, now);
            self.windows[from].forget_peer(to as u32);
            self.windows[from].queue(effects);
        }
    }

    /// One of the pairs that may be connected, both directions counted.
    fn pair(&self, wire: usize) -> Option<(usize, usize)> {
        let count = self.windows.len();
        let pairs: Vec<(usize, usize)> = (0..count * count)
            .map(|at| (at / count, at % count))
            .filter(|&(a, b)| self.neighbours(a, b))
            .collect();
        (!pairs.is_empty()).then(|| pairs[wire % pairs.len()])
    }

    fn step(&mut self, step: Step) -> Result<(), String> {
        let count = self.windows.len();
        match step {
            Step::Open => self.open(),
            Step::Dispatch {
                window,
                count: actions,
            } => {
                for _ in 0..actions {
                    self.dispatch(window % count, false)?;
                }
            }
            Step::DispatchRemote { window } => self.dispatch(window % count, true)?,
            Step::Flush { window } => {
                let effects = self.windows[window % count].node.flush(self.now);
                self.windows[window % count].queue(effects);
            }
            Step::Work { window, effects } => self.work(window % count, effects)?,
            Step::Deliver { wire, frames } => {
                if let Some((from, to)) = self.pair(wire) {
                    self.deliver(from, to, frames);
                }
            }
            Step::Lose { wire } => {
                if let Some((from, to)) = self.pair(wire) {
                    self.wires.next(from, to);
                }
            }
            Step::Double { wire } => {
                if let Some((from, to)) = self.pair(wire) {
                    self.wires.double(from, to);
                }
            }
            Step::Overtake { wire } => {
                if let Some((from, to)) = self.pair(wire) {
                    self.wires.overtake(from, to);
                }
            }
            Step::Part { wire } => {
                if let Some((a, b)) = self.pair(wire) {
                    self.part(a, b);
                }
            }
            Step::Join { wire } => {
                if let Some((a, b)) = self.pair(wire) {
                    self.join(a, b);
                }
            }
            Step::Reload { window } => self.reload(window % count),
            Step::Tick { window } => self.tick(window % count),
            Step::Pass { ms } => self.now += f64::from(ms),
            Step::Jump { window, ms } => {
                for (place, one) in self.windows.iter_mut().enumerate() {
                    one.skew += if window.is_none_or(|at| at % count == place) {
                        ms as f64
                    } else {
                        0.0
                    };
                }
            }
        }
        for window in &self.windows {
            let (held, _) = window.node.held();
            // A cut waits for the host to hand back the state there, so the bound is that of an idle host.
            let bound = self.options.keep + self.options.cut + self.options.patience + 160;
            if window.idle() && held > bound {
                return Err(format!("{held} actions are held"));
            }
        }
        Ok(())
    }

    fn dispatch(&mut self, window: usize, remote: bool) -> Result<(), String> {
        // What a person does comes after what they see: the host is idle.
        self.work(window, usize::MAX)?;
        self.next_id += 1;
        let id = self.next_id;
        let now = self.now;
        if remote {
            self.windows[window].dispatch_remote(id, now);
        } else {
            self.windows[window].dispatch(id, now);
        }
        self.expected.insert(id, window);
        self.note(window);
        Ok(())
    }

    fn note(&mut self, window: usize) {
        for logged in self.windows[window].node.tail() {
            self.born.entry(logged.action.id).or_insert(logged.action.cause);
        }
    }

    fn work(&mut self, window: usize, effects: usize) -> Result<(), String> {
        for _ in 0..effects {
            if self.windows[window].idle() {
                break;
            }
            let effect = self.windows[window].work(&mut self.next_id, self.now)?;
            if let Some(LogEffect::Send { to, frame }) = effect {
                for &peer in &to {
                    let also = match self.case.shape {
                        Shape::Mesh if !self.case.lossy => {
                            to.iter().copied().filter(|&other| other != peer).collect()
                        }
                        _ => Vec::new(),
                    };
                    self.wires.post(window, peer as usize, (also, frame.clone()));
                }
            }
        }
        self.note(window);
        Ok(())
    }

    fn deliver(&mut self, from: usize, to: usize, frames: usize) {
        for _ in 0..frames {
            let Some((also, frame)) = self.wires.next(from, to) else {
                return;
            };
            let now = self.now + self.windows[to].skew;
            let effects = self.windows[to].node.receive(from as u32, &also, frame, now);
            self.windows[to].queue(effects);
        }
    }

    fn reload(&mut self, place: usize) {
        for other in 0..self.windows.len() {
            self.part(place, other);
        }
        self.expected.retain(|_, &mut owner| owner != place);
        self.windows[place] = self.fresh_window(place);
        self.join_all(place);
    }

    fn tick(&mut self, window: usize) {
        let effects = self.windows[window].node.tick(self.now);
        self.windows[window].queue(effects);
    }

    fn settle(&mut self) -> Result<(), String> {
        let count = self.windows.len();
        for a in 0..count {
            for b in 0..count {
                if self.neighbours(a, b) {
                    self.join(a, b);
                }
            }
        }
        // A round carries news one window further, and a takeover may follow on another.
        for _ in 0..3 * count + 4 {
            for window in 0..count {
                self.tick(window);
            }
            self.drain()?;
            self.now += 10.0;
        }
        Ok(())
    }

    fn drain(&mut self) -> Result<(), String> {
        for round in 0.. {
            if round > 10_000 {
                return Err("it never becomes quiet".into());
            }
            let mut busy = false;
            for window in 0..self.windows.len() {
                busy |= !self.windows[window].idle();
                self.work(window, usize::MAX)?;
                if self.windows[window].node.pending() {
                    busy = true;
                    let effects = self.windows[window].node.flush(self.now);
                    self.windows[window].queue(effects);
                }
            }
            for (from, to) in self.wires.ways() {
                busy |= self.wires.last(from, to).is_some();
                self.deliver(from, to, usize::MAX);
            }
            if !busy {
                break;
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<Summary, String> {
        let first = &self.windows[0];
        for (place, window) in self.windows.iter().enumerate() {
            if !window.ready {
                return Err(format!("window {place} is not ready"));
            }
            if window.state != first.state {
                return Err(format!(
                    "window 0 has {:?}\nwindow {place} has {:?}",
                    first.state, window.state
                ));
            }
            if window.node.vector() != first.node.vector() || window.node.position() != first.node.position()
            {
                return Err(format!("window {place} has seen something else than window 0"));
            }
        }
        let applied = &first.state.applied;
        let places: HashMap<u32, usize> = applied.iter().enumerate().map(|(at, &id)| (id, at)).collect();
        if applied.iter().collect::<HashSet<_>>().len() != applied.len() {
            return Err(format!("an action counts twice: {applied:?}"));
        }
        for (id, cause) in &self.born {
            let (at, before) = (places.get(id), cause.and_then(|cause| places.get(&cause)));
            if self.case.keep != Keep::Little
                && let (Some(at), Some(before)) = (at, before)
                && at < before
            {
                return Err(format!("{id} stands before its cause {cause:?}"));
            }
        }
        let lost = self
            .expected
            .keys()
            .filter(|id| *id % 13 != 5 && !places.contains_key(id))
            .count();
        if lost > 0 && self.case.keep != Keep::Little {
            return Err(format!("{lost} actions of living windows are lost"));
        }
        Ok(Summary {
            actions: applied.len(),
            cuts: first.node.tip().cuts,
            lost,
        })
    }
}
