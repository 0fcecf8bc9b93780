//! A `connect` that nobody has answered: frames that leave their page, windows that are closed, the timeout; and what is known
//! of the reason, which the log tells early and the error tells at the end.

use js_sys::{Array, Function};
use wasm_bindgen::JsValue;

use super::timers::BEAT;
use super::{Hub, Target};
use crate::core::codes;
use crate::core::lists::Gather;
use crate::platform::callback;
use crate::platform::error::{fail, fail_with, text};
use crate::platform::host;
use crate::transport::window::Address;

/// How long after connect() its element may be put into the page, ms.
const COMES: f64 = 2000.0;
/// How long a frame that is waited for may be away from the page, on its way to another place in it, ms.
const RETURNS: f64 = 100.0;
/// The place of `warn` among the levels of the log.
const WARN: u32 = 2;

fn not_in_page(target: &Target) -> JsValue {
    let advice = if target.host.was_there {
        "') has left the page"
    } else {
        "') is not in the page: put its element there first, or within two seconds"
    };
    fail_with(
        codes::PEER_LOST,
        &text(&["the frame of connect('", target.alias(), advice]),
        &[("targetId", JsValue::from_str(target.alias()))],
    )
}

impl Target {
    /// When a frame that is not in the page is waited for no longer.
    fn gives_up_at(&self) -> f64 {
        let patience = if self.host.was_there { RETURNS } else { COMES };
        self.host.absent.map_or(f64::INFINITY, |since| since + patience)
    }

    /// Asks the target what it shows, once nothing of the hub is borrowed: `[code, reason, message, isEarly]`.
    fn silence(&self) -> impl FnOnce() -> Array + use<> {
        let (alias, kind) = (self.alias().to_owned(), self.kind.clone());
        let target = self.place.as_ref();
        let target = target.map_or(JsValue::UNDEFINED, |place| place.object.clone());
        let (opaque, loaded) = (self.handshake.lets_opaque_in(), self.host.loaded);
        let (offered, refused) = (self.handshake.is_offered(), self.host.refused.clone());
        move || {
            host::silence(
                &alias,
                &kind,
                &target,
                opaque,
                offered,
                loaded,
                refused.as_deref(),
            )
        }
    }
}

/// A watch for the removal of an element, which ends when this is dropped.
pub(crate) struct Watch(Function);

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

impl Hub {
    /// Wakes for a connect(): for its deadline, and to look whether its window is there.
    pub(super) fn await_window(&self, number: u32, deadline: f64) {
        self.look_at_frame(number);
        self.wake_by(deadline.min(host::now() + BEAT));
    }

    /// Notes whether the frame of a connect() is in its page, and watches for its removal.
    fn look_at_frame(&self, number: u32) {
        let now = host::now();
        let unwatched = {
            let mut inner = self.inner.borrow_mut();
            let Some(target) = inner.target(number) else {
                return;
            };
            if target.window().is_none() {
                target.host.absent = target.host.absent.or(Some(now));
                None
            } else {
                target.host.absent = None;
                target.host.was_there = true;
                let waiting = target.waiting.as_ref();
                let is_watched = waiting.is_none_or(|waiting| waiting.watch.is_some());
                let place = target
                    .place
                    .as_ref()
                    .filter(|_| target.kind == "iframe" && !is_watched);
                place.map(|place| place.object.clone())
            }
        };
        let Some(frame) = unwatched else { return };
        let hub = self.weak();
        let gone = callback::perhaps(move || {
            if let Some(hub) = hub.upgrade() {
                hub.frame_removed(number);
            }
        });
        let stop = host::watch_removal(&frame, &gone);
        self.set_watch(number, Some(Watch(stop)));
    }

    fn set_watch(&self, number: u32, watch: Option<Watch>) {
        let mut inner = self.inner.borrow_mut();
        if let Some(waiting) = inner.target(number).and_then(|target| target.waiting.as_mut()) {
            waiting.watch = watch;
        }
    }

