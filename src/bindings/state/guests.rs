//! Restricted and mismatched peers: each exchanges frames with a filtered replica of its own, see [`Gateway`]. What works on
//! those replicas is a part of the wasm that is loaded for the first such peer; until then they wait.

use std::cell::Cell as Slot;
use std::rc::Rc;

use js_sys::Array;

use super::gateways::Loading;
use super::{Held, StateHost};
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

/// Those who are there.
pub(super) struct Guests {
    pub(super) here: RefCell<Vec<Rc<dyn Guest>>>,
    /// Who came before this window knew what the others have, or before the part of the wasm was there, and what each asked last.
    early: RefCell<Vec<Early>>,
    pub(super) texts: RefCell<Option<Rc<dyn Texts<Held>>>>,
    pub(super) loading: Slot<Loading>,
}

impl Guests {
    pub(super) fn none() -> Guests {
        Guests {
            here: RefCell::new(Vec::new()),
            early: RefCell::new(Vec::new()),
            texts: RefCell::new(None),
            loading: Slot::new(Loading::No),
        }
    }
}

type Early = (PeerRef, Filter, Option<StateFrame<Cell<Held>>>);

/// Such a peer that takes part: its gateway, which is in the part.
pub(super) trait Guest {
    fn peer(&self) -> PeerRef;
    /// Whether this window waits for what it has.
    fn is_awaited(&self) -> bool;
    /// Lets the node below the gateway act; what is to be sent.
    fn with_node(&self, act: &dyn Fn(&mut StateNode<Cell<Held>>) -> NodeEffects) -> ModelEffects<Held>;
    /// Sends what is new for it.
    fn flush(&self, now: f64) -> ModelEffects<Held>;
    /// How much it has been told, if it takes part.
    fn told(&self) -> Option<u64>;
    /// Whether it has said that it has that much.
    fn has(&self, seq: u64) -> bool;
    fn wants_texts(&self) -> bool;
    fn provide_texts(&self, texts: Rc<dyn Texts<Held>>, now: f64) -> ModelEffects<Held>;
    /// A frame of the peer.
    fn hear(&self, state: &StateHost, decoded: StateFrame<Cell<Held>>);
    /// Cells of these names have changed in the state, and these keys show otherwise than before.
    fn forward(&self, model: &dyn StateModel<Held>, names: &[Key], shown: &[Key]);
}

type NodeEffects = Vec<StateEffect<Cell<Held>>>;

impl StateHost {
    /// What a restricted peer is granted; None for one that takes part in the state itself.
    pub(super) fn restriction(&self, peer: PeerRef) -> Option<Rc<Grants>> {
        self.carrier.grants(peer).filter(|grants| grants.restricts())
    }

    /// What a peer may do and which keys are not exchanged with it; None for one that takes part in the state itself.
    pub(super) fn filter(&self, peer: PeerRef) -> Option<Filter> {
        match (self.restriction(peer), self.excluded(peer)) {
            (None, None) => None,
            (grants, excluded) => Some((grants.unwrap_or_default(), excluded)),
        }
    }

    pub(super) fn guest_up(&self, peer: PeerRef, filter: Filter) {
        self.guest_down(peer);
        match self.gateways() {
            Some(part) if self.is_due(&filter) => (part.open)(self, peer, filter),
            there => {
                self.guests.early.borrow_mut().push((peer, filter, None));
                if there.is_none() {
                    self.load_gateways();
                }
            }
        }
    }

    /// Whether a peer may take part now, as far as this window's own readiness goes: one that may do everything is one of those
    /// whom this window waits for.
    fn is_due(&self, filter: &Filter) -> bool {
        self.node.borrow().node().is_ready() || !filter.0.restricts()
    }

    /// The exchange with a peer begins anew, through a gateway or without one.
    pub(super) fn peer_anew(&self, peer: PeerRef) {
        if let Some(filter) = self.filter(peer) {
            self.guest_up(peer, filter);
            self.decide(|model, now| model.with_node(|node| node.peer_down(peer, now)));
        } else {
            self.guest_down(peer);
            self.decide(|model, _| model.with_node(|node| node.peer_up(peer, host::now())));
        }
    }

    /// Whether a peer that may do everything has not told what it has.
    pub(super) fn awaits_guests(&self) -> bool {
        let (here, early) = (self.guests.here.borrow(), self.guests.early.borrow());
        let may_come = self.guests.loading.get() != Loading::Failed;
        here.iter().any(|guest| guest.is_awaited())
            || (may_come && early.iter().any(|one| !one.1.0.restricts()))
    }

    /// Whoever waited for such peers need not wait any more, if none is left.
    pub(super) fn release_ready(&self) {
        if self.node.borrow().node().is_ready() {
            self.become_ready();
        }
    }

    /// Whether it was one.
    pub(super) fn guest_down(&self, peer: PeerRef) -> bool {
        let mut here = self.guests.here.borrow_mut();
        let mut early = self.guests.early.borrow_mut();
        let before = here.len() + early.len();
        early.keep(|one| one.0 != peer);
        let at = here.iter().position(|guest| guest.peer() == peer);
        let gone = at.map(|at| here.remove(at));
        let was = here.len() + early.len() < before;
        drop((here, early));
        drop(gone);
        was
    }

    /// It holds another version now, and may come back.
    pub(super) fn guest_let_go(&self, peer: PeerRef) {
        if self.restriction(peer).is_none() && self.guest_down(peer) {
            self.release_ready();
        }
    }

