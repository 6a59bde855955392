//! A limit: whatever is awaited, but not for longer.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::combine::{Either, race};
use crate::exception::Exception;
use crate::time::sleep;

/// Awaits `coro`, but no longer than `limit` from now; then drops it, and with it all that it waits for.
///
/// # Errors
///
/// What `coro` raises, or [`TimedOut`]. If both are there at once, `coro` wins.
///
/// # Panics
///
/// Outside of a loop.
///
/// ```
/// use stage5_select::{Promise, TimedOut, run, timeout};
/// use std::time::Duration;
///
/// let result = run(async {
///     let never = Promise::<()>::new();
///     timeout(Duration::from_millis(5), never).await
/// });
/// assert!(result.unwrap_err().is::<TimedOut>());
/// ```
#[doc(alias = "wait_for")]
#[track_caller]
pub fn timeout<T>(
    limit: Duration,
    coro: impl IntoFuture<Output = Result<T, Exception>>,
) -> impl Future<Output = Result<T, Exception>> {
    let first = race(coro, sleep(limit)); // out here, where the line is the caller's
    async move {
        match first.await {
            Either::Left(result) => result,
            Either::Right(_) => Err(TimedOut { limit }.into()),
        }
    }
}

/// A [`timeout`] was over first.
///
/// ```
/// # use stage5_select::TimedOut;
/// # use std::time::Duration;
/// let error = TimedOut { limit: Duration::from_secs(3) };
/// assert_eq!(error.to_string(), "timed out after 3s (what was awaited is dropped)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut {
    /// How long it waited.
    pub limit: Duration,
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "timed out after {:?} (what was awaited is dropped)",
            self.limit
        )
    }
}

impl Error for TimedOut {}
