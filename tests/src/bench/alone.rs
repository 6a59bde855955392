//! A program in a process of its own, which has the heap to itself.
//!
//! Memory that was freed is seldom given back, and where the next program finds it again decides how long
//! that takes: the same million tasks cost half as much, or twice, as whoever ran before. So where a
//! program's tasks are many, each runtime is asked in a new process.

use std::env;
use std::io;
use std::process::{self, Command};
use std::time::Instant;

use crate::bench::machine;
use crate::bench::programs::{deep_chain, wait_for_ever, yield_once};
use crate::bench::runtimes::{LocalExecutor, LocalPool, LocalSet, Runtime, Wakers};

/// What is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The bytes that a task takes which waits: the process's memory, less what it had before.
    Memory,
    /// The nanoseconds for a task of [`yield_once`].
    YieldOnce,
    /// The nanoseconds for a task of [`deep_chain`].
    DeepChain,
}

impl What {
    const ALL: [What; 3] = [What::Memory, What::YieldOnce, What::DeepChain];

    fn flag(self) -> &'static str {
        match self {
            What::Memory => "--memory",
            What::YieldOnce => "--yield-once",
            What::DeepChain => "--deep-chain",
        }
    }
}

/// To be called first in `main`: if this process was started by [`alone`], it answers, and never
/// returns.
pub fn answer_if_asked() {
    let args: Vec<String> = env::args().skip(1).collect();
    let [flag, name, tasks] = args.as_slice() else {
        return;
    };
    let Some(what) = What::ALL.into_iter().find(|what| what.flag() == flag) else {
        return;
    };
    let tasks = tasks.parse().expect("a number of tasks");
    match name.as_str() {
        Wakers::NAME => answer::<Wakers>(what, tasks),
        LocalSet::NAME => answer::<LocalSet>(what, tasks),
        LocalExecutor::NAME => answer::<LocalExecutor>(what, tasks),
        LocalPool::NAME => answer::<LocalPool>(what, tasks),
        _ => unreachable!("there is no such runtime"),
    }
    process::exit(0);
}

fn answer<R: Runtime>(what: What, tasks: u64) {
    let sum = tasks * tasks.saturating_sub(1) / 2;
    match what {
        What::Memory => memory::<R>(tasks),
        What::YieldOnce => println!("{}", timed(tasks, sum, yield_once::<R>)),
        What::DeepChain => println!("{}", timed(tasks, tasks, deep_chain::<R>)),
    }
}

fn memory<R: Runtime>(tasks: u64) {
    let Some(before) = machine::memory() else {
        eprintln!("this system does not tell how much memory a process has");
        process::exit(1);
    };
    wait_for_ever::<R>(tasks, move || {
        let now = machine::memory().unwrap_or(before);
        println!("{}", (now - before) / tasks);
        // Why not an ordinary end? A million tasks would have to be dropped first.
        process::exit(0);
    });
}

/// Nanoseconds a step. It runs twice, and the second run counts: then the heap is as the program itself
/// leaves it, and not as it found it.
///
/// # Panics
///
/// If the result is another one.
pub fn timed(steps: u64, expected: u64, mut program: impl FnMut(u64) -> u64) -> f64 {
    assert_eq!(program(steps), expected);
    let start = Instant::now();
    assert_eq!(program(steps), expected);
    start.elapsed().as_nanos() as f64 / steps as f64
}

/// Asks this runtime, in a process of its own, with that many tasks.
///
/// # Errors
///
/// If the process cannot be started, or has no answer.
pub fn alone<R: Runtime>(what: What, tasks: u64) -> io::Result<f64> {
    let output = Command::new(env::current_exe()?)
        .args([what.flag(), R::NAME, &tasks.to_string()])
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    said.trim().parse().map_err(|_| {
        let trouble = String::from_utf8_lossy(&output.stderr);
        io::Error::other(format!("{}: {}", R::NAME, trouble.trim()))
    })
}
