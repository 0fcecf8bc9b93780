//! Any schedule of concurrent changes to one merged key: all windows show the same, and each write shows at once where it
//! was made.
//!
//! `PARLEY_SCHEDULES` is how many schedules to play (default 50,000), `PARLEY_SEED` the first one's seed.
//!
//! Seen to fail: with the first write to a part shown on after it was taken back (schedule 29). Increments that outlive the number
//! they were added to are the same mistake in every window, so that no schedule shows them: a scene of `merge_network` does,
//! `increments_of_what_is_not_there_all_count`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod allocated;
mod merge_network;

use merge_network::schedule::{Case, play};
use parley_sync_kit::schedule::Run;

const SCHEDULES: u64 = 50_000;
const SEED: u64 = 0x6d_6572_6765;

#[test]
fn any_schedule_ends_with_all_windows_showing_the_same() {
    Run::of(SCHEDULES, SEED).shrinking("merge", Case::generate, play);
}
