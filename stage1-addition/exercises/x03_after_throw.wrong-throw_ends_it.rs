//! The mistake: an exception ends the coroutine, so the loop can stop at once.
//!
//! Its tests say:
//!
//! ```text
//! a_coroutine_that_catches_it_may_ask_for_something_else:
//!     The coroutine caught the exception, then asked for 1 + 2. It ended with Err(unknown action "spam" (the loop has no arm for it: see `run.rs`)).
//!     `throw` resumes it as `send` does: it gives the next message, and that needs its answer.
//! a_coroutine_that_catches_it_may_return:
//!     The coroutine caught the exception and returned 7. Your loop ended with Err(unknown action "spam" (the loop has no arm for it: see `run.rs`)).
//!     What `throw` gives is not always a message: it may be `Complete`.
//! ```

use stage1_addition::addition::{UnknownAction, sum};
use stage1_addition::{Coroutine, CoroutineState, Exception};

fn run<T>(mut coro: Coroutine<T>) -> Result<T, Exception> {
    let mut state = coro.send(None)?;
    loop {
        let action = match state {
            CoroutineState::Complete(value) => return Ok(value),
            CoroutineState::Yielded(action) => action,
        };
        let answer = match action.name {
            "add" => sum(&action.args),
            name => Err(UnknownAction(name).into()),
        };
        state = match answer {
            Ok(value) => coro.send(Some(value))?,
            Err(exception) => return Err(exception),
        };
    }
}