    fn frame_removed(&self, number: u32) {
        self.set_watch(number, None);
        self.look_at_frame(number);
        self.wake_by(host::now() + RETURNS);
    }

    /// Ends the wait for windows that were closed before they answered. Asks those again that were made an offer: they may have
    /// said goodbye to an earlier connection at the same moment, and dropped the offer with it. Returns when to look again, ms.
    pub(super) fn windows_awaited(&self, now: f64) -> f64 {
        let awaited: Vec<u32> = {
            let inner = self.inner.borrow();
            let targets = inner.targets.iter();
            let targets = targets.filter(|target| target.is_awaited() && target.place.is_some());
            targets.map(|target| target.number).gather()
        };
        let mut next = f64::INFINITY;
        for number in awaited {
            self.look_at_frame(number);
            let (error, address) = {
                let mut inner = self.inner.borrow_mut();
                let Some(target) = inner.target(number) else {
                    continue;
                };
                let place = target.place.as_ref();
                let is_closed = place.is_some_and(|place| host::is_closed(&place.object));
                let error = if target.kind == "iframe" && target.gives_up_at() <= now {
                    Some(not_in_page(target))
                } else if is_closed {
                    let message =
                        "the window was closed, or its Cross-Origin-Opener-Policy cuts it off from this one";
                    Some(fail(codes::PEER_LOST, message))
                } else {
                    next = next.min(target.gives_up_at()).min(now + BEAT);
                    None
                };
                let is_offered = target.handshake.is_offered();
                (error, target.window().filter(|_| is_offered))
            };
            if let Some(error) = error {
                self.give_up(number, &error);
                continue;
            }
            self.tell_silence(number);
            if let Some(address) = address {
                address.knock();
            }
        }
        next
    }

    /// Tells the log once why nobody answers, when two looks in a row gave the same reason.
    fn tell_silence(&self, number: u32) {
        if self.config.log_level < WARN {
            return;
        }
        let silence = match self.inner.borrow_mut().target(number) {
            Some(target) => target.silence(),
            None => return,
        };
        let silence = silence();
        let reason = silence.get(1).as_string().unwrap_or_default();
        let tell = {
            let mut inner = self.inner.borrow_mut();
            let Some(target) = inner.target(number) else {
                return;
            };
            let (known, told) = &target.host.silence;
            let is_new = *known != reason;
            let tell = !is_new && !told && silence.get(3).is_truthy();
            target.host.silence = (reason, tell || (!is_new && *told));
            tell
        };
        if tell {
            self.log("waiting", &silence);
        }
    }

    /// Remembers the origin that connect() found instead of one that is let in, and tells the log at once.
    pub(super) fn refuse_window(&self, source: &Address, origin: &str) {
        let mut news = Vec::new();
        for target in &mut self.inner.borrow_mut().targets {
            if target.is_awaited() && target.is_at(source) && target.host.refused.as_deref() != Some(origin) {
                target.host.refused = Some(origin.to_owned());
                target.host.silence = ("origin".to_owned(), true);
                news.push(target.silence());
            }
        }
        for silence in news {
            self.log("waiting", &silence());
        }
    }

    /// Rejects the connections that took too long; when the next would.
    pub(super) fn targets_due(&self, now: f64) -> f64 {
        let (late, next) = self.inner.borrow().targets_due(now);
        for number in late {
            let silence = match self.inner.borrow_mut().target(number) {
                Some(target) => target.silence(),
                None => continue,
            };
            let silence = silence();
            let alias = match self.inner.borrow_mut().target(number) {
                Some(target) => JsValue::from_str(target.alias()),
                None => continue,
            };
            let code = silence.get(0).as_string().unwrap_or_default();
            let message = silence.get(2).as_string().unwrap_or_default();
            let details = [("targetId", alias), ("reason", silence.get(1))];
            self.give_up(number, &fail_with(&code, &message, &details));
        }
        next
    }
}
