//! Two windows that want each other, reloads, and a third that says anything, recorded steps among it, from a window of its own:
//! it is never taken for the target of another, and the two are connected once it is silent. (`node/handshake.mjs`
//! holds the built package to the same.)

use std::collections::VecDeque;

use parley_sync::core::connection::greetings::{Greetings, Offered};
use parley_sync::core::connection::handshake::OnOffer;
use parley_sync::core::connection::target::{Handshake, SECOND, Verdict};

use crate::choices::Choices;

const EVIL: usize = 2;

#[derive(Clone, PartialEq, Debug)]
enum Step {
    Knock,
    Hello {
        mark: u32,
        nonce: String,
    },
    Offer {
        nonce: String,
        mark: u32,
        uid: u32,
        channel: usize,
    },
}

/// Whose window each end was made or taken for; None once it is closed.
struct Channel {
    ends: [Option<usize>; 2],
}

struct Window {
    mark: u32,
    uid: u32,
    greetings: Greetings<usize>,
    /// The window it wants, while it wants one.
    target: Option<usize>,
    handshake: Handshake,
    channel: Option<usize>,
    /// Who has joined there.
    here: Option<u32>,
}

struct World {
    windows: Vec<Window>,
    pipes: Vec<VecDeque<(usize, Step)>>,
    /// First words on ports, which no window's messages keep an order with: to whom, on which, whose.
    joins: Vec<(usize, usize, u32)>,
    channels: Vec<Channel>,
    /// Drawn so far: what nobody can guess.
    drawn: u32,
    recorded: Vec<Step>,
    /// ms: documents come no quicker than they may.
    now: f64,
}

fn text(number: u32) -> String {
    char::from_u32(number + 100).unwrap().to_string()
}

impl World {
    fn draw(&mut self) -> u32 {
        self.drawn += 1;
        self.drawn
    }

    fn load(&mut self, at: usize, wants: bool) {
        let (mark, uid) = (self.draw(), self.draw());
        let window = Window {
            mark,
            uid,
            greetings: Greetings::default(),
            target: wants.then_some(1 - at),
            handshake: Handshake::new(false, false),
            channel: None,
            here: None,
        };
        if at < self.windows.len() {
            self.close_all(at);
            self.windows[at] = window;
        } else {
            self.windows.push(window);
        }
        // To the window that may be waiting.
        self.greet(at, 1 - at);
        if wants {
            self.post(at, 1 - at, Step::Knock);
        }
    }

    fn close_all(&mut self, at: usize) {
        for channel in &mut self.channels {
            for end in &mut channel.ends {
                if *end == Some(at) {
                    *end = None;
                }
            }
        }
    }

    fn post(&mut self, from: usize, to: usize, step: Step) {
        if to == EVIL {
            self.recorded.push(step);
        } else {
            self.pipes[to].push_back((from, step));
        }
    }

    fn greet(&mut self, at: usize, to: usize) {
        let fresh = text(self.draw());
        let window = &mut self.windows[at];
        let nonce = window.greetings.greet(&to, to == 1 - at, || fresh);
        let mark = window.mark;
        self.post(at, to, Step::Hello { mark, nonce });
    }

    fn deliver(&mut self, to: usize) -> bool {
        let Some((from, step)) = self.pipes[to].pop_front() else {
            return false;
        };
        match step {
            Step::Knock => self.greet(to, from),
            Step::Hello { mark, nonce } => self.hello(to, from, mark, nonce),
            Step::Offer {
                nonce,
                mark,
                uid,
                channel,
            } => self.offer(to, from, nonce, mark, uid, channel),
        }
        true
    }

    fn hello(&mut self, at: usize, from: usize, mark: u32, nonce: String) {
        self.now += SECOND;
        let window = &mut self.windows[at];
        if window.target != Some(from) {
            return;
        }
        let verdict = window
            .handshake
            .on_hello(self.now, "origin", f64::from(mark), &nonce);
        match verdict {
            Verdict::Offer => {}
            Verdict::Replace => {
                self.end(at);
                self.windows[at].handshake.reopened();
            }
            Verdict::Another => {}
            Verdict::Ignore | Verdict::Revoke | Verdict::TooMany { .. } => return,
        }
        let channel = self.channels.len();
        self.channels.push(Channel {
            ends: [Some(at), None],
        });
        let window = &mut self.windows[at];
        if verdict != Verdict::Another {
            window.handshake.offered("origin", f64::from(mark), &nonce);
            window.channel = Some(channel);
        }
        let (mark, uid) = (window.mark, window.uid);
        self.post(
            at,
            from,
            Step::Offer {
                nonce,
                mark,
                uid,
                channel,
            },
        );
    }

    /// The wire of the window's target is closed.
    fn end(&mut self, at: usize) {
        if let Some(channel) = self.windows[at].channel.take() {
            for end in &mut self.channels[channel].ends {
                if *end == Some(at) {
                    *end = None;
                }
            }
        }
    }

