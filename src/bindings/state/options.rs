//! The options of `SyncedState` and of its writes, checked.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::bindings::args::{self, Options};
use crate::bindings::persist::PersistOptions;
use crate::core::codes;
use crate::core::id::Key;
use crate::core::lists::Gather;
use crate::core::map::SmallMap;
use crate::core::model::{Strategies, Strategy};
use crate::core::schema::FIRST_VERSION;
use crate::platform::error::fail;

/// The options of a state.
pub(crate) struct StateOptions {
    pub(crate) name: String,
    /// Drop writes that change nothing.
    pub(crate) diff: bool,
    /// Only these keys are shared; `None` means all.
    pub(crate) synced_keys: Option<Vec<String>>,
    /// How long a write may wait for the next, ms; 0 sends at the end of the turn.
    pub(crate) debounce_ms: f64,
    /// How long the first of a steady stream of writes waits at most, ms.
    pub(crate) max_wait_ms: f64,
    /// The conflict strategies.
    pub(crate) strategies: Strategies,
    /// The functions of keys with a custom strategy of their own.
    pub(crate) functions: SmallMap<Key, Function>,
    /// The function of all other keys, if their strategy is custom.
    pub(crate) function: Option<Function>,
    /// Accepts or rejects incoming writes.
    pub(crate) validate: Option<Function>,
    /// The writes of one turn are one transaction.
    pub(crate) together: bool,
    /// Writes are counted, see `version` of OptimisticSyncedState.
    pub(crate) counted: bool,
    /// The version of the state's shape.
    pub(crate) version: u32,
    /// Translates states of other versions to this one.
    pub(crate) migrate: Option<Function>,
    /// Where the state is stored.
    pub(crate) persist: Option<PersistOptions>,
    /// The limits, as given, for [`bounds`](crate::bindings::options::bounds).
    pub(crate) limits: JsValue,
}

const KNOWN: &str =
    "name conflict syncedKeys debounceMs maxWaitMs diff persist validate version migrate limits";

impl StateOptions {
    /// Reads the user's options. Throws ERR_CONFIG and names what is wrong.
    pub(crate) fn read(given: &JsValue) -> Result<StateOptions, JsValue> {
        let mut options = StateOptions {
            name: "state".to_owned(),
            diff: true,
            synced_keys: None,
            debounce_ms: 0.0,
            max_wait_ms: 0.0,
            strategies: Strategies::default(),
            functions: SmallMap::new(),
            function: None,
            validate: None,
            together: false,
            counted: false,
            version: FIRST_VERSION,
            migrate: None,
            persist: None,
            limits: JsValue::UNDEFINED,
        };
        if given.is_undefined() {
            return Ok(options);
        }
        let given = Options::read(given, KNOWN, "SyncedState's options")?;
        if let Some(name) = given.shared_name()? {
            options.name = name;
        }
        if let Some(diff) = given.boolean("diff")? {
            options.diff = diff;
        }
        options.synced_keys = given.strings("syncedKeys")?;
        if let Some(ms) = given.duration("debounceMs")? {
            options.debounce_ms = ms;
            options.max_wait_ms = ms;
        }
        if let Some(ms) = given.duration("maxWaitMs")? {
            options.max_wait_ms = ms;
        }
        options.read_conflict(&given.get("conflict"))?;
        let validate = given.get("validate");
        if !validate.is_undefined() {
            let function = validate.dyn_into::<Function>();
            options.validate =
                Some(function.map_err(|_| fail(codes::CONFIG, "the option validate must be a function"))?);
        }
        if let Some(version) = given.count("version")? {
            options.version = version;
        }
        options.limits = given.get("limits");
        let migrate = given.get("migrate");
        if !migrate.is_undefined() {
            let function = migrate.dyn_into::<Function>();
            options.migrate =
                Some(function.map_err(|_| fail(codes::CONFIG, "the option migrate must be a function"))?);
        }
        let persist = given.get("persist");
        if !persist.is_undefined() {
            let version = f64::from(options.version);
            options.persist = Some(PersistOptions::read(&persist, version, options.migrate.clone())?);
        }
        Ok(options)
    }

    /// Reads `conflict`: one strategy, or one for each key.
    fn read_conflict(&mut self, given: &JsValue) -> Result<(), JsValue> {
        if given.is_undefined() {
            return Ok(());
        }
        if given.is_object() && !given.is_function() && !Array::is_array(given) {
            if let Some(by) = identity(given)? {
                self.strategies.default = Strategy::Merge;
                self.strategies.identity = Some(by);
                return Ok(());
            }
            let object: &Object = given.unchecked_ref();
            for name in Object::keys(object).iter() {
                let Some(key) = name.as_string().map(Key::from) else {
                    continue;
                };
                let one = Reflect::get(given, &name)?;
                if one.is_undefined() {
                    continue;
                }
                if let Some(by) = identity(&one)? {
                    self.strategies.identity_by_key.insert(key.clone(), by);
                    self.strategies.by_key.insert(key, Strategy::Merge);
                    continue;
                }
                let strategy = strategy(&one)?;
                if let Some(function) = one.dyn_ref::<Function>() {
                    self.functions.insert(key.clone(), function.clone());
                }
                self.strategies.by_key.insert(key, strategy);
            }
            return Ok(());
        }
        self.strategies.default = strategy(given)?;
        self.function = given.dyn_ref::<Function>().cloned();
        Ok(())
    }

