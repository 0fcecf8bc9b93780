//! Flush batches: the writes of one turn of the event loop, or of one debounce, are sent together; one promise stands for all.

use wasm_bindgen::JsValue;

use crate::platform::callback;
use crate::platform::host::{self, Deferred};
use crate::platform::promise;

/// Writes that will be sent together.
pub(crate) struct FlushBatch {
    /// Settles when they have been handed to everyone.
    pub(crate) promise: Deferred,
    /// When the first of them was made, ms.
    pub(crate) since: f64,
    /// The running debounce, if any.
    pub(crate) timer: Option<JsValue>,
}

impl FlushBatch {
    pub(crate) fn new(now: f64) -> FlushBatch {
        FlushBatch {
            promise: Deferred::new(),
            since: now,
            timer: None,
        }
    }
}

/// A timer that runs once.
pub(crate) fn after(pause: f64, run: impl FnOnce() + 'static) -> JsValue {
    let run = callback::perhaps(run);
    host::set_timer(&run, pause)
}

/// Settles the promise of a flush batch by the result of its broadcast: with `value` now or when the returned promise is
/// fulfilled, and rejected with its error otherwise.
pub(crate) fn settle_batch(
    done: &Deferred,
    result: Result<JsValue, JsValue>,
    value: impl Fn() -> JsValue + 'static,
) {
    match result {
        Ok(sent) if host::is_thenable(&sent) => {
            let (kept, lost) = (done.clone(), done.clone());
            let fulfilled = callback::reaction(move |_| kept.resolve(&value()));
            let rejected = callback::reaction(move |error| lost.reject(&error));
            promise::then(&sent, &fulfilled, Some(&rejected));
        }
        Ok(_) => done.resolve(&value()),
        Err(error) => done.reject(&error),
    }
}
