//! What the page calls (`pkg/src/unpack.js`): it reserves room, writes the text there, and has it unpacked.

use std::slice;

use crate::{text, unpack};

/// The bytes of a page of memory.
const PAGE: usize = 65_536;

/// Room for a text and its module, of so many bytes together: its address. Memory that cannot be had traps when it is written to.
#[unsafe(no_mangle)]
#[allow(unsafe_code)]
pub extern "C" fn reserve(bytes: usize) -> usize {
    core::arch::wasm32::memory_grow(0, bytes.div_ceil(PAGE)).wrapping_mul(PAGE)
}

/// Unpacks the text of `text` bytes that was written at an address of [`reserve`] into the `module` bytes behind it.
///
/// # Safety
/// `room` comes from [`reserve`] with at least `text + module`.
#[unsafe(no_mangle)]
#[allow(unsafe_code)]
pub unsafe extern "C" fn expand(room: *mut u8, text: usize, module: usize) {
    // SAFETY: nothing else refers to memory that was just added, and the caller has reserved this much.
    let room = unsafe { slice::from_raw_parts_mut(room, text + module) };
    if let Some((text, module)) = room.split_at_mut_checked(text) {
        let packed = text::read(text);
        unpack(text.get(..packed).unwrap_or_default(), module);
    }
}
