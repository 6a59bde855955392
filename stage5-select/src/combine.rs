//! Several things at once: all of them, the first of them, or one of them within a limit.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::exception::Exception;
use crate::kernel::errors::TimedOut;
use crate::scheduler::add_coro;
use crate::time::sleep;

/// Runs several coroutines side by side, and gives all their results in the order of the coroutines, as
/// Python's `gather` does (T01).
///
/// Every result is there, even if one of them failed: `into_iter().collect()` makes one
/// `Result<Vec<T>, Exception>` of them. The coroutines are tasks from the call on, and run on if what it gives
/// is dropped. (It is no `async fn`, so that it can note the caller's line for the report of a deadlock.)
///
/// # Panics
///
/// Outside a loop, if there is a coroutine to run.
///
/// ```
/// use stage5_select::{Exception, gather, run};
///
/// let sum = run(async {
///     let results = gather((1..=3).map(|number| async move { Ok(number * 10) })).await;
///     let numbers: Vec<i32> = results.into_iter().collect::<Result<_, Exception>>()?;
///     Ok(numbers.iter().sum::<i32>())
/// });
/// assert_eq!(sum.unwrap(), 60);
/// ```
#[doc(alias = "join_all")]
#[track_caller]
pub fn gather<T: Clone + 'static>(
    coros: impl IntoIterator<Item = impl Future<Output = Result<T, Exception>> + 'static>,
) -> impl Future<Output = Vec<Result<T, Exception>>> {
    let mut waits = Vec::new();
    for coro in coros {
        waits.push(add_coro(coro).into_future());
    }
    async {
        let mut results = Vec::with_capacity(waits.len());
        for wait in waits {
            results.push(wait.await);
        }
        results
    }
}

/// The one or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first one given was first.
    Left(A),
    /// The second one was.
    Right(B),
}

/// Awaits both, and gives the one that is done first, or `a` if both are; the other is dropped.
#[doc(alias = "select")]
#[track_caller]
pub fn race<A: IntoFuture, B: IntoFuture>(
    a: A,
    b: B,
) -> impl Future<Output = Either<A::Output, B::Output>> {
    let (a, b) = (a.into_future(), b.into_future());
    async {
        let (mut a, mut b) = (pin!(a), pin!(b));
        poll_fn(|cx| {
            if let Poll::Ready(a) = a.as_mut().poll(cx) {
                return Poll::Ready(Either::Left(a));
            }
            b.as_mut().poll(cx).map(Either::Right)
        })
        .await
    }
}

/// Awaits `coro`, but no longer than `limit` from now; then drops it, and with it all that it waits for.
///
/// # Errors
///
/// Those of `coro`, or [`TimedOut`].
#[doc(alias = "wait_for")]
#[track_caller]
pub fn timeout<T>(
    limit: Duration,
    coro: impl IntoFuture<Output = Result<T, Exception>>,
) -> impl Future<Output = Result<T, Exception>> {
    let first = race(coro, sleep(limit));
    async move {
        match first.await {
            Either::Left(result) => result,
            Either::Right(slept) => Err(slept.err().unwrap_or(TimedOut { limit }.into())),
        }
    }
}
