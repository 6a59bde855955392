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
/// `Result<Vec<T>, Exception>`, which is the first failure, if there is one. The coroutines are tasks:
/// those that are not done when `gather` is dropped run on.
///
/// # Panics
///
/// Outside of a loop.
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
pub async fn gather<T: Clone + 'static>(
    coros: impl IntoIterator<Item = impl Future<Output = Result<T, Exception>> + 'static>,
) -> Vec<Result<T, Exception>> {
    let promises: Vec<_> = coros.into_iter().map(add_coro).collect();
    let mut results = Vec::with_capacity(promises.len());
    for promise in promises {
        results.push(promise.await);
    }
    results
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
pub async fn race<A: IntoFuture, B: IntoFuture>(a: A, b: B) -> Either<A::Output, B::Output> {
    let (mut a, mut b) = (pin!(a.into_future()), pin!(b.into_future()));
    poll_fn(|cx| {
        if let Poll::Ready(a) = a.as_mut().poll(cx) {
            return Poll::Ready(Either::Left(a));
        }
        b.as_mut().poll(cx).map(Either::Right)
    })
    .await
}
