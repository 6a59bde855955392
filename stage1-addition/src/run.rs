//! The loop: it resumes a coroutine, works out the answer to its message, and resumes it with that.
//!
//! 1. Send the last answer (nothing, the first time) and see what comes out.
//! 2. A value: the coroutine has returned, and the loop is done.
//! 3. A message: work out the answer. Its name says how.
//! 4. An unknown name: the answer is an exception. The coroutine may catch it and go on.

use crate::coroutine::CoroutineState;
use crate::exception::Exception;

use crate::addition::{Coroutine, UnknownAction, sum};

/// Runs `future` as a coroutine until it returns (T14). Gives what it returns.
///
/// # Errors
///
/// What the coroutine raises. An [`UnknownAction`] is thrown into the coroutine, and so is the error of
/// every other answer; they come back here only if it does not handle them.
///
/// ```
#[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::{add, run_task};")]
///
/// let total = run_task(async { add([add([1, 2]).await?, add([3]).await?]).await });
/// assert_eq!(total.unwrap(), 6);
/// ```
#[doc(alias = "block_on")]
pub fn run_task<T>(
    future: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<T, Exception> {
    let mut coro = Coroutine::new(future);
    let mut state = coro.send(None)?; // 1
    loop {
        let message = match state {
            CoroutineState::Complete(value) => return Ok(value), // 2
            CoroutineState::Yielded(message) => message,
        };
        // 3
        let answer = match message.name {
            "add" => sum(&message.args),
            name => Err(UnknownAction(name).into()), // 4
        };
        state = match answer {
            Ok(value) => coro.send(Some(value))?, // 1
            Err(exception) => coro.throw(exception)?,
        };
    }
}
