//! Membership of the channel of one origin: which members are peers, and when one has left.
//!
//! Each member holds a lock of its own. The list of locks names the members that a newcomer awaits before it is ready; a released lock
//! means that its member has left, after a crash too.

use super::connections::Connections;
use super::discovery::Unanswered;
use super::effect::{Effect, Frame, Membership, To};
use super::host::Host;
use super::policy::Policy;
use super::proof::{Proof, Proven};
use crate::core::codes;
use crate::core::frame::{Kind, Reason, Suspension};
use crate::core::id::PeerRef;
use crate::core::lists::Gather;

/// Members whose locks are watched while they are waited for: one that left a moment ago, a Parley destroyed just before this
/// one was made, is still in the list that the lock manager gave.
const MAX_WATCHED: usize = 16;

/// This Parley on the channel.
#[derive(Default)]
pub struct Channel {
    /// Whether its own lock is held; None until that is known, and while it is on no channel.
    lock: Option<bool>,
    /// Members that are asked again.
    unanswered: Option<Unanswered>,
}

impl Channel {
    /// Whether frames of the channel are read. Before that, answers of members would be missed, and the members taken for lost.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.lock.is_some()
    }

    /// Whether this Parley holds a lock, so that others can notice its end.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.lock == Some(true)
    }
}

/// The join of a member.
pub struct Member<'a> {
    /// Its own id.
    pub uid: &'a str,
    /// What it calls itself.
    pub claimed: &'a str,
    /// What it is to this window.
    pub kind: String,
    /// Whether it has received our join.
    pub has_received: bool,
    /// Whether it holds a lock.
    pub is_locked: bool,
}

impl<H: Host> Connections<H> {
    /// The peer that the channel knows by this id.
    pub fn member(&self, uid: &str) -> Option<PeerRef> {
        self.peers.by_uid(uid).filter(|&at| self.peers.is_on_mesh(at))
    }

    /// This window's lock is held (`is_ours`), or cannot be. Others can notice its end from now on, so it announces itself.
    pub fn channel_locked(&mut self, is_ours: bool) {
        self.channel.lock = Some(is_ours);
        self.effects.push(Effect::Post(To::Channel, Frame::join(false)));
        self.effects.push(Effect::ListMembers);
    }

    /// The lock manager has named the members; None: it could not.
    pub fn members_listed(&mut self, uids: Option<Vec<String>>, now: f64) {
        let missing = uids.map(|uids| {
            let missing = uids.into_iter();
            let missing = missing.filter(|uid| *uid != self.uid && self.member(uid).is_none());
            missing.gather()
        });
        self.channel.unanswered = Unanswered::called(now, missing.clone());
        let Some(discovery) = &mut self.discovery else {
            return;
        };
        discovery.listed(now, missing.clone());
        let watched = missing.unwrap_or_default().into_iter().take(MAX_WATCHED);
        for uid in watched {
            self.effects.push(Effect::WatchAwaited(uid));
        }
        self.effects.push(Effect::CheckDiscovery);
    }

    /// Asks those again who have not joined. When next, ms.
    pub fn ask_unanswered(&mut self, now: f64) -> f64 {
        let Some(unanswered) = &mut self.channel.unanswered else {
            return f64::INFINITY;
        };
        let (is_due, next) = unanswered.due(now);
        if next.is_none() {
            self.channel.unanswered = None;
        }
        if is_due {
            self.effects.push(Effect::Post(To::Channel, Frame::join(false)));
        }
        next.unwrap_or(f64::INFINITY)
    }

    /// A frame arrived on the channel. Returns the peer that sent it; None for one that has not joined, or had before a pause:
    /// both then join again.
    pub fn channel_frame_arrived(&mut self, uid: &str, kind: Kind) -> Option<PeerRef> {
        let known = self.member(uid);
        if known.is_none() && !matches!(kind, Kind::Bye | Kind::Suspend) {
            let to = To::Member(uid.to_owned());
            self.effects.push(Effect::Post(to, Frame::join(false)));
        }
        known
    }

    /// A member joins.
    pub fn member_joined(&mut self, policy: &Policy, member: Member<'_>, now: f64) {
        let uid = member.uid;
        if uid == self.uid {
            return self.reject(policy.own(), codes::MALFORMED);
        }
        if !member.has_received {
            let to = To::Member(uid.to_owned());
            self.effects.push(Effect::Post(to, Frame::join(true)));
        }
        if let Some(at) = self.member(uid) {
            self.resume(at, now);
        } else if self.peers.count() >= policy.most_peers {
            self.reject(policy.own(), codes::LIMIT);
        } else {
            let proven = Proven {
                alias: None,
                kind: member.kind,
                origin: policy.own().to_owned(),
                target: None,
                from: None,
                grants: policy.grants_for(policy.own()),
                proof: Proof::None,
            };
            self.free_alias(policy, member.claimed);
            let at = self.add_route(policy, uid, member.claimed, &proven, None, now);
            // One that could hold no lock cannot be waited for.
            if member.is_locked {
                let peer = self.peers.any(at);
                self.effects.push(Effect::WatchMember(Membership {
                    at,
                    uid: uid.to_owned(),
                    number: peer.map_or(0, |peer| peer.memberships),
                }));
            }
        }
        self.member_settled(uid);
    }

    /// A member released its lock a moment ago, and its goodbye has had time to arrive.
    pub fn member_gone(&mut self, member: &Membership) {
        // It may have said that it only went into the cache, and be back with another lock.
        let peer = self.peers.any(member.at);
        let is_last = peer.is_some_and(|peer| peer.memberships == member.number);
        if is_last && self.peers.suspension_of(member.at) != Some(Suspension::Cached) {
            self.lose_route(member.at, true, Reason::Closed);
        }
        self.member_settled(&member.uid);
    }

    /// An awaited member has joined or left.
    pub fn member_settled(&mut self, uid: &str) {
        let unanswered = &mut self.channel.unanswered;
        if unanswered.as_mut().is_some_and(|those| those.settled(uid)) {
            *unanswered = None;
        }
        if let Some(discovery) = &mut self.discovery {
            discovery.settled(uid);
        }
        self.effects.push(Effect::CheckDiscovery);
    }

    /// Leaves the channel: others see it at once, and the page may go into the back/forward cache.
    pub fn leave_channel(&mut self) {
        self.channel = Channel::default();
        self.effects.push(Effect::LeaveChannel);
    }
}
