//! What passes a gateway, and what does not.

use parley_sync::core::model::{How, Op, Strategy};

use super::gateway_network::case::{ONE, set};
use super::gateway_network::{Network, TRUSTED, Val, WINDOWS};

fn settled() -> Network {
    let mut network = Network::new(Strategy::LastWriteWins, ONE);
    network.settle();
    network
}

#[test]
fn what_may_be_read_arrives_and_nothing_else() {
    let mut network = settled();
    let ops = vec![
        ("both", set(1)),
        ("read", set(2)),
        ("write", set(3)),
        ("secret", set(4)),
    ];
    network.spread(1, ops, How::default());
    let values = [
        ("both", Some(Val::Id(1))),
        ("read", Some(Val::Id(2))),
        ("write", None),
        ("secret", None),
    ];
    network.assert_shown(TRUSTED..WINDOWS, &values);
}

#[test]
fn what_may_be_written_arrives_and_the_rest_is_denied_and_taken_back() {
    let mut network = settled();
    network.spread(0, vec![("read", set(1))], How::default());
    // Window 4 is a neighbour of 3 that only 3 is connected to.
    let ops = vec![
        ("both", set(10)),
        ("write", set(11)),
        ("read", set(12)),
        ("secret", set(13)),
    ];
    network.spread(4, ops, How::default());
    let shared = [
        ("both", Some(Val::Id(10))),
        ("write", Some(Val::Id(11))),
        ("read", Some(Val::Id(1))),
    ];
    network.assert_shown(0..WINDOWS, &shared);
    network.assert_shown(0..TRUSTED, &[("secret", Some(Val::Id(7)))]);
    network.assert_shown(TRUSTED..WINDOWS, &[("secret", None)]);
    assert_eq!(network.denied, [4], "the writer is told, and nobody else");
    // What is written to the same key later shows there.
    network.spread(2, vec![("read", set(20))], How::default());
    network.assert_shown(0..WINDOWS, &[("read", Some(Val::Id(20)))]);
}

#[test]
fn both_sides_count_up_and_nothing_is_lost() {
    let mut network = settled();
    for at in [0, 1, 3, 3, 4] {
        network.write(at, vec![("count", Op::Add(1.0))], How::default());
        network.flush(at);
    }
    network.settle();
    network.assert_shown(0..WINDOWS, &[("count", Some(Val::Num(6.0)))]);
}

#[test]
fn what_a_trusted_window_refuses_is_taken_back_over_there() {
    let mut network = settled();
    network.refuses = Some(Val::Id(66));
    network.spread(3, vec![("both", set(65))], How::default());
    network.spread(3, vec![("both", set(66))], How::default());
    network.assert_shown(0..WINDOWS, &[("both", Some(Val::Id(65)))]);
    assert!(network.denied.is_empty());
}

#[test]
fn what_was_written_apart_meets_by_its_time() {
    let mut network = settled();
    network.spread(0, vec![("both", set(1)), ("read", set(2))], How::default());
    network.cut(0, 3);
    network.now += 100.0;
    network.spread(3, vec![("both", set(3))], How::default());
    network.spread(1, vec![("read", set(4))], How::default());
    network.now += 100.0;
    network.join(0, 3);
    network.settle();
    let values = [("both", Some(Val::Id(3))), ("read", Some(Val::Id(4)))];
    network.assert_shown(0..WINDOWS, &values);
    // And a deletion is not undone by who had not heard of it.
    network.cut(0, 3);
    network.now += 100.0;
    network.spread(2, vec![("both", Op::Set(None))], How::default());
    network.join(0, 3);
    network.settle();
    network.assert_shown(0..WINDOWS, &[("both", None)]);
}
