//! Runs the reducer in the log's order, and calls the listeners.

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::StoreHost;
use crate::core::lists::List;
use crate::core::log::Fold;
use crate::platform::host;

/// The type of the action with which a reducer is asked for its initial state, as Redux does.
const INIT: &str = "@@parley-sync/INIT";
/// The type of the action that listeners receive when the state was taken over from another window.
const REPLACED: &str = "@@parley-sync/REPLACED";

fn action(kind: &str) -> JsValue {
    let action = js_sys::Object::new();
    // A property of a fresh plain object.
    let _ = js_sys::Reflect::set(&action, &JsValue::from_str("type"), &JsValue::from_str(kind));
    action.into()
}

/// The state to begin with: what was given, or what the reducer makes of nothing, or `{}`.
pub(super) fn initial(reducer: &Function, given: &JsValue) -> Result<JsValue, JsValue> {
    if !given.is_undefined() {
        return Ok(given.clone());
    }
    let made = reducer.call2(&JsValue::UNDEFINED, &JsValue::UNDEFINED, &action(INIT))?;
    Ok(if made.is_undefined() {
        js_sys::Object::new().into()
    } else {
        made
    })
}

/// Pending notices of listeners.
pub(super) struct Notice {
    action: JsValue,
    /// The state it led to; None if the one that is shown has passed that.
    state: Option<JsValue>,
}

impl StoreHost {
    /// Folds actions into the state. One on which the reducer throws is skipped, in every window alike.
    ///
    /// States are frozen: they are gone on from again, so a reducer that changes one in place would part the windows.
    pub(super) fn fold(&self, fold: Fold<JsValue, JsValue>) {
        let count = fold.steps.len();
        let ending = fold.steps.iter().rev().take_while(|step| step.fresh).count();
        let known = count - ending;
        let (mut state, mut position) = (fold.start, fold.position);
        let (mut notices, mut failed) = (Vec::new(), Vec::new());
        for (at, step) in fold.steps.into_iter().enumerate() {
            self.folding.set(true);
            let result = self.reducer.call2(&JsValue::UNDEFINED, &state, &step.action);
            self.folding.set(false);
            match result {
                Ok(next) => state = host::hand_out(&next),
                Err(error) if step.fresh => failed.push(error),
                Err(_) => {}
            }
            position += 1;
            self.node.borrow_mut().record(fold.epoch, position, state.clone());
            if step.fresh {
                notices.push(Notice {
                    action: step.action,
                    state: Some(state.clone()),
                });
            }
            if at + 1 == known {
                // A late one is seen together with what comes after it.
                for notice in &mut notices {
                    notice.state = Some(state.clone());
                }
            }
        }
        // What others did before this window was there is their state, and no news.
        let is_history = !self.is_current.get() || self.is_blank.get();
        self.is_blank.set(false);
        if fold.replaced && (notices.is_empty() || is_history) {
            notices.clear();
            if !host::unchanged(&self.state(), &state) {
                notices.push(Notice {
                    action: action(REPLACED),
                    state: Some(state.clone()),
                });
            }
        }
        self.publish(state, notices);
        for error in failed {
            self.messenger.report(&error);
        }
    }

    /// Listeners receive each action with the state it led to, as if it had come alone. A dispatch while they run has to find
    /// its action applied, so then the state is ahead of what they have received.
    fn publish(&self, state: JsValue, new: Vec<Notice>) {
        let mut notices = self.notices.borrow_mut();
        let at_once = self.notifying.get() || new.is_empty();
        notices.take_in(new);
        if at_once {
            for notice in notices.iter_mut() {
                notice.state = None;
            }
            self.state.replace(state);
        }
    }

    /// Tells every listener of every action, once, in their order. What a listener dispatches waits until all have heard.
    pub(super) fn notify(&self) {
        if self.notifying.replace(true) {
            return;
        }
        loop {
            let notice = {
                let mut notices = self.notices.borrow_mut();
                if notices.is_empty() {
                    break;
                }
                notices.remove(0)
            };
            if let Some(state) = notice.state {
                self.state.replace(state);
            }
            let listeners = self.listeners.borrow().clone();
            for (token, listener) in listeners {
                if !self.listeners.borrow().iter().any(|(known, _)| *known == token) {
                    continue;
                }
                if let Err(error) = listener.call2(&JsValue::UNDEFINED, &self.state(), &notice.action) {
                    self.messenger.report(&error);
                }
            }
        }
        self.notifying.set(false);
    }
}
