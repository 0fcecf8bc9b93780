//! Routes: a wire or the channel leads to a Parley. It is a new peer, or another way to one that is known.

use std::rc::Rc;

use super::host::Host;
use super::identity::{Way, id_for, is_same_peer};
use super::names::Names;
use super::peers::{Identity, Peer, Peers};
use super::proof::Proven;
use crate::core::grants::Grants;
use crate::core::id::PeerRef;
use crate::core::limits::Limits;

/// Who has joined.
pub struct Newcomer<'a, W> {
    /// Its own id, as it says.
    pub uid: &'a str,
    /// What it calls itself.
    pub claimed: &'a str,
    /// What is known of it.
    pub proven: &'a Proven<W>,
    /// Whether it is of this very origin.
    pub is_kin: bool,
    /// What it is held to; None: nothing.
    pub limits: Option<Limits>,
}

/// What has become of it.
pub struct Arrival<H: Host> {
    /// Which peer it is.
    pub at: PeerRef,
    /// As what it came.
    pub how: How,
    /// The wire that led to it before.
    pub replaced: Option<H::Wire>,
}

/// As what somebody came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A new peer.
    New {
        /// Of an id that was connected before.
        again: bool,
    },
    /// A suspended peer.
    Resumed,
    /// A peer that was connected, and has another way now.
    Known {
        /// By this way grants hold: it may take part in less than before.
        is_restricted: bool,
    },
}

impl<H: Host> Peers<H> {
    /// Takes in who has joined by `wire`, or by the channel. `is_promised`: whether `connect` has given an id to a target.
    /// `fresh` makes a random id.
    pub fn arrive(
        &mut self,
        names: &mut Names,
        who: Newcomer<'_, H::Window>,
        wire: Option<H::Wire>,
        now: f64,
        is_promised: impl Fn(&str) -> bool,
        fresh: impl Fn() -> String,
    ) -> Arrival<H> {
        let Newcomer { proven, is_kin, .. } = who;
        let (known, uid) = self.resolve(&who, wire.is_some(), &is_promised, &fresh);
        let is_taken = |name: &str| self.by_alias(name).is_some() || is_promised(name);
        let alias = id_for(proven.alias.as_deref(), who.claimed, &uid, is_taken).unwrap_or_else(fresh);
        let resumed = known.is_some_and(|at| self.resume(at, now));
        let at = known.unwrap_or_else(|| {
            let identity = Identity::new(&alias, &proven.kind, &proven.origin, is_kin);
            self.add(Peer::new(identity, &uid, who.limits, proven.grants.clone(), now))
        });
        let mut replaced = None;
        if let Some(peer) = self.get_mut(at) {
            if proven.from.is_some() {
                peer.window.clone_from(&proven.from);
            }
            match wire {
                Some(wire) => replaced = peer.wire.replace(wire),
                None => {
                    peer.on_mesh = true;
                    peer.memberships += 1;
                }
            }
            if known.is_some() {
                peer.restrict(proven.grants.clone());
                if proven.alias.is_some() {
                    peer.identity
                        .replace(&alias, &proven.kind, &proven.origin, is_kin);
                }
            }
        }
        let again = names.arrived(&alias);
        let how = match known {
            None => How::New { again },
            Some(_) if resumed => How::Resumed,
            Some(_) => How::Known {
                is_restricted: proven.grants.is_some(),
            },
        };
        Arrival { at, how, replaced }
    }

    /// The peer that another route leads to, if it is one that is known.
    pub(super) fn reached_by(
        &self,
        uid: &str,
        proven: &Proven<H::Window>,
        is_channel: bool,
    ) -> Option<PeerRef> {
        let is_it = |&at: &PeerRef| {
            let peer = self.any(at);
            peer.is_some_and(|peer| peer.may_be_reached_by(proven, is_channel))
        };
        self.by_uid(uid).filter(is_it)
    }

    /// Which peer it is, if it is one that is known; else under which id of its own it becomes one.
    fn resolve(
        &mut self,
        who: &Newcomer<'_, H::Window>,
        by_wire: bool,
        is_promised: impl Fn(&str) -> bool,
        fresh: impl Fn() -> String,
    ) -> (Option<PeerRef>, String) {
        let known = self.reached_by(who.uid, who.proven, !by_wire);
        if known.is_some() {
            return (known, who.uid.to_owned());
        }
        if let Some(at) = self.by_uid(who.uid)
            && let Some(peer) = self.any_mut(at)
        {
            if by_wire {
                return (None, fresh());
            }
            // The channel identifies its members by these: another peer that took the id is renamed.
            peer.rename(fresh());
        }
        // This too may name it: it must not be the id of another peer.
        if by_wire && (self.by_alias(who.uid).is_some() || is_promised(who.uid)) {
            return (None, fresh());
        }
        (None, who.uid.to_owned())
    }
}

