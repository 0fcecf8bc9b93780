//! Writing, and applying what another window wrote, in states of several sizes.

use criterion::{BenchmarkId, Criterion, Throughput};

use super::windows::{NOW, SIZES, connected, flushed, keys, timed, write};

/// In one turn.
const WRITES: [usize; 2] = [1, 100];

pub fn benches(criterion: &mut Criterion) {
    written(criterion);
    received(criterion);
}

/// Applied at once in the window that writes, and sent as one batch.
fn written(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write and flush");
    for (size, writes) in cases() {
        group.throughput(Throughput::Elements(writes as u64));
        group.bench_function(id(size, writes), |bencher| {
            let all = keys(size);
            let mut windows = connected(2, &[(0, 1)], &all);
            bencher.iter_custom(|times| {
                let run = |()| {
                    write(&mut windows[0], &all[..writes], times);
                    flushed(&mut windows[0])
                };
                timed(times, 64, || (), run)
            });
        });
    }
    group.finish();
}

/// Applied in the other window.
fn received(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("receive a batch");
    for (size, writes) in cases() {
        group.throughput(Throughput::Elements(writes as u64));
        group.bench_function(id(size, writes), |bencher| {
            let all = keys(size);
            let mut windows = connected(2, &[(0, 1)], &all);
            let mut other = windows.pop().expect("the second window");
            bencher.iter_custom(|times| {
                let make = || {
                    write(&mut windows[0], &all[..writes], times);
                    flushed(&mut windows[0])
                };
                timed(times, 64, make, |frame| other.receive(0, &[], frame, NOW))
            });
        });
    }
    group.finish();
}

/// Sizes and numbers of writes that go together.
fn cases() -> impl Iterator<Item = (usize, usize)> {
    SIZES.into_iter().flat_map(|size| {
        WRITES
            .into_iter()
            .filter(move |&writes| writes <= size)
            .map(move |writes| (size, writes))
    })
}

fn id(size: usize, writes: usize) -> BenchmarkId {
    BenchmarkId::new(format!("{writes} writes"), format!("{size} keys"))
}
