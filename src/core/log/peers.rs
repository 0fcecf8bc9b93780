//! The neighbours of a log, and what is known of each.

use super::super::difference::Difference;
use super::super::id::PeerRef;
use super::super::version::VersionVector;
use crate::core::lists::{Gather, List};

/// One neighbour.
pub(super) struct Peer {
    pub(super) id: PeerRef,
    /// What it has, or was sent over a wire that loses nothing. It is not sent again.
    pub(super) sent: VersionVector,
    /// What it has acknowledged. Only this may be folded.
    pub(super) acked: VersionVector,
    /// A sync is on its way to it. The next one waits for the answer, or for the tick.
    pub(super) asked: bool,
    /// This window becomes ready after its first delta.
    pub(super) awaited: bool,
    /// What comparisons found since the contents were last equal: with the same actions, and with others.
    pub(super) difference: Difference,
    pub(super) lag: Difference,
    /// When it connected, ms.
    pub(super) up_at: f64,
}

/// The neighbours. Few, so a list.
#[derive(Default)]
pub(super) struct Peers {
    list: Vec<Peer>,
}

impl Peers {
    pub(super) fn up(&mut self, id: PeerRef, awaited: bool, now: f64) {
        self.down(id);
        self.list.push(Peer {
            id,
            sent: VersionVector::new(),
            acked: VersionVector::new(),
            asked: false,
            awaited,
            difference: Difference::default(),
            lag: Difference::default(),
            up_at: now,
        });
    }

    pub(super) fn down(&mut self, id: PeerRef) {
        self.list.keep(|peer| peer.id != id);
    }

    pub(super) fn get(&mut self, id: PeerRef) -> Option<&mut Peer> {
        self.list.iter_mut().find(|peer| peer.id == id)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Peer> {
        self.list.iter_mut()
    }

    pub(super) fn entries(&self) -> usize {
        let known = |peer: &Peer| 1 + peer.sent.len() + peer.acked.len();
        self.list.iter().map(known).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn ids(&self) -> Vec<PeerRef> {
        self.list.iter().map(|peer| peer.id).gather()
    }

    pub(super) fn none_awaited(&self) -> bool {
        self.list.iter().all(|peer| !peer.awaited)
    }

    /// Whether every neighbour has all of `vector`, and nothing is on its way to a window that has seen `own`: that could
    /// be older.
    pub(super) fn all_have(&self, vector: &VersionVector, own: &VersionVector) -> bool {
        self.list
            .iter()
            .all(|peer| peer.acked.covers(vector) && own.covers(&peer.acked))
    }
}
