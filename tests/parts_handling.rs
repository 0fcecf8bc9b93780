//! Messages being handled, against a plain map.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use parley_sync::core::handling::Handling;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn a_hundred_thousand_answered_in_any_order_are_quick() {
    for order in [0u64, 1, 2] {
        let mut handling = Handling::default();
        let start = std::time::Instant::now();
        for number in 1..=100_000u64 {
            handling.insert(number, number);
        }
        for i in 0..100_000u64 {
            let number = match order {
                0 => i + 1,
                1 => 100_000 - i,
                _ => (i * 7919) % 100_000 + 1,
            };
            assert_eq!(handling.take(number), Some(number));
        }
        assert!(handling.is_empty());
        assert!(
            start.elapsed().as_secs() < 5,
            "order {order}: nothing moves for each answer"
        );
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
