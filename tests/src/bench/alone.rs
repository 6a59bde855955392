//! Messages and tasks, each program in a process of its own: this executable, started once more.
//!
//! Memory that was freed is seldom given back, and the next program is faster or slower by where it finds
//! memory: the same million tasks cost half as much, or twice. So each side has a new process.

use std::env;
use std::io;
use std::process::{self, Command, Stdio};
use std::time::{Duration, Instant};

use super::data::{Comparison, Side, in_turns};
use super::programs::{deep_chain, fib_chain, fib_number, idle, yield_once};
use super::runtimes::{AsyncExecutor, Ours, Runtime, Scan, Tokio};
use super::{count, counts, is_quick, machine, messages};

/// Takes the number of steps, and gives a result that is checked.
type Program = fn(u64) -> u64;

/// A comparison, a side of it, the program, and what it gives.
#[rustfmt::skip]
const PROGRAMS: [(&str, &str, Program, Program); 15] = [
    ("messages", "ours", messages::ours, messages::expected),
    ("messages", "genawaiter", messages::genawaiter, messages::expected),
    ("fib", "ours", fib_chain::<Ours>, fib_number),
    ("fib", "tokio", fib_chain::<Tokio>, fib_number),
    ("fib", "async-executor", fib_chain::<AsyncExecutor>, fib_number),
    ("million", "ours", yield_once::<Ours>, |tasks| tasks * (tasks - 1) / 2),
    ("million", "tokio", yield_once::<Tokio>, |tasks| tasks * (tasks - 1) / 2),
    ("million", "async-executor", yield_once::<AsyncExecutor>, |tasks| tasks * (tasks - 1) / 2),
    ("deep", "ours", deep_chain::<Ours>, |tasks| tasks),
    ("deep", "tokio", deep_chain::<Tokio>, |tasks| tasks),
    ("deep", "async-executor", deep_chain::<AsyncExecutor>, |tasks| tasks),
    ("memory", "ours", memory_of::<Ours>, |tasks| tasks),
    ("memory", "tokio", memory_of::<Tokio>, |tasks| tasks),
    ("memory", "async-executor", memory_of::<AsyncExecutor>, |tasks| tasks),
    ("looking", "looking", fib_chain::<Scan>, fib_number),
];

/// A comparison, its title, its unit, and how many rounds and steps are a good measurement.
#[rustfmt::skip]
const PLANS: [(&str, &str, &str, usize, u64); 5] = [
    ("messages", "A message there and back", "ns", 25, 1_000_000),
    ("fib", "Adding and awaiting: a Fibonacci number of 10,000 tasks", "ns a task", 51, 10_000),
    ("million", "A million tasks that each give way once", "ns a task", 9, 1_000_000),
    ("deep", "A million tasks, each awaiting the next", "ns a task", 9, 1_000_000),
    ("memory", "Memory for a task that waits", "bytes", 3, 1_000_000),
];

pub(crate) fn one_point(name: &'static str) -> io::Result<Comparison> {
    let plan = PLANS.into_iter().find(|plan| plan.0 == name);
    let (_, title, unit, rounds, steps) = plan.expect("it is one of them");
    let mut sides = Vec::new();
    for (_, side, ..) in PROGRAMS.into_iter().filter(|program| program.0 == name) {
        let time = move || answer(&[], TIME, name, side, count(steps));
        let mut measured = Side::new(side, time);
        if name != "memory" && (side == "ours" || !is_quick()) {
            let run = move |steps, tool: &[&str]| answer(tool, COUNT, name, side, steps).map(drop);
            measured = measured.counted(move || counts::per_step(count(20_000), run));
        }
        sides.push(measured);
    }
    Ok(Comparison::new(title, unit, None).point(steps, in_turns(rounds, sides)?))
}

pub(crate) fn scan_and_wakers(_: &'static str) -> io::Result<Comparison> {
    let title = "The loop that looks, and the loop that is told";
    let mut comparison = Comparison::new(title, "ms", Some("tasks"));
    for tasks in [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000] {
        let side = |name, program, side| {
            let time = move || answer(&[], TIME, program, side, count(tasks));
            Side::new(name, move || Ok(time()? * count(tasks) as f64 / 1e6))
        };
        let mut sides = vec![side("told", "fib", "ours")];
        if tasks <= 30_000 {
            sides.push(side("looking", "looking", "looking"));
        }
        comparison = comparison.point(tasks, in_turns(5, sides)?);
    }
    Ok(comparison)
}

/// The program, and what it gives.
fn find(name: &str, side: &str) -> Option<(Program, Program)> {
    let mut programs = PROGRAMS.into_iter();
    let found = programs.find(|program| (program.0, program.1) == (name, side));
    found.map(|(_, _, program, expected)| (program, expected))
}

/// Prints the bytes of a task that waits, and ends the process: dropping a million tasks takes time.
fn memory_of<R: Runtime>(tasks: u64) -> u64 {
    R::run(|runtime| async move {
        let before = machine::memory();
        idle(&runtime, tasks).await;
        println!("{tasks} {}", (machine::memory() - before) / tasks);
        process::exit(0);
    })
}

pub(crate) const TIME: &str = "--time";
pub(crate) const COUNT: &str = "--count";

/// What the process that [`answer`] starts does: it says its result, and nanoseconds a step.
pub(crate) fn work(is_timed: bool, program: &str, side: &str, steps: &str) {
    let (program, _) = find(program, side).expect("only programs that exist are asked for");
    let steps = steps.parse().expect("the number of steps");
    let result = program(steps);
    // The first run does not count: it finds no memory that was used before.
    let (start, mut runs) = (Instant::now(), 0);
    while is_timed && (runs == 0 || start.elapsed() < Duration::from_millis(20)) {
        assert_eq!(program(steps), result);
        runs += 1;
    }
    let time = start.elapsed().as_nanos() as f64;
    println!("{result} {}", time / (steps * runs.max(1)) as f64);
}

/// The number that it says, after its result was checked.
fn answer(tool: &[&str], how: &str, program: &str, side: &str, steps: u64) -> io::Result<f64> {
    let output = itself(tool)?
        .args([how, program, side, &steps.to_string()])
        .stdin(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let expected = find(program, side).map(|(_, expected)| expected(steps).to_string());
    let number = (said.trim().split_once(' '))
        .filter(|(result, _)| expected.as_deref() == Some(result))
        .and_then(|(_, number)| number.parse().ok());
    number.ok_or_else(|| {
        let trouble = String::from_utf8_lossy(&output.stderr);
        io::Error::other(format!("{program}, {side}: {said}{}", trouble.trim()))
    })
}

/// This executable, to be started by itself or under a tool.
pub(crate) fn itself(tool: &[&str]) -> io::Result<Command> {
    let mut command = Command::new("env");
    command.args(tool).arg(env::current_exe()?);
    Ok(command)
}
