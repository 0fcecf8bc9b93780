//! Pending calls against a plain model, and the rules of each ending.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod allocated;

use parley_sync::core::calls::{Calls, Due};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn ids<T>(due: &[Due<T>]) -> Vec<(char, u64)> {
    due.iter()
        .map(|due| match due {
            Due::Retry { id, .. } => ('r', *id),
            Due::TimedOut { id, .. } => ('t', *id),
        })
        .collect()
}

#[test]
fn ids_rise_from_one() {
    let mut calls = Calls::new();
    assert_eq!(calls.begin(7, 10.0, 0, 10.0, 'a'), 1);
    assert_eq!(calls.next_id(), 2);
    assert_eq!(calls.begin(7, 10.0, 0, 10.0, 'b'), 3);
    assert_eq!(calls.len(), 2);
}

#[test]
fn only_the_peer_that_was_asked_may_answer_and_only_once() {
    let mut calls = Calls::new();
    let id = calls.begin(7, 10.0, 0, 10.0, 'a');
    assert_eq!(calls.finish(id, 8), None);
    assert_eq!(calls.get(id), Some(&'a'));
    assert_eq!(calls.finish(id, 7), Some('a'));
    assert_eq!(calls.finish(id, 7), None);
    assert_eq!(calls.cancel(id), None);
    assert_eq!(calls.next_deadline(), None, "a finished call sets no timer");
    assert!(calls.is_empty());
}

#[test]
fn a_retry_uses_an_attempt_and_moves_the_deadline() {
    let mut calls = Calls::new();
    let id = calls.begin(1, 100.0, 2, 50.0, ());
    assert!(calls.due(99.9).is_empty());
    assert_eq!(ids(&calls.due(100.0)), [('r', id)]);
    assert_eq!(calls.next_deadline(), Some(150.0));
    assert_eq!(ids(&calls.due(150.0)), [('r', id)]);
    assert_eq!(ids(&calls.due(1000.0)), [('t', id)]);
    assert!(calls.due(1e9).is_empty());
}

#[test]
fn a_thaw_after_many_timeouts_burns_one_attempt() {
    let mut calls = Calls::new();
    let id = calls.begin(1, 100.0, 3, 50.0, ());
    assert_eq!(ids(&calls.due(60_000.0)), [('r', id)]);
    assert_eq!(calls.next_deadline(), Some(60_050.0));
}

#[test]
fn deadlines_ring_in_their_order_not_in_that_of_the_calls() {
    let mut calls = Calls::new();
    let late = calls.begin(1, 300.0, 0, 0.0, ());
    let soon = calls.begin(1, 100.0, 0, 0.0, ());
    let also = calls.begin(2, 100.0, 0, 0.0, ());
    assert_eq!(calls.next_deadline(), Some(100.0));
    assert_eq!(ids(&calls.due(400.0)), [('t', soon), ('t', also), ('t', late)]);
}

#[test]
fn endless_and_meaningless_timeouts_never_ring_and_never_loop() {
    let mut calls = Calls::new();
    let never = calls.begin(1, f64::INFINITY, 3, f64::INFINITY, 'i');
    let nan = calls.begin(1, f64::NAN, 3, f64::NAN, 'n');
    let zero = calls.begin(1, 0.0, 2, 0.0, 'z');
    assert_eq!(ids(&calls.due(1e12)), [('r', zero)]);
    assert_eq!(calls.finish(never, 1), Some('i'));
    assert_eq!(calls.finish(nan, 1), Some('n'));
}

#[test]
fn losing_a_peer_ends_its_calls_and_no_others() {
    let mut calls = Calls::new();
    let a = calls.begin(1, 10.0, 5, 10.0, 'a');
    let b = calls.begin(2, 10.0, 0, 10.0, 'b');
    let c = calls.begin(1, 10.0, 0, 10.0, 'c');
    assert_eq!(calls.lost(1), [(a, 'a'), (c, 'c')]);
    assert_eq!(calls.lost(1), []);
    assert_eq!(ids(&calls.due(10.0)), [('t', b)]);
    calls.begin(3, 20.0, 0, 10.0, 'd');
    assert_eq!(calls.all(), [(4, 3, 'd')]);
    assert!(calls.is_empty() && calls.next_deadline().is_none());
    assert_eq!(calls.begin(3, 20.0, 0, 10.0, 'e'), 5, "ids are never used twice");
}

