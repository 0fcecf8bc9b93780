//! The options of single calls, checked.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::args::{self, Options};
use super::grants;
use super::hub::Registered;
use super::options::Config;
use crate::core::grants::Grants;
use crate::platform::host;

#[wasm_bindgen]
extern "C" {
    type Signal;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn aborted(this: &Signal) -> Result<JsValue, JsValue>;
}

/// What `send`, `broadcast` and `connect` take; each knows which of them are its.
pub(crate) struct CallOptions {
    pub(crate) target: Option<String>,
    pub(crate) timeout: Option<f64>,
    pub(crate) retries: Option<u32>,
    pub(crate) expects: bool,
    pub(crate) signal: Option<JsValue>,
    pub(crate) transfer: Option<Array>,
    pub(crate) opaque: bool,
    pub(crate) any_origin: bool,
    pub(crate) grants: Option<Rc<Grants>>,
    pub(crate) relay: Option<Vec<String>>,
    pub(crate) relay_to: Option<String>,
}

impl CallOptions {
    /// From what the user gave; `known` names the options of this call. Throws ERR_CONFIG.
    pub(crate) fn read(
        given: &JsValue,
        known: &'static str,
        what: &str,
        config: &Config,
    ) -> Result<CallOptions, JsValue> {
        let mut options = CallOptions {
            target: None,
            timeout: None,
            retries: None,
            expects: true,
            signal: None,
            transfer: None,
            opaque: false,
            any_origin: false,
            grants: None,
            relay: None,
            relay_to: None,
        };
        if given.is_undefined() {
            return Ok(options);
        }
        let given = Options::read(given, known, what)?;
        config.note_ignored(&given);
        options.target = given.string("targetId")?;
        options.timeout = given.duration("timeout")?;
        options.retries = given.count("retries")?;
        options.expects = given.boolean("expectsResponse")?.unwrap_or(true);
        options.signal = args::signal(&given.get("signal"))?;
        options.transfer = args::transfer(&given.get("transfer"))?;
        options.opaque = given.boolean("opaque")?.unwrap_or(false);
        options.any_origin = given.boolean("anyOrigin")?.unwrap_or(false);
        options.relay = given.strings("relay")?;
        options.relay_to = given.string("relayTo")?;
        let granted = given.get("grants");
        if !granted.is_undefined() {
            options.grants = Some(Rc::new(grants::read(&granted, "the grants of connect()")?));
        }
        Ok(options)
    }
}

/// Whether a signal, checked before, has been aborted.
pub(crate) fn is_aborted(signal: &JsValue) -> bool {
    let aborted = signal.unchecked_ref::<Signal>().aborted();
    aborted.is_ok_and(|aborted| aborted.is_truthy())
}

/// What `register` takes.
pub(crate) struct Registration;

impl Registration {
    /// From what the user gave, if anything. Throws ERR_CONFIG.
    pub(crate) fn read(given: &JsValue, config: &Config) -> Result<Registered, JsValue> {
        if given.is_undefined() {
            return Ok(Registered::default());
        }
        let given = Options::read(given, "schema timeout retries", "register()'s options")?;
        config.note_ignored(&given);
        let schema = given.get("schema");
        Ok(Registered {
            schema: if schema.is_undefined() {
                None
            } else {
                Some(host::schema_of(&schema)?)
            },
            timeout: given.duration("timeout")?,
            retries: given.count("retries")?,
        })
    }
}
