//! The blocklist: windows that `disconnect` shut out, until `connect` asks for them.

use wasm_bindgen::JsValue;

use super::Hub;
use crate::core::id::PeerRef;
use crate::transport::window::Address;

/// Windows remembered as shut.
const SHUT_KEPT: usize = 256;

impl Hub {
    pub(super) fn is_shut(&self, window: &JsValue) -> bool {
        self.inner.borrow().shut.iter().any(|shut| shut.is(window))
    }

    /// disconnect(): what is behind a window stays out until connect() asks for it, however often it knocks.
    pub(crate) fn shut(&self, window: Address) {
        let mut inner = self.inner.borrow_mut();
        inner
            .shut
            .retain(|shut| !shut.is_closed() && !shut.is(window.outlet()));
        if inner.shut.len() >= SHUT_KEPT {
            inner.shut.remove(0);
        }
        inner.shut.push(window);
    }

    pub(super) fn unshut(&self, window: &Address) {
        let mut inner = self.inner.borrow_mut();
        inner.shut.retain(|shut| !shut.is(window.outlet()));
    }

    /// The windows of a peer, and of the door of this name.
    pub(crate) fn windows_of(&self, name: &str, peer: Option<PeerRef>) -> Vec<Address> {
        let inner = self.inner.borrow();
        let doors = inner.doors.iter();
        let behind = doors.filter(|door| door.alias() == name || (peer.is_some() && door.peer == peer));
        let mut windows: Vec<Address> = behind.filter_map(|door| door.address()).collect();
        windows.extend(peer.and_then(|at| inner.peers.any(at)?.window.clone()));
        windows
    }
}
