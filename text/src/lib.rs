//! Text that several windows edit at once, merged by character.
//!
//! The sequence itself is [`yrs`], the Rust port of Yjs. It trusts whoever writes to it, so nothing reaches it but what this
//! crate has read, checked and put in order: updates are decoded strictly, kept back until all they build on is there, and
//! handed over without overlaps.
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
