//! Two tasks that wait for each other, and the report that says so.
//!
//! ```console
//! $ cargo run -q -p stage4-scheduler --example deadlock
//! deadlock: 3 tasks wait, and nothing is left that could wake one (settle every promise that is awaited, and let no task await itself)
//!   task 1, added at stage4-scheduler/examples/deadlock.rs:27:18
//!     waits at stage4-scheduler/examples/deadlock.rs:36:13 for the result of task 2
//!   task 2, added at stage4-scheduler/examples/deadlock.rs:30:19
//!     waits at stage4-scheduler/examples/deadlock.rs:32:17 for the result of task 3
//!   task 3, added at stage4-scheduler/examples/deadlock.rs:35:34
//!     waits at stage4-scheduler/examples/deadlock.rs:35:65 for the result of task 2
//!   a cycle: task 2 -> task 3 -> task 2
//! ```

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use stage4_scheduler::{Promise, add_coro, run};

/// Prints a line. Unlike `println!` it does not panic if nobody reads the output: `deadlock | true`.
macro_rules! say {
    ($($line:tt)*) => { _ = writeln!(io::stdout(), $($line)*) };
}

fn main() {
    let result = run(async {
        let egg = Rc::new(RefCell::new(None::<Promise<&str>>));
        let hatches_from = Rc::clone(&egg);
        let hen = add_coro(async move {
            let egg = hatches_from.borrow().clone().expect("both were added");
            egg.await
        });
        let hen_lays = hen.clone();
        *egg.borrow_mut() = Some(add_coro(async move { hen_lays.await }));
        hen.await
    });
    match result {
        Ok(first) => say!("the {first} came first"),
        Err(deadlock) => say!("{deadlock}"),
    }
}
