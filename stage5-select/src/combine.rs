//! Several things at once: all of them, or the first of them.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use crate::exception::Exception;
use crate::scheduler::add_coro;

/// Runs several coroutines side by side, and gives all their results in the order of the coroutines:
/// the talk's, and Python's, `gather` (T01).
///
/// Each result is there, also where one of them failed: then `into_iter().collect()` makes of them one
/// `Result<Vec<T>, Exception>`, which is the first failure, if there is one. The coroutines are tasks
/// from the call on, and run also if nobody awaits what it gives: those that are not done when that is
/// dropped run on.
///
/// Why is it no `async fn`? What notes the caller's line has to be called by the caller: in the report of a
/// deadlock the tasks are to stand at your line, and not at one of this file.
///
/// # Panics
///
/// Outside of a loop, if there is a coroutine to run.
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

/// Awaits both, and gives what is there first; the other is dropped. If both are there, the first one
/// given wins.
///
/// ```
/// use stage5_select::{Either, Promise, race, run};
///
/// let first = run(async {
///     let (here, never) = (Promise::new(), Promise::<()>::new());
///     here.set_success(3)?;
///     Ok(race(never, here).await)
/// });
/// assert!(matches!(first.unwrap(), Either::Right(Ok(3))));
/// ```
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
