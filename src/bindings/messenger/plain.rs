//! A plain messenger: any object with `on` and `broadcast` that is no Parley, such as ParleyJS, an event bus or a mock.
//!
//! Nothing is known of its wire: who hears a broadcast, how late, how often, in which order, or whether at all. So each
//! state brings a small protocol of its own. Every message names the member that sent it. A member says hello when it
//! starts, is answered by those who are there, compares with all of them on a slow beat, and says goodbye.
//!
//! Two types of messages carry the envelope `sync: [member, addressees or null, frame or null]`: `name:sync`, and the
//! update itself, `name:update` with plain `{ updates, timestamp }`. An update without an envelope is of other code.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::bindings::hub::{Hub, frame_kind};
use crate::bindings::shared::{Shared, registry};
use crate::core::codes;
use crate::core::frame::Kind;
use crate::core::id::{Actor, PeerRef};
use crate::core::limits::Counts;
use crate::core::members::Members;
use crate::platform::cell::RefCell;
use crate::platform::error::{fail, text};
use crate::platform::host;

/// How often a member says hello while it looks round and nobody has answered, ms.
const HELLO_INTERVAL: f64 = 80.0;
/// After so many steps it is the first, unless somebody has answered.
const HELLO_STEPS: u32 = 3;
/// How often a member that waits for what others have asks again, ms.
const WAITING: f64 = 500.0;
/// How often it compares with the others, ms: the messenger may lose messages.
const COMPARE_INTERVAL: f64 = 2000.0;
/// How often a member that knows nobody says hello, ms.
const LONE_HELLO_INTERVAL: f64 = 5000.0;

/// What messages carry their envelope as.
pub(super) const ENVELOPE: &str = "sync";

/// One member of a plain messenger.
pub(crate) struct PlainMessenger {
    pub(super) messenger: JsValue,
    /// This member, as its messages name it.
    pub(super) own: Actor,
    pub(super) members: RefCell<Members>,
    shared: RefCell<Option<Weak<dyn Shared>>>,
    /// Envelopes that go out when the current work is done: no JavaScript of others runs inside of it.
    outbox: RefCell<Vec<Array>>,
    /// While a batch is being flushed: the envelope that its update message takes along.
    rider: RefCell<Option<Option<Array>>>,
    stops: RefCell<Vec<JsValue>>,
    timer: RefCell<Option<JsValue>>,
    wake: Function,
    steps: Cell<u32>,
    /// A broadcast is running: what it brings back at once waits.
    pub(super) is_sending: Cell<bool>,
    /// Something was sent since the last beat.
    has_spoken: Cell<bool>,
    has_failed: Cell<bool>,
    refused: RefCell<Vec<&'static str>>,
    pub(super) me: Weak<PlainMessenger>,
}

impl PlainMessenger {
    /// Throws ERR_ARGUMENT.
    pub(super) fn new(messenger: &JsValue) -> Result<Rc<PlainMessenger>, JsValue> {
        let has = |name| {
            messenger.is_object()
                && Reflect::get(messenger, &JsValue::from_str(name)).is_ok_and(|method| method.is_function())
        };
        if !has("on") || !has("broadcast") {
            let message = "a Parley is needed, or an object with the methods on() and broadcast()";
            return Err(fail(codes::ARGUMENT, message));
        }
        Ok(Rc::new_cyclic(|me: &Weak<PlainMessenger>| PlainMessenger {
            messenger: messenger.clone(),
            own: Actor::from_random(host::random_u64()),
            members: RefCell::new(Members::new(Counts::DEFAULT.peers)),
            shared: RefCell::new(None),
            outbox: RefCell::new(Vec::new()),
            rider: RefCell::new(None),
            stops: RefCell::new(Vec::new()),
            timer: RefCell::new(None),
            wake: waker(me.clone()),
            steps: Cell::new(0),
            is_sending: Cell::new(false),
            has_spoken: Cell::new(false),
            has_failed: Cell::new(false),
            refused: RefCell::new(Vec::new()),
            me: me.clone(),
        }))
    }

