//! What can be done side by side on one thread, and what cannot.
//!
//! ```console
//! $ cargo run -q -p stage5-select --example times
//! two waits, one after the other: 2 s
//! two waits, in two tasks: 1 s
//! two computations, in two tasks: 2 s
//! ```
//!
//! The clock of this loop is stopped, and moved on by hand. So the seconds are exact, and nobody has to wait
//! for them.

use std::io::{self, Write};
use std::time::Duration;

use stage5_select::{Exception, add_coro, gather, run, sleep, time};

const SECOND: Duration = Duration::from_secs(1);

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `times | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

/// Waits for a second. Other tasks run meanwhile.
async fn wait() -> Result<(), Exception> {
    sleep(SECOND).await
}

/// Computes for a second: the time passes, and there is no `.await` at which another task could run.
async fn compute() -> Result<(), Exception> {
    time::advance(SECOND);
    Ok(())
}

/// Lets a second pass when all tasks wait, and then the next one.
async fn let_time_pass() -> Result<(), Exception> {
    loop {
        // At first the tasks run that are ready, and then those that they have woken.
        sleep(Duration::ZERO).await?;
        sleep(Duration::ZERO).await?;
        time::advance(SECOND);
    }
}

async fn measure(
    what: &str,
    work: impl Future<Output = Result<(), Exception>>,
) -> Result<(), Exception> {
    let start = time::now();
    work.await?;
    say!("{what}: {} s", (time::now() - start).as_secs());
    Ok(())
}

async fn compare() -> Result<(), Exception> {
    let in_turn = async {
        wait().await?;
        wait().await
    };
    let two_tasks = async { gather([wait(), wait()]).await.into_iter().collect() };
    let two_busy_tasks = async { gather([compute(), compute()]).await.into_iter().collect() };

    measure("two waits, one after the other", in_turn).await?;
    measure("two waits, in two tasks", two_tasks).await?;
    measure("two computations, in two tasks", two_busy_tasks).await
}

fn main() -> Result<(), Exception> {
    run(async {
        time::pause();
        drop(add_coro(let_time_pass()));
        compare().await
    })
}
