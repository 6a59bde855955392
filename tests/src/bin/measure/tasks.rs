//! Coroutines and tasks: messages, spawning, waking, memory.

use std::io;
use std::time::Instant;

use tests::bench::alone::{What, alone, timed};
use tests::bench::machine::{self, Core};
use tests::bench::messages;
use tests::bench::programs::{fib_chain, fib_number};
use tests::bench::ratio::{Side, in_turns};
use tests::bench::runtimes::{LocalExecutor, LocalPool, LocalSet, Runtime, Scan, Wakers};
use tests::bench::threads::Helper;

use crate::data::Comparison;
use crate::work::Size;

/// The four runtimes, each as `side` makes a side of it.
macro_rules! on_each {
    ($side:ident, $($arg:expr),+) => {
        vec![
            $side::<Wakers>($($arg),+),
            $side::<LocalSet>($($arg),+),
            $side::<LocalExecutor>($($arg),+),
            $side::<LocalPool>($($arg),+),
        ]
    };
}

/// A side in a process of its own.
fn in_a_process<R: Runtime>(what: What, tasks: u64) -> Side<'static> {
    Side::trying(R::NAME, move || alone::<R>(what, tasks))
}

pub(crate) fn messages(size: Size) -> io::Result<Comparison> {
    let count = size.count(1_000_000);
    let expected = messages::expected(count);
    let side = |name: &str, program: fn(u64) -> u64| {
        Side::new(name, move || timed(count, expected, program))
    };
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
    let measured = in_turns(size.rounds(25), sides)?;
    Ok(Comparison::new("messages", title, "ns").point(count, measured))
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
            comparison = comparison.point(tasks, in_turns(size.rounds(5), sides)?);
        }
    }
    Ok(comparison)
}

pub(crate) fn fib(size: Size) -> io::Result<Comparison> {
    fn side<R: Runtime>(tasks: u64) -> Side<'static> {
        let expected = fib_number(tasks);
        Side::new(R::NAME, move || timed(tasks, expected, fib_chain::<R>))
    }
    let tasks = size.count(10_000);
    let sides = in_turns(size.rounds(101), on_each!(side, tasks))?;
    let title = "Adding and awaiting: a Fibonacci number of 10,000 tasks";
    Ok(Comparison::new("fib", title, "ns a task").point(tasks, sides))
}

pub(crate) fn million(size: Size) -> io::Result<Comparison> {
    let tasks = size.count(1_000_000);
    let sides = in_turns(
        size.rounds(9),
        on_each!(in_a_process, What::YieldOnce, tasks),
    )?;
    let title = "A million tasks that each give way once";
    Ok(Comparison::new("million", title, "ns a task").point(tasks, sides))
}

pub(crate) fn deep(size: Size) -> io::Result<Comparison> {
    let tasks = size.count(1_000_000);
    let sides = in_turns(
        size.rounds(9),
        on_each!(in_a_process, What::DeepChain, tasks),
    )?;
    let title = "A million tasks, each awaiting the next";
    Ok(Comparison::new("deep", title, "ns a task").point(tasks, sides))
}

pub(crate) fn memory(size: Size) -> io::Result<Comparison> {
    let tasks = size.count(1_000_000);
    let sides = in_turns(size.rounds(3), on_each!(in_a_process, What::Memory, tasks))?;
    let title = "Memory for a task that waits";
    Ok(Comparison::new("memory", title, "bytes").point(tasks, sides))
}

pub(crate) fn threads(size: Size) -> io::Result<Comparison> {
    fn side<R: Runtime>(helper: &Helper, count: u64) -> Side<'_> {
        Side::new(R::NAME, move || {
            let asking = helper.ask(count);
            let start = Instant::now();
            let answers = R::run(|_| async move { R::ok(asking.await) });
            assert_eq!(answers, count);
            start.elapsed().as_nanos() as f64 / count as f64
        })
    }
    let helper = Helper::start();
    let count = size.count(10_000);
    let measured = machine::on(Core::First, || {
        in_turns(size.rounds(15), on_each!(side, &helper, count))
    })?;
    let title = "Woken by another thread, there and back";
    Ok(Comparison::new("threads", title, "ns").point(count, measured))
}
