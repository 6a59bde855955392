use std::time::Instant;
use tests::bench::{messages, programs, ratio::*, runtimes::*, threads::Helper};
fn t(n: u64, want: u64, mut f: impl FnMut() -> u64) -> impl FnMut() -> f64 {
    move || {
        let s = Instant::now();
        assert_eq!(f(), want);
        s.elapsed().as_nanos() as f64 / n as f64
    }
}
fn show(what: &str, m: &[Measured]) {
    println!("{what}");
    for m in m {
        println!(
            "  {:20} {:9.2} ({:.2}..{:.2})  ratio {:.3} ({:.3}..{:.3})",
            m.name,
            m.value.median,
            m.value.low,
            m.value.high,
            m.ratio.median,
            m.ratio.low,
            m.ratio.high
        );
    }
}
fn main() {
    let n = 1_000_000;
    let e = messages::expected(n);
    show(
        "messages",
        &in_turns(
            15,
            vec![
                Side::new("ours", t(n, e, || messages::ours(n, |_| ()))),
                Side::new("genawaiter", t(n, e, || messages::genawaiter(n))),
                Side::new(
                    "paused_at",
                    t(n, e, || {
                        messages::ours(n, |c| {
                            std::hint::black_box(c.paused_at());
                        })
                    }),
                ),
                Side::new("lean", t(n, e, || messages::lean(n))),
                Side::new("dyn", t(n, e, || messages::dyn_call(n))),
            ],
        ),
    );
    macro_rules! all {
        ($f:ident, $n:expr, $e:expr, $r:expr) => {{
            let (n, e) = ($n, $e);
            show(
                stringify!($f),
                &in_turns(
                    $r,
                    vec![
                        Side::new("ours", t(n, e, || programs::$f::<Wakers>(n))),
                        Side::new("tokio", t(n, e, || programs::$f::<LocalSet>(n))),
                        Side::new(
                            "async-executor",
                            t(n, e, || programs::$f::<LocalExecutor>(n)),
                        ),
                        Side::new("futures", t(n, e, || programs::$f::<LocalPool>(n))),
                    ],
                ),
            );
        }};
    }
    all!(fib_chain, 10_000, programs::fib_number(10_000), 101);
    all!(yield_once, 1_000_000, 999_999 * 500_000, 7);
    all!(deep_chain, 1_000_000, 1_000_000, 7);
    let h = Helper::start();
    let n = 3000;
    let h = &h;
    fn th<R: Runtime>(h: &Helper, n: u64) -> f64 {
        let f = h.ask(n);
        let s = Instant::now();
        R::run(|_| async move { R::ok(f.await) });
        s.elapsed().as_nanos() as f64 / n as f64
    }
    show(
        "threads",
        &in_turns(
            9,
            vec![
                Side::new("ours", || th::<Wakers>(h, n)),
                Side::new("tokio", || th::<LocalSet>(h, n)),
                Side::new("async-executor", || th::<LocalExecutor>(h, n)),
                Side::new("futures", || th::<LocalPool>(h, n)),
            ],
        ),
    );
}
