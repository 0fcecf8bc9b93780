//! Messages being handled, against a plain map.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod allocated;

use parley_sync::core::handling::Handling;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// No answer copies the questions that are left, or allocates at all. Were they searched from one end, or moved for each
/// answer, these would take 10^13 steps, which is hours: the limit of the test run ends it.
#[test]
fn millions_are_answered_in_any_order_without_a_scan() {
    const QUESTIONS: u64 = 4_000_000;
    for order in [0u64, 1, 2] {
        let mut handling = Handling::default();
        for number in 1..=QUESTIONS {
            handling.insert(number, ());
        }
        for i in 0..QUESTIONS {
            let number = match order {
                0 => i + 1,
                1 => QUESTIONS - i,
                _ => (i * 7919) % QUESTIONS + 1,
            };
            let all = allocated::total(|| assert_eq!(handling.take(number), Some(())));
            assert_eq!(all.count, 0, "order {order}, the answer to {number}: {all:?}");
        }
        assert!(handling.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_a_map(steps in proptest::collection::vec((0u8..4, 1u64..80), 0..300)) {
        let mut handling = Handling::default();
        let mut model = BTreeMap::new();
        for (step, number) in steps {
            if step < 2 {
                handling.insert(number, number * 10);
                model.insert(number, number * 10);
            } else {
                prop_assert_eq!(handling.take(number), model.remove(&number));
            }
            prop_assert_eq!(handling.get(number), model.get(&number));
            prop_assert_eq!(handling.len(), model.len());
        }
        let left: Vec<u64> = handling.into_entries().collect();
        prop_assert_eq!(left, model.into_values().collect::<Vec<_>>());
    }
}
