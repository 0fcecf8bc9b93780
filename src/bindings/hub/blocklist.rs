//! Which windows `disconnect` shut out: see `core::connection::blocklist`.

use super::Hub;
use crate::core::id::PeerRef;
use crate::transport::window::Address;

impl Hub {
    pub(super) fn is_blocked(&self, window: &Address) -> bool {
        self.inner.borrow().blocked.has(window)
    }

    /// disconnect(): what is behind a window stays out until connect() asks for it, however often it knocks.
    pub(crate) fn block(&self, window: Address) {
        let mut inner = self.inner.borrow_mut();
        inner.blocked.add(window, Address::is_closed);
    }

    pub(super) fn unblock(&self, window: &Address) {
        self.inner.borrow_mut().blocked.remove(window);
    }

    /// The windows of a peer, and of the target of this name.
    pub(crate) fn windows_of(&self, name: &str, peer: Option<PeerRef>) -> Vec<Address> {
        let inner = self.inner.borrow();
        let targets = inner.targets.iter();
        let behind =
            targets.filter(|target| target.alias() == name || (peer.is_some() && target.peer == peer));
        let mut windows: Vec<Address> = behind.filter_map(|target| target.address()).collect();
        windows.extend(peer.and_then(|at| inner.peers.any(at)?.window.clone()));
        windows
    }
}
