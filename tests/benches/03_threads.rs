//! A wake from another thread, there and back.
//!
//! Compared are stage 4's loop and its peers, all asleep until the helper's wake comes. Fair, because it
//! is one helper, which uses nothing but the `Waker` that each of them gives it.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tests::bench::machine::{self, Core};
use tests::bench::runtimes::{LocalExecutor, LocalPool, LocalSet, Runtime, Wakers};
use tests::bench::threads::Helper;

const TIMES: u64 = 100;

fn bench<R: Runtime>(criterion: &mut Criterion, helper: &Helper) {
    let mut group = criterion.benchmark_group("woken by another thread");
    group.throughput(Throughput::Elements(TIMES));
    group.bench_function(R::NAME, |bencher| {
        bencher.iter(|| {
            let asking = helper.ask(TIMES);
            assert_eq!(R::run(|_| async move { R::ok(asking.await) }), TIMES);
        });
    });
    group.finish();
}

fn round_trip(criterion: &mut Criterion) {
    let helper = Helper::start();
    machine::pin_to(Core::First);
    bench::<Wakers>(criterion, &helper);
    bench::<LocalSet>(criterion, &helper);
    bench::<LocalExecutor>(criterion, &helper);
    bench::<LocalPool>(criterion, &helper);
}

criterion_group!(benches, round_trip);
criterion_main!(benches);
