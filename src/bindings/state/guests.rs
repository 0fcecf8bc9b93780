//! Restricted and mismatched peers: each exchanges frames with a filtered replica of its own, see [`Gateway`].

use std::rc::Rc;

use js_sys::Array;

use super::{Held, StateHost, codec};
use crate::core::cell::Cell;
use crate::core::codes;
use crate::core::gateway::{DENIED, Filter, Gateway};
use crate::core::grants::Grants;
use crate::core::id::{Actor, Key, PeerRef};
use crate::core::merge::Texts;
use crate::core::model::{Model, ModelEffect, ModelEffects};
use crate::core::sync::StateFrame;
use crate::platform::cell::RefCell;
use crate::platform::host;

/// Those who are there.
pub(super) struct Guests {
    here: RefCell<Vec<Guest>>,
    /// Who came before this window knew what the others have, and what each asked last.
    early: RefCell<Vec<Early>>,
    texts: RefCell<Option<Rc<dyn Texts<Held>>>>,
}

impl Guests {
    pub(super) fn none() -> Guests {
        Guests {
            here: RefCell::new(Vec::new()),
            early: RefCell::new(Vec::new()),
            texts: RefCell::new(None),
        }
    }
}

type Early = (PeerRef, Filter, Option<StateFrame<Cell<Held>>>);

