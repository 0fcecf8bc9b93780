//! The options of single calls, checked.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::args;
use super::error::fail;
use super::host;
use super::hub::Registered;
use crate::core::codes;

#[wasm_bindgen]
extern "C" {
    type Given;
    #[wasm_bindgen(structural, method, getter, catch, js_name = targetId)]
    fn target_id(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn timeout(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn retries(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch, js_name = expectsResponse)]
    fn expects_response(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn signal(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn transfer(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn opaque(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter, catch)]
    fn schema(this: &Given) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(structural, method, getter)]
    fn aborted(this: &Given) -> JsValue;
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
}

impl CallOptions {
    /// From what the user gave; `known` names the options of this call. Throws ERR_CONFIG.
    pub(crate) fn read(given: &JsValue, known: &str, what: &str) -> Result<CallOptions, JsValue> {
        let mut options = CallOptions {
            target: None,
            timeout: None,
            retries: None,
            expects: true,
            signal: None,
            transfer: None,
            opaque: false,
        };
        if given.is_undefined() {
            return Ok(options);
        }
        args::known_options(given, known, what)?;
        let given: &Given = given.unchecked_ref();
        options.target = args::string(&given.target_id()?, "targetId")?;
        options.timeout = args::duration(&given.timeout()?, "timeout")?;
        options.retries = args::count(&given.retries()?, "retries")?;
        options.expects = args::boolean(&given.expects_response()?, "expectsResponse")?.unwrap_or(true);
        options.signal = args::signal(&given.signal()?)?;
        options.transfer = args::transfer(&given.transfer()?)?;
        options.opaque = args::boolean(&given.opaque()?, "opaque")?.unwrap_or(false);
        Ok(options)
    }
}

/// Whether a signal, checked before, has been aborted.
pub(crate) fn is_aborted(signal: &JsValue) -> bool {
    signal.unchecked_ref::<Given>().aborted().is_truthy()
}

/// What `register` takes.
pub(crate) struct Registration;

impl Registration {
    /// From what the user gave. Throws ERR_CONFIG.
    pub(crate) fn read(given: &JsValue) -> Result<Registered, JsValue> {
        args::known_options(given, "schema timeout retries", "register()'s options")?;
        let given: &Given = given.unchecked_ref();
        let schema = given.schema()?;
        if !schema.is_undefined() && !host::is_schema(&schema) {
            return Err(fail(
                codes::CONFIG,
                "the option schema must be a Standard Schema validator or a predicate",
            ));
        }
        Ok(Registered {
            schema: (!schema.is_undefined()).then_some(schema),
            timeout: args::duration(&given.timeout()?, "timeout")?,
            retries: args::count(&given.retries()?, "retries")?,
        })
    }
}
