//! The loop: it resumes a coroutine, looks at the promise that comes out, and resumes it when it may.
//!
//! 1. Send the last answer (nothing, the first time) and see what comes out.
//! 2. A value: the coroutine has returned, and we are done.
//! 3. A promise: if it is settled, go on. If it failed, throw its exception.
//! 4. A promise that is not settled: nobody is left who could settle it.

use crate::coroutine::{Coroutine, CoroutineState};
use crate::exception::Exception;

use crate::not_settled::NotSettled;
use crate::wait::Awaited;

/// Runs a coroutine until it returns (T21). Gives what it returns.
///
/// # Errors
///
/// What the coroutine raises, or [`NotSettled`].
///
/// ```
#[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::{Promise, run};")]
///
/// let promise = Promise::new();
/// promise.set_success(3).unwrap();
/// let total = run(async move { Ok(promise.await? + 3) });
/// assert_eq!(total.unwrap(), 6);
/// ```
#[doc(alias = "block_on")]
pub fn run<T>(coro: impl Future<Output = Result<T, Exception>> + 'static) -> Result<T, Exception> {
    let mut coro = Coroutine::new(coro);
    let mut state = coro.send(None)?; // 1
    loop {
        let promise: Awaited = match state {
            CoroutineState::Complete(value) => return Ok(value), // 2
            CoroutineState::Yielded(promise) => promise,
        };
        state = match promise.outcome() {
            Some(Ok(())) => coro.send(Some(()))?,           // 1, 3
            Some(Err(exception)) => coro.throw(exception)?, // 3
            None => return Err(NotSettled::new(&promise, &coro).into()), // 4
        };
    }
}
