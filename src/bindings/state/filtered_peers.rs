//! Restricted and mismatched peers: each exchanges frames with a filtered replica of its own, see [`Gateway`]. The code of
//! those replicas is a part of the wasm, loaded for the first such peer; until then these peers wait.

use std::cell::Cell as Slot;
use std::rc::Rc;

use js_sys::Array;

use super::gateways::Loading;
use super::{JsEntry, StateHost};
use crate::core::cell::Cell;
use crate::core::gateway::Filter;
use crate::core::grants::Grants;
use crate::core::id::{Key, PeerRef};
use crate::core::lists::{Gather, List};
use crate::core::merge::Texts;
use crate::core::model::{ModelEffect, ModelEffects, StateModel};
use crate::core::sync::{StateEffect, StateFrame, StateNode};
use crate::platform::cell::RefCell;
use crate::platform::host;

/// The restricted and mismatched peers of a state.
pub(super) struct FilteredPeers {
    pub(super) here: RefCell<Vec<Rc<dyn FilteredPeer>>>,
    /// Peers that came before this window was ready, or before the part of the wasm was loaded, each with its last request.
    early: RefCell<Vec<Early>>,
    pub(super) texts: RefCell<Option<Rc<dyn Texts<JsEntry>>>>,
    pub(super) loading: Slot<Loading>,
}

impl FilteredPeers {
    pub(super) fn none() -> FilteredPeers {
        FilteredPeers {
            here: RefCell::new(Vec::new()),
            early: RefCell::new(Vec::new()),
            texts: RefCell::new(None),
            loading: Slot::new(Loading::No),
        }
    }
}

type Early = (PeerRef, Filter, Option<StateFrame<Cell<JsEntry>>>);

/// A filtered peer that takes part, through its gateway in that part of the wasm.
pub(super) trait FilteredPeer {
    fn peer(&self) -> PeerRef;
    /// Whether this window waits for the peer's contents.
    fn is_awaited(&self) -> bool;
    /// Calls the node of the filtered replica. Returns the frames to send.
    fn with_node(&self, act: &dyn Fn(&mut StateNode<Cell<JsEntry>>) -> NodeEffects) -> ModelEffects<JsEntry>;
    /// Sends what has changed for it.
    fn flush(&self, now: f64) -> ModelEffects<JsEntry>;
    /// The number of batches that it was sent, if it takes part.
    fn sent(&self) -> Option<u64>;
    /// Whether it has acknowledged that many.
    fn has(&self, seq: u64) -> bool;
    fn wants_texts(&self) -> bool;
    fn provide_texts(&self, texts: Rc<dyn Texts<JsEntry>>, now: f64) -> ModelEffects<JsEntry>;
    /// Receives a frame of the peer.
    fn hear(&self, state: &StateHost, decoded: StateFrame<Cell<JsEntry>>);
    /// Cells of these names have changed in the state, and the visible values of these keys.
    fn forward(&self, model: &dyn StateModel<JsEntry>, names: &[Key], shown: &[Key]);
    /// Vetoes, in the state, the parts of aborted transactions that the peer would take for valid.
    fn veto_aborted(&self, state: &StateHost);
}

type NodeEffects = Vec<StateEffect<Cell<JsEntry>>>;

impl StateHost {
    /// The grants of a restricted peer; `None` for a peer that takes part in the state itself.
    pub(super) fn restriction(&self, peer: PeerRef) -> Option<Rc<Grants>> {
        self.messenger.grants(peer).filter(|grants| grants.restricts())
    }

    /// The grants of a peer and the keys that are not exchanged with it; `None` for a peer that takes part in the state
    /// itself.
    pub(super) fn filter(&self, peer: PeerRef) -> Option<Filter> {
        match (self.restriction(peer), self.excluded(peer)) {
            (None, None) => None,
            (grants, excluded) => Some((grants.unwrap_or_default(), excluded)),
        }
    }

    pub(super) fn filtered_peer_up(&self, peer: PeerRef, filter: Filter) {
        self.filtered_peer_down(peer);
        match self.gateways() {
            Some(part) if self.is_due(&filter) => (part.open)(self, peer, filter),
            there => {
                self.filtered_peers.early.borrow_mut().push((peer, filter, None));
                if there.is_none() {
                    self.load_gateways();
                }
            }
        }
    }

    /// Whether a peer may take part now. A peer that may read and write everything may before this window is ready, because
    /// this window waits for it.
    fn is_due(&self, filter: &Filter) -> bool {
        self.node.borrow().node().is_ready() || !filter.0.restricts()
    }

