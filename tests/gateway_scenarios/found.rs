//! Schedules of the seeded networks that once ended with windows that differ, made small.

use parley_sync::core::model::Strategy;

use super::gateway_network::case::Kind::{Add, Delete, Fresh};
use super::gateway_network::case::Step::{
    self, Cut, Deliver, Flush, Settle, Tentative, Transaction, Wait, Write,
};
use super::gateway_network::case::{Case, Links, ONE, Peers, TWO, play};

/// When a gateway forgets what it denied: so many keys it keeps.
const AT_ONCE: usize = 0;
const NEVER: usize = usize::MAX;

fn ends_equal(strategy: Strategy, links: Links, kept_denied: usize, steps: &[Step]) {
    let case = Case {
        strategy,
        links,
        peers: Peers::Restricted { kept_denied },
        steps: steps.to_vec(),
    };
    play(&case).unwrap();
}

#[test]
fn a_key_that_may_only_be_read_shows_though_its_transaction_is_aborted_over_there() {
    let steps = [
        Transaction(0, ["read", "both"]),
        Transaction(2, ["write", "both"]),
        Write(0, "both", Fresh),
    ];
    ends_equal(Strategy::LastWriteWins, ONE, NEVER, &steps);
}

#[test]
fn a_transaction_is_aborted_over_there_through_a_key_that_may_only_be_read() {
    let steps = [
        Transaction(2, ["read", "both"]),
        Deliver(4, 3),
        Deliver(3, 0),
        Wait(5),
        Write(0, "read", Fresh),
        Write(2, "read", Delete),
    ];
    ends_equal(Strategy::LastWriteWins, TWO, AT_ONCE, &steps);
}

#[test]
fn correcting_a_key_aborts_no_transaction_over_there() {
    let steps = [
        Transaction(1, ["read", "both"]),
        Wait(13),
        Transaction(0, ["both", "write"]),
        Write(2, "write", Fresh),
    ];
    ends_equal(Strategy::LastWriteWins, ONE, NEVER, &steps);
}

#[test]
fn a_transaction_over_a_denied_write_counts_over_there() {
    let steps = [
        Settle,
        Write(2, "read", Fresh),
        Write(3, "read", Fresh),
        Flush(3),
        Flush(2),
        Wait(7),
        Deliver(3, 0),
        Transaction(1, ["both", "read"]),
        Deliver(2, 1),
    ];
    ends_equal(Strategy::LastWriteWins, ONE, NEVER, &steps);
}

#[test]
fn denied_writes_of_two_windows_abort_no_transaction_over_there() {
    let steps = [
        Transaction(0, ["read", "both"]),
        Write(4, "read", Fresh),
        Wait(5),
        Write(3, "read", Fresh),
        Tentative(4, "read", Fresh),
        Write(0, "read", Fresh),
    ];
    ends_equal(Strategy::LastWriteWins, TWO, NEVER, &steps);
}

#[test]
fn what_a_denied_write_carries_is_denied_too() {
    let steps = [
        Transaction(4, ["both", "read"]),
        Write(4, "both", Fresh),
        Wait(2),
        Transaction(4, ["secret", "read"]),
        Transaction(1, ["write", "read"]),
        Deliver(3, 4),
        Deliver(4, 3),
        Deliver(4, 3),
        Write(4, "write", Fresh),
    ];
    ends_equal(Strategy::LastWriteWins, TWO, NEVER, &steps);
}

#[test]
fn a_write_of_the_state_is_not_denied_because_the_peer_wrote_over_it() {
    let steps = [
        Write(0, "both", Fresh),
        Transaction(4, ["both", "secret"]),
        Transaction(3, ["write", "both"]),
        Write(4, "write", Fresh),
    ];
    ends_equal(Strategy::LastWriteWins, ONE, NEVER, &steps);
}

#[test]
fn a_write_passes_beside_a_denied_one_of_the_same_key() {
    let steps = [
        Tentative(1, "both", Fresh),
        Wait(9),
        Write(0, "both", Delete),
        Write(3, "both", Fresh),
        Transaction(3, ["both", "secret"]),
    ];
    ends_equal(Strategy::LastWriteWins, TWO, AT_ONCE, &steps);
}

#[test]
fn a_deletion_passes_beside_a_denied_write_of_the_same_key() {
    let steps = [
        Settle,
        Write(2, "both", Fresh),
        Write(3, "both", Delete),
        Transaction(3, ["both", "secret"]),
        Flush(3),
        Deliver(3, 0),
    ];
    ends_equal(Strategy::LastWriteWins, ONE, NEVER, &steps);
}

#[test]
fn a_write_under_a_denied_one_passes_through_either_gateway() {
    let steps = [
        Tentative(4, "both", Fresh),
        Deliver(3, 4),
        Transaction(4, ["secret", "both"]),
    ];
    ends_equal(Strategy::LastWriteWins, TWO, AT_ONCE, &steps);
}

