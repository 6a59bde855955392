//! The mistake: a question that the loop does not know is answered with nothing in particular.
//!
//! Its tests say:
//!
//! ```text
//! a_coroutine_that_catches_it_may_ask_for_something_else:
//!     The coroutine caught the exception, then asked for 1 + 2. It ended with Ok(0).
//!     `throw` resumes it as `send` does: it gives the next message, and that needs its answer.
//! a_coroutine_that_catches_it_may_return:
//!     The coroutine caught the exception and returned 7. Your loop ended with Ok(0).
//!     What `throw` gives is not always a message: it may be `Complete`.
//! a_coroutine_that_does_not_catch_it_ends_with_it:
//!     The loop cannot answer `spam`, and the coroutine ended with Ok(0).
//!     The coroutine that asked must learn of it: throw `UnknownAction` into the coroutine.
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
            Err(_) => coro.send(Some(0))?,
        };
    }
}
