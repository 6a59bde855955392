//! The loop: it resumes a coroutine, works out the answer to its message, and resumes it with that.
//!
//! 1. Send the last answer (nothing, the first time) and see what comes out.
//! 2. A value: the coroutine has returned, and we are done.
//! 3. A message: look at its name, and work out the answer.
//! 4. A name we do not know: throw an exception instead. The coroutine may catch it and go on.

use crate::coroutine::{Coroutine, CoroutineState};
use crate::exception::Exception;

use crate::addition::{Action, UnknownAction, sum};

/// Runs a coroutine until it returns (T14). Gives what it returns.
///
/// # Errors
///
/// What the coroutine raises. An [`UnknownAction`] is thrown into the coroutine, and so is every answer
/// that fails; they come back here only if it does not handle them.
///
/// ```
#[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::{add, run_task};")]
///
/// let total = run_task(async { add([add([1, 2]).await?, add([3]).await?]).await });
/// assert_eq!(total.unwrap(), 6);
/// ```
#[doc(alias = "block_on")]
pub fn run_task<T>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<T, Exception> {
    let mut coro = Coroutine::new(coro);
    let mut state = coro.send(None)?; // 1
    loop {
        let action: Action = match state {
            CoroutineState::Complete(value) => return Ok(value), // 2
            CoroutineState::Yielded(action) => action,
        };
        // 3
        let answer = match action.name {
            "add" => sum(&action.args),
            name => Err(UnknownAction(name).into()), // 4
        };
        state = match answer {
            Ok(value) => coro.send(Some(value))?, // 1
            Err(exception) => coro.throw(exception)?,
        };
    }
}
