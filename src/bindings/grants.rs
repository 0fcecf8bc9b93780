//! Grants, as options write them.

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::args::Options;
use crate::core::codes;
use crate::core::grants::{Grants, OriginGrants};
use crate::core::origin::Allowlist;
use crate::platform::error::{fail, fail_with, text};

/// One peer's grants. Throws ERR_CONFIG naming what is wrong.
pub(crate) fn read(given: &JsValue, what: &str) -> Result<Grants, JsValue> {
    let given = Options::read(given, "read write messages relayed", what)?;
    let (read, write, messages) = (
        given.strings("read")?,
        given.strings("write")?,
        given.strings("messages")?,
    );
    let relayed = given.strings("relayed")?;
    Grants::parse(read.as_deref(), write.as_deref(), messages.as_deref())
        .and_then(|grants| grants.with_relayed(relayed.as_deref()))
        .map_err(|bad| fail(codes::CONFIG, &text(&[what, ": ", bad.text()])))
}

/// Grants by origin. Throws ERR_CONFIG for an origin that is none, or that is not let in.
pub(crate) fn by_origin(given: &JsValue, allowed: &Allowlist) -> Result<OriginGrants, JsValue> {
    let mut all = OriginGrants::default();
    if given.is_undefined() {
        return Ok(all);
    }
    if !given.is_object() || js_sys::Array::is_array(given) {
        return Err(fail(
            codes::CONFIG,
            "the option grants must be an object: { origin: { read, write, messages } }",
        ));
    }
    for name in Object::keys::<Object>(given.unchecked_ref()).iter() {
        let origin = name.as_string().unwrap_or_default();
        let what = text(&["the grants of '", &origin, "'"]);
        let grants = read(&Reflect::get(given, &name)?, &what)?;
        all.add(&origin, grants, allowed).map_err(|bad| {
            fail_with(
                codes::CONFIG,
                &text(&[&what, ": ", bad.text()]),
                &[("option", JsValue::from_str("grants"))],
            )
        })?;
    }
    Ok(all)
}
