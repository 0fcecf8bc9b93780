//! The start of a Parley, as `core::connection::start` decides. In a document that the browser prerenders, its channel and locks wait for
//! the activation.

use super::Hub;
use super::window_messages::relatives;
use crate::platform::{callback, host};
use crate::transport::window::Address;

impl Hub {
    /// Says hello and begins discovery; in a prerendered document once it is activated.
    pub(super) fn begin(&self) {
        let is_prerendered = host::is_prerendered();
        if is_prerendered {
            let hub = self.weak();
            host::on_activation(&callback::perhaps(move || {
                if let Some(hub) = hub.upgrade() {
                    hub.decide(|connections, _| connections.activated());
                }
            }));
        }
        let relatives = relatives();
        self.decide(|connections, _| connections.start(relatives, is_prerendered));
    }

    pub(super) fn discover(&self, relatives: Vec<Address>) {
        let on_mesh = self.join_mesh();
        self.find_partition();
        self.begin_discovery(relatives, on_mesh);
    }

    /// Whether the document is prerendered and not activated. Its states exchange nothing yet.
    pub(crate) fn is_prerendered(&self) -> bool {
        self.inner.borrow().is_prerendered
    }
}
