//! The loop: it resumes a coroutine, looks at the promise that comes out, and resumes it with the outcome.
//!
//! 1. Send the last answer (nothing, the first time) and see what comes out.
//! 2. A value: the coroutine has returned, and the loop is done.
//! 3. A message: it is a promise. If it is settled, its outcome is the answer.
//! 4. A promise that is not settled: no coroutine is left that could settle it.

use crate::coroutine::CoroutineState;
use crate::exception::Exception;

use crate::awaited::Coroutine;
use crate::not_settled::NotSettled;

/// Runs `future` as a coroutine until it returns (T21). Gives what it returns.
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
pub fn run<T>(
    future: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<T, Exception> {
    let mut coro = Coroutine::new(future);
    let mut state = coro.send(None)?; // 1
    loop {
        let message = match state {
            CoroutineState::Complete(value) => return Ok(value), // 2
            CoroutineState::Yielded(message) => message,
        };
        let Some(answer) = message.outcome() else {
            return Err(NotSettled::new(&message, coro.paused_at()).into()); // 4
        };
        // 3
        state = match answer {
            Ok(value) => coro.send(Some(value))?, // 1
            Err(exception) => coro.throw(exception)?,
        };
    }
}
