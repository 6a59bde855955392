//! A chain of plain awaits lives on the stack, and ends where that ends. A chain of tasks does not.
//!
//! ```console
//! $ cargo run -q -p stage4-scheduler --example stack
//! 100 plain awaits: came back from 100
//! 1000000 plain awaits: the stack overflows, and the process dies
//! 1000000 tasks: came back from 1000000
//! ```

use std::borrow::Cow;
use std::env;
use std::io::{self, Write};
use std::pin::Pin;
use std::process::Command;
use std::thread;

use stage4_scheduler::{Exception, add_coro, run};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `stack | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

/// Each awaits the next: `run` polls the first, which polls the second, and so on, all the way down.
fn awaits(depth: u32) -> Pin<Box<dyn Future<Output = Result<u32, Exception>>>> {
    Box::pin(async move {
        match depth {
            0 => Ok(0),
            _ => Ok(awaits(depth - 1).await? + 1),
        }
    })
}

/// Each adds the next as a task, and awaits its promise: the loop polls every one of them.
async fn tasks(depth: u32) -> Result<u32, Exception> {
    match depth {
        0 => Ok(0),
        _ => Ok(add_coro(tasks(depth - 1)).await? + 1),
    }
}

/// Runs it on a thread of its own, so that the stack is the same everywhere: 2 MiB.
fn on_a_thread(go: impl FnOnce() -> Result<u32, Exception> + Send + 'static) -> String {
    let thread = thread::Builder::new().stack_size(2 << 20);
    let thread = thread.spawn(|| match go() {
        Ok(depth) => format!("came back from {depth}"),
        Err(exception) => format!("{exception}"),
    });
    thread.expect("a thread").join().expect("no panic")
}

fn text(output: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(output)
}

fn main() -> Result<(), Exception> {
    // A stack overflow ends the whole process. So it is a child that tries: this program once more,
    // with the depth as its argument.
    if let Some(depth) = env::args_os().nth(1) {
        let depth = text(depth.as_encoded_bytes()).parse()?;
        say!("{}", on_a_thread(move || run(awaits(depth))));
        return Ok(());
    }
    for depth in [100, 1_000_000] {
        let child = Command::new(env::current_exe()?)
            .arg(depth.to_string())
            .output()?;
        let (said, cried) = (text(&child.stdout), text(&child.stderr));
        let overflowed = !child.status.success() && cried.contains("overflowed its stack");
        let end = if overflowed {
            "the stack overflows, and the process dies"
        } else {
            said.trim_end()
        };
        say!("{depth} plain awaits: {end}");
    }
    say!("1000000 tasks: {}", on_a_thread(|| run(tasks(1_000_000))));
    Ok(())
}
