//! The neighbours of a state: what each has acknowledged, and what is pending for it.

use crate::core::difference::Difference;
use crate::core::id::PeerRef;
use crate::core::register::Dot;
use crate::core::version::VersionVector;

/// One neighbour.
pub struct Peer {
    pub id: PeerRef,
    /// What it has seen or was sent. `None` until it has sent its vector; before that it could not apply batches and gets
    /// none.
    ///
    /// On a wire that loses frames this is a guess. Its next vector corrects it, and a delta made from a wrong guess is
    /// refused.
    pub known: Option<VersionVector>,
    /// What it has acknowledged.
    pub acknowledged: VersionVector,
    /// It was asked for what this window lacks, and has not answered yet.
    pub asked: bool,
    /// It is asked after another neighbour has sent what they surely share.
    pub held: bool,
    /// This window is not ready before this neighbour has sent what it has.
    pub awaited: bool,
    /// A delta is pending for it. It gets nothing else before.
    pub delta_pending: bool,
    /// It was sent the full state since the last tick, because it has seen the same and has other values.
    pub compared: bool,
    /// What comparisons found since both last had the same values.
    pub difference: Difference,
    /// When it connected, ms.
    pub up_at: f64,
}

impl Peer {
    /// Whether it takes batches.
    pub fn follows(&self) -> bool {
        self.known.is_some() && !self.delta_pending
    }

    /// Whether it takes batches but lacks something of `vector`.
    pub fn lacks(&self, vector: &VersionVector) -> bool {
        !self.delta_pending && self.known.as_ref().is_some_and(|known| !known.covers(vector))
    }

    /// Records that it has that batch.
    pub fn has(&mut self, dot: Dot) {
        if let Some(known) = &mut self.known {
            known.advance(dot.actor, dot.seq);
        }
    }
}

/// All neighbours, by arrival. They are few, so a list is the fastest map.
#[derive(Default)]
pub struct Peers {
    list: Vec<Peer>,
}

impl Peers {
    pub fn add(&mut self, peer: Peer) {
        self.list.push(peer);
    }

    pub fn remove(&mut self, id: PeerRef) -> Option<Peer> {
        let at = self.list.iter().position(|peer| peer.id == id)?;
        Some(self.list.remove(at))
    }

    pub fn get(&self, id: PeerRef) -> Option<&Peer> {
        self.list.iter().find(|peer| peer.id == id)
    }

    pub fn get_mut(&mut self, id: PeerRef) -> Option<&mut Peer> {
        self.list.iter_mut().find(|peer| peer.id == id)
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Peer> {
        self.list.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Peer> {
        self.list.iter_mut()
    }

    /// The neighbours that take batches and lack that one. From now on they count as having it.
    pub fn take_lacking(&mut self, dot: Dot) -> Vec<PeerRef> {
        let mut lacking = Vec::new();
        for peer in self.list.iter_mut().filter(|peer| peer.follows()) {
            if peer.known.as_ref().is_some_and(|known| !known.contains(dot)) {
                peer.has(dot);
                lacking.push(peer.id);
            }
        }
        lacking
    }
}
