//! A second Parley in a window that is connected already: another library's, or the successor of one that a hot replacement did
//! not destroy. It becomes a peer of its own, under its own id; the target of connect() stays with the first.

use wasm_bindgen::JsValue;
use web_sys::MessageChannel;

use super::Hub;
use super::session::Proof;
use crate::platform::host;
use crate::transport::window::Address;

impl Hub {
    /// Offers it a connection of its own.
    pub(super) fn offer_another(&self, from: &Address, origin: &str, nonce: &str, kind: String) {
        let Ok(channel) = MessageChannel::new() else {
            return;
        };
        let mut proven = self.prove(from, origin, None, Proof::None);
        proven.kind = kind;
        self.start_port(channel.port1(), proven);
        from.offer(origin, nonce, host::document_mark(), &self.uid, &channel.port2());
        self.log("another", &JsValue::from_str(origin));
    }
}
