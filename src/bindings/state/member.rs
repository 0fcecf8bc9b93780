//! The state as a member of its messenger: peers that come and go, frames, flushes.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::early::{Event, frame_needs_more};
use super::{StateHost, capacity, codec};
use crate::bindings::shared::Shared;
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::grants::Grants;
use crate::core::id::PeerRef;
use crate::platform::host;

impl Shared for StateHost {
    fn name(&self) -> &str {
        &self.options.name
    }

    fn message(&self) -> &str {
        &self.message
    }

    fn inspect(&self, deep: bool) -> JsValue {
        self.inspected(deep)
    }

    fn takes_part(&self, grants: &Grants) -> bool {
        grants.touches(&self.options.name)
    }

    fn peer_up(&self, peer: PeerRef) {
        if self.postpone(|| Event::Up(peer)) {
            return;
        }
        self.note_up(peer, true);
        if let Some(filter) = self.filter(peer) {
            return self.filtered_peer_up(peer, filter);
        }
        self.decide(|model, _| model.with_node(|node| node.peer_up(peer, host::now())));
    }

    fn peer_down(&self, peer: PeerRef) {
        if self.postpone(|| Event::Down(peer)) {
            return;
        }
        self.note_up(peer, false);
        if self.filtered_peer_down(peer) {
            self.release_ready();
            return self.check_outcomes();
        }
        self.shadows_peer_down(peer);
        self.decide(|model, now| model.with_node(|node| node.peer_down(peer, now)));
    }

    fn activated(&self) {
        self.begin_anew();
    }

    fn settle(&self) {
        if self.postpone(|| Event::Settle) {
            return;
        }
        self.decide(|model, _| model.with_node(|node| node.settle_ready()));
    }

    fn is_waiting(&self) -> bool {
        !self.is_early() && (!self.node.borrow().node().is_ready() || self.awaits_filtered_peers())
    }

    fn flush(&self) {
        self.send_batch();
    }

    fn flush_to_peers(&self) {
        self.decide(|model, now| model.with_node(|node| node.flush(now)));
        self.flush_filtered_peers();
    }

    fn tick(&self) {
        if self.is_early() {
            return;
        }
        self.shadows_tick();
        self.tick_filtered_peers();
        self.release_ready();
        self.decide(|model, _| model.with_node(|node| node.tick(host::now())));
    }

    fn receive(&self, from: PeerRef, also: &[PeerRef], kind: Kind, frame: &Array) {
        if self.postpone(|| Event::Frame(from, also.to_vec(), kind, frame.clone())) {
            return;
        }
        let decoded = codec::decode(kind, frame);
        let (Some(decoded), Some(is_for_this)) = (decoded, self.heard_options(from, kind, frame)) else {
            return self.messenger.refuse(from, codes::MALFORMED);
        };
        if !is_for_this {
            return;
        }
        if let Some(filter) = self.filter(from) {
            self.meet_again(from);
            if !self.is_filtered_peer(from) {
                self.filtered_peer_up(from, filter);
            }
            return self.receive_from_filtered_peer(from, decoded);
        }
        if frame_needs_more(&decoded) && !self.require_more() {
            self.postpone(|| Event::Frame(from, also.to_vec(), kind, frame.clone()));
            return;
        }
        let latest = codec::latest(&decoded);
        if !self.node.borrow_mut().witnessed(latest, host::wall()) {
            return self.messenger.refuse(from, codes::CLOCK);
        }
        self.meet_again(from);
        self.decide(|model, now| model.with_node(|node| node.receive(from, also, decoded, now)));
    }

    fn receive_part(&self, from: PeerRef, also: &[PeerRef], kind: Kind, frame: &Array, missing: &Array) {
        let is_here = self.require_more();
        if !self.postpone(|| Event::Partly(from, also.to_vec(), kind, frame.clone(), missing.clone()))
            && is_here
        {
            self.receive_unreadable(from, also, kind, frame, missing);
        }
    }

    fn unreadable_by(&self, peer: PeerRef) {
        self.send_apart_to(peer);
    }

    fn version(&self) -> u32 {
        self.options.version
    }

    fn receive_other(&self, from: PeerRef, version: u32, kind: Kind, frame: &Array) {
        // The values of an older window may have any shape, so they are resolved first and then translated.
        let is_here = self.options.migrate.is_none() || self.require_more();
        if !self.postpone(|| Event::Other(from, version, kind, frame.clone())) && is_here {
            self.receive_other_version(from, version, kind, frame);
        }
    }

    fn plain_update(&self, from: PeerRef, payload: &JsValue) {
        if self.postpone(|| Event::Update(from, payload.clone())) {
            return;
        }
        match self.plain_payload(from, payload) {
            Ok(true) => {}
            Ok(false) => self.messenger.refuse(from, codes::DENIED),
            Err(error) => self.messenger.refuse(from, capacity::code_of(&error)),
        }
    }

    fn hub_destroyed(&self) {
        self.destroy();
    }
}
