//! Outgoing frames. Everything for one peer takes one route (`post`), so it arrives in the order in which it was sent.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::Hub;
use crate::core::codes;
use crate::core::id::PeerRef;
use crate::core::lists::Gather;
use crate::platform::error::fail;

impl Hub {
    /// Posts a frame to a peer, on the one route that everything for it takes.
    pub(crate) fn post(&self, at: PeerRef, frame: &JsValue, transfer: Option<&Array>) -> Result<(), JsValue> {
        let is_there = || self.inner.borrow().peers.reachable(at).is_some();
        if self.is_tapped() && is_there() && self.is_held(false, at, frame, transfer, false) {
            return Ok(());
        }
        self.post_now(at, frame, transfer)
    }

    /// Does the same, past the inspector's tap.
    pub(super) fn post_now(
        &self,
        at: PeerRef,
        frame: &JsValue,
        transfer: Option<&Array>,
    ) -> Result<(), JsValue> {
        let (mesh, wire, uid) = {
            let inner = self.inner.borrow();
            let Some(peer) = inner.peers.reachable(at) else {
                return Err(fail(codes::PEER_LOST, "the peer is gone"));
            };
            // Only a wire of its own can transfer objects instead of copying them.
            let by_wire = !peer.on_mesh || (transfer.is_some() && peer.wire.is_some());
            let mesh = if by_wire { None } else { inner.mesh.clone() };
            (mesh, peer.wire.clone(), peer.host.uid.clone())
        };
        self.log_frame("sent", at, frame);
        match (mesh, wire) {
            (Some(mesh), _) => mesh.post(Some(&uid), frame),
            (None, Some(wire)) => wire.post(frame, transfer),
            (None, None) => Err(fail(codes::PEER_LOST, "the peer is gone")),
        }
    }

    /// Posts one frame to everyone. If it cannot be cloned, the first post fails, and nothing was sent before.
    pub(crate) fn post_all(&self, frame: &JsValue, transfer: Option<&Array>) -> Result<(), JsValue> {
        let (mesh, wires) = {
            let inner = self.inner.borrow();
            let on_mesh = inner.peers.iter().any(|(_, peer)| peer.on_mesh);
            let wires: Vec<_> = inner
                .peers
                .iter()
                .filter(|(_, peer)| !peer.on_mesh)
                .filter_map(|(_, peer)| peer.wire.clone())
                .gather();
            (inner.mesh.clone().filter(|_| on_mesh), wires)
        };
        if transfer.is_some() && wires.len() + usize::from(mesh.is_some()) > 1 {
            return Err(fail(
                codes::ARGUMENT,
                "an object can be transferred to one peer only: use send()",
            ));
        }
        if self.is_tapped() {
            // Each peer by itself, because the tap may hold back one of the frames.
            let peers: Vec<PeerRef> = self.inner.borrow().peers.iter().map(|(at, _)| at).gather();
            return peers
                .into_iter()
                .try_for_each(|at| self.post(at, frame, transfer));
        }
        self.log_frames(frame);
        if let Some(mesh) = mesh {
            mesh.post(None, frame)?;
        }
        for wire in wires {
            wire.post(frame, transfer)?;
        }
        Ok(())
    }

    /// Posts one frame to several peers: one on the mesh for all that are there, and one on each other wire.
    pub(crate) fn post_to(&self, to: &[PeerRef], frame: &JsValue) -> Result<(), JsValue> {
        let (mesh, on_mesh) = {
            let inner = self.inner.borrow();
            let on_mesh: Vec<PeerRef> = to
                .iter()
                .copied()
                .filter(|at| inner.peers.get(*at).is_some_and(|peer| peer.on_mesh))
                .gather();
            // With a tap each peer by itself, because the tap may hold back one of the frames.
            let together = on_mesh.len() > 1 && inner.tap.is_none();
            (inner.mesh.clone().filter(|_| together), on_mesh)
        };
        let mut failed = Ok(());
        if let Some(mesh) = &mesh {
            failed = mesh.post(None, frame);
        }
        for at in to {
            if mesh.is_some() && on_mesh.contains(at) {
                self.log_frame("sent", *at, frame);
                continue;
            }
            failed = failed.and(self.post(*at, frame, None));
        }
        failed
    }
}
