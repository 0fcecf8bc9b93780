//! Runs a target over many inputs: fresh ones, and changed ones of those that came to something new. What fails is made small,
//! and printed as the bytes that make it fail again.

use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};

use crate::allocated::{Total, total};
use crate::choices::Choices;
use crate::targets::Target;
use crate::until::Length;
use parley_sync_kit::Random;

/// Of a short run, and of any.
const SEED: u64 = 0x7061_726c_6579;
const LONGEST: usize = 600;
const KEPT: usize = 4_000;
/// How much a case may allocate: some twenty times the most that any was seen to, 24,000 allocations of 2.3 MB.
const MOST: Total = Total {
    count: 500_000,
    bytes: 50_000_000,
};
/// How many inputs are tried to make one that fails smaller.
const ATTEMPTS: usize = 5_000;

pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What went wrong, if anything did; and what the case came to.
fn attempt(target: &Target, bytes: &[u8]) -> (Option<String>, BTreeSet<u64>) {
    let mut choices = Choices::new(bytes);
    let mut outcome = Ok(());
    let work = total(|| outcome = panic::catch_unwind(AssertUnwindSafe(|| (target.run)(&mut choices))));
    let wrong = match outcome {
        Ok(()) if work.count > MOST.count || work.bytes > MOST.bytes => {
            Some(format!("it allocates {work:?}"))
        }
        Ok(()) => None,
        Err(thrown) => Some(
            thrown
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| thrown.downcast_ref::<&str>().map(ToString::to_string))
                .unwrap_or_else(|| "a panic".to_owned()),
        ),
    };
    (wrong, choices.seen)
}

fn fresh(random: &mut Random) -> Vec<u8> {
    let length = random.below(LONGEST);
    (0..length).map(|_| random.next() as u8).collect()
}

fn changed(random: &mut Random, kept: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = kept[random.below(kept.len())].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, random.next() as u8),
            2 => {
                let other = &kept[random.below(kept.len())];
                bytes.truncate(at);
                bytes.extend_from_slice(&other[random.below(other.len() + 1)..]);
            }
            3 => {
                let end = (at + random.below(24)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.next() as u8;
                }
            }
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

/// The smallest input found that fails.
fn shrunk(target: &Target, bytes: &[u8]) -> Vec<u8> {
    let mut attempts = 0;
    let mut best = bytes.to_vec();
    let mut size = best.len().div_ceil(2);
    let mut fails = |bytes: &[u8]| {
        attempts += 1;
        attempts <= ATTEMPTS && attempt(target, bytes).0.is_some()
    };
    while size > 0 {
        let mut at = 0;
        while at < best.len() {
            let mut next = best.clone();
            next.drain(at..(at + size).min(next.len()));
            if fails(&next) {
                best = next;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    for at in 0..best.len() {
        let mut next = best.clone();
        next[at] = 0;
        if next != best && fails(&next) {
            best = next;
        }
    }
    best
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Runs one target; panics with what it found.
pub fn fuzz(target: &Target, length: &Length) {
    if let Ok(input) = std::env::var("PARLEY_FUZZ_INPUT") {
        let bytes: Vec<u8> = (0..input.len() / 2)
            .map(|at| u8::from_str_radix(&input[at * 2..at * 2 + 2], 16).unwrap())
            .collect();
        return (target.run)(&mut Choices::new(&bytes));
    }
    // What panics in a case is told once, at the end.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let mut random = Random::new(number("PARLEY_SEED").unwrap_or(SEED));
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut cases = 0;
    let mut found = None;
    while !length.is_over(cases) {
        let bytes = if kept.is_empty() || random.percent(30) {
            fresh(&mut random)
        } else {
            changed(&mut random, &kept)
        };
        let (wrong, came_to) = attempt(target, &bytes);
        cases += 1;
        if wrong.is_some() {
            found = Some(shrunk(target, &bytes));
            break;
        }
        if !came_to.is_subset(&seen) {
            seen.extend(came_to);
            if kept.len() >= KEPT {
                kept.swap_remove(random.below(KEPT));
            }
            kept.push(bytes);
        }
    }
    let small = found.map(|bytes| (attempt(target, &bytes).0, bytes));
    panic::set_hook(hook);
    println!(
        "{}: {}; {} inputs kept; {} findings",
        target.name,
        length.rate(cases),
        kept.len(),
        usize::from(small.is_some())
    );
    if let Some((wrong, bytes)) = small {
        panic!(
            "{}: {}\nPARLEY_FUZZ_INPUT={} makes it fail again",
            target.name,
            wrong.unwrap_or_else(|| "it fails no longer".to_owned()),
            hex(&bytes)
        );
    }
}
