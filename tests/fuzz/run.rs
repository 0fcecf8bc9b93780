//! Runs a target over many inputs: fresh ones, and changed ones of those that came to something new. What fails is made small,
//! and printed as the bytes that make it fail again.

use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use crate::choices::Choices;
use crate::targets::Target;
use parley_sync_kit::Random;

/// Of a short run, and of any.
const SEED: u64 = 0x7061_726c_6579;
const LONGEST: usize = 600;
const KEPT: usize = 4_000;
/// A case that takes longer is one that hangs.
const SLOW: Duration = Duration::from_secs(30);

pub enum Until {
    Cases(u64),
    Over(Duration),
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// As long as PARLEY_FUZZ_SECONDS says, else so many cases.
pub fn until(cases: u64) -> Until {
    number("PARLEY_FUZZ_SECONDS").map_or(Until::Cases(cases), |seconds| {
        Until::Over(Duration::from_secs(seconds))
    })
}

/// What went wrong, if anything did; and what the case came to.
fn attempt(target: &Target, bytes: &[u8]) -> (Option<String>, BTreeSet<u64>) {
    let mut choices = Choices::new(bytes);
    let started = Instant::now();
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| (target.run)(&mut choices)));
    let wrong = match outcome {
        Ok(()) if started.elapsed() > SLOW => Some(format!("it took {:?}", started.elapsed())),
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
    let started = Instant::now();
    let mut best = bytes.to_vec();
    let mut size = best.len().div_ceil(2);
    let fails =
        |bytes: &[u8]| started.elapsed() < Duration::from_secs(20) && attempt(target, bytes).0.is_some();
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
pub fn fuzz(target: &Target, until: Until) {
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
    let (started, mut cases) = (Instant::now(), 0);
    let mut found = None;
    loop {
        let over = match until {
            Until::Cases(count) => cases >= count,
            Until::Over(time) => started.elapsed() >= time,
        };
        if over {
            break;
        }
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
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{}: {cases} executions in {seconds:.1} s, {:.0} a second; {} inputs kept; {} findings",
        target.name,
        cases as f64 / seconds.max(0.001),
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
