//! One timer for every deadline: calls, connections, repetitions, heartbeats, counted rejections.

use wasm_bindgen::JsValue;

use super::Hub;
use crate::platform::callback;
use crate::platform::host;

/// The next time this hub's timer fires.
pub(crate) struct Alarm {
    at: f64,
    id: JsValue,
    /// Whether it keeps a Node process alive.
    is_awaited: bool,
}

impl Hub {
    /// Ensures that the timer fires at `at` (ms since 1970) or before.
    pub(crate) fn wake_by(&self, at: f64) {
        let is_awaited = self.is_awaited();
        let (stale, at) = {
            let mut inner = self.inner.borrow_mut();
            if inner.destroyed || !at.is_finite() {
                return;
            }
            let sooner = inner.alarm.as_ref().map_or(at, |alarm| alarm.at.min(at));
            match &inner.alarm {
                Some(alarm) if alarm.at <= at && (alarm.is_awaited || !is_awaited) => return,
                _ => (inner.alarm.take(), sooner),
            }
        };
        if let Some(alarm) = stale {
            host::clear_timer(&alarm.id);
        }
        let pause = (at - host::now()).max(0.0);
        let id = if is_awaited {
            host::set_deadline(&self.wake, pause)
        } else {
            host::set_timer(&self.wake, pause)
        };
        self.inner.borrow_mut().alarm = Some(Alarm { at, id, is_awaited });
    }

    /// Whether somebody waits for what the timer does. Then it keeps a Node process alive.
    fn is_awaited(&self) -> bool {
        let waits = {
            let inner = self.inner.borrow();
            !inner.calls.is_empty() || inner.states.iter().any(|state| state.is_waiting())
        };
        waits || self.targets_have_deadlines()
    }

    /// The timer fired.
    pub(super) fn alarmed(&self) {
        let alarm = self.inner.borrow_mut().alarm.take();
        // A timer fires by the clock of the timers, which need not be the clock that is read (in a test it is not).
        let now = alarm.map_or(0.0, |alarm| alarm.at).max(host::now());
        self.woken(now);
    }

    /// Does everything that is due, and sets the timer again.
    fn woken(&self, now: f64) {
        let mut next = self.calls_due(now);
        next = next.min(self.targets_due(now));
        next = next.min(self.join_again(now));
        next = next.min(self.report_rejected(now));
        next = next.min(self.discovery_due(now));
        next = next.min(self.ask_unanswered(now));
        next = next.min(self.states_due(now));
        next = next.min(self.settle_due(now));
        next = next.min(self.beat(now));
        self.wake_by(next);
    }

    /// Stops the timer.
    pub(crate) fn disarm(&self) {
        let alarm = self.inner.borrow_mut().alarm.take();
        if let Some(alarm) = alarm {
            host::clear_timer(&alarm.id);
        }
    }

    /// Runs once, after the synchronous work of the current turn.
    pub(crate) fn soon(run: impl FnOnce() + 'static) {
        let run = callback::once(run);
        host::soon(&run);
    }
}
