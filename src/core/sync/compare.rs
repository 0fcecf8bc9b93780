//! Anti-entropy: peers compare digests, then version vectors; they send their full state if tombstones were dropped.

use super::node::{Effects, StateNode};
use super::spread::send;
use super::{ERR_DIVERGED, ERR_LIMIT, StateEffect, StateFrame};
use crate::core::batch::Batch;
use crate::core::clock::Time;
use crate::core::difference::is_due;
use crate::core::fingerprint::Content;
use crate::core::id::{Actor, PeerRef};
use crate::core::lists::Gather;
use crate::core::version::{VersionVector, mix};

impl<V: Content> StateNode<V> {
    /// Compares with every neighbour. One that is believed to be equal gets digests, the others the whole vector.
    pub(super) fn compare(&mut self, effects: &mut Effects<V>) {
        if !self.peers.is_empty() {
            // Computed now, because digests and deltas name it from here on.
            self.replica.content();
        }
        if self.replica.is_comparable() {
            let vector = self.replica.vector();
            let same =
                |peer: &&super::peers::Peer| peer.known.as_ref() == Some(vector) && !peer.delta_pending;
            let to: Vec<PeerRef> = self.peers.iter().filter(same).map(|peer| peer.id).gather();
            let digest = self.digest_frame(false);
            send(to.clone(), digest, effects);
            self.ask(|peer| !to.contains(&peer.id), effects);
        } else {
            self.ask(|_| true, effects);
        }
    }

    fn digest_frame(&self, is_answer: bool) -> StateFrame<V> {
        StateFrame::Digest {
            seen: self.replica.vector().digest(),
            fingerprint: self.replica.fingerprint(),
            content: self.replica.known_content(),
            is_answer,
        }
    }

    pub(super) fn receive_digest(
        &mut self,
        from: PeerRef,
        seen: u64,
        (fingerprint, content): (u64, u64),
        is_answer: bool,
        effects: &mut Effects<V>,
    ) {
        if self.ready {
            self.send_deltas(&[], effects);
        }
        let same = self.replica.vector().digest() == seen && self.replica.is_comparable();
        let vector = self.replica.vector().clone();
        let Some(peer) = self.peers.get_mut(from).filter(|peer| peer.known.is_some()) else {
            return;
        };
        if !same {
            // A frame is on its way, or was lost.
            return self.ask(|peer| peer.id == from, effects);
        }
        peer.acknowledged = vector.clone();
        peer.known = Some(vector);
        peer.asked = false;
        peer.awaited = false;
        let own = if content == 0 { 0 } else { self.replica.content() };
        if fingerprint != self.replica.fingerprint() || content != own {
            let how = mix(mix(fingerprint, content), mix(self.replica.fingerprint(), own));
            self.differs(from, how, effects);
        } else {
            if let Some(peer) = self.peers.get_mut(from) {
                peer.difference.ends();
            }
            if !is_answer {
                send(vec![from], self.digest_frame(true), effects);
            }
        }
        self.check_ready(effects);
    }

    /// A neighbour that has seen the same holds other values. `how` is a digest of both.
    fn differs(&mut self, from: PeerRef, how: u64, effects: &mut Effects<V>) {
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        let tries = peer.difference.found(how);
        if tries > 0 && peer.difference.lasts() {
            let code = ERR_DIVERGED;
            effects.push(StateEffect::Refused { from, code });
        }
        if is_due(tries) {
            self.send_full(from, effects);
        }
    }

    /// Of two contents of one write, keep always the one here: for a replica that mirrors another.
    pub fn keep_contents(&mut self) {
        self.keeps_contents = true;
    }

    /// A neighbour has seen the same and has other visible values. Either one of the two lacks a deletion that the other
    /// has dropped, or a peer sent two contents of one write. The full state repairs both; it is sent at most once between
    /// two ticks.
    pub(super) fn send_full(&mut self, to: PeerRef, effects: &mut Effects<V>) {
        let Some(peer) = self.peers.get_mut(to).filter(|peer| !peer.compared) else {
            return;
        };
        peer.compared = true;
        send(vec![to], StateFrame::Delta(self.replica.whole()), effects);
    }

    /// A neighbour could not read the last frame. Sends again what it has not acknowledged.
    pub fn resend(&mut self, to: PeerRef) -> Effects<V> {
        let mut effects = Vec::new();
        let vector = self.replica.vector();
        let Some(peer) = self.peers.get_mut(to).filter(|peer| peer.known.is_some()) else {
            return effects;
        };
        peer.known = Some(peer.acknowledged.clone());
        // It has acknowledged everything: then the lost frame was the full state.
        let whole = std::mem::take(&mut peer.compared) && peer.acknowledged.covers(vector);
        if whole {
            self.send_full(to, &mut effects);
        } else {
            self.send_deltas(&[to], &mut effects);
        }
        effects
    }

    /// Garbage collection of deletions and writers.
    pub(super) fn tidy(&mut self, now: f64) {
        self.replica.forget_deletions();
        let gone = self.replica.forget_writers(now, false);
        self.forget_peers(&gone);
    }

    fn forget_peers(&mut self, gone: &[Actor]) {
        if gone.is_empty() {
            return;
        }
        for peer in self.peers.iter_mut() {
            peer.acknowledged.forget_all(gone);
            if let Some(known) = &mut peer.known {
                known.forget_all(gone);
            }
        }
    }

    /// Checks whether a batch fits the capacity. Says nothing about its content.
    pub(super) fn check_batch_fits(&mut self, batch: &Batch<V>, now: f64) -> Result<(), &'static str> {
        self.check_writers(&[(batch.actor, batch.seq)].into_iter().collect(), now)?;
        let writes = batch.entries.iter();
        self.check_takes(writes.map(|(key, value, time)| (&**key, value.is_some(), *time)))
    }

    pub(super) fn check_takes<'a>(
        &self,
        writes: impl Iterator<Item = (&'a str, bool, Time)> + Clone,
    ) -> Result<(), &'static str> {
        if self.replica.takes(writes) {
            Ok(())
        } else {
            Err(ERR_LIMIT)
        }
    }

    /// Checks whether those writers fit. If there are too many, all writers that may be dropped are dropped first.
    pub(super) fn check_writers(&mut self, vector: &VersionVector, now: f64) -> Result<(), &'static str> {
        if self.replica.knows_writers(vector) {
            return Ok(());
        }
        let gone = self.replica.forget_writers(now, true);
        self.forget_peers(&gone);
        if self.replica.knows_writers(vector) {
            Ok(())
        } else {
            Err(ERR_LIMIT)
        }
    }
}
