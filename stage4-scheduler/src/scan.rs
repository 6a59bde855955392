//! The loop: it looks for a task that can go on, and resumes it. This is how the talk does it.
//!
//! 1. Go through the list until a task is found whose promise is settled. Resume it. If it pauses again,
//!    it goes to the end of the list.
//! 2. None is found: what is left waits for itself. Deadlock.
//!
//! It is correct, and it is slow: with ten thousand tasks that wait, each step looks at ten thousand
//! promises to find the one that is settled.

use crate::exception::Exception;
use crate::looking::list::LookingScheduler;

pub use crate::looking::list::add_coro;
/// This loop speaks the protocol of the stage before: a promise is handed up, and looked at.
pub use stage3_promise::{Awaited, Promise};

/// Runs a coroutine, and all that it adds, until it returns (T23). Gives what it returns.
///
/// # Errors
///
/// What the coroutine raises, or [`Deadlock`](crate::deadlock::Deadlock).
///
/// # Panics
///
/// If a loop runs on this thread already, of this kind or the other.
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
    let scheduler = LookingScheduler::new();
    let final_result = scheduler.add_coro(coro);
    scheduler.enter(|| {
        while !final_result.is_settled() {
            if scheduler.step().is_some() {
                continue; // 1
            }
            return Err(scheduler.deadlock().into()); // 2
        }
        let result = final_result.into_result();
        result.expect("the task that ended held the only other handle")
    })
}
