//! The part of the wasm for restricted and mismatched peers, loaded for the first of them. Other code reaches it only
//! through [`Part`], so the linker's relocations lead to it from [`gateways_start`] alone (`xtask/src/build/split/`).

use std::cell::Cell as Slot;
use std::hint::black_box;
use std::rc::{Rc, Weak};

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::filtered_peers::FilteredPeer;
use super::{JsEntry, StateHost, codec};
use crate::core::cell::{Cell, VetoReason};
use crate::core::codes;
use crate::core::gateway::{DENIED, Filter, Gateway};
use crate::core::id::{Actor, Key, PeerRef};
use crate::core::merge::Texts;
use crate::core::model::{Model, ModelEffects, StateModel};
use crate::core::sync::{StateEffect, StateFrame, StateNode};
use crate::platform::cell::RefCell;
use crate::platform::{callback, host, promise};

/// The functions that other code calls.
pub(super) struct Part {
    /// Lets a peer take part.
    pub(super) open: fn(&StateHost, PeerRef, Filter),
}

thread_local! {
    static PART: Slot<Option<&'static Part>> = const { Slot::new(None) };
}

/// The part is loaded. The package's JavaScript calls this once, after it has instantiated the part's wasm.
#[wasm_bindgen]
pub fn gateways_start() {
    let part: &'static Part = &Part { open };
    // Hides the only possible value from the optimiser, which would otherwise call the functions from outside the part.
    PART.set(Some(black_box(part)));
}

/// How far the part is loaded for one state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Loading {
    No,
    Asked,
    Failed,
}

impl StateHost {
    /// The part, if it or its bytes are loaded. Gateways need the full model too.
    pub(super) fn gateways(&self) -> Option<&'static Part> {
        if PART.get().is_none() {
            host::start_part("gateways");
        }
        PART.get().filter(|_| self.require_more())
    }

    /// Loads the part. Then the peers that wait for it take part.
    pub(super) fn load_gateways(&self) {
        if self.filtered_peers.loading.get() == Loading::Asked {
            return;
        }
        self.filtered_peers.loading.set(Loading::Asked);
        let loading: Promise = match host::load_part("gateways") {
            Ok(loading) => loading,
            Err(error) => return self.gateways_failed(&error),
        };
        let (come, failed): (Weak<StateHost>, Weak<StateHost>) = (self.weak(), self.weak());
        let come = callback::reaction(move |_| {
            if let Some(state) = come.upgrade() {
                state.filtered_peers.loading.set(Loading::No);
                if !state.destroyed.get() {
                    state.admit_filtered_peers();
                    state.release_ready();
                    state.check_outcomes();
                }
            }
        });
        let failed = callback::reaction(move |error| {
            if let Some(state) = failed.upgrade() {
                state.gateways_failed(&error);
            }
        });
        promise::then(&loading, &come, Some(&failed));
    }

    /// Loading failed: those peers get nothing, and nobody waits for them.
    fn gateways_failed(&self, error: &JsValue) {
        self.filtered_peers.loading.set(Loading::Failed);
        if !self.destroyed.get() {
            self.report(error);
            self.release_ready();
            self.check_outcomes();
        }
    }
}

fn open(state: &StateHost, peer: PeerRef, filter: Filter) {
    let now = host::wall();
    let opened = {
        let mut node = state.node.borrow_mut();
        let Some(model) = node.full_mut() else { return };
        let actor = Actor::from_random(host::random_u64());
        let mut view = Model::new(
            actor,
            model.node().born(),
            &state.messenger.own_id(),
            state.options.strategies.clone(),
            Vec::new(),
        );
        let bounds = model.node().bounds();
        drop(view.with_node(|view| {
            view.set_bounds(bounds);
            Vec::new()
        }));
        if let Some(texts) = &*state.filtered_peers.texts.borrow() {
            drop(view.provide_texts(Rc::clone(texts), now));
        }
        model.watch(true);
        Gateway::open(peer, &state.options.name, filter, view, model, now, host::now())
    };
    let (filtered, effects) = opened;
    state
        .filtered_peers
        .here
        .borrow_mut()
        .push(Rc::new(RefCell::new(filtered)));
    state.send_to_filtered_peer(effects);
    state.veto_aborted();
    state.look_for_texts();
}

