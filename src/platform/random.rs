//! Random numbers, from the browser's `crypto`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/platform/js/browser.js")]
extern "C" {
    #[wasm_bindgen(js_name = randomBytes)]
    fn random_bytes(bytes: &mut [u8]);
}

/// 128 random bits as 32 hex digits.
pub(crate) fn random_id() -> String {
    let mut bytes = [0u8; 16];
    random_bytes(&mut bytes);
    let mut out = String::with_capacity(32);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            out.push(char::from(if digit < 10 {
                b'0' + digit
            } else {
                b'a' + digit - 10
            }));
        }
    }
    out
}

/// 64 random bits.
pub(crate) fn random_u64() -> u64 {
    let mut bytes = [0u8; 8];
    random_bytes(&mut bytes);
    u64::from_le_bytes(bytes)
}
