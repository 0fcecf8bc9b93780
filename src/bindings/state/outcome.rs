//! Acknowledgements and rollbacks: writes that wait until every peer has them, or that are rolled back when they fail.

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;

use super::{SetOptions, StateHost};
use crate::bindings::shared::after;
use crate::core::cell::VetoReason;
use crate::core::codes;
use crate::core::id::{Key, PeerRef};
use crate::core::lists::{Gather, List};
use crate::core::model::WriteId;
use crate::platform::error::{fail, fail_with, text};
use crate::platform::host::{self, Deferred};
use crate::platform::{callback, promise};

/// How long until a peer that has not answered is asked again, ms; twice as long each time, up to the longest pause.
const FIRST_PAUSE: f64 = 30.0;
const LONGEST_PAUSE: f64 = 1000.0;

/// A write that waits for its outcome.
pub(super) struct Outcome {
    id: WriteId,
    promise: Deferred,
    options: SetOptions,
    /// The batch in which it was sent.
    sent: Option<u64>,
    /// Peers that have not acknowledged it; `None` until all peers are known.
    waiting: Option<Vec<PeerRef>>,
    /// Filtered peers that have not acknowledged it, each with the number it has to acknowledge.
    filtered_peers: Vec<(PeerRef, u64)>,
    timer: Option<JsValue>,
    /// Functions that remove the listeners of the signals.
    listening: Vec<Function>,
}

impl Drop for Outcome {
    fn drop(&mut self) {
        if let Some(timer) = &self.timer {
            host::clear_timer(timer);
        }
        for stop in &self.listening {
            // A hand-made signal may throw. Nobody waits for it any more.
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
    }
}

impl StateHost {
    /// Waits for what becomes of a write in the flush batch whose promise is `batch`.
    pub(super) fn await_outcome(&self, id: WriteId, options: SetOptions, batch: &Promise) -> Promise {
        let deferred = Deferred::new();
        let promise = deferred.promise.clone();
        let timeout = options.timeout.unwrap_or_else(|| self.messenger.timeout());
        let timer = (options.ack && timeout.is_finite()).then(|| {
            let state = self.weak();
            let late = callback::perhaps(move || {
                if let Some(state) = state.upgrade() {
                    state.outcome_late(id);
                }
            });
            if timeout <= 0.0 {
                // Behind the flush of this turn, and before an acknowledgement can come.
                host::soon(&late);
                return JsValue::UNDEFINED;
            }
            // Somebody awaits it, so the timer keeps a Node process alive.
            host::set_deadline(&late, timeout)
        });
        self.outcomes.borrow_mut().push(Outcome {
            id,
            promise: deferred,
            options,
            sent: None,
            waiting: None,
            filtered_peers: Vec::new(),
            timer,
            listening: Vec::new(),
        });
        self.listen_for_abort(id);
        let (sent, failed) = (self.weak(), self.weak());
        let sent = callback::reaction(move |_| {
            if let Some(state) = sent.upgrade() {
                state.outcome_sent(id);
            }
        });
        let failed = callback::reaction(move |error| {
            if let Some(state) = failed.upgrade() {
                state.outcome_failed(id, &error);
            }
        });
        promise::then(batch, &sent, Some(&failed));
        promise
    }

    /// Ends the wait for a write when one of its signals aborts.
    fn listen_for_abort(&self, id: WriteId) {
        let signals = {
            let outcomes = self.outcomes.borrow();
            let outcome = outcomes.iter().find(|outcome| outcome.id == id);
            outcome.map_or_else(Vec::new, |outcome| outcome.options.signals.clone())
        };
        for signal in &signals {
            let state = self.weak();
            let abort = callback::perhaps(move || {
                if let Some(state) = state.upgrade() {
                    state.outcome_failed(id, &aborted());
                }
            });
            let stop = host::on_abort(signal, &abort);
            let mut outcomes = self.outcomes.borrow_mut();
            if let (Ok(stop), Some(outcome)) = (stop, outcomes.iter_mut().find(|outcome| outcome.id == id)) {
                outcome.listening.push(stop);
            }
        }
    }

    fn take_outcome(&self, id: WriteId) -> Option<Outcome> {
        let mut outcomes = self.outcomes.borrow_mut();
        let at = outcomes.iter().position(|outcome| outcome.id == id)?;
        let outcome = outcomes.remove(at);
        Some(outcome)
    }

    fn outcome_sent(&self, id: WriteId) {
        let seq = self.node.borrow().node().own_seq();
        let waits = {
            let mut outcomes = self.outcomes.borrow_mut();
            let outcome = outcomes.iter_mut().find(|outcome| outcome.id == id);
            outcome.is_some_and(|outcome| {
                outcome.sent = Some(seq);
                outcome.options.ack
            })
        };
        if waits {
            self.inquire(id, FIRST_PAUSE);
        } else if let Some(outcome) = self.take_outcome(id) {
            self.node.borrow_mut().confirm(id);
            outcome.promise.resolve(&JsValue::UNDEFINED);
        }
    }

