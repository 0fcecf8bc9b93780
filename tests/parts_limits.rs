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
    burst: 10.0,
    bytes_per_second: 500.0,
    depth: 3,
};

/// One message of so many bytes, as the bindings ask: first whether it is looked at, then what it weighs.
fn admit(meter: &mut Meter, bytes: f64, now: f64) -> Result<(), Exceeded> {
    meter.admit_message(now)?;
    meter.admit_bytes(bytes)
}

#[test]
fn each_bound_holds_by_itself() {
    let mut meter = Meter::new(SMALL, 0.0);
    assert_eq!(admit(&mut meter, 100.1, 0.0), Err(Exceeded::MessageBytes));
    for _ in 0..5 {
        assert_eq!(admit(&mut meter, 100.0, 0.0), Ok(()));
    }
    assert_eq!(admit(&mut meter, 1.0, 0.0), Err(Exceeded::BytesPerSecond));
    for _ in 0..3 {
        assert_eq!(admit(&mut meter, 0.0, 0.0), Ok(()));
    }
    assert_eq!(admit(&mut meter, 0.0, 0.0), Err(Exceeded::MessagesPerSecond));
}

#[test]
fn a_burst_may_be_longer_than_a_second_and_is_saved_up_in_silence() {
    let mut meter = Meter::new(Limits { burst: 50.0, ..SMALL }, 0.0);
    let count = |meter: &mut Meter, now| (0..100).filter(|_| admit(meter, 0.0, now).is_ok()).count();
    assert_eq!(count(&mut meter, 0.0), 50);
    assert_eq!(count(&mut meter, 1000.0), 10);
    assert_eq!(count(&mut meter, 1e9), 50);
}

#[test]
fn the_defaults_let_honest_traffic_through() {
    // 100,000 small messages at once, a sender who waits for each answer, and a gigabyte of buffers handed over in a second.
    let mut meter = Meter::new(Limits::DEFAULT, 0.0);
    for _ in 0..100_000 {
        assert_eq!(admit(&mut meter, 100.0, 0.0), Ok(()));
    }
    let mut meter = Meter::new(Limits::DEFAULT, 0.0);
    for i in 0..1_000_000 {
        assert_eq!(admit(&mut meter, 100.0, f64::from(i) * 0.058), Ok(()), "{i}");
    }
    let mut meter = Meter::new(Limits::DEFAULT, 0.0);
    for _ in 0..1000 {
        assert_eq!(admit(&mut meter, 1_048_576.0, 0.0), Ok(()));
    }
}

#[test]
fn the_defaults_do_not_let_a_flood_through() {
    let mut meter = Meter::new(Limits::DEFAULT, 0.0);
    let passed = (0..6_000_000)
        .filter(|i| admit(&mut meter, 100.0, f64::from(*i) * 0.01).is_ok())
        .count();
    assert!(
        (1_000_000..1_500_000).contains(&passed),
        "{passed} of a minute at 100,000 a second"
    );
    assert_eq!(admit(&mut meter, 1e8, 1e9), Err(Exceeded::MessageBytes));
}

#[test]
fn a_quiet_peer_is_heard_again_and_saves_up_no_more_than_a_second() {
    let mut meter = Meter::new(SMALL, 0.0);
    for _ in 0..10 {
        assert_eq!(admit(&mut meter, 1.0, 0.0), Ok(()));
    }
    assert_eq!(admit(&mut meter, 1.0, 50.0), Err(Exceeded::MessagesPerSecond));
    assert_eq!(admit(&mut meter, 1.0, 100.0), Ok(()));
    assert_eq!(admit(&mut meter, 1.0, 100.0), Err(Exceeded::MessagesPerSecond));
    let burst = (0..50).filter(|_| admit(&mut meter, 1.0, 1e9).is_ok()).count();
    assert_eq!(burst, 10);
}

#[test]
fn a_clock_set_back_neither_refills_nor_locks_out() {
    let mut meter = Meter::new(SMALL, 1e6);
    for _ in 0..10 {
        assert_eq!(admit(&mut meter, 1.0, 1e6), Ok(()));
    }
    assert_eq!(admit(&mut meter, 1.0, 0.0), Err(Exceeded::MessagesPerSecond));
    assert_eq!(admit(&mut meter, 1.0, 1000.0), Ok(()));
}

#[test]
fn sizes_and_times_that_are_no_numbers_are_refused_or_ignored() {
    let mut meter = Meter::new(SMALL, 0.0);
    for bytes in [f64::NAN, f64::INFINITY, -1.0, f64::NEG_INFINITY] {
        assert_eq!(admit(&mut meter, bytes, 0.0), Err(Exceeded::MessageBytes));
    }
    for now in [f64::NAN, f64::NEG_INFINITY, f64::INFINITY, f64::NAN] {
        let _ = admit(&mut meter, 1.0, now);
    }
    assert_eq!(
        admit(&mut meter, 1.0, 10_000.0),
        Ok(()),
        "one bad reading does not stop the meter"
    );
}

#[test]
fn a_slow_rate_still_lets_single_messages_through() {
    let mut meter = Meter::new(
        Limits {
            messages_per_second: 0.5,
            burst: 0.5,
            ..SMALL
        },
        0.0,
    );
    assert_eq!(admit(&mut meter, 1.0, 0.0), Ok(()));
    assert_eq!(admit(&mut meter, 1.0, 1000.0), Err(Exceeded::MessagesPerSecond));
    assert_eq!(admit(&mut meter, 1.0, 2000.0), Ok(()));
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
    assert_eq!(admit(&mut meter, 100.0, 0.0), Ok(()));
}

#[test]
fn limits_without_bound_admit_everything() {
    let none = Limits {
        message_bytes: f64::INFINITY,
        messages_per_second: f64::INFINITY,
        burst: f64::INFINITY,
        bytes_per_second: f64::INFINITY,
        depth: u32::MAX,
    };
    let mut meter = Meter::new(none, 0.0);
    for _ in 0..1000 {
        assert_eq!(admit(&mut meter, 1e15, 0.0), Ok(()));
        assert_eq!(admit(&mut meter, 1e15, 5.0), Ok(()));
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
            if admit(&mut meter, size, now).is_ok() {
                messages += 1.0;
                bytes += size;
            }
            prop_assert!(messages <= 10.0 + now / 1000.0 * 10.0 + 1e-6);
            prop_assert!(bytes <= 500.0 + now / 1000.0 * 500.0 + 1e-6);
        }
    }
}
