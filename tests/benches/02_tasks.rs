//! Tasks: added, awaited, woken.
//!
//! Compared are stage 4's loop and the runtimes that run tasks on one thread: tokio's `LocalSet`,
//! async-executor's `LocalExecutor`, futures-executor's `LocalPool`; and our two loops with each other.
//! Fair, because the programs are generic over what they run on, so that each side runs the same source,
//! and because nobody's sockets or timers are switched on.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tests::bench::programs::{deep_chain, fib_chain, fib_number, yield_once};
use tests::bench::runtimes::{LocalExecutor, LocalPool, LocalSet, Runtime, Scan, Wakers};

type Program = fn(u64) -> u64;

fn compare(
    criterion: &mut Criterion,
    name: &str,
    (tasks, expected): (u64, u64),
    programs: &[(&str, Program)],
) {
    let mut group = criterion.benchmark_group(name);
    group
        .throughput(Throughput::Elements(tasks))
        .sample_size(20);
    for (runtime, program) in programs {
        group.bench_function(BenchmarkId::new(*runtime, tasks), |bencher| {
            bencher.iter(|| assert_eq!(program(tasks), expected));
        });
    }
    group.finish();
}

macro_rules! on_each {
    ($program:ident) => {
        &[
            (Wakers::NAME, $program::<Wakers> as Program),
            (LocalSet::NAME, $program::<LocalSet>),
            (LocalExecutor::NAME, $program::<LocalExecutor>),
            (LocalPool::NAME, $program::<LocalPool>),
        ]
    };
}

fn tasks(criterion: &mut Criterion) {
    let (fib, each, deep) = (10_000, 100_000, 100_000);
    compare(
        criterion,
        "fib",
        (fib, fib_number(fib)),
        on_each!(fib_chain),
    );
    compare(
        criterion,
        "give way once",
        (each, each * (each - 1) / 2),
        on_each!(yield_once),
    );
    compare(criterion, "deep chain", (deep, deep), on_each!(deep_chain));
}

fn looking_and_told(criterion: &mut Criterion) {
    for tasks in [300, 1_000, 3_000] {
        let expected = fib_number(tasks);
        let programs: [(&str, Program); 2] = [
            (Wakers::NAME, fib_chain::<Wakers>),
            (Scan::NAME, fib_chain::<Scan>),
        ];
        compare(criterion, "looking and told", (tasks, expected), &programs);
    }
}

criterion_group!(benches, tasks, looking_and_told);
criterion_main!(benches);
