//! One look at many descriptors, of which none is ready.
//!
//! Compared are `check_socks` and the bare calls: `select` with the same set, `poll`, and epoll. Fair,
//! because they look at the same sockets; `select` is called with a copy of its set, as it writes over
//! it, and no more words of it than there are descriptors for, and epoll was told of its sockets before, which is the point of it.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use tests::bench::descriptors::{Sockets, Watched};
use tests::bench::machine;

fn look(criterion: &mut Criterion) {
    let limit = machine::raise_descriptor_limit();
    let mut group = criterion.benchmark_group("one look");
    group.sample_size(20);
    for count in [10, 100, 1_000, 5_000, 15_000] {
        if count as u64 + 100 > limit || count + 100 > machine::select_limit() {
            continue;
        }
        let sockets = Sockets::open(count).expect("there are as many");
        let watched = Watched::new(&sockets).expect("there are as many");
        let mut bench = |name: &str, look: &mut dyn FnMut()| {
            group.bench_function(BenchmarkId::new(name, count), |bencher| {
                bencher.iter(&mut *look);
            });
        };
        bench("ours (check_socks)", &mut || watched.check_socks());
        bench("select", &mut sockets.select());
        bench("poll", &mut sockets.poll());
        #[cfg(target_os = "linux")]
        bench(
            "epoll",
            &mut sockets.epoll().expect("there is one more descriptor"),
        );
    }
    group.finish();
}

criterion_group!(benches, look);
criterion_main!(benches);
