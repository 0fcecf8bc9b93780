//! A BroadcastChannel: the same-origin mesh. One frame reaches every member; each carries who sent it and for whom.

use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use crate::platform::cell::RefCell;
use crate::platform::host;

/// Members no longer heard; most of them are long gone.
const SHUNNED_KEPT: usize = 1024;

/// A member's own id has 32 digits.
const LONGEST_UID: u32 = 128;

/// This context's place on the channel.
pub(crate) struct BroadcastWire {
    channel: BroadcastChannel,
    own: JsValue,
    everyone: JsValue,
    listener: RefCell<Option<EventListener>>,
    shunned: Rc<RefCell<Vec<String>>>,
}

impl BroadcastWire {
    /// Opens the channel `name` as the member `own`; None where there is no BroadcastChannel.
    /// Frames for everyone and for this member go to `on_frame(sender, for everyone, frame)`.
    pub(crate) fn open(
        name: &str,
        own: &str,
        on_frame: impl Fn(String, bool, JsValue) + 'static,
    ) -> Option<BroadcastWire> {
        let channel = host::open_channel(name)?;
        let me = JsValue::from_str(own);
        let mine = me.clone();
        let shunned = Rc::new(RefCell::new(Vec::<String>::new()));
        let unheard = shunned.clone();
        let listener = EventListener::new(&channel, "message", move |event| {
            let data = event.unchecked_ref::<MessageEvent>().data();
            if !Array::is_array(&data) {
                return;
            }
            let envelope: &Array = data.unchecked_ref();
            let to = envelope.get(1);
            let to_all = to.is_null();
            if !to_all && to != mine {
                return;
            }
            if let Some(from) = host::short_text(&envelope.get(0), LONGEST_UID)
                && !unheard.borrow().contains(&from)
            {
                on_frame(from, to_all, envelope.get(2));
            }
        });
        Some(BroadcastWire {
            channel,
            own: me,
            everyone: JsValue::NULL,
            listener: RefCell::new(Some(listener)),
            shunned,
        })
    }

    /// Hears nothing more of one member: what it said before our goodbye reached it must not bring it back.
    pub(crate) fn shun(&self, uid: String) {
        let mut shunned = self.shunned.borrow_mut();
        if shunned.len() >= SHUNNED_KEPT {
            shunned.remove(0);
        }
        shunned.push(uid);
    }

    /// To one member, or to everyone.
    pub(crate) fn post(&self, to: Option<&JsValue>, frame: &JsValue) -> Result<(), JsValue> {
        let envelope = Array::of3(&self.own, to.unwrap_or(&self.everyone), frame);
        self.channel.post_message(&envelope)
    }

    /// Leaves the channel.
    pub(crate) fn close(&self) {
        self.listener.borrow_mut().take();
        self.channel.close();
    }
}
