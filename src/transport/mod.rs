//! The browser's wires behind one small trait.

pub(crate) mod broadcast;
pub(crate) mod link;
pub(crate) mod port;
pub(crate) mod window;

use js_sys::Array;
use wasm_bindgen::JsValue;

/// Where frames to one peer go. A wire delivers in order; ports lose nothing, user-supplied links may.
pub(crate) trait Wire {
    /// Sends a frame. An error is the browser's own: most often the value cannot be cloned.
    fn post(&self, frame: &JsValue, transfer: Option<&Array>) -> Result<(), JsValue>;
    /// The first three elements of the frame that was posted as this number, if it is remembered.
    fn posted(&self, _number: f64) -> Option<Array> {
        None
    }
    /// The page is left, and may return. Frames to another window of it wait until both have returned.
    fn hold(&self, _may_return: bool) {}
    /// Ends the wire on this side. Nothing is heard on it any more.
    fn close(&self);
    /// Whether frames may be lost: then joining and state are repeated until answered.
    fn is_lossy(&self) -> bool {
        false
    }
}
