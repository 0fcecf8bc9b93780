//! A store's log: dispatching, and an action that comes late, behind others of this window.

use criterion::{BenchmarkId, Criterion};

use super::windows::logs::{Log, carry_out, deliver, pair};
use super::windows::{NOW, timed};

/// Behind how many.
const LATE: [u64; 3] = [1, 64, 1024];

pub fn benches(criterion: &mut Criterion) {
    dispatched(criterion);
    late(criterion);
}

fn dispatched(criterion: &mut Criterion) {
    criterion.bench_function("dispatch, fold and flush an action", |bencher| {
        let mut logs = pair();
        bencher.iter_custom(|times| {
            timed(
                times,
                1,
                || (),
                |()| {
                    let effects = dispatch(&mut logs[0], 1);
                    deliver(&mut logs, 0, effects);
                },
            )
        });
    });
}

/// It is put in its place: everything after it is folded again.
fn late(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("receive an action that is late");
    for behind in LATE {
        group.bench_function(BenchmarkId::from_parameter(behind), |bencher| {
            let mut logs = pair();
            let mut sum = 0;
            bencher.iter_custom(|times| {
                let mut total = std::time::Duration::ZERO;
                for _ in 0..times {
                    // It is made first, and sent last.
                    let held = logs[0].dispatch(1, NOW);
                    let mut frames = carry_out(&mut logs[0], held);
                    let flushed = logs[0].flush(NOW);
                    frames.extend(carry_out(&mut logs[0], flushed));
                    let mut others = Vec::new();
                    for _ in 0..behind {
                        let effects = dispatch(&mut logs[1], 1);
                        others.extend(carry_out(&mut logs[1], effects));
                    }
                    let frame = frames.pop().expect("an action is sent");
                    total += timed(
                        1,
                        1,
                        || (),
                        |()| {
                            let effects = logs[1].receive(0, &[], frame.clone(), NOW);
                            others.extend(carry_out(&mut logs[1], effects));
                        },
                    );
                    for frame in others {
                        let effects = logs[0].receive(1, &[], frame, NOW);
                        deliver(&mut logs, 0, effects);
                    }
                    sum += behind + 1;
                    assert_eq!(logs[0].position(), logs[1].position());
                    assert_eq!(logs[1].position(), sum);
                }
                total
            });
        });
    }
    group.finish();
}

/// An action of one turn, sent at its end.
fn dispatch(log: &mut Log, action: u64) -> Vec<parley_sync::core::log::LogEffect<u64, u64>> {
    let mut effects = log.dispatch(action, NOW);
    effects.extend(log.flush(NOW));
    effects
}
