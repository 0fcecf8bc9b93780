//! What `parley-sync/inspector` asks of a Parley. Not part of the public API.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use super::Parley;

#[wasm_bindgen]
impl Parley {
    /// Shows every frame and event to that function, which may hold frames back; undefined ends it.
    #[wasm_bindgen(js_name = _tap)]
    pub fn tap(&self, tap: &JsValue) {
        self.hub().set_tap(tap.dyn_ref().cloned());
    }

    /// Lets a frame go on that the tap has held back.
    #[wasm_bindgen(js_name = _pass)]
    pub fn pass(&self, received: bool, id: &str, frame: &JsValue, rest: &JsValue) {
        self.hub().pass_on(received, id, frame, rest);
    }

    /// What leads to each peer, and its states and stores; the one of that name with who wrote what.
    #[wasm_bindgen(js_name = _inspect)]
    pub fn inspect(&self, name: &JsValue) -> Array {
        let hub = self.hub();
        Array::of2(&hub.links(), &hub.inspect_shared(name.as_string().as_deref()))
    }
}