    /// Asks the others what they have, and asks again while someone has not acknowledged the write: a question may overtake
    /// the write, or get lost.
    fn inquire(&self, id: WriteId, pause: f64) {
        self.decide(|model, _| model.with_node(|node| node.inquire()));
        self.inquire_filtered_peers();
        if !self.outcomes.borrow().iter().any(|outcome| outcome.id == id) {
            return;
        }
        let state = self.weak();
        // It ends by itself when the outcome is known. The state may be gone by then.
        let _ = after(pause, move || {
            if let Some(state) = state.upgrade()
                && state.outcomes.borrow().iter().any(|outcome| outcome.id == id)
            {
                state.inquire(id, (pause * 2.0).min(LONGEST_PAUSE));
            }
        });
    }

    /// Rolls the write back if the options say so, then rejects its promise.
    pub(super) fn outcome_failed(&self, id: WriteId, error: &JsValue) {
        let Some(outcome) = self.take_outcome(id) else {
            return;
        };
        if outcome.options.rollback && !self.destroyed.get() {
            self.schedule_flush();
            self.decide(|model, now| model.retract(id, now));
        } else {
            self.node.borrow_mut().confirm(id);
        }
        outcome.promise.reject(error);
    }

    fn outcome_late(&self, id: WriteId) {
        let error = fail(
            codes::TIMEOUT,
            "not every peer has said in time that it has the write",
        );
        self.outcome_failed(id, &error);
    }

    /// Resolves the writes that everyone has acknowledged.
    pub(super) fn check_outcomes(&self) {
        if self.outcomes.borrow().is_empty() || self.filtered_peers_are_coming() {
            return;
        }
        let mut done = Vec::new();
        {
            let node = self.node.borrow();
            let node = node.node();
            let mut outcomes = self.outcomes.borrow_mut();
            for outcome in outcomes.iter_mut().filter(|outcome| outcome.options.ack) {
                let Some(seq) = outcome.sent.filter(|_| node.is_ready()) else {
                    continue;
                };
                if outcome.waiting.is_none() {
                    outcome.filtered_peers = self.filtered_peers_sent();
                }
                let waiting = outcome.waiting.get_or_insert_with(|| node.followers().gather());
                waiting.keep(|peer| !node.has_acknowledged(*peer, seq));
                outcome
                    .filtered_peers
                    .keep(|(peer, seq)| !self.filtered_peer_has(*peer, *seq));
                if waiting.is_empty() && outcome.filtered_peers.is_empty() {
                    done.push(outcome.id);
                }
            }
        }
        for id in done {
            if let Some(outcome) = self.take_outcome(id) {
                self.node.borrow_mut().confirm(id);
                outcome.promise.resolve(&JsValue::UNDEFINED);
            }
        }
    }

    /// Other windows vetoed writes of this one. Rejects their promises; without a promise, emits `system:error`.
    pub(super) fn report_lost(&self, ids: &[WriteId], keys: &[Key], reason: VetoReason) {
        let (code, verb) = match reason {
            VetoReason::Refused | VetoReason::Aborted => (codes::REJECTED, "a window refused"),
            VetoReason::Denied => (codes::DENIED, "this window was not granted"),
            VetoReason::Unreadable => (codes::SERIALIZATION, "another window cannot read the value of"),
        };
        let mut rejected = false;
        for id in ids {
            if let Some(outcome) = self.take_outcome(*id) {
                rejected = true;
                let message = text(&[verb, " the write; it has been taken back"]);
                outcome.promise.reject(&fail(code, &message));
            }
        }
        if rejected && keys.is_empty() {
            return;
        }
        let names: js_sys::Array = keys.iter().map(|key| JsValue::from_str(key)).collect();
        let message = text(&[
            verb,
            " a write to the state '",
            &self.options.name,
            "'; it has been taken back",
        ]);
        self.report(&fail_with(code, &message, &[("keys", names.into())]));
    }

    /// Resolves all writes, because nobody is left to acknowledge them.
    pub(super) fn confirm_outcomes(&self) {
        for outcome in std::mem::take(&mut *self.outcomes.borrow_mut()) {
            outcome.promise.resolve(&JsValue::UNDEFINED);
        }
    }

    /// Rejects all writes, because nobody will acknowledge them any more.
    pub(super) fn end_outcomes(&self) {
        let outcomes = std::mem::take(&mut *self.outcomes.borrow_mut());
        for outcome in outcomes {
            outcome
                .promise
                .end(&fail(codes::DESTROYED, "the state was destroyed"));
        }
    }
}

pub(super) fn aborted() -> JsValue {
    fail(codes::ABORTED, "setState() was aborted")
}
