//! Text that several windows edit at once, merged by character: a crate with a wasm of its own.
//!
//! Only windows whose state merges a string fetch it (`pkg/text.js`, imported by `pkg/src/text-engine.js` on demand). It weighs
//! 95 kB after brotli (298 kB raw), its JavaScript 6 kB; the default entry carries none of it.
//!
//! # The sequence
//!
//! The sequence is [`yrs`], the Rust port of Yjs. Compared, as a module for wasm32 that opens a text, edits it, and encodes and
//! applies updates, built and optimised like ours (kilobytes raw / after brotli -q 11; without wasm-bindgen; November 2026):
//!
//! | crate | last release | size | |
//! |---|---|---|---|
//! | yrs 0.28.1 | November 2026 | 222 / 78 | UTF-16 positions, writers of 53 bits as ours, updates that can be repeated, reordered and merged |
//! | loro 1.17.1 | October 2026 | 1,685 / 476 | more than text, and no part of it alone |
//! | diamond-types 1.0.0 | August 2022 | 473 / 106 | continues in its repository, not in releases |
//! | cola 0.5.1 | July 2025 | 67 / 24 | positions only: no text, and deletions that cannot be merged into one |
//! | crdts 7.3.2 | August 2023 | not measured | a `List` whose position names grow with every edit |
//!
//! # Safety
//!
//! yrs trusts its input, so it gets only what this crate has read, checked and put in order. `update` decodes strictly the part of
//! Yjs' format that a plain text needs; `gate` keeps back what builds on something that is missing, cuts off what is known, and
//! hands on each character once; `merge` makes one update of many without yrs. The initial text belongs to writer 0, which no
//! window is and no update may be, so all windows that begin with the same text have the same characters. `diff` finds what was
//! edited: by lines, words, letters, never half a character, and coarser in long texts, so that its time does not grow with the
//! square of their length.
//!
//! If the wasm traps all the same (memory, stack, a panic of yrs), `pkg/src/text-instances.js` starts it anew and rebuilds each text
//! from its updates; the update that trapped is refused. Windows agree whatever an update says, with one exception: a writer that
//! may write, and that claims a position between two characters in the wrong order, can place that character differently in
//! different windows.
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
//! | `doc` | one text |
//! | `bindings` | what JavaScript sees |

#[cfg(target_arch = "wasm32")]
mod bindings;
mod bytes;
mod diff;
mod doc;
mod gate;
mod merge;
mod ranges;
mod update;

pub use diff::{Hunk, hunks};
pub use doc::Doc;
pub use merge::merge;