    pub(super) fn guests_end(&self) {
        let gone = std::mem::take(&mut *self.guests.here.borrow_mut());
        self.guests.early.borrow_mut().clear();
        self.guests.texts.borrow_mut().take();
        drop(gone);
    }

    /// This window has what the others had, or the part of the wasm has come: lets those in who may come now.
    pub(super) fn let_guests_in(&self) {
        if self.guests.early.borrow().is_empty() {
            return;
        }
        let Some(part) = self.gateways() else {
            return;
        };
        let early = std::mem::take(&mut *self.guests.early.borrow_mut());
        for (peer, filter, asked) in early {
            if !self.is_due(&filter) {
                self.guests.early.borrow_mut().push((peer, filter, asked));
                continue;
            }
            (part.open)(self, peer, filter);
            if let Some(frame) = asked {
                self.hear_guest(peer, frame);
            }
        }
    }

    fn guest(&self, peer: PeerRef) -> Option<Rc<dyn Guest>> {
        let here = self.guests.here.borrow();
        here.iter().find(|guest| guest.peer() == peer).cloned()
    }

    fn each_guest(&self, act: &dyn Fn(&dyn Guest) -> ModelEffects<Held>) {
        let here = self.guests.here.borrow().clone();
        for guest in here {
            let effects = act(&*guest);
            self.send_to_guest(effects);
        }
    }

    pub(super) fn send_to_guest(&self, effects: ModelEffects<Held>) {
        for effect in effects {
            match effect {
                ModelEffect::Send { to, frame } => self.post(&to, &frame),
                ModelEffect::Refused { from, code } => self.carrier.refused(from, code, &self.options.name),
                _ => {}
            }
        }
    }

    /// A frame of such a peer.
    pub(super) fn hear_guest(&self, from: PeerRef, decoded: StateFrame<Cell<Held>>) {
        let Some(guest) = self.guest(from) else {
            // Whatever else it says now, it says again when it is answered.
            let mut early = self.guests.early.borrow_mut();
            let asks = matches!(decoded, StateFrame::Sync { .. } | StateFrame::Digest { .. });
            if let Some(one) = early.iter_mut().find(|one| one.0 == from && asks) {
                one.2 = Some(decoded);
            }
            return;
        };
        guest.hear(self, decoded);
    }

    /// Whether a peer has a gateway, or will get one.
    pub(super) fn is_guest(&self, peer: PeerRef) -> bool {
        self.guest(peer).is_some() || self.guests.early.borrow().iter().any(|one| one.0 == peer)
    }

    /// Asks such a peer what it has, as one that has just come.
    pub(super) fn ask_guest(&self, peer: PeerRef) {
        if let Some(guest) = self.guest(peer) {
            let effects = guest.with_node(&|node| node.peer_up(peer, host::now()));
            self.send_to_guest(effects);
        }
    }

    /// A restricted peer could not read what it was sent last. Whether it is one.
    pub(super) fn resend_to_guest(&self, peer: PeerRef) -> bool {
        let Some(guest) = self.guest(peer) else {
            return false;
        };
        let effects = guest.with_node(&|node| node.resend(peer));
        self.send_to_guest(effects);
        true
    }

    /// Shows the guests what has changed here.
    pub(super) fn tell_guests(&self, effects: &ModelEffects<Held>) {
        let names = self.node.borrow_mut().take_watched();
        if self.guests.here.borrow().is_empty() {
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
            self.each_guest(&|guest| {
                guest.forward(&**self.node.borrow(), &names, &shown);
                Vec::new()
            });
        }
    }

    pub(super) fn flush_guests(&self) {
        self.each_guest(&|guest| guest.flush(host::wall()));
    }

    pub(super) fn tick_guests(&self) {
        self.each_guest(&|guest| guest.with_node(&|node| node.tick(host::now())));
    }

    pub(super) fn inquire_guests(&self) {
        self.each_guest(&|guest| guest.with_node(&|node| node.inquire()));
    }

    /// Whether peers wait for the part of the wasm: whoever waits for all that take part waits for them.
    pub(super) fn guests_are_coming(&self) -> bool {
        self.guests.loading.get() == Loading::Asked && !self.guests.early.borrow().is_empty()
    }

    /// Guests that take part, each with how much it has been told.
    pub(super) fn guests_told(&self) -> Vec<(PeerRef, u64)> {
        let here = self.guests.here.borrow();
        let told = here
            .iter()
            .filter_map(|guest| Some((guest.peer(), guest.told()?)));
        told.gather()
    }

    /// Whether a guest has said that it has that much; true if it is gone.
    pub(super) fn guest_has(&self, peer: PeerRef, seq: u64) -> bool {
        self.guest(peer).is_none_or(|guest| guest.has(seq))
    }

    /// The engine that merges texts has come.
    pub(super) fn give_guests_texts(&self, texts: &Rc<dyn Texts<Held>>) {
        self.guests.texts.replace(Some(Rc::clone(texts)));
        self.each_guest(&|guest| guest.provide_texts(Rc::clone(texts), host::wall()));
        self.flush_guests();
    }

    /// Whether what a guest writes needs the engine that merges texts.
    pub(super) fn guests_want_texts(&self) -> bool {
        let here = self.guests.here.borrow();
        here.iter().any(|guest| guest.wants_texts())
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
