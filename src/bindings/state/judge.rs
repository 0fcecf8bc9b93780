//! Validation: calls the user's `validate` with resolved values, see `core::model::judge`.

use wasm_bindgen::JsValue;

use super::StateHost;
use super::effects::lists;
use super::held::Held;
use crate::core::id::{Key, PeerRef};
use crate::core::model::{CellChange, Judge, Model, judge};
use crate::core::sync::{ChangeOrigin, KeyChange};
use crate::platform::host;

/// The user's `validate`, asked about what that neighbour told.
pub(super) struct Asked<'a> {
    pub(super) state: &'a StateHost,
    pub(super) validate: Option<&'a js_sys::Function>,
    pub(super) from: PeerRef,
}

impl Judge<Held> for Asked<'_> {
    fn is_let_in(&mut self, changes: &[KeyChange<Held>]) -> bool {
        let Some(validate) = self.validate else {
            return true;
        };
        let (keys, values) = lists(changes);
        let updates = host::hand_out(&host::object_of(&keys, &values));
        let from = self.state.carrier.info(self.from);
        let said = validate.call2(&JsValue::UNDEFINED, &updates, &from);
        said.is_ok_and(|said| said.as_bool() != Some(false))
    }

    fn model<R>(&mut self, act: impl FnOnce(&mut Model<Held>) -> R) -> R {
        act(&mut self.state.node.borrow_mut())
    }

    fn settle(&mut self, key: &Key) -> Option<KeyChange<Held>> {
        self.state.settle_by_function(key)
    }
}

impl StateHost {
    /// What is left of what that neighbour told. What is refused falls in every window.
    pub(super) fn judge(
        &self,
        from: PeerRef,
        origin: ChangeOrigin,
        changes: Vec<KeyChange<Held>>,
        cells: &[CellChange<Held>],
    ) -> Vec<KeyChange<Held>> {
        let Some(validate) = &self.options.validate else {
            return changes;
        };
        // A write that shows because another fell was perhaps never asked about.
        let is_asked = matches!(origin, ChangeOrigin::Remote | ChangeOrigin::Rollback);
        if changes.is_empty() || !is_asked {
            return changes;
        }
        let mut asked = Asked {
            state: self,
            validate: Some(validate),
            from,
        };
        let judged = judge(&mut asked, changes, cells, host::now());
        if judged.refused {
            self.run(judged.rest);
            // The writer has to hear of it even if nothing is written here any more.
            self.open_turn_alone();
            self.flush_turn();
        }
        judged.changes
    }
}