    /// The function that resolves a key, if it has one.
    pub(crate) fn function_of(&self, key: &str) -> Option<&Function> {
        self.functions.get(key).or(self.function.as_ref())
    }

    /// Whether a key is shared.
    pub(crate) fn is_synced(&self, key: &str) -> bool {
        self.synced_keys
            .as_ref()
            .is_none_or(|keys| keys.iter().any(|synced| synced == key))
    }
}

/// The identifying property of `{ merge: { by: 'uuid' } }`; `None` for anything else. Throws ERR_CONFIG.
fn identity(given: &JsValue) -> Result<Option<Key>, JsValue> {
    if !given.is_object() || given.is_function() || Array::is_array(given) {
        return Ok(None);
    }
    let merge = Reflect::get(given, &JsValue::from_str("merge"))?;
    let count = |object: &JsValue| Object::keys(object.unchecked_ref::<Object>()).length();
    let name = JsValue::from_str("by");
    if !merge.is_object() || count(given) != 1 || !Reflect::has(&merge, &name)? {
        return Ok(None);
    }
    let by = Reflect::get(&merge, &name)?.as_string();
    let only = count(&merge) == 1;
    match by.filter(|by| only && !by.is_empty()) {
        Some(by) => Ok(Some(Key::from(by))),
        None => Err(fail(
            codes::CONFIG,
            "conflict: { merge: { by } } needs the name of the property that tells records apart",
        )),
    }
}

fn strategy(given: &JsValue) -> Result<Strategy, JsValue> {
    if given.is_function() {
        return Ok(Strategy::Custom);
    }
    match given.as_string().as_deref() {
        Some("last-write-wins") => Ok(Strategy::LastWriteWins),
        Some("highest-version") => Ok(Strategy::HighestVersion),
        Some("merge") => Ok(Strategy::Merge),
        Some("manual") => Ok(Strategy::Manual),
        _ => Err(fail(
            codes::CONFIG,
            "the option conflict must be 'last-write-wins', 'highest-version', 'merge', { merge: { by } }, 'manual', a \
             function, or an object with one of these for each key",
        )),
    }
}

/// The options of `setState`, its second argument.
#[derive(Clone, Default)]
pub(crate) struct SetOptions {
    /// Wait until every connected peer has applied it.
    pub(crate) ack: bool,
    /// The timeout, ms; `None` for that of the Parley.
    pub(crate) timeout: Option<f64>,
    /// Roll the write back when it fails.
    pub(crate) rollback: bool,
    /// The write comes from typing: see [`How::is_typed`](crate::core::model::How::is_typed). `undo` does not undo it.
    pub(crate) typed: bool,
    /// Each of these signals ends the wait.
    pub(crate) signals: Vec<JsValue>,
}

impl SetOptions {
    /// Reads the user's options. Throws ERR_CONFIG.
    pub(crate) fn read(given: &JsValue) -> Result<SetOptions, JsValue> {
        if given.is_undefined() {
            return Ok(SetOptions::default());
        }
        let given = Options::read(given, "ack timeout rollbackOnError signal", "setState's options")?;
        let ack = match given.string("ack")?.as_deref() {
            None | Some("none") => false,
            Some("all") => true,
            Some(_) => {
                return Err(fail(codes::CONFIG, "the option ack must be 'none' or 'all'"));
            }
        };
        Ok(SetOptions {
            ack,
            timeout: given.duration("timeout")?,
            rollback: given.boolean("rollbackOnError")?.unwrap_or(false),
            typed: false,
            signals: args::signal(&given.get("signal"))?.into_iter().gather(),
        })
    }

    /// Combines the options of two writes.
    pub(crate) fn and(mut self, mut other: SetOptions) -> SetOptions {
        self.signals.append(&mut other.signals);
        SetOptions {
            ack: self.ack || other.ack,
            timeout: match (self.timeout, other.timeout) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            },
            rollback: self.rollback || other.rollback,
            typed: false,
            signals: self.signals,
        }
    }
}

/// Checks the amount of an increment. Throws ERR_ARGUMENT.
pub(crate) fn amount(by: &JsValue) -> Result<f64, JsValue> {
    if by.is_undefined() {
        return Ok(1.0);
    }
    by.as_f64()
        .filter(|by| by.is_finite())
        .ok_or_else(|| fail(codes::ARGUMENT, "an increment must be by a finite number"))
}

/// Checks a list of keys. Throws ERR_ARGUMENT.
pub(crate) fn keys(list: &Array) -> Result<Vec<Key>, JsValue> {
    list.iter()
        .map(|key| key.as_string().map(Key::from).ok_or_else(args::not_a_key))
        .collect()
}
