//! The mistake: a failed promise is an error of the loop.
//!
//! Its tests say:
//!
//! ```text
//! a_failed_promise_is_thrown_into_it:
//!     The promise failed, and the coroutine wanted to catch that. It ended with Err(oops).
//!     Do not return the exception from the loop: `throw` it into the coroutine.
//! ```

use stage3_promise::{Coroutine, CoroutineState, Exception};

fn be_the_loop<T>(mut coro: Coroutine<T>, mut wait: impl FnMut()) -> Result<T, Exception> {
    let mut state = coro.send(None)?;
    loop {
        let promise = match state {
            CoroutineState::Complete(value) => return Ok(value),
            CoroutineState::Yielded(promise) => promise,
        };
        while promise.outcome().is_none() {
            wait();
        }
        if let Some(Err(exception)) = promise.outcome() {
            return Err(exception);
        }
        state = coro.send(Some(()))?;
    }
}
