//! Suspended peers: their page is frozen in a background tab, or in the back/forward cache.
//!
//! A page that may return (`pagehide` with `persisted`), or is frozen, tells every peer outside of it, and they suspend it
//! (`core::connection::page` decides that). Nothing is posted to a cached page, because Chromium and Firefox evict a page
//! that receives a message; any frame from it resumes it. Its own frames are not told: they are frozen and resumed with it,
//! and a message to them in `pagehide` keeps the page out of Firefox's cache. So does a message that arrives before they
//! are restored: until then frames to them wait (`platform/js/hold.js`).
//!
//! Two limits of the browsers: Firefox does not cache a page that holds a Web Lock when it is left, even if `pagehide`
//! releases it, so a page on a channel is loaded again there. Chromium evicts a cached page in which any script runs, for
//! example for a message under way between it and its frames; then it is loaded again too. (The glue frees collected objects
//! without finalization callbacks, which are script: `xtask/js/weak.js`.)

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::Hub;
use super::session::said;
use crate::core::codes;
use crate::core::frame::{Reason, Suspension};
use crate::core::id::PeerRef;
use crate::platform::error::{fail_with, text};
use crate::platform::host;

/// The error of a call to a suspended peer.
pub(super) fn suspended(name: &str) -> JsValue {
    let message = text(&[
        "'",
        name,
        "' is suspended: its page is frozen, or in the back/forward cache",
    ]);
    let details = [
        ("targetId", JsValue::from_str(name)),
        ("reason", JsValue::from_str(Reason::Suspended.name())),
    ];
    fail_with(codes::PEER_LOST, &message, &details)
}

impl Hub {
    pub(super) fn on_bye(&self, from: PeerRef, frame: &Array) {
        let said = said(frame);
        self.decide(|connections, _| connections.said_bye(from, said));
    }

    /// A peer says that its page is frozen or enters the back/forward cache.
    pub(crate) fn on_suspend(&self, from: PeerRef, frame: &Array) {
        let suspension = Suspension::of(frame.get(1).as_f64().unwrap_or(1.0));
        let now = host::now();
        self.decide(|connections, _| connections.said_suspended(from, suspension, now));
    }
}
