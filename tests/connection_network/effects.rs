//! What a document does because the core said so.

use parley_sync::core::connection::connections::Connections;
use parley_sync::core::connection::effect::{self, Effect, To};
use parley_sync::core::connection::pauses;
use parley_sync::core::connection::policy::Policy;
use parley_sync::core::connection::proof::{Proof, Proven};
use parley_sync::core::connection::targets::Target;
use parley_sync::core::frame::Reason;
use parley_sync::core::id::PeerRef;

use super::document::Life;
use super::handles::{Test, Win};
use super::timers::PATIENCE;
use super::traffic::{Frame, Posted, Timer};
use super::world::World;

impl World {
    /// Lets the core decide, then does what follows.
    pub fn decide<R>(&mut self, doc: usize, decide: impl FnOnce(&mut Connections<Test>, &Policy) -> R) -> R {
        self.deciding.set(self.page_of(doc));
        let document = &mut self.docs[doc];
        let result = decide(&mut document.connections, &document.policy);
        for effect in document.connections.take_effects() {
            self.carry_out(doc, effect);
        }
        result
    }

    pub fn carry_out(&mut self, doc: usize, effect: Effect<Test>) {
        match effect {
            Effect::Post(to, frame) => {
                let frame = match frame {
                    effect::Frame::Join {
                        has_received,
                        proof,
                        any_origin,
                    } => self.join(doc, has_received, proof, any_origin),
                    effect::Frame::Bye(reason) => Frame::Bye(reason == Reason::Closed),
                    effect::Frame::Suspend(suspension) => Frame::Suspend(suspension),
                };
                if let (To::Wire(wire), Frame::Suspend(_)) = (&to, &frame) {
                    self.check_outside(doc, *wire);
                }
                match to {
                    To::Wire(wire) => self.post_frame(wire, frame),
                    To::Channel => self.post_mesh(doc, None, frame),
                    To::Member(uid) => self.post_mesh(doc, Some(&uid), frame),
                }
            }
            Effect::ListMembers => self.set_timer(doc, 1.0, Timer::Listed),
            Effect::WatchAwaited(uid) => {
                if self.is_member(&uid) {
                    self.docs[doc].awaited.push(uid);
                } else {
                    self.set_timer(doc, 1.0, Timer::Released { uid });
                }
            }
            Effect::WatchMember(member) => {
                // Its lock was released already.
                if self.is_member(&member.uid) {
                    self.docs[doc].watched.push(member);
                } else {
                    self.set_timer(doc, pauses::GOODBYE_COMES, Timer::MemberGone(member));
                }
            }
            Effect::Block(uid) => self.docs[doc].blocked.push(uid),
            Effect::JoinChannel => self.join_channel(doc),
            Effect::LeaveChannel => self.leave_channel(doc),
            Effect::Close(wire) | Effect::ClosePort(wire) => self.close(wire),
            Effect::CloseLater(wire) => self.set_timer(doc, pauses::PORT_ARRIVES, Timer::CloseWire(wire)),
            Effect::RequestHello(to) => self.post(doc, to.id, "*", Posted::RequestHello),
            Effect::RequestHelloLater(target) => {
                self.set_timer(doc, pauses::HELLO_REQUESTED_AGAIN, Timer::RequestHello(target))
            }
            Effect::Hello { to, origin, nonce } => {
                let mark = self.docs[doc].mark;
                self.post(doc, to.id, &origin, Posted::Hello { mark, nonce });
            }
            Effect::Offer { nonce, mark, proven } => self.offer(doc, nonce, mark, proven),
            Effect::Take { port, mark, proven } => {
                self.start(doc, port, proven, mark, true);
            }
            Effect::Reject { .. }
            | Effect::WatchLivenessLock { .. }
            | Effect::WatchFrame(_)
            | Effect::Unanswered(_)
            | Effect::Compare
            | Effect::Ready
            | Effect::Flush
            | Effect::Hold { .. }
            | Effect::Connecting(_)
            | Effect::Ended { .. } => {}
            Effect::Connected { at, .. } | Effect::Resumed(at) => {
                self.trace(|| format!("document {doc} is connected with peer {at}"));
                self.connected += 1;
                self.check_peer(doc, at);
            }
            Effect::Activated => {
                if self.docs[doc].connections.discovery.is_none() {
                    self.fault = Some(format!("document {doc} is ready before it has asked anybody"));
                }
            }
            Effect::Exchange(at) => self.docs[doc].exchanged.push(at),
            Effect::Settle => self.docs[doc].settled += 1,
            Effect::CheckSettled => self.check_settled(doc),
            Effect::Discover(relatives) => {
                self.join_channel(doc);
                let (on_channel, now) = (self.docs[doc].is_on_channel, self.now);
                self.decide(doc, |connections, _| {
                    connections.discover(relatives, on_channel, now, PATIENCE);
                });
            }
            Effect::Restricted(at) => self.check_peer(doc, at),
            Effect::Resolve(call, at) => {
                let is_there = self.docs[doc].connections.peers.get(at).is_some();
                self.settle(doc, call, is_there);
            }
            Effect::EndCall { waiting, .. } => self.settle(doc, waiting, false),
            Effect::Refuse(target, _) => self.refuse(doc, *target),
            Effect::CheckDiscovery => self.check_discovery(doc),
            Effect::Probe(at) => {
                let asked = self.now;
                self.ping(doc, at);
                self.set_timer(doc, pauses::PROBE_TIMEOUT, Timer::Probe { at, asked });
            }
            Effect::AwaitHello { target, at } => {
                self.set_timer(doc, pauses::HELLO_COMES, Timer::Hidden { target, at })
            }
            Effect::AwaitWorker(number) => {
                self.set_timer(doc, pauses::WORKER_SAYS_HELLO, Timer::Worker(number))
            }
            Effect::Ping(at) => self.ping(doc, at),
            Effect::AwaitLastFrames => self.set_timer(doc, pauses::LAST_FRAMES_COME, Timer::LastFrames),
            Effect::Leave(at, reason) => {
                self.post_to(doc, at, Frame::Bye(false));
                self.decide(doc, |connections, _| connections.lose_peer(at, reason));
            }
            Effect::Part(at) => {
                self.post_to(doc, at, Frame::Bye(false));
                self.decide(doc, |connections, _| connections.disconnect_peer(at));
            }
            Effect::End => self.decide(doc, |connections, _| connections.end()),
            Effect::Destroyed => self.docs[doc].life = Life::Dead,
            Effect::Lost { at, reason, .. } => {
                self.trace(|| format!("document {doc} loses peer {at}: {reason:?}"))
            }
            Effect::Suspended(..) => {}
            Effect::WatchClosing(at, window) => {
                self.set_timer(doc, pauses::WINDOW_CLOSES, Timer::Closing { at, window });
            }
        }
    }

