//! A user's own wire: WebSocket, WebRTC, a broker, a test network. It may lose, repeat and reorder.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::Wire;
use crate::core::codes;
use crate::platform::callback;
use crate::platform::cell::RefCell;
use crate::platform::error::fail;
use crate::platform::host;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "Link")]
    type UserLink;
    #[wasm_bindgen(structural, method, catch)]
    fn send(this: &UserLink, frame: &JsValue, transfer: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, catch)]
    fn close(this: &UserLink) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, setter, catch)]
    fn set_onframe(this: &UserLink, listener: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(structural, method, setter, catch)]
    fn set_onclose(this: &UserLink, listener: &JsValue) -> Result<(), JsValue>;
}

type Listeners = (Closure<dyn Fn(JsValue)>, Closure<dyn Fn(JsValue)>);

/// A wire over a user's `Link`.
pub(crate) struct LinkWire {
    link: UserLink,
    /// See `linkForm`; 0 for frames as they are.
    form: f64,
    listeners: RefCell<Option<Listeners>>,
}

impl LinkWire {
    /// Takes the link's two listener slots. What comes while `is_heard` says no is not looked at. For a frame of ours in another
    /// form than the link asks for `on_misfit` is called.
    pub(crate) fn start(
        link: JsValue,
        is_heard: impl Fn() -> bool + 'static,
        on_frame: impl Fn(JsValue) + 'static,
        on_misfit: impl Fn() + 'static,
        on_close: impl Fn() + 'static,
    ) -> Result<LinkWire, JsValue> {
        let form = host::link_form(&link)?;
        let link: UserLink = link.unchecked_into();
        let frames = Closure::<dyn Fn(JsValue)>::new(move |frame: JsValue| {
            if !is_heard() {
                return;
            }
            // What a link hands over is an object of somebody's: it may have getters, and change later.
            let frame = host::from_link(&frame, form);
            if frame.is_null() {
                on_misfit();
            } else {
                on_frame(frame);
            }
        });
        let closes = Closure::<dyn Fn(JsValue)>::new(move |_reason: JsValue| on_close());
        link.set_onframe(frames.as_ref())?;
        link.set_onclose(closes.as_ref())?;
        Ok(LinkWire {
            link,
            form,
            listeners: RefCell::new(Some((frames, closes))),
        })
    }
}

impl Wire for LinkWire {
    fn post(&self, frame: &JsValue, transfer: Option<&Array>) -> Result<(), JsValue> {
        if self.form == 0.0 {
            let list = transfer.map_or(JsValue::UNDEFINED, JsValue::from);
            return self.link.send(frame, &list).map(|_| ());
        }
        if transfer.is_some() {
            return Err(fail(
                codes::SERIALIZATION,
                "a link with binary or json cannot transfer objects",
            ));
        }
        self.link
            .send(&host::to_link(frame, self.form)?, &JsValue::UNDEFINED)
            .map(|_| ())
    }

    fn close(&self) {
        let Some(listeners) = self.listeners.borrow_mut().take() else {
            return;
        };
        let _ = self.link.set_onframe(&JsValue::NULL);
        let _ = self.link.set_onclose(&JsValue::NULL);
        let _ = self.link.close();
        // The link may be in the middle of calling them.
        drop_later(listeners);
    }

    fn is_lossy(&self) -> bool {
        true
    }
}

/// Frees closures after the current turn: one that is running must not be freed under its own feet.
fn drop_later(listeners: Listeners) {
    let free = callback::once(move || drop(listeners));
    host::soon(&free);
}
