//! The mistake: when a promise is settled, its value is pushed into the coroutine, which goes on.
//!
//! Its tests say:
//!
//! ```text
//! a_failed_promise_is_thrown_into_it:
//!     You call `wait`, but every promise is settled: the coroutine never goes on.
//!     A settled promise pushes nothing. Look at it, then resume the coroutine with `send`.
//! it_goes_on_when_its_promise_is_settled:
//!     You call `wait`, but every promise is settled: the coroutine never goes on.
//!     A settled promise pushes nothing. Look at it, then resume the coroutine with `send`.
//! it_is_not_resumed_for_another_promise:
//!     You call `wait`, but every promise is settled: the coroutine never goes on.
//!     A settled promise pushes nothing. Look at it, then resume the coroutine with `send`.
//! ```

use stage3_promise::{Coroutine, CoroutineState, Exception};

fn be_the_loop<T>(mut coro: Coroutine<T>, mut wait: impl FnMut()) -> Result<T, Exception> {
    let state = coro.send(None)?;
    while coro.paused_at().is_some() {
        wait();
    }
    match state {
        CoroutineState::Complete(value) => Ok(value),
        CoroutineState::Yielded(_) => Err(Exception::msg("it has ended, but where is its value?")),
    }
}
