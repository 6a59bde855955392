//! Deadlines that are reached one at a time, beside many that are not.
//!
//! Compared are stage 5's `sleep`, tokio's and smol's. Fair, because what counts is the time that the
//! process spends on a core, whoever sleeps how; tokio rounds to milliseconds and so wakes more seldom.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use tests::bench::timers::{self, REACHED};

/// Takes how many others sleep, and gives the nanoseconds that a deadline costs.
type Side = fn(u32) -> f64;

fn deadlines(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a deadline");
    group.sample_size(10);
    let sides: [(&str, Side); 3] = [
        ("ours", timers::ours),
        ("tokio", timers::tokio),
        ("smol", timers::smol),
    ];
    for others in [100, 10_000] {
        for (name, cost) in sides {
            group.bench_function(BenchmarkId::new(name, others), |bencher| {
                bencher.iter_custom(|times| {
                    let total: f64 = (0..times).map(|_| cost(others)).sum();
                    Duration::from_secs_f64(total * f64::from(REACHED) / 1e9)
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, deadlines);
criterion_main!(benches);
