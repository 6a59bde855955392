//! One message out of a coroutine and one reply into it, a hundred thousand times.
//!
//! Compared are `Coroutine::send`, the same with `paused_at` asked each time, `genawaiter`'s boxed
//! generator, our coroutine without lines and errors, and a call through a pointer. Fair, because every
//! coroutine is boxed once, in a box that the compiler cannot see into, runs the same loop, and gives a sum that depends on each answer.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tests::bench::messages;

const MESSAGES: u64 = 100_000;

fn round_trip(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("message");
    group.throughput(Throughput::Elements(MESSAGES));
    let expected = messages::expected(MESSAGES);
    let mut bench = |name: &str, program: fn(u64) -> u64| {
        group.bench_function(name, |bencher| {
            bencher.iter(|| assert_eq!(program(black_box(MESSAGES)), expected));
        });
    };
    bench("ours", messages::ours);
    bench(
        "ours, asked for its line",
        messages::ours_asked_for_its_line,
    );
    bench("genawaiter", messages::genawaiter);
    bench("ours without lines and errors", messages::lean);
    bench("a call through a pointer", messages::dyn_call);
    group.finish();

    let long = allocation_counter::measure(|| _ = messages::ours(1_000));
    let short = allocation_counter::measure(|| _ = messages::ours(0));
    assert_eq!(
        long.count_total, short.count_total,
        "a message costs no allocation"
    );
}

criterion_group!(benches, round_trip);
criterion_main!(benches);
