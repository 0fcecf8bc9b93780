//! What comes to a document: steps of the handshake, frames on its wires and on the channel.

use parley_sync::core::connection::channel::Member;
use parley_sync::core::connection::frames::{Arrived, Rest};
use parley_sync::core::connection::incoming::{Admission, Sender};
use parley_sync::core::connection::sessions::Join;
use parley_sync::core::frame::{Kind, Reason};
use parley_sync::core::id::PeerRef;

use super::traffic::{Frame, Posted};
use super::world::World;

impl World {
    /// A step came to the window that shows this document.
    pub fn step_arrived(&mut self, doc: usize, from: usize, origin: &str, step: Posted) {
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
                connections.step_arrived(policy, &sender, origin, step.into_step(), now);
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
        let arrived = match &frame {
            Frame::Join {
                uid,
                claimed,
                has_received,
                proof,
                any_origin,
            } => Arrived::Join(Some(Join {
                uid,
                claimed,
                has_received: *has_received,
                proof: proof.as_deref(),
                liveness_lock: false,
                is_changed: false,
                any_origin: *any_origin,
            })),
            Frame::Bye(ends) => Arrived::Bye(said(*ends)),
            _ => Arrived::Other(kind_of(&frame)),
        };
        // Frames of a peer are counted before they are read.
        let sessions = &self.docs[doc].connections.sessions;
        if let Some(at) = sessions.get(&number).and_then(|session| session.peer) {
            self.note_received(doc, at);
        }
        let rest = self.decide(doc, |connections, policy| {
            connections.frame_arrived(policy, number, arrived, now)
        });
        if let Rest::Peer(at) = rest {
            self.peer_frame(doc, at, frame);
        }
    }

    fn note_received(&mut self, doc: usize, at: PeerRef) {
        let now = self.now;
        if let Some(peer) = self.docs[doc].connections.peers.any_mut(at) {
            peer.heartbeat.received(now);
        }
    }

    /// A frame of a peer.
    fn peer_frame(&mut self, doc: usize, at: PeerRef, frame: Frame) {
        let now = self.now;
        let kind = kind_of(&frame);
        let said = match &frame {
            Frame::Bye(ends) => said(*ends),
            _ => Reason::Closed,
        };
        if !self.decide(doc, |connections, _| {
            connections.peer_frame_arrived(at, kind, said, now)
        }) {
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
        if !self.docs[doc].connections.channel.is_open() {
            return;
        }
        if let Frame::Join {
            uid,
            claimed,
            has_received,
            ..
        } = frame
        {
            if uid == from {
                let member = Member {
                    uid: &uid,
                    claimed: &claimed,
                    kind: "tab".to_owned(),
                    has_received,
                    is_locked: true,
                };
                self.decide(doc, |connections, policy| {
                    connections.member_joined(policy, member, now)
                });
            }
            return;
        }
        let kind = kind_of(&frame);
        let known = self.decide(doc, |connections, _| {
            connections.channel_frame_arrived(from, kind)
        });
        if let Some(at) = known {
            self.note_received(doc, at);
            self.peer_frame(doc, at, frame);
        }
    }
}

/// Why the sender of a goodbye ends.
fn said(ends: bool) -> Reason {
    Reason::from_bye(f64::from(u8::from(ends)))
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