    /// Restarts the exchange with a peer, through a gateway or without one.
    pub(super) fn peer_anew(&self, peer: PeerRef) {
        if let Some(filter) = self.filter(peer) {
            self.filtered_peer_up(peer, filter);
            self.decide(|model, now| model.with_node(|node| node.peer_down(peer, now)));
        } else {
            self.filtered_peer_down(peer);
            self.decide(|model, _| model.with_node(|node| node.peer_up(peer, host::now())));
        }
    }

    /// Whether a peer without restrictions has not sent its contents.
    pub(super) fn awaits_filtered_peers(&self) -> bool {
        let (here, early) = (
            self.filtered_peers.here.borrow(),
            self.filtered_peers.early.borrow(),
        );
        let may_come = self.filtered_peers.loading.get() != Loading::Failed;
        here.iter().any(|filtered| filtered.is_awaited())
            || (may_come && early.iter().any(|one| !one.1.0.restricts()))
    }

    /// Stops waiting for such peers, if none is left.
    pub(super) fn release_ready(&self) {
        if self.node.borrow().node().is_ready() {
            self.become_ready();
        }
    }

    /// A peer has gone. Returns whether it was a filtered peer.
    pub(super) fn filtered_peer_down(&self, peer: PeerRef) -> bool {
        let mut here = self.filtered_peers.here.borrow_mut();
        let mut early = self.filtered_peers.early.borrow_mut();
        let before = here.len() + early.len();
        early.keep(|one| one.0 != peer);
        let at = here.iter().position(|filtered| filtered.peer() == peer);
        let gone = at.map(|at| here.remove(at));
        let was = here.len() + early.len() < before;
        drop((here, early));
        drop(gone);
        was
    }

    /// The peer has another version of the state now, and may return.
    pub(super) fn release_filtered_peer(&self, peer: PeerRef) {
        if self.restriction(peer).is_none() && self.filtered_peer_down(peer) {
            self.release_ready();
        }
    }

    pub(super) fn end_filtered_peers(&self) {
        let gone = std::mem::take(&mut *self.filtered_peers.here.borrow_mut());
        self.filtered_peers.early.borrow_mut().clear();
        self.filtered_peers.texts.borrow_mut().take();
        drop(gone);
    }

    /// This window is ready, or the part of the wasm is loaded: admits the peers that may take part now.
    pub(super) fn admit_filtered_peers(&self) {
        if self.filtered_peers.early.borrow().is_empty() {
            return;
        }
        let Some(part) = self.gateways() else {
            return;
        };
        let early = std::mem::take(&mut *self.filtered_peers.early.borrow_mut());
        for (peer, filter, asked) in early {
            if !self.is_due(&filter) {
                self.filtered_peers.early.borrow_mut().push((peer, filter, asked));
                continue;
            }
            (part.open)(self, peer, filter);
            if let Some(frame) = asked {
                self.receive_from_filtered_peer(peer, frame);
            }
        }
    }

    fn filtered_peer(&self, peer: PeerRef) -> Option<Rc<dyn FilteredPeer>> {
        let here = self.filtered_peers.here.borrow();
        here.iter().find(|filtered| filtered.peer() == peer).cloned()
    }

    fn each_filtered_peer(&self, act: &dyn Fn(&dyn FilteredPeer) -> ModelEffects<JsEntry>) {
        let here = self.filtered_peers.here.borrow().clone();
        for filtered in here {
            let effects = act(&*filtered);
            self.send_to_filtered_peer(effects);
        }
    }

    pub(super) fn send_to_filtered_peer(&self, effects: ModelEffects<JsEntry>) {
        for effect in effects {
            match effect {
                ModelEffect::Send { to, frame } => self.post(&to, &frame),
                ModelEffect::Refused { from, code } => self.messenger.refused(from, code, &self.options.name),
                _ => {}
            }
        }
    }

    /// Receives a frame of such a peer.
    pub(super) fn receive_from_filtered_peer(&self, from: PeerRef, decoded: StateFrame<Cell<JsEntry>>) {
        let Some(filtered) = self.filtered_peer(from) else {
            // Any other frame it sends again when it is answered.
            let mut early = self.filtered_peers.early.borrow_mut();
            let asks = matches!(decoded, StateFrame::Sync { .. } | StateFrame::Digest { .. });
            if let Some(one) = early.iter_mut().find(|one| one.0 == from && asks) {
                one.2 = Some(decoded);
            }
            return;
        };
        filtered.hear(self, decoded);
    }

