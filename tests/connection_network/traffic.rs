//! What is under way between windows: each stream in order, all at random speeds.

use parley_sync::core::connection::effect::Membership;
use parley_sync::core::connection::incoming::Step;
use parley_sync::core::frame::Suspension;
use parley_sync::core::id::PeerRef;
use parley_sync::core::origin::OPAQUE;

use super::document::Life;
use super::handles::Win;
use super::world::World;

#[derive(Clone, Debug)]
pub enum Frame {
    Join {
        uid: String,
        claimed: String,
        has_received: bool,
        proof: Option<String>,
        any_origin: bool,
    },
    Bye(bool),
    Ping(f64),
    Pong(f64),
    Suspend(Suspension),
}

/// What a document does later.
#[derive(Clone, Debug)]
pub enum Timer {
    Beat,
    CloseWire(usize),
    RequestHello(u32),
    Worker(u32),
    Probe {
        at: PeerRef,
        asked: f64,
    },
    Hidden {
        target: u32,
        at: PeerRef,
    },
    Closing {
        at: PeerRef,
        window: Win,
    },
    LastFrames,
    /// The channel is joined, and its lock granted.
    Locked,
    /// The lock manager names the members.
    Listed,
    /// A member that is waited for has released its lock.
    Released {
        uid: String,
    },
    MemberGone(Membership),
}

/// A step of the handshake, as it is posted: a port is one end of a channel.
#[derive(Clone, Debug)]
pub enum Posted {
    RequestHello,
    Hello {
        mark: f64,
        nonce: String,
    },
    Offer {
        nonce: String,
        mark: f64,
        uid: String,
        port: usize,
    },
    Invite {
        token: String,
        mark: f64,
        port: usize,
    },
    OtherVersion,
}

impl Posted {
    pub fn into_step(self) -> Step<usize> {
        match self {
            Posted::RequestHello => Step::RequestHello,
            Posted::Hello { mark, nonce } => Step::Hello { mark, nonce },
            Posted::Offer {
                nonce,
                mark,
                uid,
                port,
            } => Step::Offer {
                nonce,
                mark,
                uid,
                port,
            },
            Posted::Invite { token, mark, port } => Step::Invite { token, mark, port },
            Posted::OtherVersion => Step::OtherVersion,
        }
    }
}

#[derive(Clone, Debug)]
pub enum Event {
    /// To whatever the window shows by then, if that is of this origin.
    Post {
        to: usize,
        from: usize,
        origin: String,
        only: String,
        step: Posted,
    },
    Frame {
        port: usize,
        frame: Frame,
    },
    Mesh {
        doc: usize,
        from: String,
        to: Option<String>,
        frame: Frame,
    },
    Loaded {
        doc: usize,
        window: usize,
    },
    Timer {
        doc: usize,
        timer: Timer,
    },
}

/// Which things arrive in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    Window(usize, usize),
    Port(usize),
    Mesh(usize, usize),
}
impl World {
    pub fn post_frame(&mut self, wire: usize, frame: Frame) {
        if !self.ports[wire].is_closed {
            let port = wire ^ 1;
            self.schedule(Some(Stream::Port(port)), Event::Frame { port, frame });
        }
    }

    pub fn close(&mut self, port: usize) {
        self.ports[port].is_closed = true;
    }

    /// `only`: the origin that may read it, or `*`. An opaque one cannot be named.
    pub fn post(&mut self, doc: usize, to: usize, only: &str, step: Posted) {
        if only == OPAQUE {
            return;
        }
        let (from, origin) = (self.docs[doc].window, self.docs[doc].origin.clone());
        let only = only.to_owned();
        self.schedule(
            Some(Stream::Window(from, to)),
            Event::Post {
                to,
                from,
                origin,
                only,
                step,
            },
        );
    }

    pub fn post_mesh(&mut self, sender: usize, to: Option<&str>, frame: Frame) {
        if !self.docs[sender].is_on_channel {
            return;
        }
        let (channel, origin) = (self.docs[sender].channel, self.docs[sender].origin.clone());
        for doc in 0..self.docs.len() {
            let other = &self.docs[doc];
            if doc == sender || other.channel != channel || other.origin != origin || !other.is_on_channel {
                continue;
            }
            let from = self.docs[sender].uid.clone();
            let (to, frame) = (to.map(str::to_owned), frame.clone());
            self.schedule(
                Some(Stream::Mesh(sender, doc)),
                Event::Mesh { doc, from, to, frame },
            );
        }
    }