    fn offer(&mut self, at: usize, from: usize, nonce: String, mark: u32, uid: u32, channel: usize) {
        let window = &mut self.windows[at];
        let is_target = window.target == Some(from);
        let phase = is_target.then(|| window.handshake.phase());
        let is_here = window.here == Some(uid);
        let (mine, theirs) = (text(window.uid), text(uid));
        let greetings = &mut window.greetings;
        let verdict = match greetings.on_offer(&from, &nonce, &theirs, phase, is_here, &mine) {
            Offered::Stale => return self.greet(at, from),
            Offered::Unasked | Offered::Full | Offered::Asked(OnOffer::Ignore) => return,
            Offered::Asked(verdict) => verdict,
        };
        // Of one that is there already it is another way to it, which takes the place of the first.
        let is_by_target = is_target && (is_here || !window.handshake.is_joined());
        let own = window.uid;
        if verdict == OnOffer::Yield || (is_by_target && is_here) {
            self.end(at);
        }
        self.channels[channel].ends[1] = Some(at);
        if let Some(maker) = self.channels[channel].ends[0] {
            self.joins.push((maker, channel, own));
        }
        if is_by_target {
            assert_ne!(from, EVIL, "it is taken for a target that it is not");
            let window = &mut self.windows[at];
            window.handshake.accepted("origin", f64::from(mark));
            window.channel = Some(channel);
            window.here = Some(uid);
        }
    }

    /// The other side has taken the port: one of those that have, any of them.
    fn join(&mut self, which: usize) {
        if self.joins.is_empty() {
            return;
        }
        let (at, channel, uid) = self.joins.remove(which % self.joins.len());
        let Some(window) = self
            .windows
            .get_mut(at)
            .filter(|window| window.channel == Some(channel))
        else {
            return;
        };
        if window.handshake.is_offered() {
            window.handshake.joined();
            window.here = Some(uid);
        }
    }

    fn say_anything(&mut self, choices: &mut Choices) {
        let to = choices.below(2);
        let known = (0..=self.drawn).collect::<Vec<u32>>();
        // Everything but what was said to others and not to it.
        let heard: Vec<String> = self
            .recorded
            .iter()
            .filter_map(|step| match step {
                Step::Hello { nonce, .. } | Step::Offer { nonce, .. } => Some(nonce.clone()),
                Step::Knock => None,
            })
            .collect();
        let nonce = match heard.is_empty() {
            true => text(0),
            false => choices.pick(&heard),
        };
        let step = match choices.below(4) {
            0 => Step::Knock,
            1 => Step::Hello {
                mark: choices.pick(&known),
                nonce,
            },
            2 if !self.recorded.is_empty() => choices.pick(&self.recorded),
            _ => {
                self.channels.push(Channel {
                    ends: [Some(EVIL), None],
                });
                Step::Offer {
                    nonce,
                    mark: choices.pick(&known),
                    uid: choices.pick(&known),
                    channel: self.channels.len() - 1,
                }
            }
        };
        self.pipes[to].push_back((EVIL, step));
    }

    fn quiet(&mut self) {
        for _ in 0..200 {
            let waiting = !self.joins.is_empty();
            self.join(0);
            let moved = [self.deliver(0), self.deliver(1), waiting];
            if moved == [false; 3] {
                return;
            }
        }
        panic!("they greet each other for ever");
    }
}

pub fn run(choices: &mut Choices) {
    let mut world = World {
        windows: Vec::new(),
        pipes: vec![VecDeque::new(), VecDeque::new()],
        joins: Vec::new(),
        channels: Vec::new(),
        drawn: 0,
        recorded: Vec::new(),
        now: 0.0,
    };
    let wants = [true, choices.once(2)];
    world.load(0, wants[0]);
    world.load(1, wants[1]);
    let (mut steps, mut reloaded) = (0, false);
    while !choices.is_over() && steps < 80 {
        steps += 1;
        match choices.below(6) {
            0 => world.say_anything(choices),
            1 if choices.once(4) => {
                let at = choices.below(2);
                reloaded = true;
                // What was on its way to the document that was there goes to nobody.
                world.pipes[at].clear();
                world.load(at, wants[at]);
            }
            2 => world.join(choices.below(8)),
            _ => {
                world.deliver(choices.below(2));
            }
        }
    }
    world.quiet();
    let met = |world: &World, at: usize| {
        let ends = world.windows[at]
            .channel
            .map(|channel| world.channels[channel].ends);
        ends.is_some_and(|ends| ends.contains(&Some(0)) && ends.contains(&Some(1)))
    };
    if !reloaded {
        let is_met = (0..2).all(|at| !wants[at] || met(&world, at));
        assert!(is_met, "nothing was lost, and they are not connected");
    }
    // The port of a document that is gone is silent: then it is asked again.
    for _ in 0..3 {
        for at in 0..2 {
            let is_dead = world.windows[at].channel.is_none_or(|channel| {
                let [one, other] = world.channels[channel].ends;
                one.is_none() || other.is_none()
            });
            if world.windows[at].target.is_some() && is_dead {
                world.end(at);
                world.windows[at].handshake.reopened();
                world.windows[at].here = None;
                // A connection that is over: what was said is worth no answer any more.
                for side in 0..2 {
                    let fresh = text(world.draw());
                    let greetings = &mut world.windows[side].greetings;
                    greetings.forget("", Some(&(1 - side)), &[], || fresh.clone());
                }
                world.post(at, 1 - at, Step::Knock);
            }
        }
        world.quiet();
    }
    for at in 0..2 {
        if !wants[at] {
            continue;
        }
        choices.note(0, world.channels.len());
        choices.note(1, world.recorded.len());
        assert!(met(&world, at), "window {at} waits for ever");
    }
}
