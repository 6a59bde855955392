//! Lines of 64 bytes, echoed.
//!
//! Compared are stage 5's server, a plain loop around `select`, one around epoll, tokio on its current
//! thread, and smol. Fair, because each server has a process and a core of its own, is talked to by the
//! same clients, one line at a time on each connection, and does the same job: it finds the lines, and
//! sends each back with `echo: ` in front. (Ours also knows `bye`, a longest line and an end.) Every reply
//! is checked.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use tests::bench::echo::{Child, Load, Server, serve_if_asked};
use tests::bench::machine::{self, Core};

fn echo(criterion: &mut Criterion) {
    machine::raise_descriptor_limit();
    let start = |server| Child::start(server, &[]).expect("the server starts");
    let children = Server::ALL.map(|server| (server, start(server)));
    machine::pin_to(Core::Last); // only now: the servers are to have the first
    for (server, child) in &children {
        let mut group = criterion.benchmark_group("echo");
        group
            .sample_size(10)
            .measurement_time(Duration::from_secs(2));
        for (busy, idle) in [(1, 0), (10, 0), (100, 0), (900, 0), (10, 900)] {
            let mut load = Load::connect(child.addr(), busy, idle).expect("it accepts");
            group.throughput(Throughput::Elements(busy as u64));
            let name = BenchmarkId::new(server.name(), format!("{busy} busy, {idle} idle"));
            group.bench_function(name, |bencher| {
                bencher.iter(|| load.requests(busy).expect("it answers"));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, echo);

fn main() {
    serve_if_asked();
    benches();
    Criterion::default().configure_from_args().final_summary();
}
