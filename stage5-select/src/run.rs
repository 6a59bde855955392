//! The loop: it runs the tasks that were woken, and waits for the kernel when there are none.
//!
//! 1. The first task in the queue is resumed, until it pauses or ends.
//! 2. Nothing is in the queue, but sockets or deadlines are awaited, or somebody else holds a waker:
//!    ask the kernel, which sleeps until there is something to tell.
//! 3. Nobody does: what is left waits for itself. Deadlock.

use crate::exception::Exception;
use crate::reactor::Reactor;
use crate::scheduler::Scheduler;

/// Runs a coroutine, and all that it adds, until it returns (T23). Gives what it returns.
///
/// # Errors
///
/// What the coroutine raises, or [`Deadlock`](crate::deadlock::Deadlock), or what `select` does.
///
/// # Panics
///
/// Inside a `run`: there is one loop to a thread.
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
    let reactor = Reactor::new()?;
    let _guard = reactor.guard();
    let scheduler = Scheduler::with_unpark(reactor.waker());
    let _entered = scheduler.enter();
    let final_result = scheduler.add_coro(coro);
    while !final_result.is_settled() {
        if scheduler.step().is_some() {
            reactor.tick()?;
            continue; // 1
        }
        if reactor.is_idle()
            && let Some(deadlock) = scheduler.deadlock()
        {
            return Err(deadlock.into()); // 3
        }
        reactor.check_socks(None)?; // 2
    }
    let result = final_result.into_result();
    result.expect("the task that ended held the only other handle")
}