impl<H: Host> Peer<H> {
    /// Whether another route leads to this very peer: its id is its own claim, and may be another peer's.
    fn may_be_reached_by(&self, proven: &Proven<H::Window>, is_channel: bool) -> bool {
        let known = Way {
            origin: &self.identity.origin,
            is_restricted: self.grants.is_some(),
            is_channel: self.on_mesh,
        };
        let new = Way {
            origin: &proven.origin,
            is_restricted: proven.grants.is_some(),
            is_channel,
        };
        is_same_peer(known, new)
    }

    /// Holds it to these grants as well.
    fn restrict(&mut self, grants: Option<Rc<Grants>>) {
        if let Some(grants) = grants {
            let both = self.grants.as_ref().map(|before| Rc::new(before.and(&grants)));
            self.grants = Some(both.unwrap_or(grants));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::Cell;

    use super::super::host::{self, Attached, Label};
    use super::super::proof::Proof;
    use super::*;
    use crate::core::frame::Suspension;

    const A: &str = "https://a.example";
    const B: &str = "https://b.example";

    struct Test;

    impl Host for Test {
        type Window = u32;
        type Place = u32;
        type Port = u32;
        type Wire = u32;
        type Waiting = ();
        type Label = String;
        type Peer = String;
        type Target = ();
    }

    impl host::Window for u32 {
        fn is_worker(&self) -> bool {
            false
        }

        fn is_closed(&self) -> bool {
            false
        }

        fn is_same_page(&self) -> bool {
            false
        }
    }

    impl host::Place<u32> for u32 {
        fn window(&self) -> Option<u32> {
            Some(*self)
        }
    }

    impl Label for String {
        fn new(alias: &str, kind: &str, _: &str) -> String {
            format!("{kind} {alias}")
        }
    }

    impl Attached for String {
        fn new(uid: &str) -> String {
            uid.to_owned()
        }

        fn rename(&mut self, uid: &str) {
            uid.clone_into(self);
        }
    }

    #[derive(Default)]
    struct Window {
        peers: Peers<Test>,
        names: Names,
        drawn: Cell<u32>,
    }

    impl Window {
        fn arrive(&mut self, uid: &str, proven: &Proven<u32>, wire: Option<u32>) -> Arrival<Test> {
            let who = Newcomer {
                uid,
                claimed: "chart",
                proven,
                is_kin: proven.origin == A,
                limits: None,
            };
            let fresh = || {
                self.drawn.set(self.drawn.get() + 1);
                format!("random {}", self.drawn.get())
            };
            self.peers
                .arrive(&mut self.names, who, wire, 5.0, |name| name == "promised", fresh)
        }

        fn alias(&self, at: PeerRef) -> &str {
            &self.peers.any(at).unwrap().identity.alias
        }
    }

    fn from(origin: &str) -> Proven<u32> {
        Proven {
            alias: None,
            kind: "iframe".to_owned(),
            origin: origin.to_owned(),
            target: None,
            from: None,
            grants: None,
            proof: Proof::None,
        }
    }

    #[test]
    fn another_way_to_a_known_peer_takes_the_place_of_its_wire() {
        let mut window = Window::default();
        let first = window.arrive("u", &from(A), Some(1));
        assert_eq!((first.how, first.replaced), (How::New { again: false }, None));
        let second = window.arrive("u", &from(A), Some(2));
        assert_eq!((second.at, second.replaced), (first.at, Some(1)));
        let known = How::Known { is_restricted: false };
        assert_eq!(second.how, known);
        let channel = window.arrive("u", &from(A), None);
        assert_eq!(
            (channel.at, channel.how, channel.replaced),
            (first.at, known, None)
        );
        let peer = window.peers.any_mut(first.at).unwrap();
        assert!(!peer.remove_route(true) && peer.remove_route(false));
    }

    #[test]
    fn who_uses_anothers_uid_is_somebody_else() {
        let mut window = Window::default();
        let first = window.arrive("u", &from(A), Some(1)).at;
        let liar = window.arrive("u", &from(B), Some(2)).at;
        assert!(first != liar);
        assert_eq!(window.peers.by_uid("u"), Some(first));
        assert_eq!(window.peers.any(liar).unwrap().uid, "random 1");
        // A member of the channel is who it says, and the peer with the forged id is renamed.
        let mut window = Window::default();
        let liar = window.arrive("u", &from(B), Some(1)).at;
        let member = window.arrive("u", &from(A), None).at;
        assert_eq!(window.peers.by_uid("u"), Some(member));
        assert_eq!(window.peers.any(liar).unwrap().host, "random 1");
    }

    #[test]
    fn nobody_gets_an_id_that_is_taken_or_promised() {
        let mut window = Window::default();
        let first = window.arrive("u", &from(A), Some(1)).at;
        let second = window.arrive("v", &from(A), Some(2)).at;
        assert_eq!((window.alias(first), window.alias(second)), ("chart", "v"));
        // Its own id, by which it could be called as well, is what the first is called.
        let third = window.arrive("chart", &from(A), Some(3)).at;
        let fourth = window.arrive("promised", &from(A), Some(4)).at;
        assert_eq!(window.alias(third), "random 1");
        assert_eq!(window.alias(fourth), "random 2");
        assert_eq!(window.peers.by_uid("promised"), None);
    }

    #[test]
    fn what_connect_calls_it_replaces_what_it_calls_itself() {
        let mut window = Window::default();
        let at = window.arrive("u", &from(A), None).at;
        window.peers.any_mut(at).unwrap().identity.latency = 3.0;
        let called = Proven {
            alias: Some("promised".to_owned()),
            ..from(A)
        };
        window.arrive("u", &called, Some(1));
        let identity = &window.peers.any(at).unwrap().identity;
        assert_eq!(
            (identity.label.as_str(), identity.latency),
            ("iframe promised", 3.0)
        );
    }

    #[test]
    fn the_grants_of_all_its_ways_hold() {
        let sending = |pattern: &str| {
            let list = [pattern.to_owned()];
            Rc::new(Grants::parse(None, None, Some(&list)).unwrap_or_else(|_| Grants::nothing()))
        };
        let mut window = Window::default();
        let restricted = |pattern| Proven {
            grants: Some(sending(pattern)),
            ..from(A)
        };
        let at = window.arrive("u", &restricted("chart:*"), Some(1)).at;
        let known = window.arrive("u", &restricted("chart:a"), Some(2));
        let how = How::Known { is_restricted: true };
        assert_eq!((known.at, known.how), (at, how));
        let grants = window.peers.any(at).unwrap().grants.clone().unwrap();
        assert!(grants.may_send("chart:a") && !grants.may_send("chart:b"));
        // A way without grants gives nothing back.
        window.arrive("u", &from(A), Some(3));
        let grants = window.peers.any(at).unwrap().grants.clone();
        assert!(!grants.unwrap().may_send("chart:b"));
    }

    #[test]
    fn a_suspended_peer_resumes_by_another_route_under_its_id() {
        let mut window = Window::default();
        let at = window.arrive("u", &from(A), Some(1)).at;
        assert!(window.peers.suspend(at, Suspension::Cached, 100.0).is_some());
        assert!(window.peers.get(at).is_none() && window.peers.reachable(at).is_none());
        assert_eq!(window.peers.suspended_by_name("chart"), Some(at));
        assert_eq!((window.peers.overdue(99.0), window.peers.count()), (vec![], 1));
        assert_eq!(window.peers.overdue(100.0), [at]);
        let resumed = window.arrive("u", &from(A), Some(2));
        assert_eq!((resumed.at, resumed.how), (at, How::Resumed));
        assert_eq!(window.peers.by_name("chart"), Some(at));
        assert!(window.peers.remove(at).is_some());
        let again = window.arrive("w", &from(A), Some(3));
        assert_eq!(again.how, How::New { again: true });
        assert!(again.at != at);
    }

    #[test]
    fn what_is_sent_to_a_frozen_peer_waits_there() {
        let mut window = Window::default();
        let at = window.arrive("u", &from(A), Some(1)).at;
        window.peers.suspend(at, Suspension::Frozen, 100.0);
        assert!(window.peers.reachable(at).is_some() && window.peers.get(at).is_none());
        assert!(window.peers.resume(at, 7.0) && !window.peers.resume(at, 8.0));
        assert_eq!(window.peers.get(at).unwrap().heartbeat.last_received(), 7.0);
    }
}
