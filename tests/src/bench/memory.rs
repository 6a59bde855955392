//! What a task takes: the memory of a process with many tasks that wait, less what it had before.
//!
//! Each runtime is asked in a process of its own, since memory that was freed is seldom given back.

use std::env;
use std::io;
use std::process::{self, Command};

use crate::bench::machine;
use crate::bench::programs::wait_for_ever;
use crate::bench::runtimes::{LocalExecutor, LocalPool, LocalSet, Runtime, Wakers};

const MEMORY: &str = "--memory";

/// To be called first in `main`: if this process was started by [`bytes_a_task`], it answers, and never
/// returns.
pub fn answer_if_asked() {
    let args: Vec<String> = env::args().skip(1).collect();
    let [flag, name, tasks] = args.as_slice() else {
        return;
    };
    if flag != MEMORY {
        return;
    }
    let tasks = tasks.parse().expect("a number of tasks");
    let before = machine::memory().unwrap_or(0);
    let look = move || {
        let now = machine::memory().unwrap_or(0);
        println!("{}", (now - before) / tasks);
        // Why not an ordinary end? A million tasks would have to be dropped first.
        process::exit(0);
    };
    match name.as_str() {
        Wakers::NAME => wait_for_ever::<Wakers>(tasks, look),
        LocalSet::NAME => wait_for_ever::<LocalSet>(tasks, look),
        LocalExecutor::NAME => wait_for_ever::<LocalExecutor>(tasks, look),
        LocalPool::NAME => wait_for_ever::<LocalPool>(tasks, look),
        _ => unreachable!("there is no such runtime"),
    };
}

/// How many bytes a task of this runtime takes that does next to nothing, where there are `tasks`.
///
/// # Errors
///
/// If the process cannot be started, or the system does not tell.
pub fn bytes_a_task<R: Runtime>(tasks: u64) -> io::Result<f64> {
    let output = Command::new(env::current_exe()?)
        .args([MEMORY, R::NAME, &tasks.to_string()])
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(io::Error::other)
}
