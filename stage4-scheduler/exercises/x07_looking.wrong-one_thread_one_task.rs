//! The mistake: one thread can run only one coroutine, so each has to end before the next one begins.
//!
//! Its tests say:
//!
//! ```text
//! a_failed_promise_is_thrown_into_the_task:
//!     Task 2 fails the promise that task 1 waits for, and task 1 catches that. Your loop ended with
//!     Err(it waits, and nothing else can run). Run task 2, then throw the exception of the promise into task 1.
//! a_task_that_waits_lets_another_one_run:
//!     Task 1 waits for a promise that task 2 settles. Your loop ended with Err(it waits, and nothing else can run).
//!     Put a task that waits aside, and run another one. That takes a list, and no thread.
//! tasks_may_wait_for_each_other_in_turns:
//!     Each of two tasks waits for what the other one settles. Your loop ended with Err(it waits, and nothing else can run).
//!     Run until every task has returned. One that has paused again goes back into the list.
//! ```

use stage3_promise::{Coroutine, CoroutineState, Exception};

fn run(coros: Vec<Coroutine<()>>) -> Result<(), Exception> {
    for mut coro in coros {
        let mut state = coro.send(None)?;
        while let CoroutineState::Yielded(promise) = state {
            state = match promise.outcome() {
                Some(Ok(())) => coro.send(Some(()))?,
                Some(Err(exception)) => coro.throw(exception)?,
                None => return Err(Exception::msg("it waits, and nothing else can run")),
            };
        }
    }
    Ok(())
}
