//! Windows that were given different strategies for a key.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod model_room;

use model_room::Room;
use parley_sync::core::model::Strategy::{LastWriteWins, Merge};

#[test]
fn what_others_only_counted_up_can_be_deleted_where_it_is_merged() {
    let mut room = Room::of(&[LastWriteWins, Merge], &[]);
    room.add(0, "n", 2.0);
    room.meet();
    room.agree(&[("n", "2")]);
    room.delete(1, "n");
    room.meet();
    room.agree(&[]);
    room.add(0, "n", 1.0);
    room.meet();
    room.agree(&[("n", "1")]);
}