    /// Whether a peer has a gateway, or waits for one.
    pub(super) fn is_filtered_peer(&self, peer: PeerRef) -> bool {
        self.filtered_peer(peer).is_some()
            || self.filtered_peers.early.borrow().iter().any(|one| one.0 == peer)
    }

    /// Asks such a peer for its contents, as if it had just connected.
    pub(super) fn ask_filtered_peer(&self, peer: PeerRef) {
        if let Some(filtered) = self.filtered_peer(peer) {
            let effects = filtered.with_node(&|node| node.peer_up(peer, host::now()));
            self.send_to_filtered_peer(effects);
        }
    }

    /// A peer could not read its last frame. Returns whether it is a filtered peer.
    pub(super) fn resend_to_filtered_peer(&self, peer: PeerRef) -> bool {
        let Some(filtered) = self.filtered_peer(peer) else {
            return false;
        };
        let effects = filtered.with_node(&|node| node.resend(peer));
        self.send_to_filtered_peer(effects);
        true
    }

    /// Forwards changes of the state to filtered peers.
    pub(super) fn forward_to_filtered_peers(&self, effects: &ModelEffects<JsEntry>) {
        let names = self.node.borrow_mut().take_watched();
        if self.filtered_peers.here.borrow().is_empty() {
            return;
        }
        let mut shown: Vec<Key> = Vec::new();
        for effect in effects {
            if let ModelEffect::Changed {
                changes, unsettled, ..
            } = effect
            {
                shown.take_in(changes.iter().map(|change| Rc::clone(&change.key)));
                shown.take_in(unsettled.iter().cloned());
            }
        }
        if !names.is_empty() || !shown.is_empty() {
            self.each_filtered_peer(&|filtered| {
                filtered.forward(&**self.node.borrow(), &names, &shown);
                Vec::new()
            });
        }
    }

    /// Vetoes, for every window, the parts of aborted transactions that such a peer receives. Call it after `validate`: the
    /// transactions stay aborted.
    pub(super) fn veto_aborted(&self) {
        self.each_filtered_peer(&|filtered| {
            filtered.veto_aborted(self);
            Vec::new()
        });
    }

    pub(super) fn flush_filtered_peers(&self) {
        self.each_filtered_peer(&|filtered| filtered.flush(host::wall()));
    }

    pub(super) fn tick_filtered_peers(&self) {
        self.each_filtered_peer(&|filtered| filtered.with_node(&|node| node.tick(host::now())));
    }

    pub(super) fn inquire_filtered_peers(&self) {
        self.each_filtered_peer(&|filtered| filtered.with_node(&|node| node.inquire()));
    }

    /// Whether peers wait for the part of the wasm. Then an `ack` waits for them too.
    pub(super) fn filtered_peers_are_coming(&self) -> bool {
        self.filtered_peers.loading.get() == Loading::Asked && !self.filtered_peers.early.borrow().is_empty()
    }

    /// Filtered peers that take part, each with the number of batches it was sent.
    pub(super) fn filtered_peers_sent(&self) -> Vec<(PeerRef, u64)> {
        let here = self.filtered_peers.here.borrow();
        let sent = here
            .iter()
            .filter_map(|filtered| Some((filtered.peer(), filtered.sent()?)));
        sent.gather()
    }

    /// Whether a filtered peer has acknowledged that many; true if it has gone.
    pub(super) fn filtered_peer_has(&self, peer: PeerRef, seq: u64) -> bool {
        self.filtered_peer(peer).is_none_or(|filtered| filtered.has(seq))
    }

    /// The text engine is loaded.
    pub(super) fn set_texts_of_filtered_peers(&self, texts: &Rc<dyn Texts<JsEntry>>) {
        self.filtered_peers.texts.replace(Some(Rc::clone(texts)));
        self.each_filtered_peer(&|filtered| filtered.provide_texts(Rc::clone(texts), host::wall()));
        self.flush_filtered_peers();
    }

    /// Whether a write of a filtered peer needs the text engine.
    pub(super) fn filtered_peers_want_texts(&self) -> bool {
        let here = self.filtered_peers.here.borrow();
        here.iter().any(|filtered| filtered.wants_texts())
    }

    /// Whether a peer may write every key of an update that came as a plain message.
    pub(super) fn may_update(&self, from: PeerRef, keys: &Array) -> bool {
        let Some(grants) = self.restriction(from) else {
            return true;
        };
        let name = &self.options.name;
        keys.iter()
            .all(|key| key.as_string().is_some_and(|key| grants.may_write(name, &key)))
    }
}