    /// Listens, and says hello. Throws ERR_DUPLICATE_NAME, and what `on` throws.
    pub(super) fn start(&self, shared: &Rc<dyn Shared>) -> Result<(), JsValue> {
        registry::add(&self.messenger, shared)?;
        *self.shared.borrow_mut() = Some(Rc::downgrade(shared));
        let updates = self.listen(shared.message(), true);
        let started = updates.and_then(|()| self.listen(&sync_type(&**shared), false));
        if started.is_err() {
            self.end(&**shared);
            return started;
        }
        self.say(None, &hello(false));
        self.wake_in(HELLO_INTERVAL, true);
        Ok(())
    }

    fn listen(&self, what: &str, is_update: bool) -> Result<(), JsValue> {
        let weak = self.me.clone();
        let heard = Closure::<dyn Fn(JsValue)>::new(move |payload: JsValue| {
            if let Some(plain) = weak.upgrade() {
                plain.heard(&payload, is_update);
            }
        });
        let on: Function = Reflect::get(&self.messenger, &JsValue::from_str("on"))?.dyn_into()?;
        let stop = on.call2(&self.messenger, &JsValue::from_str(what), &heard.into_js_value())?;
        self.stops.borrow_mut().push(stop);
        Ok(())
    }

    /// The state or store, until it ends.
    pub(super) fn shared(&self) -> Option<Rc<dyn Shared>> {
        self.shared.borrow().as_ref().and_then(Weak::upgrade)
    }

    /// Says goodbye and stops listening.
    pub(super) fn stop(&self) {
        let Some(shared) = self.shared() else { return };
        self.say(None, &Array::of1(&JsValue::from_f64(Kind::Bye.tag())));
        // What it throws now is of no interest.
        self.has_failed.set(true);
        self.send_outbox();
        self.end(&*shared);
    }

    fn end(&self, shared: &dyn Shared) {
        self.shared.borrow_mut().take();
        registry::remove(&self.messenger, shared.name());
        let timer = self.timer.borrow_mut().take();
        if let Some(timer) = timer {
            host::clear_timer(&timer);
        }
        let stops = std::mem::take(&mut *self.stops.borrow_mut());
        for stop in stops {
            if let Some(stop) = stop.dyn_ref::<Function>() {
                let _ = stop.call0(&JsValue::UNDEFINED);
            }
        }
    }

    /// Only until it is ready may somebody wait for this timer: then a Node process does not end before.
    fn wake_in(&self, pause: f64, is_awaited: bool) {
        let timer = if is_awaited {
            host::set_deadline(&self.wake, pause)
        } else {
            host::set_timer(&self.wake, pause)
        };
        *self.timer.borrow_mut() = Some(timer);
    }

    fn woken(&self) {
        let Some(shared) = self.shared() else { return };
        let step = self.steps.get() + 1;
        self.steps.set(step.min(HELLO_STEPS + 1));
        if step < HELLO_STEPS {
            if self.members.borrow().is_empty() {
                self.say(None, &hello(false));
            }
            return self.wake_in(HELLO_INTERVAL, true);
        }
        if step == HELLO_STEPS {
            shared.settle();
        } else {
            self.beat(&*shared);
        }
        // Listeners ran: they may have ended it.
        if self.shared().is_some() {
            let is_waiting = shared.is_waiting();
            let pause = match self.members.borrow().is_empty() {
                _ if is_waiting => WAITING,
                true => LONE_HELLO_INTERVAL,
                false => COMPARE_INTERVAL,
            };
            self.wake_in(pause, is_waiting);
        }
    }

    /// Drops the silent and compares with everyone else. Others overhear that, so hello is said only if it is quiet.
    fn beat(&self, shared: &dyn Shared) {
        let silent = self.members.borrow_mut().beat(host::precise_now());
        for peer in silent {
            shared.peer_down(peer);
        }
        shared.tick();
        if !self.has_spoken.replace(false) {
            self.say(None, &hello(false));
        }
    }

    /// A frame to some members.
    pub(super) fn send(&self, to: &[PeerRef], frame: &JsValue) {
        let ids: Array = self
            .members
            .borrow()
            .ids(to)
            .map(|id| JsValue::from_f64(id as f64))
            .collect();
        if ids.length() == 0 {
            return;
        }
        if let Some(rider) = &mut *self.rider.borrow_mut()
            && rider.is_none()
            && matches!(frame_kind(frame), Ok(Kind::Batch | Kind::Append))
        {
            *rider = Some(self.envelope(&ids, frame));
            return;
        }
        self.say(Some(&ids), frame);
    }

