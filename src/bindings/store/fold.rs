//! Running the reducer as the log says, and telling the listeners.

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::StoreHost;
use crate::bindings::host;
use crate::core::log::Fold;

/// The type of the action with which a reducer is asked for its initial state, as Redux does.
const INIT: &str = "@@parley-sync/INIT";
/// The type of the action listeners are told when the state was taken over from another window.
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

impl StoreHost {
    /// Folds actions into the state. One on which the reducer throws is skipped, in every window alike.
    pub(super) fn fold(&self, fold: Fold<JsValue, JsValue>) {
        let mut state = fold.start;
        let mut position = fold.position;
        let mut failed = Vec::new();
        for step in &fold.steps {
            self.folding.set(true);
            let result = self.reducer.call2(&JsValue::UNDEFINED, &state, &step.action);
            self.folding.set(false);
            match result {
                Ok(next) => state = next,
                Err(error) if step.fresh => failed.push(error),
                Err(_) => {}
            }
            position += 1;
            self.node.borrow_mut().record(fold.epoch, position, state.clone());
        }
        let before = self.state.replace(state.clone());
        let fresh: Vec<JsValue> = fold
            .steps
            .into_iter()
            .filter(|step| step.fresh)
            .map(|step| step.action)
            .collect();
        if fresh.is_empty() && fold.replaced && !host::unchanged(&before, &state) {
            self.notices.borrow_mut().push(action(REPLACED));
        }
        self.notices.borrow_mut().extend(fresh);
        for error in failed {
            self.carrier.report(&error);
        }
    }

    /// Tells every listener of every action, once, in their order. What a listener dispatches waits until all have heard.
    pub(super) fn notify(&self) {
        if self.notifying.replace(true) {
            return;
        }
        loop {
            let action = {
                let mut notices = self.notices.borrow_mut();
                if notices.is_empty() {
                    break;
                }
                notices.remove(0)
            };
            let listeners = self.listeners.borrow().clone();
            for (token, listener) in listeners {
                if !self.listeners.borrow().iter().any(|(known, _)| *known == token) {
                    continue;
                }
                if let Err(error) = listener.call2(&JsValue::UNDEFINED, &self.state(), &action) {
                    self.carrier.report(&error);
                }
            }
        }
        self.notifying.set(false);
    }
}
