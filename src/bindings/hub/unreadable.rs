//! Frames that a receiver cannot deserialise: it names the frame, and the sender reports it to the writer.
//!
//! A call is rejected. An answer is replaced by an error. A frame of a state or store is sent again, each value by itself,
//! so that the receiver gets all others and knows which one it cannot read.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::Hub;
use crate::bindings::wire::label_in;
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::id::PeerRef;
use crate::platform::error::{fail_with, text};
use crate::platform::host;

/// The fragments of a peer's next reassembly frame.
#[derive(Default)]
pub(crate) struct Fragments {
    /// A Map by id; undefined while there are none.
    values: JsValue,
    /// Their approximate size. Together they may not exceed one frame.
    bytes: f64,
}

impl Hub {
    /// A frame on a wire of its own could not be read. Before the other end has joined there is no peer to notify.
    pub(super) fn cannot_read(&self, number: u32, count: f64) {
        let (wire, origin) = match self.inner.borrow().sessions.get(&number) {
            Some(session) => {
                let wire = session
                    .wire
                    .clone()
                    .filter(|_| session.peer.is_some() && count > 0.0);
                (wire, session.proven.origin.clone())
            }
            None => return,
        };
        self.reject(&origin, codes::SERIALIZATION);
        if let Some(wire) = wire {
            let _ = wire.post(&report(count), None);
        }
    }

    /// A frame on the mesh could not be read. The next frame of its sender will tell whose it was, so all members are asked
    /// for one.
    pub(super) fn cannot_read_on_mesh(&self, which: Option<(&str, f64)>) {
        let Some(mesh) = self.mesh() else { return };
        let _ = match which {
            Some((from, count)) => mesh.post(Some(&JsValue::from_str(from)), &report(count)),
            None => {
                self.reject(
                    self.config.policy.own_origin.as_deref().unwrap_or_default(),
                    codes::SERIALIZATION,
                );
                let ping = Array::of2(&JsValue::from_f64(Kind::Ping.tag()), &JsValue::from_f64(-2.0));
                mesh.post(None, &ping)
            }
        };
    }

    /// The peer could not read a frame that this side posted on that wire.
    pub(super) fn on_unreadable_by_wire(&self, number: u32, peer: PeerRef, frame: &Array) {
        let wire = match self.inner.borrow().sessions.get(&number) {
            Some(session) => session.wire.clone(),
            None => None,
        };
        let count = frame.get(1).as_f64().unwrap_or_default();
        if let Some(head) = wire.and_then(|wire| wire.posted(count)) {
            self.on_unreadable(peer, &head);
        }
    }

    /// The same on the mesh.
    pub(super) fn on_unreadable_by_mesh(&self, peer: PeerRef, frame: &Array) {
        let count = frame.get(1).as_f64().unwrap_or_default();
        if let Some(head) = self.mesh().and_then(|mesh| mesh.posted(count)) {
            self.on_unreadable(peer, &head);
        }
    }

    fn on_unreadable(&self, peer: PeerRef, head: &Array) {
        let Some(Ok(kind)) = head.get(0).as_f64().map(Kind::of) else {
            return;
        };
        match kind {
            Kind::Message | Kind::Relay | Kind::Relayed => {
                let what = head.get(2).as_string().unwrap_or_default();
                let error = self.unreadable_error(peer, &["the payload of '", &what, "'"], &what);
                let id = head.get(1).as_f64().unwrap_or_default() as u64;
                let pending = self.inner.borrow_mut().calls.finish(id, peer);
                match pending {
                    Some(pending) => pending.reject(&error),
                    None => self.report(&error),
                }
            }
            Kind::Answer => {
                let code = JsValue::from_str(codes::SERIALIZATION);
                let why = JsValue::from_str("this window cannot read the answer");
                let id = head.get(1).as_f64().unwrap_or_default();
                let answer = host::answer_frame(Kind::Answer.tag(), id, false, &code, &why);
                let _ = self.post(peer, &answer, None);
                self.report(&self.unreadable_error(peer, &["the answer to one of its messages"], ""));
            }
            Kind::Batch | Kind::Delta | Kind::Append | Kind::LogDelta => {
                if let Some(state) = label_in(&head.get(1)).and_then(|(name, _)| self.state_named(&name)) {
                    state.unreadable_by(peer);
                }
            }
            _ => {}
        }
    }

    fn unreadable_error(&self, peer: PeerRef, what: &[&str], kind: &str) -> JsValue {
        let info = self
            .inner
            .borrow()
            .peers
            .any(peer)
            .map(|peer| peer.identity.clone());
        let name = info.as_ref().map_or("", |identity| &identity.alias);
        let mut parts = vec!["the window '", name, "' cannot read "];
        parts.extend(what);
        parts.push(": it holds something that cannot be cloned into that window");
        let mut details = vec![("targetId", JsValue::from_str(name))];
        if !kind.is_empty() {
            details.push(("type", JsValue::from_str(kind)));
        }
        fail_with(codes::SERIALIZATION, &text(&parts), &details)
    }

    /// A fragment: one object of a frame of that peer's, which follows.
    pub(super) fn on_fragment(&self, from: PeerRef, frame: &Array) {
        let (id, value) = (frame.get(2), frame.get(3));
        let limits = match self.inner.borrow().peers.get(from) {
            Some(peer) => peer.meter.as_ref().map(|meter| *meter.limits()),
            None => return,
        };
        let bytes = limits.map(|limits| host::weigh(&value, limits.message_bytes, f64::from(limits.depth)));
        if let Some(peer) = self.inner.borrow_mut().peers.get_mut(from) {
            let fragments = &mut peer.host.fragments;
            fragments.bytes += bytes.unwrap_or_default();
            if limits.is_none_or(|limits| fragments.bytes <= limits.message_bytes) {
                fragments.values = host::keep_fragment(&fragments.values, &id, &value);
            }
        }
    }

    /// A reassembly frame: a frame whose objects came before it, or could not be read.
    pub(super) fn on_reassembly(&self, from: PeerRef, frame: &Array, to_all: bool) {
        let (fragments, limits) = match self.inner.borrow_mut().peers.get_mut(from) {
            Some(peer) => (
                std::mem::take(&mut peer.host.fragments),
                peer.meter.as_ref().map(|meter| *meter.limits()),
            ),
            None => return,
        };
        if limits.is_some_and(|limits| fragments.bytes > limits.message_bytes) {
            return self.reject_from(from, codes::LIMIT);
        }
        let inner = frame.get(2);
        let kind = super::frame_kind(&inner).ok();
        let kind =
            kind.filter(|kind| matches!(kind, Kind::Batch | Kind::Delta | Kind::Append | Kind::LogDelta));
        let (Some(kind), Some(missing)) = (kind, host::reassemble(&inner, &frame.get(3), &fragments.values))
        else {
            return self.reject_from(from, codes::MALFORMED);
        };
        self.on_reassembled_state_frame(from, kind, &inner.into(), to_all, &missing);
    }
}

fn report(count: f64) -> JsValue {
    Array::of2(
        &JsValue::from_f64(Kind::Unreadable.tag()),
        &JsValue::from_f64(count),
    )
    .into()
}
