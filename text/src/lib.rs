//! Text that several windows edit at once, merged by character: a crate with a wasm of its own.
//!
//! Only windows whose state merges a string fetch it (`pkg/text.js`, imported by `pkg/src/text-engine.js` on demand). It weighs
//! 34 kB after brotli (95 kB raw), its JavaScript 8 kB; the default entry carries none of it.
//!
//! # The sequence
//!
//! `sequence` orders characters as Yjs does (YATA), and what crosses between windows is Yjs' first format. Characters stand in items,
//! items in blocks that know how many units they hold, so a change costs what it changes and not what the text holds, says where
//! it is, and characters are found by name: that makes anchors. `tests/against_yrs.rs` compares it with [yrs], the Rust port of Yjs,
//! which did this before: 78 kB more after brotli, no positions of changes without observers, and each position found from the
//! beginning of the text.
//!
//! # Safety
//!
//! The sequence gets only what this crate has read, checked and put in order. `update` decodes strictly the part of
//! Yjs' format that a plain text needs; `gate` keeps back what builds on something that is missing, cuts off what is known, and
//! hands on each character once; `merge` makes one update of many. The initial text belongs to writer 0, which no
//! window is and no update may be, so all windows that begin with the same text have the same characters. `diff` finds what was
//! edited: by lines, words, letters, never half a character, and coarser in long texts, so that its time does not grow with the
//! square of their length.
//!
//! If the wasm traps all the same (memory, stack), `pkg/src/text-instances.js` starts it anew and rebuilds each text
//! from its updates; the update that trapped is refused. Windows agree whatever an update says, with one exception: a writer that
//! may write, and that claims a position between two characters in the wrong order, can place that character differently in
//! different windows.
//!
//! [yrs]: https://docs.rs/yrs
//!
//! # Layout
//!
//! | module | idea |
//! |---|---|
//! | `bytes` | the variable-length numbers and strings of Yjs |
//! | `update` | what crosses between windows, in Yjs' first format: runs of characters, and what was deleted |
//! | `ranges` | sets of characters |
//! | `gate` | what may be applied now, and what waits for what it builds on |
//! | `merge` | one update that stands for many |
//! | `diff` | what was edited, from the text before and after |
//! | `sequence` | the characters in their order, deleted ones included |
//! | `doc` | one text: edits, changes, updates, anchors |
//! | `bindings` | what JavaScript sees |

#[cfg(target_arch = "wasm32")]
mod bindings;
mod bytes;
mod diff;
mod doc;
mod gate;
mod merge;
mod ranges;
mod sequence;
mod update;

pub use diff::{Hunk, hunks};
pub use doc::{Anchor, Doc};
pub use merge::merge;
pub use sequence::Splice;

// Less than the standard library's after brotli, see `parley-sync`.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
