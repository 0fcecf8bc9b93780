//! Limits: each bound alone, the refill, and input that is no number.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use parley_sync::core::limits::{Exceeded, Limits, Meter};
use proptest::prelude::*;

const SMALL: Limits = Limits {
    message_bytes: 100.0,
    messages_per_second: 10.0,
    bytes_per_second: 500.0,
    depth: 3,
};

#[test]
fn each_bound_holds_by_itself() {
    let mut meter = Meter::new(SMALL, 0.0);
    assert_eq!(meter.admit(100.0, 0.0), Ok(()));
    assert_eq!(meter.admit(100.1, 0.0), Err(Exceeded::MessageBytes));
    for _ in 0..4 {
        assert_eq!(meter.admit(100.0, 0.0), Ok(()));
    }
    assert_eq!(meter.admit(1.0, 0.0), Err(Exceeded::BytesPerSecond));
    for _ in 0..5 {
        assert_eq!(meter.admit(0.0, 0.0), Ok(()));
    }
    assert_eq!(meter.admit(0.0, 0.0), Err(Exceeded::MessagesPerSecond));
    assert_eq!(meter.admit_depth(3), Ok(()));
    assert_eq!(meter.admit_depth(4), Err(Exceeded::Depth));
}

#[test]
fn a_quiet_peer_is_heard_again_and_saves_up_no_more_than_a_second() {
    let mut meter = Meter::new(SMALL, 0.0);
    for _ in 0..10 {
        assert_eq!(meter.admit(1.0, 0.0), Ok(()));
    }
    assert_eq!(meter.admit(1.0, 50.0), Err(Exceeded::MessagesPerSecond));
    assert_eq!(meter.admit(1.0, 100.0), Ok(()));
    assert_eq!(meter.admit(1.0, 100.0), Err(Exceeded::MessagesPerSecond));
    let burst = (0..50).filter(|_| meter.admit(1.0, 1e9).is_ok()).count();
    assert_eq!(burst, 10);
}

#[test]
fn a_clock_set_back_neither_refills_nor_locks_out() {
    let mut meter = Meter::new(SMALL, 1e6);
    for _ in 0..10 {
        assert_eq!(meter.admit(1.0, 1e6), Ok(()));
    }
    assert_eq!(meter.admit(1.0, 0.0), Err(Exceeded::MessagesPerSecond));
    assert_eq!(meter.admit(1.0, 1000.0), Ok(()));
}

#[test]
fn sizes_and_times_that_are_no_numbers_are_refused_or_ignored() {
    let mut meter = Meter::new(SMALL, 0.0);
    for bytes in [f64::NAN, f64::INFINITY, -1.0, f64::NEG_INFINITY] {
        assert_eq!(meter.admit(bytes, 0.0), Err(Exceeded::MessageBytes));
    }
    for now in [f64::NAN, f64::NEG_INFINITY, f64::INFINITY, f64::NAN] {
        let _ = meter.admit(1.0, now);
    }
    assert_eq!(
        meter.admit(1.0, 10_000.0),
        Ok(()),
        "one bad reading does not stop the meter"
    );
}

#[test]
fn a_slow_rate_still_lets_single_messages_through() {
    let mut meter = Meter::new(
        Limits {
            messages_per_second: 0.5,
            ..SMALL
        },
        0.0,
    );
    assert_eq!(meter.admit(1.0, 0.0), Ok(()));
    assert_eq!(meter.admit(1.0, 1000.0), Err(Exceeded::MessagesPerSecond));
    assert_eq!(meter.admit(1.0, 2000.0), Ok(()));
}

#[test]
fn one_message_of_the_allowed_size_always_fits_the_allowed_rate() {
    let mut meter = Meter::new(
        Limits {
            bytes_per_second: 1.0,
            ..SMALL
        },
        0.0,
    );
    assert_eq!(meter.admit(100.0, 0.0), Ok(()));
}

#[test]
fn limits_without_bound_admit_everything() {
    let none = Limits {
        message_bytes: f64::INFINITY,
        messages_per_second: f64::INFINITY,
        bytes_per_second: f64::INFINITY,
        depth: u32::MAX,
    };
    let mut meter = Meter::new(none, 0.0);
    for _ in 0..1000 {
        assert_eq!(meter.admit(1e15, 0.0), Ok(()));
        assert_eq!(meter.admit(1e15, 5.0), Ok(()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn over_any_span_no_more_passes_than_the_rate_and_one_burst(
        steps in proptest::collection::vec((0.0f64..120.0, 0.0f64..300.0), 1..400)
    ) {
        let mut meter = Meter::new(SMALL, 0.0);
        let (mut now, mut messages, mut bytes) = (0.0, 0.0, 0.0);
        for (size, wait) in steps {
            now += wait;
            if meter.admit(size, now).is_ok() {
                messages += 1.0;
                bytes += size;
            }
            prop_assert!(messages <= 10.0 + now / 1000.0 * 10.0 + 1e-6);
            prop_assert!(bytes <= 500.0 + now / 1000.0 * 500.0 + 1e-6);
        }
    }
}