type Guest = Rc<RefCell<Gateway<Held>>>;

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
        // One that may do everything is one of those whom this window waits for.
        if self.node.borrow().node().is_ready() || !filter.0.restricts() {
            self.open_gateway(peer, filter);
        } else {
            self.guests.early.borrow_mut().push((peer, filter, None));
        }
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
        let here = self.guests.here.borrow();
        here.iter().any(|guest| guest.borrow().is_awaited())
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
        early.retain(|one| one.0 != peer);
        let at = here.iter().position(|guest| guest.borrow().peer() == peer);
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

    /// This window has what the others had: guests may see it.
    pub(super) fn let_guests_in(&self) {
        let early = std::mem::take(&mut *self.guests.early.borrow_mut());
        for (peer, filter, asked) in early {
            self.open_gateway(peer, filter);
            if let Some(frame) = asked {
                self.hear_guest(peer, frame);
            }
        }
    }

    fn open_gateway(&self, peer: PeerRef, filter: Filter) {
        let now = host::wall();
        let (guest, effects) = {
            let mut node = self.node.borrow_mut();
            let actor = Actor::from_random(host::random_u64());
            let mut view = Model::new(
                actor,
                node.node().born(),
                &self.carrier.own_id(),
                self.options.strategies.clone(),
                Vec::new(),
            );
            let bounds = node.node().bounds();
            drop(view.with_node(|view| {
                view.set_bounds(bounds);
                Vec::new()
            }));
            if let Some(texts) = &*self.guests.texts.borrow() {
                drop(view.provide_texts(Rc::clone(texts), now));
            }
            node.watch(true);
            Gateway::open(peer, &self.options.name, filter, view, &node, now, host::now())
        };
        self.guests.here.borrow_mut().push(Rc::new(RefCell::new(guest)));
        self.send_to_guest(effects);
        self.look_for_texts();
    }

    fn guest(&self, peer: PeerRef) -> Option<Guest> {
        let here = self.guests.here.borrow();
        here.iter().find(|guest| guest.borrow().peer() == peer).cloned()
    }

    fn each_guest(&self, act: impl Fn(&mut Gateway<Held>, &Model<Held>) -> ModelEffects<Held>) {
        let here = self.guests.here.borrow().clone();
        for guest in here {
            let effects = act(&mut guest.borrow_mut(), &self.node.borrow());
            self.send_to_guest(effects);
        }
    }

    fn send_to_guest(&self, effects: ModelEffects<Held>) {
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
            let asks = matches!(decoded, StateFrame::Sync { .. } | StateFrame::Glance { .. });
            if let Some(one) = early.iter_mut().find(|one| one.0 == from && asks) {
                one.2 = Some(decoded);
            }
            return;
        };
        let now = host::wall();
        let latest = codec::latest(&decoded);
        if !guest.borrow_mut().witnessed(latest, now) {
            return self.carrier.refuse(from, codes::CLOCK);
        }
        let (heard, judged) = {
            let (mut gateway, node) = (guest.borrow_mut(), self.node.borrow());
            let mut heard = gateway.receive(decoded, &node, now);
            gateway.drop_unreadable(&mut heard, &self.unreadable_cells(), now);
            let judged = gateway.judge(&mut heard, &node, now);
            (heard, judged)
        };
        self.send_to_guest(heard.effects);
        if !judged.denied.is_empty() {
            self.carrier.refuse(from, codes::DENIED);
        }
        if judged.is_full {
            self.carrier.refuse(from, codes::LIMIT);
        }
        if !judged.news.is_empty() {
            self.decide(|model, now| model.adopt(judged.news, Some(from), now));
            // The others hear of it like of any neighbour's write, unless something of this window waits.
            if self.turn.borrow().is_none() {
                self.decide(|model, now| model.with_node(|node| node.flush(now)));
            }
        }
        guest
            .borrow_mut()
            .correct(&self.node.borrow(), &judged.touched, now);
        let effects = guest.borrow_mut().flush(now);
        self.send_to_guest(effects);
        guest.borrow_mut().forget_denied(&self.node.borrow(), DENIED);
        self.look_for_texts();
        self.check_outcomes();
        self.release_ready();
    }

    /// Whether a peer has a gateway, or will get one.
    pub(super) fn is_guest(&self, peer: PeerRef) -> bool {
        self.guest(peer).is_some() || self.guests.early.borrow().iter().any(|one| one.0 == peer)
    }

    /// Asks such a peer what it has, as one that has just come.
    pub(super) fn ask_guest(&self, peer: PeerRef) {
        if let Some(guest) = self.guest(peer) {
            let effects = guest
                .borrow_mut()
                .with_view(|view| view.with_node(|node| node.peer_up(peer, host::now())));
            self.send_to_guest(effects);
        }
    }

    /// A restricted peer could not read what it was sent last. Whether it is one.
    pub(super) fn resend_to_guest(&self, peer: PeerRef) -> bool {
        let Some(guest) = self.guest(peer) else {
            return false;
        };
        let effects = guest
            .borrow_mut()
            .with_view(|view| view.with_node(|node| node.resend(peer)));
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
                shown.extend(changes.iter().map(|change| Rc::clone(&change.key)));
                shown.extend(unsettled.iter().cloned());
            }
        }
        if !names.is_empty() || !shown.is_empty() {
            self.each_guest(|gateway, state| {
                gateway.tell(state, &names, &shown, host::wall());
                Vec::new()
            });
        }
    }

    pub(super) fn flush_guests(&self) {
        self.each_guest(|gateway, _| gateway.flush(host::wall()));
    }

    pub(super) fn tick_guests(&self) {
        self.each_guest(|gateway, _| gateway.with_view(|view| view.with_node(|node| node.tick(host::now()))));
    }

    pub(super) fn inquire_guests(&self) {
        self.each_guest(|gateway, _| gateway.with_view(|view| view.with_node(|node| node.inquire())));
    }

    /// Guests that take part, each with how much it has been told.
    pub(super) fn guests_told(&self) -> Vec<(PeerRef, u64)> {
        let here = self.guests.here.borrow();
        let told = here.iter().filter_map(|guest| {
            let guest = guest.borrow();
            let node = guest.view().node();
            let follows = node.followers().any(|peer| peer == guest.peer());
            follows.then(|| (guest.peer(), node.own_seq()))
        });
        told.collect()
    }

    /// Whether a guest has said that it has that much; true if it is gone.
    pub(super) fn guest_has(&self, peer: PeerRef, seq: u64) -> bool {
        self.guest(peer)
            .is_none_or(|guest| guest.borrow().view().node().has_told(peer, seq))
    }

    /// The engine that merges texts has come.
    pub(super) fn give_guests_texts(&self, texts: &Rc<dyn Texts<Held>>) {
        self.guests.texts.replace(Some(Rc::clone(texts)));
        self.each_guest(|gateway, _| {
            gateway.with_view(|view| view.provide_texts(Rc::clone(texts), host::wall()))
        });
        self.flush_guests();
    }

    /// Whether what a guest writes needs the engine that merges texts.
    pub(super) fn guests_want_texts(&self) -> bool {
        let here = self.guests.here.borrow();
        here.iter().any(|guest| guest.borrow().view().wants_texts())
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
