//! The loop: it looks for a task that can go on, and resumes it. This is how the talk does it.
//!
//! 1. Go through the list until a task is found whose promise is settled, and take it out.
//! 2. Resume it with what its promise holds. Its own result settles the promise that `add_coro` gave;
//!    if it pauses again, it goes back to the end of the list.
//! 3. None is found: what is left waits for itself. Deadlock.
//!
//! What is wrong with it? Nothing but step 1: with ten thousand tasks that wait, each step looks at ten
//! thousand promises to find the one that is settled.

use crate::exception::Exception;
use crate::list::List;

pub use crate::list::add_coro;
pub use stage3_promise::awaited::Awaited;
/// This loop speaks the protocol of the stage before: a promise is handed up, and looked at.
pub use stage3_promise::promise::Promise;

/// Runs a coroutine, and all that it adds, until it returns (T23). Gives what it returns.
///
/// # Errors
///
/// What the coroutine raises, or [`Deadlock`](crate::deadlock::Deadlock).
///
/// # Panics
///
/// Inside a `run`: there is one loop to a thread.
///
/// ```
/// use stage4_scheduler::scan::{add_coro, run};
///
/// let total = run(async { Ok(add_coro(async { Ok(3) }).await? + 3) });
/// assert_eq!(total.unwrap(), 6);
/// ```
#[doc(alias = "block_on")]
#[track_caller]
pub fn run<T: 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<T, Exception> {
    let list = List::new();
    let _entered = list.enter();
    let final_result = list.add_coro(coro);
    while !final_result.is_settled() {
        let Some(task) = list.take_ready() else {
            return Err(list.deadlock().into()); // 3
        };
        if let Some(task) = task.resume() {
            list.put_back(task); // 2
        }
    }
    let result = final_result.into_result();
    result.expect("the task that ended held the only other handle")
}
