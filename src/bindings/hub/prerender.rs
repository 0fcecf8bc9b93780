//! Prerendered documents, which the browser loads before they are visited. Their channel and locks wait for the activation,
//! so other windows are unknown before, and `ready` waits too. Frames of the same page are reached meanwhile.

use super::Hub;
use crate::core::connection::discovery::Discovery;
use crate::platform::{callback, host};
use crate::transport::window::Address;

impl Hub {
    /// Begins discovery; in a prerendered document once it is activated.
    pub(super) fn begin(&self) {
        let relatives = self.send_hello_to_relatives();
        if !host::is_prerendered() {
            return self.discover(relatives);
        }
        {
            let mut inner = self.inner.borrow_mut();
            inner.prerendered = true;
            inner.discovery = Some(Discovery::postponed(relatives));
        }
        let hub = self.weak();
        host::on_activation(&callback::perhaps(move || {
            if let Some(hub) = hub.upgrade() {
                hub.activated();
            }
        }));
    }

    fn discover(&self, relatives: Vec<Address>) {
        let on_mesh = self.join_mesh();
        self.find_partition();
        self.begin_discovery(relatives, on_mesh);
    }

    fn activated(&self) {
        if self.is_destroyed() {
            return;
        }
        let postponed = {
            let mut inner = self.inner.borrow_mut();
            inner.prerendered = false;
            inner.discovery.take()
        };
        // Nobody was asked yet, so `ready` waits for the discovery that begins now.
        self.begin_discovery(Vec::new(), true);
        self.each_state(|state| state.activated());
        for peer in self.peer_refs() {
            self.states_peer_up(peer);
        }
        self.discover(postponed.map(Discovery::into_relatives).unwrap_or_default());
    }

    /// Whether the document is prerendered and not activated. Its states exchange nothing yet.
    pub(crate) fn is_prerendered(&self) -> bool {
        self.inner.borrow().prerendered
    }
}