#[test]
fn a_long_call_does_not_keep_the_short_ones_around() {
    let mut calls = Calls::new();
    let long = calls.begin(1, 1e12, 0, 0.0, 0u64);
    let most = allocated::peak(|| {
        for n in 1..=1_000_000u64 {
            let id = calls.begin(1, 5000.0 + n as f64, 0, 0.0, n);
            assert_eq!(calls.finish(id, 1), Some(n));
        }
    });
    assert!(most < 10_000, "{most} bytes kept for calls that are finished");
    assert_eq!(
        calls.next_deadline(),
        Some(1e12),
        "no alarm of a finished call is left on top"
    );
    assert_eq!(calls.cancel(long), Some((1, 0)));
}

/// No answer copies the calls that still wait, or allocates at all. A search from one end would look at 10^13 calls for
/// these, which takes hours: the limit of the test run ends it.
#[test]
fn millions_in_flight_are_answered_backwards_without_a_scan() {
    const IN_FLIGHT: usize = 4_000_000;
    let mut calls = Calls::new();
    for n in 0..IN_FLIGHT {
        calls.begin(1, 1e6 + n as f64, 0, 0.0, ());
    }
    for id in (1..=IN_FLIGHT as u64).rev() {
        let all = allocated::total(|| assert!(calls.finish(id, 1).is_some(), "{id}"));
        assert_eq!(all.count, 0, "the answer to {id}: {all:?}");
    }
    assert!(calls.is_empty() && calls.next_deadline().is_none());
}

#[derive(Clone, Debug)]
enum Step {
    Begin { peer: u32, wait: u32, retries: u32 },
    Finish { nth: usize, peer: u32 },
    Cancel { nth: usize },
    Lost { peer: u32 },
    Pass { ms: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0u32..3, 1u32..40, 0u32..3).prop_map(|(peer, wait, retries)| Step::Begin { peer, wait, retries }),
        4 => (0usize..64, 0u32..3).prop_map(|(nth, peer)| Step::Finish { nth, peer }),
        1 => (0usize..64).prop_map(|nth| Step::Cancel { nth }),
        1 => (0u32..3).prop_map(|peer| Step::Lost { peer }),
        3 => (0u32..30).prop_map(|ms| Step::Pass { ms }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn behaves_as_a_plain_map_that_is_scanned(steps in proptest::collection::vec(step(), 0..300)) {
        let mut calls = Calls::new();
        // id -> (peer, deadline, attempts, timeout)
        let mut model: BTreeMap<u64, (u32, f64, u32, f64)> = BTreeMap::new();
        let mut now = 0.0;
        for step in steps {
            match step {
                Step::Begin { peer, wait, retries } => {
                    let wait = f64::from(wait);
                    let id = calls.begin(peer, now + wait, retries, wait, now);
                    prop_assert!(model.keys().all(|&old| old < id));
                    model.insert(id, (peer, now + wait, retries, wait));
                }
                Step::Finish { nth, peer } => {
                    let id = nth as u64;
                    let expected = model.get(&id).is_some_and(|call| call.0 == peer);
                    prop_assert_eq!(calls.finish(id, peer).is_some(), expected);
                    if expected { model.remove(&id); }
                }
                Step::Cancel { nth } => {
                    let expected = model.remove(&(nth as u64)).map(|call| call.0);
                    prop_assert_eq!(calls.cancel(nth as u64).map(|(peer, _)| peer), expected);
                }
                Step::Lost { peer } => {
                    let expected: Vec<u64> =
                        model.iter().filter(|(_, call)| call.0 == peer).map(|(&id, _)| id).collect();
                    let lost: Vec<u64> = calls.lost(peer).into_iter().map(|(id, _)| id).collect();
                    prop_assert_eq!(lost, expected);
                    model.retain(|_, call| call.0 != peer);
                }
                Step::Pass { ms } => {
                    now += f64::from(ms);
                    let mut due: Vec<(f64, u64)> =
                        model.iter().filter(|(_, c)| c.1 <= now).map(|(&id, c)| (c.1, id)).collect();
                    due.sort_by(|a, b| a.partial_cmp(b).unwrap());
                    let mut expected = Vec::new();
                    for (_, id) in due {
                        let call = model.get_mut(&id).unwrap();
                        if call.2 > 0 {
                            call.2 -= 1;
                            call.1 = now + call.3;
                            expected.push(('r', id));
                        } else {
                            model.remove(&id);
                            expected.push(('t', id));
                        }
                    }
                    prop_assert_eq!(ids(&calls.due(now)), expected);
                }
            }
            prop_assert_eq!(calls.len(), model.len());
            let next = model.values().map(|call| call.1).min_by(f64::total_cmp);
            prop_assert_eq!(calls.next_deadline(), next);
        }
    }
}
