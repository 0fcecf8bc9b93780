//! The states and stores of this window on plain messengers. As on a Parley, each lives until it is destroyed, and two on
//! one messenger have two names.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::Shared;
use crate::core::codes;
use crate::platform::cell::RefCell;
use crate::platform::error::{fail, text};

thread_local! {
    static ALL: RefCell<Vec<(JsValue, Rc<dyn Shared>)>> = const { RefCell::new(Vec::new()) };
}

/// Throws ERR_DUPLICATE_NAME.
pub(crate) fn add(messenger: &JsValue, shared: &Rc<dyn Shared>) -> Result<(), JsValue> {
    let is_taken = ALL.with(|all| {
        let mut all = all.borrow_mut();
        let is_taken = all
            .iter()
            .any(|(other, holder)| other == messenger && holder.name() == shared.name());
        if !is_taken {
            all.push((messenger.clone(), shared.clone()));
        }
        is_taken
    });
    if is_taken {
        return Err(duplicate("messenger", shared.name()));
    }
    Ok(())
}

/// Frees the name.
pub(crate) fn remove(messenger: &JsValue, name: &str) {
    let gone = ALL.with(|all| {
        let mut all = all.borrow_mut();
        let at = all
            .iter()
            .position(|(other, holder)| other == messenger && holder.name() == name);
        at.map(|at| all.swap_remove(at))
    });
    drop(gone);
}

/// The error for a second state of one name on a Parley or messenger.
pub(crate) fn duplicate(holder: &str, name: &str) -> JsValue {
    let message = text(&[
        "this ",
        holder,
        " has a state named '",
        name,
        "' already: give each its own name",
    ]);
    fail(codes::DUPLICATE_NAME, &message)
}
