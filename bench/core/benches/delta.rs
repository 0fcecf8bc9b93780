//! A window comes late: what it asks for is put together in one, and taken in by the other.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use parley_sync::core::sync::{StateFrame, StateNode};

use super::windows::{NOW, SIZES, Window, connected, empty, flushed, frame, keys, write};

pub fn benches(criterion: &mut Criterion) {
    everything(criterion);
    missed(criterion);
}

/// To who has nothing.
fn everything(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("everything to a newcomer");
    for size in SIZES {
        group.throughput(Throughput::Elements(size as u64));
        let mut full = connected(1, &[], &keys(size)).remove(0);
        let question = question(&mut empty(100));
        group.bench_function(BenchmarkId::new("put together", size), |bencher| {
            bencher.iter_batched(
                || question.clone(),
                |question| answer(&mut full, question),
                BatchSize::SmallInput,
            );
        });
        let delta = answer(&mut full, question.clone());
        group.bench_function(BenchmarkId::new("taken in", size), |bencher| {
            let newcomer = || {
                let mut newcomer = empty(100);
                newcomer.peer_up(0, NOW);
                (newcomer, delta.clone())
            };
            let run = |(mut newcomer, delta): (Window, StateFrame<u64>)| {
                newcomer.receive(0, &[], delta, NOW);
                newcomer
            };
            bencher.iter_batched(newcomer, run, BatchSize::LargeInput);
        });
    }
    group.finish();
}

/// To who lacks the last write only.
fn missed(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one missed write of a state");
    for size in SIZES {
        group.bench_function(BenchmarkId::new("put together", size), |bencher| {
            let all = keys(size);
            let mut windows = connected(2, &[(0, 1)], &all);
            let mut late = windows.pop().expect("the second window");
            let mut full = windows.remove(0);
            let question = question(&mut late);
            write(&mut full, &all[..1], 7);
            flushed(&mut full);
            bencher.iter_batched(
                || question.clone(),
                |question| answer(&mut full, question),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// What a window asks when it meets another.
fn question(window: &mut Window) -> StateFrame<u64> {
    let asked = frame(window.peer_up(99, NOW)).expect("a window that comes up asks");
    match asked {
        sync @ StateFrame::Sync { .. } => sync,
        // One that may have everything compares digests first.
        _ => StateFrame::Sync {
            vector: window.vector().clone(),
            born: (NOW, window.actor()),
        },
    }
}

/// What a window answers to one that it has just met.
fn answer(window: &mut StateNode<u64>, question: StateFrame<u64>) -> StateFrame<u64> {
    window.peer_down(99, NOW);
    window.peer_up(99, NOW);
    window
        .receive(99, &[], question, NOW)
        .into_iter()
        .find_map(|effect| match effect {
            parley_sync::core::sync::StateEffect::Send { frame, .. }
                if matches!(frame, StateFrame::Delta(_)) =>
            {
                Some(frame)
            }
            _ => None,
        })
        .expect("a question is answered by a delta")
}
