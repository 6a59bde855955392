//! The loop turned by hand: what each step did, and where each task is paused afterwards.
//!
//! ```console
//! $ cargo run -q -p stage4-scheduler --example crank
//! 2 tasks, and none has begun
//! task 1 paused
//!   task 1 waits at stage4-scheduler/examples/crank.rs:53:77 for the promise made at stage4-scheduler/examples/crank.rs:50:18
//! task 2 paused
//!   task 1 waits at stage4-scheduler/examples/crank.rs:53:77 for the promise made at stage4-scheduler/examples/crank.rs:50:18
//!   task 2 waits at stage4-scheduler/examples/crank.rs:54:77 for the result of task 1
//! nothing is to run
//!
//! the kettle boils
//! task 1 returned
//! task 2 returned
//! nothing is to run
//!
//! Promise(🐣 "a cup of tea of hot water")
//! ```

use std::io::{self, Write};

use stage4_scheduler::{Exception, Promise, Scheduler};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `crank | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

/// Turns the crank until nothing is to run.
fn turn(scheduler: &Scheduler) {
    while let Some(step) = scheduler.step() {
        say!("{step}");
        for task in scheduler.tasks() {
            for pause in &task.pauses {
                say!(
                    "  task {} waits at {} for {}",
                    task.number,
                    pause.at,
                    pause.awaits
                );
            }
        }
    }
    say!("nothing is to run");
}

fn main() -> Result<(), Exception> {
    let scheduler = Scheduler::new();
    let kettle = Promise::new();

    let water = kettle.clone();
    let tea = scheduler.add_coro(async move { Ok(format!("tea of {}", water.await?)) });
    let cup = scheduler.add_coro(async move { Ok(format!("a cup of {}", tea.await?)) });
    say!("{} tasks, and none has begun", scheduler.tasks().len());
    turn(&scheduler);

    say!("\nthe kettle boils");
    kettle.set_success("hot water")?;
    turn(&scheduler);

    say!("\n{cup:?}");
    Ok(())
}
