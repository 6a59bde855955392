//! What `.await` makes of a promise: a wait for its result.
//!
//! While the promise is pending, it hands the waker of its task down to the promise (see `waiters`), and
//! pauses. When the task is woken, the wait is polled again, and takes the result out of the promise.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::FusedFuture;

use crate::exception::Exception;
use crate::promise::Promise;
use crate::report::state::PauseSite;

/// A wait for a promise, which is what `.await` makes of one.
///
/// # Panics
///
/// If it is polled after it was done. [`is_terminated`](FusedFuture::is_terminated) tells.
///
/// ```
#[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::{Promise, run};")]
///
/// let promise = Promise::new();
/// promise.set_success(12345)?;
/// assert_eq!(run(promise.into_future())?, 12345);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "it waits for nothing until it is awaited"]
pub struct Wait<T> {
    /// `None` when it is done.
    promise: Option<Promise<T>>,
    paused_at: &'static Location<'static>,
    /// Its number among the waiters of the promise, once it is one of them.
    waiter: Option<u64>,
}

/// Awaiting a promise: Python's `__await__`. The caller that is tracked is the `.await` itself. A promise is
/// not itself a future, because each `.await` needs state of its own.
impl<T: Clone + 'static> IntoFuture for Promise<T> {
    type Output = Result<T, Exception>;
    type IntoFuture = Wait<T>;

    #[track_caller]
    fn into_future(self) -> Wait<T> {
        Wait {
            promise: Some(self),
            paused_at: Location::caller(),
            waiter: None,
        }
    }
}

impl<T: Clone + 'static> IntoFuture for &Promise<T> {
    type Output = Result<T, Exception>;
    type IntoFuture = Wait<T>;

    #[track_caller]
    fn into_future(self) -> Wait<T> {
        self.clone().into_future()
    }
}

// Nothing in it is ever pinned.
impl<T> Unpin for Wait<T> {}

impl<T: Clone + 'static> Future for Wait<T> {
    type Output = Result<T, Exception>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let wait = &mut *self;
        let Some(promise) = &wait.promise else {
            panic!("{}", already_done(wait.paused_at));
        };
        let Some(outcome) = promise.result() else {
            let pause = PauseSite {
                at: wait.paused_at,
                promise: promise.id(),
                made_at: promise.made_at(),
            };
            wait.waiter = promise.0.waiters.add(wait.waiter, cx.waker(), pause);
            return Poll::Pending;
        };
        wait.promise = None;
        Poll::Ready(outcome)
    }
}

fn already_done(place: &Location<'_>) -> String {
    format!(
        "the `.await` at {place} was polled after it was done (it gives its result once: drop it then, or ask `is_terminated` first)"
    )
}

/// A wait that is dropped early is a waiter no more. (A settled promise has no waiters left.)
impl<T> Drop for Wait<T> {
    fn drop(&mut self) {
        if let (Some(promise), Some(waiter)) = (&self.promise, self.waiter) {
            promise.0.waiters.remove(waiter);
        }
    }
}

/// A wait that is done has let go of its promise.
impl<T: Clone + 'static> FusedFuture for Wait<T> {
    fn is_terminated(&self) -> bool {
        self.promise.is_none()
    }
}

impl<T: fmt::Debug> fmt::Debug for Wait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.promise {
            Some(promise) => write!(f, "Wait({promise:?} at {})", self.paused_at),
            None => f.write_str("Wait(done)"),
        }
    }
}