impl FilteredPeer for RefCell<Gateway<JsEntry>> {
    fn peer(&self) -> PeerRef {
        self.borrow().peer()
    }

    fn is_awaited(&self) -> bool {
        self.borrow().is_awaited()
    }

    fn with_node(
        &self,
        act: &dyn Fn(&mut StateNode<Cell<JsEntry>>) -> Vec<StateEffect<Cell<JsEntry>>>,
    ) -> ModelEffects<JsEntry> {
        self.borrow_mut().with_view(|view| view.with_node(act))
    }

    fn flush(&self, now: f64) -> ModelEffects<JsEntry> {
        self.borrow_mut().flush(now)
    }

    fn sent(&self) -> Option<u64> {
        let filtered = self.borrow();
        let node = filtered.view().node();
        let follows = node.followers().any(|peer| peer == filtered.peer());
        follows.then(|| node.own_seq())
    }

    fn has(&self, seq: u64) -> bool {
        let filtered = self.borrow();
        filtered.view().node().has_acknowledged(filtered.peer(), seq)
    }

    fn wants_texts(&self) -> bool {
        self.borrow().view().wants_texts()
    }

    fn provide_texts(&self, texts: Rc<dyn Texts<JsEntry>>, now: f64) -> ModelEffects<JsEntry> {
        self.borrow_mut().with_view(|view| view.provide_texts(texts, now))
    }

    fn hear(&self, state: &StateHost, decoded: StateFrame<Cell<JsEntry>>) {
        hear(state, self, decoded);
    }

    fn forward(&self, model: &dyn StateModel<JsEntry>, names: &[Key], shown: &[Key]) {
        if let Some(model) = model.full() {
            self.borrow_mut().forward(model, names, shown, host::wall());
        }
    }

    fn veto_aborted(&self, state: &StateHost) {
        let aborted = match state.node.borrow().full() {
            Some(model) => self.borrow_mut().take_aborted(model),
            None => return,
        };
        if aborted.is_empty() {
            return;
        }
        state.decide(|model, now| match model.full_mut() {
            Some(model) => model.veto(aborted, VetoReason::Aborted, now),
            None => Vec::new(),
        });
        state.schedule_flush();
    }
}

fn hear(state: &StateHost, filtered: &RefCell<Gateway<JsEntry>>, decoded: StateFrame<Cell<JsEntry>>) {
    let now = host::wall();
    let from = filtered.borrow().peer();
    let latest = codec::latest(&decoded);
    if !filtered.borrow_mut().witnessed(latest, now) {
        return state.messenger.refuse(from, codes::CLOCK);
    }
    let (received, checked) = {
        let (mut gateway, node) = (filtered.borrow_mut(), state.node.borrow());
        let Some(model) = node.full() else { return };
        let mut received = gateway.receive(decoded, model, now);
        gateway.drop_unreadable(&mut received, &state.unreadable_cells(), now);
        let checked = gateway.check(&mut received, model, now);
        (received, checked)
    };
    state.send_to_filtered_peer(received.effects);
    if !checked.denied.is_empty() {
        state.messenger.refuse(from, codes::DENIED);
    }
    if checked.is_full {
        state.messenger.refuse(from, codes::LIMIT);
    }
    if !checked.news.is_empty() {
        state.decide(|model, now| match model.full_mut() {
            Some(model) => model.adopt(checked.news, Some(from), now),
            None => Vec::new(),
        });
        // The others receive it like any neighbour's write, unless a flush of this window is due anyway.
        if state.batch.borrow().is_none() {
            state.decide(|model, now| model.with_node(|node| node.flush(now)));
        }
    }
    if let Some(model) = state.node.borrow().full() {
        filtered.borrow_mut().correct(model, &checked.touched, now);
    }
    state.veto_aborted();
    let effects = filtered.borrow_mut().flush(now);
    state.send_to_filtered_peer(effects);
    let forgotten = match state.node.borrow().full() {
        Some(model) => filtered.borrow_mut().forget_denied(model, DENIED, now),
        None => Vec::new(),
    };
    state.send_to_filtered_peer(forgotten);
    state.look_for_texts();
    state.check_outcomes();
    state.release_ready();
}