    pub fn settle(&mut self, doc: usize, call: usize, is_connected: bool) {
        let call = &mut self.docs[doc].calls[call];
        if call.is_some() {
            self.fault = Some(format!("a call of document {doc} was settled twice"));
        } else {
            *call = Some(is_connected);
        }
    }

    pub fn refuse(&mut self, doc: usize, target: Target<Test>) {
        for call in target.calls {
            self.settle(doc, call.waiting, false);
        }
    }

    fn offer(&mut self, doc: usize, nonce: String, its_mark: f64, proven: Proven<Win>) {
        let Some(to) = proven.from.clone() else { return };
        let (mine, port) = self.channel();
        let (origin, mark) = (proven.origin.clone(), self.docs[doc].mark);
        let is_invitation = matches!(proven.proof, Proof::Awaited(_));
        if !self.start(doc, mine, proven, its_mark, false) {
            return;
        }
        if is_invitation {
            let token = format!("{:x}", self.random.next());
            return self.post(doc, to.id, "*", Posted::Invite { token, mark, port });
        }
        let uid = self.docs[doc].uid.clone();
        self.post(
            doc,
            to.id,
            &origin,
            Posted::Offer {
                nonce,
                mark,
                uid,
                port,
            },
        );
    }

    fn start(&mut self, doc: usize, port: usize, proven: Proven<Win>, mark: f64, is_taken: bool) -> bool {
        let now = self.now;
        let Some(number) = self.docs[doc].connections.begin(proven, mark, is_taken, now) else {
            self.close(port);
            return false;
        };
        self.take(port, doc, Some(number));
        self.decide(doc, |connections, _| connections.opened(number, port, false, now));
        true
    }

    /// Posts to a peer, by the one route that everything for it takes.
    pub fn post_to(&mut self, doc: usize, at: PeerRef, frame: Frame) {
        let document = &self.docs[doc];
        let Some(peer) = document.connections.peers.reachable(at) else {
            return;
        };
        let (uid, wire) = (peer.uid.clone(), peer.wire);
        match (peer.on_mesh && document.is_on_channel, wire) {
            (true, _) => self.post_mesh(doc, Some(&uid), frame),
            (false, Some(wire)) => self.post_frame(wire, frame),
            (false, None) => {}
        }
    }

    pub fn ping(&mut self, doc: usize, at: PeerRef) {
        let now = self.now;
        if let Some(peer) = self.docs[doc].connections.peers.get_mut(at) {
            peer.heartbeat.ping(now);
        }
        self.post_to(doc, at, Frame::Ping(now));
    }
}
