//! The loop: it runs the tasks that were woken, and sleeps when there are none.
//!
//! 1. The first task in the queue is resumed, until it pauses or ends.
//! 2. Nothing is in the queue, and nobody could put a task there: what is left waits for itself. Deadlock.
//! 3. Somebody else holds a waker: sleep until it is called.

use crate::exception::Exception;
use crate::scheduler::Scheduler;

/// Runs a coroutine, and all that it adds, until it returns (T23). Gives what it returns.
///
/// # Errors
///
/// What the coroutine raises, or [`Deadlock`](crate::deadlock::Deadlock).
///
/// # Panics
///
/// If a loop runs on this thread already.
///
/// ```
#[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::{add_coro, run};")]
///
/// let total = run(async { Ok(add_coro(async { Ok(3) }).await? + 3) });
/// assert_eq!(total.unwrap(), 6);
/// ```
#[doc(alias = "block_on")]
#[track_caller]
pub fn run<T: 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<T, Exception> {
    let scheduler = Scheduler::new();
    let final_result = scheduler.add_coro(coro);
    scheduler.enter(|| {
        while !final_result.is_settled() {
            if scheduler.step().is_some() {
                continue; // 1
            }
            if let Some(deadlock) = scheduler.deadlock() {
                return Err(deadlock.into()); // 2
            }
            scheduler.park(); // 3
        }
        let result = final_result.into_result();
        result.expect("the task that ended held the only other handle")
    })
}