#[test]
fn a_veto_of_a_forgotten_key_does_not_bring_back_an_earlier_write() {
    let steps = [
        Write(4, "read", Fresh),
        Deliver(3, 0),
        Deliver(3, 4),
        Write(4, "secret", Fresh),
        Deliver(4, 3),
        Flush(4),
        Deliver(4, 3),
        Deliver(0, 3),
        Tentative(4, "secret", Fresh),
        Deliver(3, 0),
        Write(0, "both", Fresh),
    ];
    ends_equal(Strategy::LastWriteWins, ONE, AT_ONCE, &steps);
}

#[test]
fn two_gateways_forget_the_same_key() {
    let steps = [Settle, Write(4, "read", Delete), Wait(3), Write(3, "read", Fresh)];
    ends_equal(Strategy::LastWriteWins, TWO, AT_ONCE, &steps);
}

#[test]
fn two_gateways_forget_the_same_key_whose_writes_are_counted() {
    let steps = [Settle, Write(3, "read", Delete), Write(4, "read", Fresh)];
    ends_equal(Strategy::HighestVersion, TWO, AT_ONCE, &steps);
}

#[test]
fn what_the_state_writes_to_a_forgotten_key_is_not_hidden_by_its_deletion() {
    let steps = [
        Tentative(1, "read", Fresh),
        Wait(19),
        Write(3, "read", Delete),
        Tentative(3, "read", Fresh),
        Deliver(3, 0),
        Deliver(0, 3),
        Deliver(3, 0),
    ];
    ends_equal(Strategy::LastWriteWins, ONE, AT_ONCE, &steps);
}

#[test]
fn a_forgotten_key_that_merges() {
    let steps = [
        Settle,
        Write(4, "secret", Fresh),
        Flush(4),
        Tentative(0, "both", Fresh),
        Write(2, "read", Fresh),
        Deliver(4, 3),
        Transaction(4, ["secret", "write"]),
        Deliver(3, 0),
        Write(3, "read", Fresh),
        Deliver(0, 3),
        Deliver(3, 0),
    ];
    ends_equal(Strategy::Merge, ONE, AT_ONCE, &steps);
}

#[test]
fn a_forgotten_key_that_keeps_all_writes() {
    let steps = [
        Settle,
        Write(3, "read", Fresh),
        Flush(3),
        Write(0, "count", Add),
        Deliver(3, 0),
        Tentative(3, "read", Fresh),
        Deliver(0, 3),
        Transaction(4, ["read", "both"]),
    ];
    ends_equal(Strategy::Manual, ONE, AT_ONCE, &steps);
}

#[test]
fn an_aborted_write_does_not_bring_the_denied_one_that_it_replaced_into_the_state() {
    let steps = [
        Settle,
        Transaction(4, ["secret", "both"]),
        Flush(4),
        Transaction(4, ["both", "write"]),
        Wait(16),
        Write(1, "write", Fresh),
    ];
    ends_equal(Strategy::LastWriteWins, ONE, NEVER, &steps);
}

#[test]
fn a_passed_write_does_not_name_a_denied_one_of_its_frame_as_what_it_replaced() {
    let steps = [
        Settle,
        Transaction(4, ["secret", "both"]),
        Transaction(4, ["both", "write"]),
        Wait(16),
        Write(1, "write", Fresh),
    ];
    ends_equal(Strategy::LastWriteWins, ONE, NEVER, &steps);
}

#[test]
fn what_lies_under_a_passed_write_and_is_denied_stays_so_when_that_is_aborted() {
    let steps = [
        Settle,
        Cut(0, 2),
        Cut(1, 2),
        Transaction(4, ["both", "read"]),
        Transaction(4, ["both", "write"]),
        Wait(2),
        Transaction(4, ["secret", "read"]),
        Transaction(1, ["write", "read"]),
        Flush(1),
        Deliver(1, 0),
        Flush(4),
        Settle,
        Wait(5),
        Write(2, "write", Fresh),
    ];
    ends_equal(Strategy::LastWriteWins, ONE, NEVER, &steps);
}

#[test]
fn a_denied_write_that_is_named_as_replaced_stays_denied_when_its_cell_is_overwritten() {
    let steps = [
        Settle,
        Transaction(3, ["both", "secret"]),
        Flush(3),
        Deliver(3, 4),
        Tentative(3, "secret", Fresh),
        Deliver(3, 0),
        Deliver(4, 1),
        Deliver(0, 3),
        Write(4, "secret", Fresh),
        Deliver(1, 4),
    ];
    ends_equal(Strategy::HighestVersion, TWO, NEVER, &steps);
}
