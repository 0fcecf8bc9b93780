//! What a document does later: it looks at its peers, its targets and its frames.

use parley_sync::core::connection::discovery::Progress;
use parley_sync::core::connection::effect::Effect;
use parley_sync::core::connection::targets::Target;
use parley_sync::core::frame::{Reason, Sleep};
use parley_sync::core::id::PeerRef;

use super::document::Life;
use super::handles::Win;
use super::traffic::{Posted, Timer};
use super::world::World;

impl World {
    pub fn frame_loaded(&mut self, doc: usize, window: usize) {
        let win = self.win(window);
        let targets = &mut self.docs[doc].connections.targets;
        let Some(target) = targets
            .iter_mut()
            .find(|target| target.kind == "iframe" && target.is_at(&win))
        else {
            return;
        };
        target.handshake.loaded();
        let (number, Some(at)) = (target.number, target.peer) else {
            return;
        };
        self.post(doc, window, "*", Posted::Knock);
        self.ask_for_sign(doc, at);
        self.set_timer(doc, 3000.0, Timer::Hidden { target: number, at });
    }

    pub fn ask_for_sign(&mut self, doc: usize, at: PeerRef) {
        let asked = self.now;
        self.ping(doc, at);
        self.set_timer(doc, 1000.0, Timer::Sign { at, asked });
    }

    pub fn check_discovery(&mut self, doc: usize) {
        let now = self.now;
        let progress = self.docs[doc].connections.check_discovery(now);
        if let Some(Progress::Until(_)) = progress
            && now > self.docs[doc].since + 20_000.0
            && self.docs[doc].life == Life::Awake
        {
            self.fault = Some(format!("document {doc} is not ready after 20 seconds"));
        }
    }

    pub fn on_timer(&mut self, doc: usize, timer: Timer) {
        let now = self.now;
        match timer {
            Timer::Beat => self.beat(doc),
            Timer::CloseWire(wire) => self.close(wire),
            Timer::KnockAt(number) => {
                let window = self.docs[doc]
                    .connections
                    .target(number)
                    .and_then(|target| target.window());
                if let Some(window) = window {
                    self.post(doc, window.id, "*", Posted::Knock);
                }
            }
            Timer::Sign { at, asked } => {
                let peer = self.docs[doc].connections.peers.get(at);
                if peer.is_some_and(|peer| peer.heartbeat.last_heard() < asked) {
                    self.decide(doc, |connections, _| connections.gave_no_sign(at));
                }
            }
            Timer::Hidden { target, at } => {
                let hidden = self.docs[doc].connections.target(target);
                if hidden.is_some_and(|target| target.peer == Some(at) && !target.handshake.is_shown()) {
                    self.decide(doc, |connections, _| connections.gave_no_sign(at));
                }
            }
            Timer::Closing { at, window } => {
                let is_closed = self.windows[window].win.is_gone.get();
                let reason = if is_closed {
                    Reason::Closed
                } else {
                    Reason::Navigated
                };
                self.decide(doc, |connections, _| connections.has_left(at, reason));
            }
            Timer::LastWords => {
                for at in self.docs[doc].connections.gone() {
                    self.decide(doc, |connections, _| connections.lose_peer(at, Reason::Closed));
                }
            }
            Timer::MemberGone { at } => {
                let peers = &self.docs[doc].connections.peers;
                if peers.sleep_of(at) != Some(Sleep::Cached) {
                    self.decide(doc, |connections, _| {
                        connections.lose_route(at, true, Reason::Closed)
                    });
                }
            }
        }
        self.now = self.now.max(now);
    }

    fn beat(&mut self, doc: usize) {
        let now = self.now;
        self.set_timer(doc, 1000.0, Timer::Beat);
        if !self.docs[doc].connections.gone().is_empty() {
            self.set_timer(doc, 500.0, Timer::LastWords);
        }
        self.decide(doc, |connections, _| connections.sleepers_due(now));
        self.look_at_awaited(doc);
        let pulse = self.docs[doc].connections.beat(now, now);
        for at in pulse.silent {
            self.carry_out(doc, Effect::Leave(at, Reason::Timeout));
        }
        for at in pulse.ask {
            self.ping(doc, at);
        }
        self.check_discovery(doc);
    }

    fn look_at_awaited(&mut self, doc: usize) {
        let now = self.now;
        let (late, _) = self.docs[doc].connections.targets_due(now);
        let targets = self.docs[doc].connections.targets.iter();
        let closed = targets.filter(|target| target.is_awaited() && target.is_over());
        let closed: Vec<u32> = closed.map(|target| target.number).collect();
        for number in late.into_iter().chain(closed) {
            if let Some(target) = self.decide(doc, |connections, _| connections.give_up(number)) {
                self.refuse(doc, *target);
            }
        }
        let targets = self.docs[doc].connections.targets.iter();
        let offered = targets.filter(|target| target.is_awaited() && target.handshake.is_offered());
        let offered: Vec<Win> = offered.filter_map(Target::window).collect();
        for window in offered {
            self.post(doc, window.id, "*", Posted::Knock);
        }
    }
}
