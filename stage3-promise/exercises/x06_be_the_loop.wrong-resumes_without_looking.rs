//! The mistake: something was settled, so the coroutine can be resumed.
//!
//! Its tests say:
//!
//! ```text
//! it_is_not_resumed_for_another_promise:
//!     It was polled 3 times. One of these polls came while its promise was pending.
//!     After each `wait` ask the promise for its `outcome()`: another one may have been settled.
//! ```

use stage3_promise::{Coroutine, CoroutineState, Exception};

fn be_the_loop<T>(mut coro: Coroutine<T>, mut wait: impl FnMut()) -> Result<T, Exception> {
    let mut state = coro.send(None)?;
    loop {
        if let CoroutineState::Complete(value) = state {
            return Ok(value);
        }
        wait();
        state = coro.send(Some(()))?;
    }
}
