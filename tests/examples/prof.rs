//! prof
use tests::bench::{messages, programs::*, runtimes::*};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let n: u64 = a[3].parse().unwrap();
    let t = std::time::Instant::now();
    let mut k = 0;
    macro_rules! go {
        ($f:ident) => {
            match a[2].as_str() {
                "ours" => $f::<Wakers>(n),
                "tokio" => $f::<LocalSet>(n),
                "ae" => $f::<LocalExecutor>(n),
                _ => $f::<LocalPool>(n),
            }
        };
    }
    for _ in 0..a[4].parse().unwrap() {
        k += 1;
        match a[1].as_str() {
            "fib" => go!(fib_chain),
            "million" => go!(yield_once),
            "deep" => go!(deep_chain),
            _ => messages::ours(n),
        };
    }
    println!("{} ns", t.elapsed().as_nanos() as f64 / (n * k) as f64);
}
