//! JavaScript modules that Rust asks for nothing: other modules import them. They are packed by being named.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/platform/js/errors.js")]
extern "C" {
    type Errors;
}
#[wasm_bindgen(module = "/src/platform/js/fingerprint.js")]
extern "C" {
    type Fingerprints;
}
#[wasm_bindgen(module = "/src/platform/js/options.js")]
extern "C" {
    type OptionsModule;
}
#[wasm_bindgen(module = "/src/platform/js/records.js")]
extern "C" {
    type Records;
}
#[wasm_bindgen(module = "/src/platform/js/indexed.js")]
extern "C" {
    type Indexed;
}
#[wasm_bindgen(module = "/src/platform/js/bytes.js")]
extern "C" {
    type Bytes;
}
#[wasm_bindgen(module = "/src/platform/js/links.js")]
extern "C" {
    type Links;
}
#[wasm_bindgen(module = "/src/platform/js/waiting.js")]
extern "C" {
    type Waits;
}
#[wasm_bindgen(module = "/src/platform/js/hold.js")]
extern "C" {
    type Holding;
}
#[wasm_bindgen(module = "/src/platform/js/listening.js")]
extern "C" {
    type Listening;
}
#[wasm_bindgen(module = "/src/platform/js/workers.js")]
extern "C" {
    type Workers;
}
#[wasm_bindgen(module = "/src/platform/js/kinds.js")]
extern "C" {
    type Kinds;
}
#[wasm_bindgen(module = "/src/platform/js/frozen.js")]
extern "C" {
    type Frozen;
}
#[wasm_bindgen(module = "/src/platform/js/parts.js")]
extern "C" {
    type MergeParts;
}