    fn envelope(&self, to: &JsValue, frame: &JsValue) -> Array {
        Array::of3(&JsValue::from_f64(self.own.as_f64()), to, frame)
    }

    /// A frame to those members, or to everyone, when the current work is done.
    pub(super) fn say(&self, to: Option<&Array>, frame: &JsValue) {
        let to = to.map_or(JsValue::NULL, JsValue::from);
        let is_first = {
            let mut outbox = self.outbox.borrow_mut();
            outbox.push(self.envelope(&to, frame));
            outbox.len() == 1
        };
        if is_first {
            let weak = self.me.clone();
            Hub::soon(move || {
                if let Some(plain) = weak.upgrade() {
                    plain.send_outbox();
                }
            });
        }
    }

    fn send_outbox(&self) {
        let Some(shared) = self.shared() else { return };
        let what = sync_type(&*shared);
        let envelopes = std::mem::take(&mut *self.outbox.borrow_mut());
        for envelope in envelopes {
            let payload = Object::new();
            // A property of a fresh plain object.
            let _ = Reflect::set(&payload, &JsValue::from_str(ENVELOPE), &envelope);
            match self.call_broadcast(&what, &payload) {
                // What it cannot deliver now is repaired later.
                Ok(sent) if host::is_thenable(&sent) => host::handled(&sent),
                Ok(_) => self.has_failed.set(false),
                Err(error) => {
                    if !self.has_failed.replace(true) {
                        host::report_error(&error);
                    }
                }
            }
        }
    }

    /// Broadcasts a flushed batch's payload, with the frame that it stands for in its envelope.
    pub(super) fn broadcast(&self, shared: &dyn Shared, payload: &JsValue) -> Result<JsValue, JsValue> {
        *self.rider.borrow_mut() = Some(None);
        shared.flush_to_peers();
        let rider = self.rider.borrow_mut().take().flatten();
        // Even with nobody to address: it says that this is no other code's update.
        let envelope = rider.unwrap_or_else(|| self.envelope(&JsValue::NULL, &JsValue::NULL));
        // A property of a fresh plain object.
        let _ = Reflect::set(payload, &JsValue::from_str(ENVELOPE), &envelope);
        self.send_outbox();
        self.call_broadcast(shared.message(), payload)
    }

    fn call_broadcast(&self, what: &str, payload: &JsValue) -> Result<JsValue, JsValue> {
        self.has_spoken.set(true);
        let before = self.is_sending.replace(true);
        let sent = super::call_broadcast(&self.messenger, what, payload);
        self.is_sending.set(before);
        sent
    }

    /// What was refused is said once for each code: no peer of a plain messenger can be asked to stop.
    pub(super) fn refuse(&self, code: &'static str) {
        let Some(shared) = self.shared() else { return };
        let is_news = {
            let mut refused = self.refused.borrow_mut();
            // Versions that do not fit are reported where that is found.
            let is_news = code != codes::SCHEMA_VERSION && !refused.contains(&code);
            if is_news {
                refused.push(code);
            }
            is_news
        };
        if is_news {
            let name = shared.name();
            let message = text(&["a message for '", name, "' on a plain messenger was refused"]);
            host::report_error(&fail(code, &message));
        }
    }

    /// What is known of a member.
    pub(super) fn info(&self, peer: PeerRef) -> Option<JsValue> {
        let id = self.members.borrow().ids(&[peer]).next()?;
        let (id, kind) = (id.to_string(), JsValue::from_str("link"));
        let origin = JsValue::from_str("");
        Some(host::peer_info(
            &JsValue::from_str(&id),
            &kind,
            &origin,
            "connected",
            -1.0,
        ))
    }
}

/// "I am here"; an answer is not answered.
pub(super) fn hello(is_answer: bool) -> Array {
    Array::of2(
        &JsValue::from_f64(Kind::Join.tag()),
        &JsValue::from_bool(is_answer),
    )
}

fn sync_type(shared: &dyn Shared) -> String {
    text(&[shared.name(), ":sync"])
}

fn waker(weak: Weak<PlainMessenger>) -> Function {
    let wake = Closure::<dyn Fn()>::new(move || {
        if let Some(plain) = weak.upgrade() {
            plain.woken();
        }
    });
    wake.into_js_value().unchecked_into()
}
