//! What holds at every moment, and what holds after quiet.

use parley_sync::core::connection::proof::Proof;
use parley_sync::core::frame::Suspension;
use parley_sync::core::id::PeerRef;
use parley_sync::core::limits::{HALF_OPEN, HALF_OPEN_PER_WINDOW};
use parley_sync::core::origin::OPAQUE;

use super::document::Life;
use super::handles::Test;
use super::world::World;

type Target = parley_sync::core::connection::targets::Target<Test>;

impl World {
    /// The document at the other end of a peer's wire, as the world knows it.
    fn behind(&self, doc: usize, at: PeerRef) -> Option<usize> {
        let peer = self.docs[doc].connections.peers.any(at)?;
        match peer.wire {
            Some(wire) => self.ports[wire ^ 1].owner,
            None => self.docs.iter().position(|other| other.uid == peer.uid),
        }
    }

    /// Nobody is connected who is not let in, or who is not what the peer is taken for.
    pub fn check_peer(&mut self, doc: usize, at: PeerRef) {
        let Some(peer) = self.docs[doc].connections.peers.any(at) else {
            return;
        };
        let everyone = self.docs[doc].connections.peers.everyone();
        let called = everyone.filter(|(_, other)| other.identity.alias == peer.identity.alias);
        if called.count() > 1 {
            let alias = &peer.identity.alias;
            self.fault = Some(format!("document {doc} knows two peers as {alias}"));
            return;
        }
        let taken_for = &peer.identity.origin;
        let Some(other) = self.behind(doc, at) else {
            self.fault = Some(format!("nobody is behind peer {at} of document {doc}"));
            return;
        };
        let (document, truth) = (&self.docs[doc], &self.docs[other]);
        let by_target = |target: &Target| {
            let is_let_in = match truth.origin == OPAQUE {
                true => target.handshake.lets_opaque_in(),
                false => target.handshake.lets_any_in(),
            };
            // It may have been closed since it joined.
            is_let_in && target.place.as_ref().is_some_and(|win| win.id == truth.window)
        };
        // The channel is its origin's own.
        let is_allowed = peer.on_mesh
            || document.policy.allowed.allows(&truth.origin)
            || document.connections.targets.iter().any(by_target);
        let error = if *taken_for != truth.origin {
            "is taken for one of another origin"
        } else if !is_allowed {
            "is not allowed"
        } else if peer.on_mesh && (document.origin != truth.origin || document.channel != truth.channel) {
            "is not on that channel"
        } else if !peer.on_mesh && document.parted.contains(&truth.window) {
            "was shut out"
        } else {
            return;
        };
        self.fault = Some(format!(
            "document {other} ({}) {error} ({taken_for}, channel: {}), and is a peer of document {doc} ({})",
            truth.origin, peer.on_mesh, document.origin
        ));
    }

    /// A page that is suspended says nothing to its own frames: they are suspended with it, and a message to them keeps it out of
    /// the cache (Firefox).
    pub fn check_outside(&mut self, doc: usize, wire: usize) {
        let owner = self.ports[wire ^ 1].owner;
        if owner.is_some_and(|other| self.page_of(other) == self.page_of(doc)) {
            self.fault = Some(format!(
                "document {doc} says to its own page that it is suspended"
            ));
        }
    }

    /// After quiet: everybody agrees who is connected.
    pub fn check(&self) -> Result<(), String> {
        for doc in 0..self.docs.len() {
            let document = &self.docs[doc];
            if document.is_hostile || !self.is_live(doc) {
                continue;
            }
            if let Some(call) = document.calls.iter().position(Option::is_none) {
                return Err(format!("call {call} of document {doc} has not ended"));
            }
            if document.connections.discovery.is_some() {
                return Err(format!("document {doc} is not ready"));
            }
            if !document.connections.leaving.is_empty() {
                return Err(format!("document {doc} waits for somebody to leave"));
            }
            self.check_no_ghosts(doc)?;
            self.check_half_open(doc)?;
            for target in &document.connections.targets {
                self.check_wanted(doc, target)?;
            }
        }
        Ok(())
    }

    /// Each peer is a document that is there, once, and takes this one for a peer too.
    fn check_no_ghosts(&self, doc: usize) -> Result<(), String> {
        let connections = &self.docs[doc].connections;
        let mut seen = Vec::new();
        for (at, peer) in connections.peers.everyone() {
            let other = self
                .behind(doc, at)
                .ok_or(format!("document {doc} has nobody as peer {at}"))?;
            let truth = &self.docs[other];
            if truth.is_hostile {
                continue;
            }
            let is_there = self.is_live(other);
            let sleeps = matches!(truth.life, Life::Frozen | Life::Cached);
            if !is_there && connections.peers.suspension_of(at) == Some(Suspension::Frozen) {
                // One that crashed while it was frozen is waited for an hour.
                continue;
            }
            if !is_there && !sleeps {
                return Err(format!(
                    "document {doc} has a ghost: {other} is {:?} (channel: {}, wire: {:?}, sleeps: {:?})",
                    truth.life,
                    peer.on_mesh,
                    peer.wire,
                    connections.peers.suspension_of(at)
                ));
            }
            if is_there && connections.peers.suspension_of(at).is_some() {
                return Err(format!("document {doc} takes {other} for asleep"));
            }
            if seen.contains(&other) {
                return Err(format!("document {doc} has {other} as two peers"));
            }
            seen.push(other);
            let theirs = &truth.connections.peers;
            let mut all = theirs.everyone();
            let is_mutual = all.any(|(back, known)| match (peer.wire, known.wire) {
                (Some(mine), Some(their)) => mine == their ^ 1,
                _ => self.behind(other, back) == Some(doc),
            });
            if !is_mutual {
                return Err(format!(
                    "document {doc} has {other} as a peer, but {other} does not have it"
                ));
            }
        }
        Ok(())
    }

