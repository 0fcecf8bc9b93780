//! Transactions that a gateway passes in part, or not at all.

use parley_sync::core::model::{How, Strategy};

use super::gateway_network::case::{ONE, set, transaction};
use super::gateway_network::{Network, TRUSTED, Val, WINDOWS};

#[test]
fn a_transaction_with_one_denied_key_falls_whole() {
    let mut network = Network::new(Strategy::LastWriteWins, ONE);
    network.settle();
    network.spread(3, vec![("both", set(1)), ("secret", set(2))], transaction());
    network.assert_shown(0..WINDOWS, &[("both", None)]);
    network.assert_shown(0..TRUSTED, &[("secret", Some(Val::Id(7)))]);
    assert_eq!(network.denied, [3]);
}

/// Windows 0 and 1 have written apart: a transaction of 1, then one of 0 that spans a key which window 3 does not receive, then
/// what aborts that one through this key (in a transaction with `also`, if there is one), and what hides the rest of it.
fn abort_in_part(network: &mut Network, other: &str, also: Option<&str>) {
    network.settle();
    network.cut(0, 1);
    network.cut(0, 2);
    network.cut(1, 2);
    network.write(1, vec![("both", set(1)), (other, set(1))], transaction());
    network.now += 10.0;
    network.write(0, vec![("both", set(2)), ("secret", set(2))], transaction());
    network.now += 10.0;
    let mut ops = vec![("secret", set(3))];
    ops.extend(also.map(|key| (key, set(3))));
    network.write(1, ops, transaction());
    network.now += 10.0;
    network.write(1, vec![("both", set(4))], How::default());
    network.flush(0);
    network.flush(1);
    network.join(0, 1);
    network.settle();
}

/// A peer whose options differ for "secret", and a restricted one, each with another key of the first transaction.
fn networks() -> [(&'static str, Network); 2] {
    [
        ("read", Network::mismatched(Strategy::LastWriteWins, ONE)),
        ("count", Network::new(Strategy::LastWriteWins, ONE)),
    ]
}

#[test]
fn what_a_transaction_aborts_is_the_same_where_a_part_of_it_is_not_received() {
    for (other, mut network) in networks() {
        abort_in_part(&mut network, other, None);
        network.heal();
        let values = [("both", Some(Val::Id(4))), (other, Some(Val::Id(1)))];
        network.assert_shown(0..WINDOWS, &values);
        network.assert_shown(0..TRUSTED, &[("secret", Some(Val::Id(3)))]);
    }
}

#[test]
fn a_transaction_that_a_peer_receives_in_part_stays_aborted_when_its_cause_is() {
    for (other, mut network) in networks() {
        abort_in_part(&mut network, other, Some("write"));
        // Window 2 did not know of what aborted it, and is later.
        network.now += 10.0;
        network.write(2, vec![("write", set(5))], How::default());
        network.flush(2);
        network.heal();
        let values = [("both", Some(Val::Id(4))), (other, Some(Val::Id(1)))];
        network.assert_shown(0..WINDOWS, &values);
        let values = [("write", Some(Val::Id(5))), ("secret", Some(Val::Id(7)))];
        network.assert_shown(0..TRUSTED, &values);
    }
}
