//! Coroutines and tasks: messages, spawning, waking, memory.

use std::io;
use std::time::Instant;

use tests::bench::memory::bytes_a_task;
use tests::bench::messages;
use tests::bench::programs::{deep_chain, fib_chain, fib_number, yield_once};
use tests::bench::ratio::{Measured, Side, in_turns};
use tests::bench::runtimes::{LocalExecutor, LocalPool, LocalSet, Runtime, Scan, Wakers};
use tests::bench::threads::Helper;

use crate::data::Comparison;
use crate::work::Size;

/// A side that runs a program of `count` steps, checks its result, and gives nanoseconds a step.
///
/// It runs twice, and the second run counts: the heap is then as this side leaves it, and not as the
/// side before did. (To find room in what others have freed takes half as long again, or half as long.)
fn timed<'a>(
    name: &str,
    count: u64,
    expected: u64,
    mut program: impl FnMut() -> u64 + 'a,
) -> Side<'a> {
    Side::new(name, move || {
        assert_eq!(program(), expected);
        let start = Instant::now();
        assert_eq!(program(), expected);
        start.elapsed().as_nanos() as f64 / count as f64
    })
}

/// The four runtimes, and a program that is generic over them.
macro_rules! on_each {
    ($program:ident, $count:expr, $expected:expr) => {{
        let (count, expected) = ($count, $expected);
        vec![
            timed(Wakers::NAME, count, expected, move || {
                $program::<Wakers>(count)
            }),
            timed(LocalSet::NAME, count, expected, move || {
                $program::<LocalSet>(count)
            }),
            timed(LocalExecutor::NAME, count, expected, move || {
                $program::<LocalExecutor>(count)
            }),
            timed(LocalPool::NAME, count, expected, move || {
                $program::<LocalPool>(count)
            }),
        ]
    }};
}

pub(crate) fn messages(size: Size) -> io::Result<Comparison> {
    let count = size.count(1_000_000);
    let expected = messages::expected(count);
    let side = |name, program: fn(u64) -> u64| timed(name, count, expected, move || program(count));
    let sides = vec![
        side("ours", messages::ours),
        side("genawaiter", messages::genawaiter),
        side(
            "ours, asked for its line",
            messages::ours_asked_for_its_line,
        ),
        side("ours without lines and errors", messages::lean),
        side("a call through a pointer", messages::dyn_call),
    ];
    let title = "A message there and back";
    Ok(Comparison::new("messages", title, "ns").point(count, in_turns(size.rounds(25), sides)))
}

pub(crate) fn scan_and_wakers(size: Size) -> io::Result<Comparison> {
    let title = "The loop that looks, and the loop that is told";
    let mut comparison = Comparison::new("scan-and-wakers", title, "ms").along("tasks");
    let side = |name: &str, tasks, program: fn(u64) -> u64| {
        let expected = fib_number(tasks);
        Side::new(name, move || {
            let start = Instant::now();
            assert_eq!(program(tasks), expected);
            start.elapsed().as_secs_f64() * 1e3
        })
    };
    for tasks in [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000] {
        let mut sides = vec![side("told", tasks, fib_chain::<Wakers>)];
        if tasks <= size.count(30_000) {
            sides.push(side("looking", tasks, fib_chain::<Scan>));
        }
        if tasks <= size.count(1_000_000) {
            comparison = comparison.point(tasks, in_turns(size.rounds(5), sides));
        }
    }
    Ok(comparison)
}

pub(crate) fn fib(size: Size) -> io::Result<Comparison> {
    let tasks = size.count(10_000);
    let sides = on_each!(fib_chain, tasks, fib_number(tasks));
    let title = "Adding and awaiting: a Fibonacci number of 10,000 tasks";
    Ok(Comparison::new("fib", title, "ns a task").point(tasks, in_turns(size.rounds(101), sides)))
}

pub(crate) fn million(size: Size) -> io::Result<Comparison> {
    let tasks = size.count(1_000_000);
    let sides = on_each!(yield_once, tasks, tasks * (tasks - 1) / 2);
    let title = "A million tasks that each give way once";
    Ok(
        Comparison::new("million", title, "ns a task")
            .point(tasks, in_turns(size.rounds(9), sides)),
    )
}

pub(crate) fn deep(size: Size) -> io::Result<Comparison> {
    let tasks = size.count(1_000_000);
    let sides = on_each!(deep_chain, tasks, tasks);
    let title = "A million tasks, each awaiting the next";
    Ok(Comparison::new("deep", title, "ns a task").point(tasks, in_turns(size.rounds(9), sides)))
}

pub(crate) fn memory(size: Size) -> io::Result<Comparison> {
    fn side<R: Runtime>(tasks: u64) -> Side<'static> {
        Side::new(R::NAME, move || {
            bytes_a_task::<R>(tasks).unwrap_or(f64::NAN)
        })
    }
    let tasks = size.count(1_000_000);
    bytes_a_task::<Wakers>(1_000)?; // is it to be had here?
    let sides = vec![
        side::<Wakers>(tasks),
        side::<LocalSet>(tasks),
        side::<LocalExecutor>(tasks),
        side::<LocalPool>(tasks),
    ];
    let title = "Memory for a task that waits";
    Ok(Comparison::new("memory", title, "bytes").point(tasks, in_turns(size.rounds(3), sides)))
}

pub(crate) fn threads(size: Size) -> io::Result<Comparison> {
    fn side<R: Runtime>(helper: &Helper, count: u64) -> Side<'_> {
        Side::new(R::NAME, move || {
            let asking = helper.ask(count);
            let start = Instant::now();
            let answers = R::run(|_| async move { R::ok(asking.await) });
            assert!(answers >= count);
            start.elapsed().as_nanos() as f64 / count as f64
        })
    }
    let helper = Helper::start();
    let count = size.count(10_000);
    let sides = vec![
        side::<Wakers>(&helper, count),
        side::<LocalSet>(&helper, count),
        side::<LocalExecutor>(&helper, count),
        side::<LocalPool>(&helper, count),
    ];
    let measured: Vec<Measured> = in_turns(size.rounds(15), sides);
    let title = "Woken by another thread, there and back";
    Ok(Comparison::new("threads", title, "ns").point(count, measured))
}
