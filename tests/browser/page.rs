//! The way from a test to its case: the modules as the page imports them, and the classes they are lent.

use js_sys::{Array, Function, Object, Promise, Reflect};
use parley_sync::bindings::parley::Parley;
use parley_sync::bindings::state::{SyncedState, conflicts_start, gateways_start};
use parley_sync::bindings::store::SyncedStore;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// A module's name and source.
macro_rules! modules {
    ($($name:literal)*) => { [$(($name, include_str!(concat!("js/", $name, ".js")))),*] };
}

/// Each after those it imports.
///
/// The page imports them as blobs. As files they would all be asked for at once, and the test runner's server, which keeps
/// a thread busy for each open connection, sometimes leaves the fifth unanswered until the browser closes another.
const MODULES: [(&str, &str); MODULE_COUNT] = modules! {
    "same" "harness" "wires" "table" "time"
    "assertions" "connecting" "answers" "failing" "values" "schemas" "reentrant"
    "lossy" "broadcasting" "wrong" "malformed" "listening" "writing" "replicating"
    "settling" "storing" "stores"
};
const MODULE_COUNT: usize = 22;

const IMPORT: &str = r#"
    return (globalThis.parleyTables ??= (async () => {
        const urls = new Map();
        for (const [name, source] of modules) {
            const linked = source.replace(/from '\.\/(\w+)\.js'/g, (_, other) => `from '${urls.get(other)}'`);
            const named = `${linked}\n//# sourceURL=tests/browser/js/${name}.js`;
            urls.set(name, URL.createObjectURL(new Blob([named], { type: 'text/javascript' })));
        }
        const loaded = {};
        for (const [name, url] of urls) loaded[name] = await import(url);
        return loaded;
    })());
"#;

/// The namespaces of all modules, by name.
async fn tables() -> Result<JsValue, JsValue> {
    let modules: Array = MODULES
        .iter()
        .map(|(name, source)| Array::of2(&JsValue::from_str(name), &JsValue::from_str(source)))
        .collect();
    let import = Function::new_with_args("modules", IMPORT);
    let loaded: Promise = import.call1(&JsValue::UNDEFINED, &modules)?.unchecked_into();
    JsFuture::from(loaded).await
}

/// An exported function of one of them.
async fn exported(module: &str, function: &str) -> Result<Function, JsValue> {
    let module = Reflect::get(&tables().await?, &JsValue::from_str(module))?;
    Reflect::get(&module, &JsValue::from_str(function))?.dyn_into()
}

/// Lends the classes to the page, then plays one case.
pub async fn play(module: &str, case: &str, wire: &str) -> Result<(), JsValue> {
    // The test is one wasm: no part of it comes later.
    conflicts_start();
    gateways_start();
    let parley = JsValue::from(Parley::create(&JsValue::UNDEFINED)?);
    let state = SyncedState::new(
        &parley,
        &JsValue::UNDEFINED,
        &JsValue::UNDEFINED,
        &JsValue::UNDEFINED,
    )?;
    let reducer = Function::new_no_args("").into();
    let store = SyncedStore::new(&parley, &reducer, &JsValue::NULL, &JsValue::UNDEFINED)?;
    exported("harness", "adopt")
        .await?
        .call3(&JsValue::UNDEFINED, &parley, &state.into(), &store.into())?;
    let run = exported(module, "run").await?;
    let over = run.call2(
        &JsValue::UNDEFINED,
        &JsValue::from_str(case),
        &JsValue::from_str(wire),
    )?;
    JsFuture::from(over.unchecked_into::<Promise>()).await.map(|_| ())
}

/// A case that is written but not listed would never run.
pub async fn hold_list(module: &str, listed: &[&str]) -> Result<(), JsValue> {
    let names = exported(module, "names").await?.call0(&JsValue::UNDEFINED)?;
    let written: Vec<String> = Array::from(&names)
        .iter()
        .filter_map(|name| name.as_string())
        .collect();
    if listed == written.as_slice() {
        return Ok(());
    }
    let error = Object::new();
    for (name, list) in [("listed", listed.join(" ")), ("written", written.join(" "))] {
        Reflect::set(&error, &JsValue::from_str(name), &JsValue::from_str(&list))?;
    }
    Err(error.into())
}
