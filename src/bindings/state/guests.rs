//! Restricted peers: each exchanges frames with a filtered replica of its own, see [`Gateway`].

use std::rc::Rc;

use js_sys::Array;

use super::{Held, StateHost, codec};
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::gateway::{DENIED, Gateway};
use crate::core::grants::Grants;
use crate::core::id::{Actor, Key, PeerRef};
use crate::core::merge::Texts;
use crate::core::model::{Model, ModelEffect, ModelEffects};
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

type Early = (PeerRef, Rc<Grants>, Option<(Kind, Array)>);

type Guest = Rc<RefCell<Gateway<Held>>>;

impl StateHost {
    /// What a restricted peer is granted; None for one that takes part in the state itself.
    pub(super) fn restriction(&self, peer: PeerRef) -> Option<Rc<Grants>> {
        self.carrier.grants(peer).filter(|grants| grants.restricts())
    }

    pub(super) fn guest_up(&self, peer: PeerRef, grants: Rc<Grants>) {
        self.guest_down(peer);
        if self.node.borrow().node().is_ready() {
            self.open_gateway(peer, grants);
        } else {
            self.guests.early.borrow_mut().push((peer, grants, None));
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

    pub(super) fn guests_end(&self) {
        let gone = std::mem::take(&mut *self.guests.here.borrow_mut());
        self.guests.early.borrow_mut().clear();
        self.guests.texts.borrow_mut().take();
        drop(gone);
    }

    /// This window has what the others had: guests may see it.
    pub(super) fn let_guests_in(&self) {
        let early = std::mem::take(&mut *self.guests.early.borrow_mut());
        for (peer, grants, asked) in early {
            self.open_gateway(peer, grants);
            if let Some((kind, frame)) = asked {
                self.hear_guest(peer, kind, &frame);
            }
        }
    }

    fn open_gateway(&self, peer: PeerRef, grants: Rc<Grants>) {
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
            Gateway::open(peer, &self.options.name, grants, view, &node, now)
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
                ModelEffect::Refused { from, code } => self.carrier.refuse(from, code),
                _ => {}
            }
        }
    }

    /// A frame of a restricted peer.
    pub(super) fn hear_guest(&self, from: PeerRef, kind: Kind, frame: &Array) {
        let Some(guest) = self.guest(from) else {
            // Whatever else it says now, it says again when it is answered.
            let mut early = self.guests.early.borrow_mut();
            if let Some(one) = early.iter_mut().find(|one| one.0 == from && kind.asks()) {
                one.2 = Some((kind, frame.clone()));
            }
            return;
        };
        let Some(decoded) = codec::decode(kind, frame) else {
            return self.carrier.refuse(from, codes::MALFORMED);
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
