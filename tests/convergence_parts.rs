//! The small parts under replication: clock, actors, version vectors.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use parley_sync::core::clock::{Ahead, Clock, MAX_AHEAD_MS, Time};
use parley_sync::core::id::Actor;
use parley_sync::core::register::Dot;
use parley_sync::core::version::VersionVector;
use proptest::collection::vec;
use proptest::prelude::*;

const NOW: f64 = 1_767_225_600_000.0;

fn vector(entries: &[(u64, u64)]) -> VersionVector {
    entries
        .iter()
        .map(|&(actor, seq)| (Actor::from_random(actor), seq))
        .collect()
}

proptest! {
    #[test]
    fn ticks_rise_whatever_the_wall_clock_does(steps in vec((any::<bool>(), prop_oneof![
        -1e16..1e16f64, NOW - 1e6..NOW + 1e6, Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY),
    ]), 1..200)) {
        let mut clock = Clock::new();
        let mut last = Time::initial(0.0);
        for (observes, now) in steps {
            if observes {
                let seen = Clock::new().tick(now);
                if clock.observe(seen, NOW).is_ok() {
                    last = last.max(seen);
                }
            } else {
                let time = clock.tick(now);
                prop_assert!(time > last);
                prop_assert_eq!(Time::from_f64(time.as_f64()), Some(time));
                last = time;
            }
        }
    }

    /// Of the years that a clock is taken to show: 2021 to 2074.
    #[test]
    fn a_reading_gives_its_millisecond(ms in 1_609_372_800_001u64..3_313_526_400_000) {
        prop_assert_eq!(Clock::new().tick(ms as f64).millis(), ms as f64);
        prop_assert_eq!(Time::initial(ms as f64).millis(), ms as f64);
        prop_assert!(Time::initial(ms as f64) > Time::initial(ms as f64 + 1.0));
        prop_assert!(Time::initial(ms as f64) < Clock::new().tick(0.0));
    }

    #[test]
    fn vectors_form_a_lattice(a in vec((1u64..6, 0u64..4), 0..6), b in vec((1u64..6, 0u64..4), 0..6)) {
        let (a, b) = (vector(&a), vector(&b));
        let (mut joined, met) = (a.clone(), a.meet(&b));
        let news = joined.join(&b);
        prop_assert_eq!(news, !a.covers(&b));
        prop_assert!(joined.covers(&a) && joined.covers(&b) && a.covers(&met) && b.covers(&met));
        for actor in (1..6).map(Actor::from_random) {
            prop_assert_eq!(joined.get(actor), a.get(actor).max(b.get(actor)));
            prop_assert_eq!(met.get(actor), a.get(actor).min(b.get(actor)));
        }
        prop_assert_eq!(a.covers(&b) && b.covers(&a), a == b);
    }

    #[test]
    fn an_actor_crosses_as_a_number(bits: u64) {
        let actor = Actor::from_random(bits);
        prop_assert_eq!(Actor::from_f64(actor.as_f64()), Some(actor));
    }
}

/// The first reading of a millisecond on the second scale, which no clock shows.
fn guarded(ms: f64) -> Time {
    let count = 2_051_244_000_000.0 * 4096.0 + (ms - 1_577_836_800_000.0) * 256.0;
    Time::from_f64(count).unwrap()
}

#[test]
fn a_clock_follows_whatever_another_clock_shows() {
    for ahead in [MAX_AHEAD_MS + 1.0, 3_600_000.0, 40.0 * 31_536_000_000.0] {
        let mut clock = Clock::new();
        let reading = Clock::new().tick(NOW + ahead);
        assert_eq!(clock.observe(reading, NOW), Ok(()));
        assert!(clock.tick(NOW) > reading, "{ahead} ms ahead");
    }
}

#[test]
fn readings_that_no_clock_shows_are_refused_beyond_five_minutes() {
    let mut clock = Clock::new();
    assert_eq!(clock.observe(guarded(NOW + MAX_AHEAD_MS + 1.0), NOW), Err(Ahead));
    assert_eq!(clock.tick(NOW), Clock::new().tick(NOW));
    assert_eq!(clock.observe(guarded(NOW + MAX_AHEAD_MS), NOW), Ok(()));
    assert!(clock.tick(NOW) > guarded(NOW + MAX_AHEAD_MS));
}

#[test]
fn a_full_counter_carries_into_the_milliseconds() {
    let mut clock = Clock::new();
    let last = (0..10_000).map(|_| clock.tick(NOW)).last().unwrap();
    assert_eq!(last.millis(), NOW + 2.0);
}

#[test]
fn a_write_that_was_not_sent_is_never_seen() {
    let actor = Actor::from_random(1);
    let seen = vector(&[(1, 2)]);
    let contains = |seq| seen.contains(Dot { actor, seq });
    assert_eq!([0, 1, 2, 3].map(contains), [false, true, true, false]);
}
