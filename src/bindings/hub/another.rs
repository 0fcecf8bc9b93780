//! A second Parley in a window that is connected already: another library's, or the successor of one that a hot replacement did
//! not destroy. It becomes a peer of its own, under its own id; the target of connect() stays with the first.

use wasm_bindgen::JsValue;
use web_sys::MessageChannel;

use super::Hub;
use super::doors::Door;
use super::session::Proof;
use crate::core::connection::handshake::Phase;
use crate::core::limits;
use crate::platform::host;
use crate::transport::window::Address;

/// Whether this greeting is of another Parley than the connected one, in the same document.
pub(super) fn is_another(door: &mut Door, nonce: &str) -> bool {
    let is_known = door.nonces.iter().any(|known| known == nonce);
    // What lets an opaque document in is that connect() meant one of it.
    let may_be = matches!(door.phase, Phase::Joined { .. }) && !door.opaque;
    if is_known || !may_be || door.nonces.len() >= limits::PARLEYS_PER_WINDOW {
        return false;
    }
    door.nonces.push(nonce.to_owned());
    // The connected one made the offer itself, and greets for the first time.
    door.nonces.len() > 1
}

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
