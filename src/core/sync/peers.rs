//! The neighbours of a state: what each has acknowledged, and what is pending for it.

use crate::core::difference::Difference;
use crate::core::id::PeerRef;
use crate::core::register::Dot;
use crate::core::version::VersionVector;

/// One neighbour.
pub struct Peer {
    pub id: PeerRef,
    /// What it has seen, or was sent; `None` until it has sent its vector. It gets no batch before: it could not apply it.
    ///
    /// A guess on a wire that loses frames. Its next vector corrects it; a delta made from a wrong guess is refused.
    pub known: Option<VersionVector>,
    /// What it has acknowledged.
    pub acknowledged: VersionVector,
    /// It was asked for what this window lacks, and has not answered.
    pub asked: bool,
    /// It is to be asked once another neighbour has sent what they surely share.
    pub held: bool,
    /// This window is not ready before the neighbour has sent what it has.
    pub awaited: bool,
    /// A delta is pending for it: it gets nothing else before.
    pub delta_pending: bool,
    /// It was sent everything since the last tick, because it has seen the same and shows something else.
    pub compared: bool,
    /// What comparisons found since it last held the same.
    pub difference: Difference,
    /// When it came.
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

    /// Notes that it has that batch.
    pub fn has(&mut self, dot: Dot) {
        if let Some(known) = &mut self.known {
            known.advance(dot.actor, dot.seq);
        }
    }
}

/// All neighbours, by arrival. Few: a list is the fastest map.
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

    /// Those that take batches and do not have that one; from now on they are taken to have it.
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