    /// No handshake of two honest documents stays unfinished; of liars only so many do.
    fn check_half_open(&self, doc: usize) -> Result<(), String> {
        let sessions = self.docs[doc].connections.sessions.values();
        let open: Vec<_> = sessions.filter(|session| session.peer.is_none()).collect();
        let uncalled = open.iter().filter(|session| session.proven.target.is_none());
        if uncalled.clone().count() > HALF_OPEN {
            return Err(format!("document {doc} has too many unfinished handshakes"));
        }
        for session in &open {
            // Who invited a document of opaque origin and gave up meanwhile says nothing: anybody might hold that port.
            if matches!(session.proven.proof, Proof::Given(_)) {
                continue;
            }
            let from = session.proven.from.as_ref();
            let same = uncalled
                .clone()
                .filter(|other| other.proven.from.as_ref() == from);
            if same.count() > HALF_OPEN_PER_WINDOW {
                return Err(format!(
                    "document {doc} has too many unfinished handshakes of one window"
                ));
            }
            let owner = session.wire.and_then(|wire| self.ports[wire ^ 1].owner);
            if let Some(other) = owner.filter(|&other| self.is_live(other) && !self.docs[other].is_hostile) {
                return Err(format!("document {doc} has an unfinished handshake with {other}"));
            }
        }
        Ok(())
    }

    /// Whoever is wanted, there and allowed on both sides is connected.
    fn check_wanted(&self, doc: usize, target: &Target) -> Result<(), String> {
        let Some(window) = target.window().map(|win| win.id) else {
            return Ok(());
        };
        let Some(other) = self.shown(window).filter(|&other| self.is_live(other)) else {
            return Ok(());
        };
        if self.stay_apart(doc, other, target) {
            return Ok(());
        }
        let document = &self.docs[doc];
        let mut peers = document.connections.peers.everyone();
        let is_peer_by_itself = peers.any(|(at, _)| self.behind(doc, at) == Some(other));
        if !target.is_awaited() && target.peer.is_none() && is_peer_by_itself {
            // The second Parley of a document is a peer under its own id, also when the first has ended.
            return Ok(());
        }
        let at = target
            .peer
            .ok_or(format!("document {doc} wants {other}, and is not connected"))?;
        let peer = document.connections.peers.any(at);
        if target.grants.is_some() && peer.is_some_and(|peer| peer.grants.is_none()) {
            return Err(format!(
                "document {doc} lets {other} do everything, against what connect() said"
            ));
        }
        let behind = self.behind(doc, at);
        let is_dead = behind.is_some_and(|behind| self.docs[behind].life == Life::Dead);
        if is_dead && document.connections.peers.suspension_of(at) == Some(Suspension::Frozen) {
            // As above: its window has not said that it shows another.
            return Ok(());
        }
        if behind != Some(other) {
            return Err(format!(
                "document {doc} wants {other}, and is connected with {behind:?}"
            ));
        }
        Ok(())
    }

    /// Whether one of the two does not let the other in, or did not when it was asked.
    fn stay_apart(&self, doc: usize, other: usize, target: &Target) -> bool {
        let (document, truth) = (&self.docs[doc], &self.docs[other]);
        let (own, window) = (document.window, truth.window);
        let is_let_in = document.policy.allowed.allows(&truth.origin)
            || target.handshake.lets_any_in()
            || (truth.origin == OPAQUE && target.handshake.lets_opaque_in());
        let is_welcome = truth.policy.allowed.allows(&document.origin);
        let is_parted = document.parted.contains(&window) || truth.parted.contains(&own);
        let slot = &self.windows[window];
        // A document greets its parent and opener; all others have to be there when they are asked, and not shut this one out.
        let is_relative = slot.parent == Some(own) || slot.opener == Some(own);
        let is_late = !is_relative && truth.since >= target.host;
        let readmitted = truth.readmitted.get(&own);
        let is_late = is_late || readmitted.is_some_and(|&since| since >= target.host);
        truth.is_hostile
            || !is_let_in
            || !is_welcome
            || is_parted
            || is_late
            || self.is_exposed(doc, other, target)
    }

    /// Whether one of the two lets pages of any origin in, and the other does not say what it may do. Who was refused for that
    /// stays out, whatever its page says later.
    fn is_exposed(&self, doc: usize, other: usize, target: &Target) -> bool {
        let (document, truth) = (&self.docs[doc], &self.docs[other]);
        let mut theirs = truth.connections.targets.iter();
        let back = theirs.find(|back| back.window().is_some_and(|win| win.id == document.window));
        let lets_us_in = back.is_some_and(|back| back.handshake.lets_any_in());
        let is_restricted_there = back.is_some_and(|back| back.grants.is_some());
        (lets_us_in && target.grants.is_none())
            || (target.handshake.lets_any_in() && !is_restricted_there)
            || document.connections.blocked.has(&self.win(truth.window))
            || truth.connections.blocked.has(&self.win(document.window))
    }
}
