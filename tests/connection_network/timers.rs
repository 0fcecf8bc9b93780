//! What a document does later: it looks at its peers, its targets and its frames.

use super::document::Life;
use super::traffic::Timer;
use super::world::World;

/// How long a connection that is on its way is waited for, ms.
pub const PATIENCE: f64 = 5000.0;

impl World {
    pub fn frame_loaded(&mut self, doc: usize, window: usize) {
        let win = self.win(window);
        let mut targets = self.docs[doc].connections.targets.iter();
        let target = targets.find(|target| target.kind == "iframe" && target.is_at(&win));
        if let Some(number) = target.map(|target| target.number) {
            self.decide(doc, |connections, _| connections.frame_loaded(number));
        }
    }

    pub fn check_discovery(&mut self, doc: usize) {
        let now = self.now;
        self.decide(doc, |connections, _| connections.discovery_due(now));
        let connections = &self.docs[doc].connections;
        if connections.discovery.is_some()
            && !connections.is_prerendered
            && now > self.docs[doc].since + 20_000.0
            && self.docs[doc].life == Life::Awake
        {
            self.fault = Some(format!("document {doc} is not ready after 20 seconds"));
        }
    }

    pub fn check_settled(&mut self, doc: usize) {
        let now = self.now;
        self.decide(doc, |connections, _| connections.settle_due(now, PATIENCE));
    }

    pub fn on_timer(&mut self, doc: usize, timer: Timer) {
        let now = self.now;
        match timer {
            Timer::Beat => self.beat(doc),
            Timer::CloseWire(wire) => self.close(wire),
            Timer::RequestHello(number) => {
                self.decide(doc, |connections, _| connections.request_hello(number))
            }
            Timer::Worker(number) => self.decide(doc, |connections, _| connections.worker_due(number)),
            Timer::Probe { at, asked } => self.decide(doc, |connections, _| connections.probe_due(at, asked)),
            Timer::Hidden { target, at } => {
                self.decide(doc, |connections, _| connections.hello_due(target, at))
            }
            Timer::Closing { at, window } => {
                self.decide(doc, |connections, _| connections.window_closing(at, &window));
            }
            Timer::LastFrames => self.decide(doc, |connections, _| connections.lose_gone()),
            Timer::Locked => {
                if self.docs[doc].is_on_channel {
                    self.decide(doc, |connections, _| connections.channel_locked(true));
                }
            }
            Timer::Listed => {
                let channel = self.docs[doc].channel;
                let members = self.docs.iter();
                let members = members.filter(|other| other.is_on_channel && other.channel == channel);
                let uids = members.map(|member| member.uid.clone()).collect();
                self.decide(doc, |connections, _| connections.members_listed(Some(uids), now));
            }
            Timer::Released { uid } => self.decide(doc, |connections, _| connections.member_settled(&uid)),
            Timer::MemberGone(member) => self.decide(doc, |connections, _| connections.member_gone(&member)),
        }
        self.now = self.now.max(now);
    }

    fn beat(&mut self, doc: usize) {
        let now = self.now;
        self.set_timer(doc, 1000.0, Timer::Beat);
        self.decide(doc, |connections, _| {
            connections.targets_due(now);
            connections.ask_unanswered(now);
            connections.beat(now, now, false);
        });
        self.check_discovery(doc);
        self.check_settled(doc);
    }
}
