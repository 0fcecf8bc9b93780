//! What comes to a document: steps of the handshake, frames on its wires and on the channel.

use parley_sync::core::connection::channel::Member;
use parley_sync::core::connection::incoming::{Admission, Sender};
use parley_sync::core::connection::sessions::Join;
use parley_sync::core::frame::{Kind, Reason};
use parley_sync::core::id::PeerRef;

use super::traffic::{Frame, Posted};
use super::world::World;

impl World {
    /// A step came to the window that shows this document.
    pub fn heard(&mut self, doc: usize, from: usize, origin: &str, step: Posted) {
        if self.docs[doc].is_hostile {
            return self.overheard(doc, from, step);
        }
        let own = self.docs[doc].window;
        let window = self.win(from);
        let document = &self.docs[doc];
        let admission = document.connections.admits(&document.policy, &window, origin);
        let slot = &self.windows[from];
        let kind = if slot.parent == Some(own) {
            "iframe"
        } else {
            "window"
        };
        let kind = kind.to_owned();
        let lineage = self.lineage(from, own);
        let (sender, now) = (
            Sender {
                window,
                kind,
                lineage,
            },
            self.now,
        );
        match admission {
            Admission::Read => self.decide(doc, |connections, policy| {
                connections.heard(policy, &sender, origin, step.into_step(), now);
            }),
            Admission::Blocked | Admission::Foreign => {}
        }
    }

    pub fn on_frame(&mut self, doc: usize, port: usize, frame: Frame) {
        if self.docs[doc].is_hostile {
            return;
        }
        let Some(number) = self.ports[port].session else {
            return;
        };
        let now = self.now;
        let Some(session) = self.docs[doc].connections.sessions.get(&number) else {
            return;
        };
        let peer = session.peer;
        if let Frame::Bye(ends) = frame {
            let said = Reason::from_bye(f64::from(u8::from(ends)));
            if self.decide(doc, |connections, _| connections.said_bye_on(number, said)) {
                return;
            }
        }
        let Some(at) = peer else {
            if let Frame::Join {
                uid,
                claimed,
                heard,
                proof,
                any_origin,
            } = frame
            {
                let join = Join {
                    uid: &uid,
                    claimed: &claimed,
                    heard,
                    proof: proof.as_deref(),
                    liveness_lock: false,
                    is_changed: false,
                    any_origin,
                };
                self.decide(doc, |connections, policy| {
                    connections.joined(policy, number, &join, now)
                });
            }
            return;
        };
        self.note_heard(doc, at);
        if let Frame::Join { heard, .. } = frame {
            return self.decide(doc, |connections, _| {
                connections.joined_again(number, at, heard, now)
            });
        }
        self.hear(doc, at, frame);
    }

    fn note_heard(&mut self, doc: usize, at: PeerRef) {
        let now = self.now;
        if let Some(peer) = self.docs[doc].connections.peers.any_mut(at) {
            peer.heartbeat.heard(now);
        }
    }

    /// A frame of a peer.
    fn hear(&mut self, doc: usize, at: PeerRef, frame: Frame) {
        let now = self.now;
        let kind = kind_of(&frame);
        let said = match &frame {
            Frame::Bye(ends) => Reason::from_bye(f64::from(u8::from(*ends))),
            _ => Reason::Closed,
        };
        if !self.decide(doc, |connections, _| connections.hears(at, kind, said, now)) {
            return;
        }
        match frame {
            Frame::Bye(_) => self.decide(doc, |connections, _| connections.said_bye(at, said)),
            Frame::Ping(sent) => self.post_to(doc, at, Frame::Pong(sent)),
            Frame::Pong(sent) => {
                if let Some(peer) = self.docs[doc].connections.peers.get_mut(at) {
                    peer.heartbeat.pong(sent, now);
                }
            }
            Frame::Suspend(suspension) => self.decide(doc, |connections, _| {
                connections.said_suspended(at, suspension, now)
            }),
            Frame::Join { .. } => {}
        }
    }

    pub fn on_mesh_frame(&mut self, doc: usize, from: &str, frame: Frame) {
        let now = self.now;
        if !self.docs[doc].connections.channel.hears() {
            return;
        }
        if let Frame::Join {
            uid, claimed, heard, ..
        } = frame
        {
            if uid == from {
                let member = Member {
                    uid: &uid,
                    claimed: &claimed,
                    kind: "tab".to_owned(),
                    heard,
                    is_locked: true,
                };
                self.decide(doc, |connections, policy| {
                    connections.member_joined(policy, member, now)
                });
            }
            return;
        }
        let kind = kind_of(&frame);
        let known = self.decide(doc, |connections, _| connections.heard_on_channel(from, kind));
        if let Some(at) = known {
            self.note_heard(doc, at);
            self.hear(doc, at, frame);
        }
    }
}

fn kind_of(frame: &Frame) -> Kind {
    match frame {
        Frame::Join { .. } => Kind::Join,
        Frame::Bye(_) => Kind::Bye,
        Frame::Ping(_) => Kind::Ping,
        Frame::Pong(_) => Kind::Pong,
        Frame::Suspend(_) => Kind::Suspend,
    }
}
