//! A `connect` without an answer, as `core::connection::waiting` decides, and the known reason, which is logged early and
//! part of the error at the end.

use js_sys::{Array, Function};
use wasm_bindgen::JsValue;

use super::{Hub, Target};
use crate::core::codes;
use crate::platform::callback;
use crate::platform::error::{fail_with, text};
use crate::platform::host;
use crate::transport::window::Address;

/// The index of `warn` among the log levels.
const WARN: u32 = 2;

/// The error of a connect() whose frame is not in the page.
pub(super) fn not_in_page(target: &Target) -> JsValue {
    let advice = if target.presence.was_there() {
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

/// The error of a connect() that took too long, with the known reason, once the borrow of the hub has ended.
pub(super) fn timed_out(target: &Target) -> impl FnOnce() -> JsValue + use<> {
    let (silence, alias) = (target.silence(), target.alias().to_owned());
    move || {
        let silence = silence();
        let code = silence.get(0).as_string().unwrap_or_default();
        let message = silence.get(2).as_string().unwrap_or_default();
        let details = [
            ("targetId", JsValue::from_str(&alias)),
            ("reason", silence.get(1)),
        ];
        fail_with(&code, &message, &details)
    }
}

impl Target {
    /// Asks for the reason, after the borrow of the hub has ended: `[code, reason, message, isEarly]`.
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

/// A watch for the removal of an element. Ends when it is dropped.
pub(crate) struct Watch(Function);

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

impl Hub {
    /// Watches for the removal of a target's frame, unless it is watched already.
    pub(super) fn watch_frame(&self, number: u32) {
        let frame = {
            let mut inner = self.inner.borrow_mut();
            let Some(target) = inner.target(number) else {
                return;
            };
            let mut calls = target.calls.iter();
            let is_watched = !target.is_awaited() || calls.any(|call| call.waiting.watch.is_some());
            let place = target.place.as_ref().filter(|_| !is_watched);
            place.map(|place| place.object.clone())
        };
        let Some(frame) = frame else { return };
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
        let calls = inner.target(number).map(|target| target.calls.iter_mut());
        let mut watch = watch;
        for call in calls.into_iter().flatten() {
            call.waiting.watch = watch.take();
        }
    }

    fn frame_removed(&self, number: u32) {
        self.set_watch(number, None);
        let now = host::now();
        let next = self.decide(|connections, _| connections.frame_removed(number, now));
        self.wake_by(next);
    }

    /// Logs once why no answer came, when two checks in a row gave the same reason.
    pub(super) fn report_silence(&self, number: u32) {
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
            let (known, reported) = &target.host.silence;
            let is_new = *known != reason;
            let tell = !is_new && !reported && silence.get(3).is_truthy();
            target.host.silence = (reason, tell || (!is_new && *reported));
            tell
        };
        if tell {
            self.log("waiting", &silence);
        }
    }

    /// Remembers an origin that is not allowed for the error of connect(), and logs it at once.
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

    /// Rejects the connections that took too long. Returns when the next one would.
    pub(super) fn targets_due(&self, now: f64) -> f64 {
        self.decide(|connections, _| connections.targets_due(now))
    }
}
