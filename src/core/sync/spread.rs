//! Dissemination: chooses the frames for each neighbour.

use super::node::{Effects, StateNode};
use super::peers::Peer;
use super::{StateEffect, StateFrame};
use crate::core::fingerprint::Content;
use crate::core::id::PeerRef;
use crate::core::lists::Gather;
use crate::core::register::Dot;
use crate::core::version::VersionVector;

impl<V: Content> StateNode<V> {
    /// Closes the open batch and sends it to the neighbours that take batches.
    pub(super) fn flush_open(&mut self, effects: &mut Effects<V>) {
        if let Some(batch) = self.replica.take_open() {
            let to = self.peers.take_lacking(Dot {
                actor: batch.actor,
                seq: batch.seq,
            });
            send(to, StateFrame::Batch(batch), effects);
        }
    }

    /// Sends a delta to each of `due`, even an empty one, and to every other neighbour that lacks something.
    pub(super) fn send_deltas(&mut self, due: &[PeerRef], effects: &mut Effects<V>) {
        for peer in self.peers.iter_mut() {
            peer.delta_pending |= due.contains(&peer.id);
        }
        // A delta covers all that this window has seen, so a write that beat some of it must have a dot. Nor may a batch
        // overtake the delta with its causes: a neighbour that lacks those gets both in one delta.
        let behind = self.peers.iter().any(|peer| peer.lacks(self.replica.vector()));
        if behind || self.replica.has_silent() {
            self.replica.assign_dots();
        } else {
            self.flush_open(effects);
        }
        let vector = self.replica.vector();
        let mut groups: Vec<(VersionVector, Vec<PeerRef>)> = Vec::new();
        for peer in self
            .peers
            .iter_mut()
            .filter(|peer| due.contains(&peer.id) || peer.lacks(vector))
        {
            let Some(known) = &mut peer.known else {
                continue;
            };
            peer.delta_pending = false;
            let since = known.meet(vector);
            known.join(vector);
            match groups.iter_mut().find(|group| group.0 == since) {
                Some(group) => group.1.push(peer.id),
                None => groups.push((since, vec![peer.id])),
            }
        }
        for (since, to) in groups {
            send(to, StateFrame::Delta(self.replica.delta(since)), effects);
        }
    }

    /// Asks those of the neighbours for what this window lacks, unless they have been asked already.
    pub(super) fn ask(&mut self, whom: impl Fn(&Peer) -> bool, effects: &mut Effects<V>) {
        let mut to = Vec::new();
        for peer in self.peers.iter_mut().filter(|peer| !peer.asked && whom(peer)) {
            peer.asked = true;
            peer.held = false;
            to.push(peer.id);
        }
        let (vector, born) = (self.replica.vector().clone(), (self.born, self.actor()));
        send(to, StateFrame::Sync { vector, born }, effects);
    }

    /// Becomes ready once no neighbour is waited for, then answers the neighbours that waited for this window.
    pub(super) fn check_ready(&mut self, effects: &mut Effects<V>) {
        if self.ready || !self.settled || self.peers.iter().any(|peer| peer.awaited) {
            return;
        }
        self.ready = true;
        self.ask(|peer| peer.held, effects);
        let pending: Vec<PeerRef> = self
            .peers
            .iter()
            .filter(|peer| peer.delta_pending)
            .map(|peer| peer.id)
            .gather();
        if !pending.is_empty() {
            self.send_deltas(&pending, effects);
        }
        self.send_restored(effects);
        effects.push(StateEffect::Ready);
    }
}

/// Pushes one frame to those neighbours, if there are any.
pub(super) fn send<V>(to: Vec<PeerRef>, frame: StateFrame<V>, effects: &mut Effects<V>) {
    if !to.is_empty() {
        effects.push(StateEffect::Send { to, frame });
    }
}
