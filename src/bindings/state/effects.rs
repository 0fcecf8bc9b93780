//! Doing what the core decided, in its order.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::held::{Held, key_of, value_of};
use super::{StateHost, codec};
use crate::bindings::host;
use crate::bindings::shared::Carrier;
use crate::core::id::{Key, PeerRef};
use crate::core::model::{CellChange, ModelEffect, ModelEffects};
use crate::core::sync::{ChangeOrigin, KeyChange};
use crate::core::value::Value;

impl StateHost {
    pub(super) fn run(&self, effects: ModelEffects<Held>) {
        if !effects.is_empty() {
            self.forget_conflicts();
        }
        for effect in effects {
            match effect {
                ModelEffect::Send { to, frame } => {
                    let frame = codec::encode(&self.name_js, &frame);
                    self.carrier.send(&self.options.name, &to, &frame);
                }
                ModelEffect::Changed {
                    mut changes,
                    unsettled,
                    from,
                    origin,
                    cells,
                } => {
                    for key in unsettled {
                        changes.extend(self.settle_by_function(&key));
                    }
                    if let Some(from) = from {
                        changes = self.judge(from, origin, changes, cells);
                        self.show(from, &changes);
                    }
                    if !changes.is_empty() {
                        self.changed(&changes, origin, from);
                    }
                    self.store_soon();
                }
                ModelEffect::Contested { keys } => self.tell_contested(&keys),
                ModelEffect::Lost { ids, keys } => self.tell_lost(&ids, &keys),
                ModelEffect::Ready => self.become_ready(),
                ModelEffect::Refused { from, code } => self.carrier.refuse(from, code),
            }
        }
        self.look_for_texts();
        self.check_outcomes();
    }

    /// Handlers of `name:update` see what states tell each other, as `{ updates }`.
    fn show(&self, from: PeerRef, changes: &[KeyChange<Held>]) {
        let Carrier::Hub(hub) = &self.carrier else { return };
        if !changes.is_empty() {
            hub.show_update(&self.message, from, || {
                let (keys, values) = lists(changes);
                super::write::payload(&keys, &values)
            });
        }
    }

    /// The function of a key has to say what it shows.
    fn settle_by_function(&self, key: &Key) -> Option<KeyChange<Held>> {
        let function = self.options.function_of(key)?.clone();
        let open = self.node.borrow().unsettled(key)?;
        let mut value = value_of(open.first.as_ref());
        let name = JsValue::from_str(key);
        for (theirs, base) in open.rest {
            let arguments = Array::of4(
                &host::hand_out(&value),
                &host::hand_out(&value_of(theirs.as_ref())),
                &host::hand_out(&value_of(base.as_ref())),
                &name,
            );
            let settled = function
                .apply(&JsValue::UNDEFINED, &arguments)
                .and_then(|settled| host::own(&settled, key));
            value = match settled {
                Ok(settled) => settled,
                Err(error) => {
                    // Of two that cannot be settled the later stands, in every window.
                    self.report(&error);
                    value_of(theirs.as_ref())
                }
            };
        }
        let held = (!value.is_undefined()).then(|| Held::made(value));
        self.node.borrow_mut().settle(key, held)
    }

    /// Asks the user whether a write that came in is let in. What is left of it if not: nothing, in every window.
    fn judge(
        &self,
        from: PeerRef,
        origin: ChangeOrigin,
        changes: Vec<KeyChange<Held>>,
        cells: Vec<CellChange<Held>>,
    ) -> Vec<KeyChange<Held>> {
        let Some(validate) = &self.options.validate else {
            return changes;
        };
        // A write that shows because another fell was perhaps never asked about.
        let is_asked = matches!(origin, ChangeOrigin::Remote | ChangeOrigin::Rollback) && !cells.is_empty();
        if changes.is_empty() || !is_asked || self.is_let_in(validate, from, &changes) {
            return changes;
        }
        // Of much that comes at once, only what is bad by itself.
        let bad: Vec<Key> = changes
            .iter()
            .filter(|change| {
                changes.len() > 1 && !self.is_let_in(validate, from, std::slice::from_ref(change))
            })
            .map(|change| change.key.clone())
            .collect();
        let cells = cells
            .into_iter()
            .filter(|cell| bad.is_empty() || cell.key().is_some_and(|key| bad.contains(&key)))
            .collect();
        let effects = self.node.borrow_mut().veto(cells, host::now());
        let mut left = changes;
        let mut rest = Vec::new();
        for effect in effects {
            match effect {
                ModelEffect::Changed {
                    changes, unsettled, ..
                } => {
                    let settled = unsettled.iter().filter_map(|key| self.settle_by_function(key));
                    for back in changes.into_iter().chain(settled.collect::<Vec<_>>()) {
                        match left.iter_mut().find(|change| change.key == back.key) {
                            Some(change) => change.new = back.new,
                            None => left.push(back),
                        }
                    }
                }
                other => rest.push(other),
            }
        }
        self.run(rest);
        // The writer has to hear of it even if nothing is written here any more.
        self.open_turn_alone();
        self.flush_turn();
        left.retain(|change| match (&change.old, &change.new) {
            (None, None) => false,
            (Some(old), Some(new)) => !old.same(new),
            _ => true,
        });
        left
    }

    fn is_let_in(&self, validate: &js_sys::Function, from: PeerRef, changes: &[KeyChange<Held>]) -> bool {
        let (keys, values) = lists(changes);
        let updates = host::hand_out(&host::object_of(&keys, &values));
        let said = validate.call2(&JsValue::UNDEFINED, &updates, &self.carrier.info(from));
        said.is_ok_and(|said| said.as_bool() != Some(false))
    }
}

/// The keys and values of changes; deleted ones are undefined.
fn lists(changes: &[KeyChange<Held>]) -> (Array, Array) {
    let (keys, values) = (Array::new(), Array::new());
    for change in changes {
        keys.push(&key_of(change.new.as_ref(), &change.key));
        values.push(&value_of(change.new.as_ref()));
    }
    (keys, values)
}
