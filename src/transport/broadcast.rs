//! A BroadcastChannel: the same-origin mesh. One frame reaches every member; each carries who sent it and for whom.

use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use crate::platform::cell::RefCell;
use crate::platform::host::{self, Posted};

/// Members no longer heard; most of them are long gone.
const MAX_BLOCKED: usize = 1024;

/// A member's own id has 32 digits.
const LONGEST_UID: u32 = 128;

/// This context's place on the channel.
pub(crate) struct BroadcastWire {
    channel: BroadcastChannel,
    own: JsValue,
    everyone: JsValue,
    posted: Posted,
    listeners: RefCell<Option<[EventListener; 2]>>,
    blocked: Rc<RefCell<Vec<String>>>,
}

impl BroadcastWire {
    /// Opens the channel `name` as the member `own`; None where there is no BroadcastChannel.
    /// Frames for everyone and for this member go to `on_frame(sender, for everyone, frame)`. `on_unreadable` is called without
    /// a sender as soon as a frame could not be deserialised, and with the sender and the frame's number when that is known: by
    /// the sender's next frame.
    pub(crate) fn open(
        name: &str,
        own: &str,
        on_frame: impl Fn(String, bool, JsValue) + 'static,
        on_unreadable: impl Fn(Option<(&str, f64)>) + 'static,
    ) -> Option<BroadcastWire> {
        let channel = host::open_channel(name)?;
        let me = JsValue::from_str(own);
        let mine = me.clone();
        let blocked = Rc::new(RefCell::new(Vec::<String>::new()));
        let unheard = blocked.clone();
        let gaps = Rc::new(host::new_gaps());
        let (failing, failed) = (gaps.clone(), Rc::new(on_unreadable));
        let at_once = failed.clone();
        let fail = move || {
            failing.fail();
            at_once(None);
        };
        let in_chromium = fail.clone();
        let errors = EventListener::new(&channel, "messageerror", move |_| fail());
        let messages = EventListener::new(&channel, "message", move |event| {
            let data = event.unchecked_ref::<MessageEvent>().data();
            if data.is_null() {
                // Chromium, in place of `messageerror`.
                return in_chromium();
            }
            if !Array::is_array(&data) {
                return;
            }
            let envelope: &Array = data.unchecked_ref();
            let missed = gaps.came(envelope);
            if let (Some(missed), Some(from)) = (missed, envelope.get(0).as_string()) {
                for number in missed.iter().filter_map(|number| number.as_f64()) {
                    failed(Some((&from, number)));
                }
            }
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
            posted: host::new_posted(&JsValue::UNDEFINED),
            listeners: RefCell::new(Some([messages, errors])),
            blocked,
        })
    }

    /// Hears nothing more of one member: what it said before our goodbye reached it must not bring it back.
    pub(crate) fn block(&self, uid: String) {
        let mut blocked = self.blocked.borrow_mut();
        if blocked.len() >= MAX_BLOCKED {
            blocked.remove(0);
        }
        blocked.push(uid);
    }

    /// To one member, or to everyone.
    pub(crate) fn post(&self, to: Option<&JsValue>, frame: &JsValue) -> Result<(), JsValue> {
        let to = to.unwrap_or(&self.everyone);
        self.posted.broadcast(&self.channel, &self.own, to, frame)
    }

    /// The first three elements of the frame that was posted as this number, if it is remembered.
    pub(crate) fn posted(&self, number: f64) -> Option<Array> {
        self.posted.head(number)
    }

    /// Leaves the channel.
    pub(crate) fn close(&self) {
        self.listeners.borrow_mut().take();
        self.channel.close();
    }
}
