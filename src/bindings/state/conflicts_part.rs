//! The part of the wasm for states with conflicts: the model that merges, resolves conflicts, rolls back and undoes. It is
//! loaded for the first state that needs it. Other code reaches it only through [`Part`] and the trait of the models, so
//! the linker's relocations lead to it from [`conflicts_start`] alone (`xtask/src/build/split/`).

use std::cell::Cell as Slot;
use std::hint::black_box;

use wasm_bindgen::prelude::*;

use super::{JsEntry, StateHost, StateOptions, effects, unreadable, validate};
use crate::core::id::{Actor, Key, PeerRef};
use crate::core::model::{CellChange, Model, ModelEffects, PlainModel, StateModel};
use crate::core::sync::{ChangeOrigin, KeyChange};
use crate::platform::host;

/// The full model, and its effects.
type Upgraded = (Box<dyn StateModel<JsEntry>>, ModelEffects<JsEntry>);
type Changes = Vec<KeyChange<JsEntry>>;
type Cells<'a> = &'a [CellChange<JsEntry>];

/// The functions that other code calls.
pub(super) struct Part {
    /// Moves a state to the full model.
    pub(super) upgrade: fn(&StateHost, &mut PlainModel<JsEntry>) -> Upgraded,
    /// Makes a full model without contents.
    pub(super) model: fn(&StateOptions, Actor) -> Box<dyn StateModel<JsEntry>>,
    /// See [`StateHost::validate`].
    pub(super) validate: fn(&StateHost, PeerRef, ChangeOrigin, Changes, Cells<'_>) -> Changes,
    /// See [`StateHost::validate_earlier`].
    pub(super) validate_earlier: fn(&StateHost, ChangeOrigin, Changes) -> Changes,
    /// See [`StateHost::drop_unreadable`].
    pub(super) drop_unreadable: fn(&StateHost, PeerRef, Changes, Cells<'_>, Vec<Key>) -> Changes,
    /// See [`StateHost::settle_by_function`].
    pub(super) settle: fn(&StateHost, &Key) -> Option<KeyChange<JsEntry>>,
}

thread_local! {
    static PART: Slot<Option<&'static Part>> = const { Slot::new(None) };
}

/// The part is loaded. The package's JavaScript calls this once, after it has instantiated the part's wasm.
#[wasm_bindgen]
pub fn conflicts_start() {
    let part: &'static Part = &Part {
        upgrade,
        model,
        validate: validate::validate,
        validate_earlier: validate::validate_earlier,
        drop_unreadable: unreadable::drop_unreadable,
        settle: effects::settle,
    };
    // Hides the only possible value from the optimiser, which would otherwise call the functions from outside the part.
    PART.set(Some(black_box(part)));
}

/// The part, if it was started: every state with the full model has it.
pub(super) fn started() -> Option<&'static Part> {
    PART.get()
}

/// The part, if it is started or its bytes are loaded.
pub(super) fn part() -> Option<&'static Part> {
    PART.get().or_else(|| {
        host::start_part("conflicts");
        PART.get()
    })
}

fn upgrade(state: &StateHost, plain: &mut PlainModel<JsEntry>) -> Upgraded {
    let options = &state.options;
    let (own, strategies) = (state.messenger.own_id(), options.strategies.clone());
    let (model, effects) = Model::of_plain(plain, &own, strategies, options.counted, host::wall());
    (Box::new(model), effects)
}

fn model(options: &StateOptions, actor: Actor) -> Box<dyn StateModel<JsEntry>> {
    let strategies = options.strategies.clone();
    Box::new(Model::new(actor, host::wall(), "", strategies, Vec::new()))
}