    pub fn set_timer(&mut self, doc: usize, pause: f64, timer: Timer) {
        let at = ((self.now + pause) * 1000.0) as u64;
        self.posted += 1;
        self.queue.insert((at, self.posted), Event::Timer { doc, timer });
    }

    pub fn frame_loads(&mut self, doc: usize, window: usize) {
        self.schedule(None, Event::Loaded { doc, window });
    }

    pub(super) fn schedule(&mut self, stream: Option<Stream>, event: Event) {
        let wait = match self.random.below(10) {
            0 => self.random.below(1000 * self.slow as usize * 10) as u64,
            _ => self.random.below(1000 * self.slow as usize) as u64,
        };
        let mut at = (self.now * 1000.0) as u64 + wait + 1;
        if let Some(stream) = stream {
            let last = self.last.entry(stream).or_default();
            at = at.max(*last + 1);
            *last = at;
        }
        self.posted += 1;
        self.queue.insert((at, self.posted), event);
    }

    /// Everything happens that is due in that time, ms.
    ///
    /// # Errors
    /// If something came to be that must never be.
    pub fn run_for(&mut self, pause: f64) -> Result<(), String> {
        let until = self.now + pause;
        while self.fault.is_none() {
            let Some(entry) = self.queue.first_entry() else {
                break;
            };
            let at = entry.key().0 as f64 / 1000.0;
            if at > until {
                break;
            }
            let event = entry.remove();
            self.now = self.now.max(at);
            self.happen(event);
        }
        self.now = self.now.max(until);
        self.fault.take().map_or(Ok(()), Err)
    }

    pub fn happen(&mut self, event: Event) {
        if !matches!(
            event,
            Event::Timer {
                timer: Timer::Beat,
                ..
            } | Event::Frame {
                frame: Frame::Ping(_) | Frame::Pong(_),
                ..
            }
        ) {
            self.trace(|| format!("{event:?}"));
        }
        match event {
            Event::Post {
                to,
                from,
                ref origin,
                ref only,
                ref step,
            } => {
                let Some(doc) = self
                    .shown(to)
                    .filter(|&doc| only == "*" || *only == self.docs[doc].origin)
                else {
                    return;
                };
                if self.holds(doc, &event) {
                    return;
                }
                let (origin, step) = (origin.clone(), step.clone());
                self.step_arrived(doc, from, &origin, step);
            }
            Event::Frame { port, ref frame } => {
                let Some(doc) = self.ports[port].owner else {
                    if !self.ports[port].is_closed {
                        self.ports[port].waiting.push(frame.clone());
                    }
                    return;
                };
                if self.holds(doc, &event) || self.ports[port].is_closed {
                    return;
                }
                let frame = frame.clone();
                self.on_frame(doc, port, frame);
            }
            Event::Mesh {
                doc,
                ref from,
                ref to,
                ref frame,
            } => {
                if self.holds(doc, &event) || !self.docs[doc].is_on_channel {
                    return;
                }
                let document = &self.docs[doc];
                if to.as_ref().is_some_and(|to| *to != document.uid) || document.blocked.contains(from) {
                    return;
                }
                let (from, frame) = (from.clone(), frame.clone());
                self.on_mesh_frame(doc, &from, frame);
            }
            Event::Loaded { doc, window } => {
                if !self.holds(doc, &event) {
                    self.frame_loaded(doc, window);
                }
            }
            Event::Timer { doc, ref timer } => {
                if !self.holds(doc, &event) {
                    let timer = timer.clone();
                    self.on_timer(doc, timer);
                }
            }
        }
    }

    /// A document that has ended hears nothing; what comes to a frozen one waits, and to a cached one only its timers do.
    fn holds(&mut self, doc: usize, event: &Event) -> bool {
        let document = &mut self.docs[doc];
        match document.life {
            Life::Awake => return false,
            Life::Frozen => document.held.push(event.clone()),
            Life::Cached if matches!(event, Event::Timer { .. }) => document.held.push(event.clone()),
            Life::Cached | Life::Dead => {}
        }
        true
    }
}
