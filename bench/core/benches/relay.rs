//! A window in the middle: what one neighbour wrote is applied, and handed on to those that lack it.

use criterion::{BenchmarkId, Criterion};

use super::windows::{NOW, SIZES, connected, flushed, keys, timed, write};

/// Neighbours besides the one that writes.
const NEIGHBOURS: [usize; 2] = [1, 10];

pub fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("relay a write");
    for (size, neighbours) in SIZES
        .into_iter()
        .flat_map(|size| NEIGHBOURS.map(|count| (size, count)))
    {
        let id = BenchmarkId::new(format!("to {neighbours}"), format!("{size} keys"));
        group.bench_function(id, |bencher| {
            let all = keys(size);
            // 0 writes, 1 is in the middle of a star.
            let wires: Vec<_> = (0..=neighbours + 1)
                .filter(|&at| at != 1)
                .map(|at| (at, 1))
                .collect();
            let mut windows = connected(neighbours + 2, &wires, &all);
            let mut middle = windows.remove(1);
            bencher.iter_custom(|times| {
                let make = || {
                    write(&mut windows[0], &all[..1], times);
                    flushed(&mut windows[0])
                };
                timed(times, 64, make, |frame| middle.receive(0, &[], frame, NOW))
            });
        });
    }
    group.finish();
}
