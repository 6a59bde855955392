//! The loop: it resumes a coroutine, looks at the promise that comes out, and resumes it when it may.
//!
//! 1. Send the last answer (nothing, the first time) and see what comes out.
//! 2. A value: the coroutine has returned, and we are done.
//! 3. A promise: if it is settled, go on. If it failed, throw its exception.
//! 4. A promise that is not settled: nobody is left who could settle it.

use std::error::Error;
use std::fmt;
use std::panic::Location;

use crate::awaited::Awaited;
use crate::coroutine::{Coroutine, CoroutineState};
use crate::exception::Exception;

/// Runs a coroutine to its end, and gives what it returns (T21).
///
/// # Errors
///
/// What the coroutine raises, or [`NotSettled`].
///
/// ```
#[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::{Promise, run};")]
///
/// let promise = Promise::new();
/// promise.set_success(3)?;
/// let total = run(async move { Ok(promise.await? + 3) });
/// assert_eq!(total?, 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
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

/// The coroutine waits for a promise that nobody is left to settle: the talk's "wait ??".
///
/// ```
#[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::{Promise, run};")]
///
/// let error = run(async { Promise::<i32>::new().await }).unwrap_err();
/// assert!(error.to_string().contains("is not settled"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSettled {
    /// Where the promise was made.
    pub made_at: &'static Location<'static>,
    /// The `.await` that waits for it.
    pub paused_at: Option<&'static Location<'static>>,
}

impl NotSettled {
    fn new<T>(promise: &Awaited, coro: &Coroutine<Awaited, T>) -> Self {
        NotSettled {
            made_at: promise.made_at(),
            paused_at: coro.paused_at(),
        }
    }
}

impl fmt::Display for NotSettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the promise made at {} is not settled", self.made_at)?;
        if let Some(place) = self.paused_at {
            write!(f, ", and {place} waits for it")?;
        }
        f.write_str(" (this loop runs one coroutine, so nobody else can settle it: settle it before it is awaited)")
    }
}

impl Error for NotSettled {}
